"""SEVs of every kind, as chance makes them, and the configurations they live under."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

from hypothesis import strategies as st

from bot.config import (
    Category,
    Channels,
    Config,
    CustomField,
    FieldChoice,
    FieldKind,
    PrivateRules,
    Role,
    Severity,
    Status,
    Team,
    Workflow,
    load,
)
from bot.config.fields import TO_CHOOSE_FROM
from bot.errors import Refused
from bot.incidents.field_values import Given, given
from bot.incidents.fields import rows
from bot.incidents.lifecycle import EARLIEST
from bot.incidents.model import REASON_LIMIT, AffectedWorkflow, Incident, TimelineEntry
from bot.incidents.views import Picture, Step
from bot.incidents.words import checked_summary, checked_title, checked_update
from bot.slack.text import clip, plain
from tests.anytext.hostile import hostile
from tests.processes import CONFIG

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PLAIN = load(CONFIG)
LINK = "https://example.com/"
LONG_CHOICES = tuple(FieldChoice(key=f"{'c' * 37}-{number}", label=f"{'&' * 72}{number}") for number in range(40))
LARGEST = Config(
    severities=tuple(
        Severity(key=f"SEV{number}", meaning="<&>" * 25, emoji=":large_orange_circle:", invite=("team-0",),
                 announce=("#" + "x" * 80, "C0123456"), page=("team-0",))
        for number in range(10)
    ),
    statuses=tuple(
        Status(key=category.value, category=category, label="<&>" * 10, emoji=":" + "x" * 38 + ":") for category in Category
    ),
    teams=tuple(Team(key=f"team-{number}", name="&" * 60, members=("U01ADA",)) for number in range(10)),
    workflows=tuple(
        Workflow(key=f"w-{number}", name="&" * 60, owner=f"team-{number % 10}", runbook=LINK + "x" * 1900)
        for number in range(120)
    ),
    channels=Channels(name="sev_" + "x" * 40 + "{number}{title}", bridge=LINK + "x" * 1900),
    private=PrivateRules(invite=("team-1",)),
    roles=(Role(key="commander", label="&" * 40, instructions="&" * 2000),
           *(Role(key=f"role-{number}", label="<" * 40, instructions="&" * 2000) for number in range(20))),
    fields=tuple(
        CustomField(
            key=f"{'f' * 37}-{number}", name=f"{'&' * 57}{number}", kind=kind, hint="&" * 200,
            unit="<&>" * 3 if kind is FieldKind.NUMBER else "",
            choices=LONG_CHOICES if kind in TO_CHOOSE_FROM else (), asked_at="declare" if number < 10 else "resolve",
            required_at="resolve", on_card=number < 10, in_announcement=number < 5,
        )
        for number, kind in zip(range(40), cycle(FieldKind), strict=False)
    ),
)  # fmt: skip
"""A configuration in which everything is as long as it may be."""


def incident(**fields: Any) -> Incident:
    """A SEV that is in no database."""
    values = {
        "id": 1, "number": 1, "title": "Checkout is down", "summary": "", "severity": "SEV2", "status": "investigating",
        "is_private": False, "is_drill": False, "declared_by": "U01ADA", "declared_at": NOON, "reason": "",
        "channel_trouble": "", "channel_attempt": "sev-1-checkout-is-down",
    }  # fmt: skip
    return Incident(**{**values, **fields})


def _title_of(text: str) -> str:
    try:
        return checked_title(clip(text, 150))
    except Refused:
        return "Nothing to be seen"


def _summary_of(text: str) -> str:
    try:
        return checked_summary(text)
    except Refused:
        return ""


def _update_of(text: str) -> str:
    try:
        return checked_update(text)
    except Refused:
        return "Nothing to be seen"


TITLES = hostile.map(_title_of)
SUMMARIES = hostile.map(_summary_of)
MOMENTS = st.integers(0, 20 * 365 * 86400).map(lambda seconds: EARLIEST + timedelta(seconds=seconds))
PERHAPS = st.none() | MOMENTS
STEPS = st.builds(Step, kind=st.just("incident.pin"), label=st.sampled_from(["Pin the card", "&" * 150]),
                  reason=hostile, is_late=st.booleans())  # fmt: skip


TAKEN_OUT = CustomField(key="taken-out", name="<!here> & more", kind=FieldKind.LONG_TEXT)
TYPICAL = {
    FieldKind.NUMBER: ["12,500", "999,999,999,999.999"], FieldKind.PERSON: ["U01ADA"], FieldKind.DATE: ["2026-12-24"],
    FieldKind.YES_NO: ["yes", "no"], FieldKind.LINK: [LINK, LINK + "|&" * 900],
}  # fmt: skip
"""What fields hold that do not take any text."""
HOLDERS = st.sampled_from(["U01ADA", "U03LINUS"])


@st.composite
def configs(draw: st.DrawFn) -> Config:
    return draw(st.sampled_from([PLAIN, LARGEST]))


@st.composite
def held_fields(draw: st.DrawFn, config: Config) -> list[Given]:
    """Whatever the fields of a configuration may hold, or held under an older one."""
    found = []
    for field in draw(
        st.lists(st.sampled_from([*config.fields, TAKEN_OUT]), max_size=12, unique_by=lambda each: each.key)
    ):
        typical = TYPICAL.get(field.kind, [each.key for each in field.choices])
        said = draw(hostile if field.kind in (FieldKind.TEXT, FieldKind.LONG_TEXT) else st.sampled_from(typical))
        with suppress(Refused):
            found.append(given(field, said))
    return found


@st.composite
def incidents(draw: st.DrawFn, config: Config) -> Incident:
    """Any SEV that may be under a configuration, or was there under an older one."""
    known = [each.key for each in config.workflows]
    affected = draw(st.lists(st.sampled_from([*known, "taken-out"]), unique=True, max_size=len(known)))
    return incident(
        number=draw(st.sampled_from([1, 42, 999_999_999])),
        title=draw(TITLES),
        summary=draw(SUMMARIES),
        severity=draw(st.sampled_from([*(each.key for each in config.severities), "SEV9"])),
        status=draw(st.sampled_from([*(each.key for each in config.statuses), "taken-out"])),
        is_private=draw(st.booleans()),
        is_drill=draw(st.booleans()),
        declared_at=draw(MOMENTS),
        **{name: draw(PERHAPS) for name in ("started_at", "detected_at", "acknowledged_at", "mitigated_at",
                                            "resolved_at", "closed_at", "next_update_at")},
        channel_id=draw(st.sampled_from([None, "C0123456"])),
        channel_trouble=draw(st.sampled_from(["", "archived", "deleted", "bot_removed"])),
        workflows=[AffectedWorkflow(workflow=key) for key in affected],
        fields=rows(draw(held_fields(config))),
    )  # fmt: skip


@st.composite
def entries(draw: st.DrawFn, config: Config) -> TimelineEntry:
    """Any timeline entry that is said as a line of its own."""
    kind = draw(st.sampled_from(["declared", "severity", "status", "reopened"]))
    data = {"before": "SEV1", "after": "SEV2", "severity": "SEV2"}
    if kind in ("status", "reopened"):
        data["after"] = draw(st.sampled_from([*(each.key for each in config.statuses), "taken-out"]))
    text = clip(plain(draw(hostile)), REASON_LIMIT)
    return TimelineEntry(incident_id=1, kind=kind, at=NOON, actor="U01ADA", text=text, data=data)


@st.composite
def updates(draw: st.DrawFn, config: Config) -> TimelineEntry:
    """Any status update, alone or with a change of status."""
    status = draw(st.sampled_from([None, *(each.key for each in config.statuses), "taken-out"]))
    due = draw(PERHAPS)
    return TimelineEntry(
        incident_id=1, kind="update", at=NOON, actor="U01ADA", text=_update_of(draw(hostile)),
        data={"next_update_at": due and due.isoformat(), **({"before": "x", "after": status} if status else {})},
    )  # fmt: skip


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    """Any SEV as its surfaces show it."""
    config = draw(configs())
    report = TimelineEntry(
        incident_id=1, kind="message", at=NOON, actor=draw(st.sampled_from(["U01ADA", "B01APP", ""])),
        text=plain(draw(hostile)), data={"permalink": LINK + "archives/C1/p1"},
    )  # fmt: skip
    return Picture(
        incident=draw(incidents(config)),
        config=config,
        update=draw(st.none() | updates(config)),
        steps=tuple(draw(st.lists(STEPS, max_size=12))),
        report=draw(st.sampled_from([None, report])),
        roles=draw(st.dictionaries(st.sampled_from([*(each.key for each in config.roles), "taken-out"]), HOLDERS)),
        lines=tuple(draw(st.lists(st.just("&amp;" * 500), max_size=3))),
    )
