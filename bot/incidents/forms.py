"""The forms of a SEV: declare, edit, times, reopen. Pure: what is known in, a modal out."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from slack_sdk.models.blocks import Option

from bot.config import Config, CustomField, Team
from bot.incidents import field_views
from bot.incidents.audience import audience
from bot.incidents.model import REASON_LIMIT, SUMMARY_LIMIT, TIMES, TITLE_LIMIT, Incident
from bot.incidents.views import TIME_LABELS, brief
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.text import author, clip, mrkdwn, user
from bot.slack.visit import View, metadata

DECLARE = "incident.declare"
DECLARE_FROM_MESSAGE = "incident.declare_from_message"
EDIT = "incident.edit"
TIMES_FORM = "incident.times"
REOPEN = "incident.reopen"
SEVERITY = "incident.preview:severity"
WORKFLOWS = "incident.preview:workflows"
FLAGS = "incident.preview:flags"
SOURCE_TEXT_LIMIT = 600
"""How much of a message the form carries along: its private data holds 3,000 characters, and JSON may take six for one."""
LONGEST_OPEN_LIST = 5
MOST_NAMED = 10


def declare(
    config: Config,
    *,
    severity: str | None = None,
    title: str = "",
    summary: str = "",
    flags: Sequence[str] = (),
    workflows: Sequence[str] = (),
    open_incidents: Sequence[Incident] | None = None,
    carried: dict[str, Any] | None = None,
    declarer: str,
    said: Mapping[str, object] | None = None,
) -> View:
    """*Declare a SEV*. `open_incidents` is None until the database was read. `carried` is what the form was opened with.

    `said` is what custom fields hold so far, by key.
    """
    carried = carried or {}
    chosen = severity if severity and config.severity(severity) else None
    shown: list[Block] = []
    if open_incidents:
        shown += _open_now(config, open_incidents)
    if carried.get("source"):
        shown.append(kit.context(_copied(carried["source"])))
    shown.append(
        kit.field(
            "title", "Title",
            kit.text_input("title", initial=clip(title, TITLE_LIMIT), limit=TITLE_LIMIT, placeholder="Checkout is down"),
            hint="What is wrong, in a few words. It can be changed later.",
        )
    )  # fmt: skip
    severities = [kit.option(each.key, each.key, description=each.meaning) for each in config.severities]
    shown.append(
        kit.field(
            "severity", "Severity", kit.menu("How bad is it?", SEVERITY, severities, initial=chosen), dispatch=True,
            hint="If in doubt, choose the worse one: it can be changed later.",
        )
    )  # fmt: skip
    text = kit.text_input(
        "summary", initial=clip(summary, SUMMARY_LIMIT), limit=SUMMARY_LIMIT, multiline=True,
        placeholder="Who is hurt, since when, what is known",
    )  # fmt: skip
    shown.append(kit.field("summary", "Summary", text, optional=True))
    if config.workflows:
        affected = kit.many("Which are affected?", WORKFLOWS, workflow_options(config), initial=workflows)
        shown.append(kit.field("workflows", "Workflows affected", affected, optional=True, dispatch=True))
    private = kit.option("Private", "private", description="Only people who are invited see it; no announcement")
    drill = kit.option("Drill", "drill", description="An exercise: looks and works alike, counts in no figure")
    boxes = kit.ticks(FLAGS, [private, drill], initial=flags)
    shown.append(kit.field("flags", "Kind", boxes, optional=True, dispatch=True))
    shown += field_views.inputs(_asked(config, chosen), said or {})
    shown.append(kit.context(_preview(config, chosen, tuple(workflows), frozenset(flags), declarer)))
    return kit.modal(DECLARE, "Declare a SEV", shown, submit="Declare", metadata=metadata(**carried))


def _asked(config: Config, severity: str | None) -> list[CustomField]:
    """The custom fields that are asked for at once. Nobody has to fill them in."""
    asked = (each for each in config.fields if each.asked_at == "declare")
    return [each for each in asked if not each.severities or severity in each.severities]


def loading(incident_number: int) -> View:
    """What is shown until the database was read."""
    return kit.modal("incident.loading", f"SEV-{incident_number}", [kit.section("One moment…")], submit=None)


def declared(sentence: str) -> View:
    """What takes the form's place once the SEV is declared."""
    return kit.modal("incident.declared", "SEV declared", [kit.section(sentence)], submit=None, close="Close")


def edit(config: Config, incident: Incident) -> View:
    """Title, severity, summary, workflows and custom fields in one form."""
    title = kit.text_input("title", initial=incident.title, limit=TITLE_LIMIT)
    summary = kit.text_input("summary", initial=incident.summary, limit=SUMMARY_LIMIT, multiline=True)
    severities = [kit.option(each.key, each.key, description=each.meaning) for each in config.severities]
    shown = [
        kit.field("title", "Title", title),
        kit.field(
            "severity", "Severity", kit.menu("How bad is it?", "severity", severities, initial=incident.severity)
        ),
        kit.field("summary", "Summary", summary, optional=True),
    ]
    if config.workflows:
        affected = kit.many(
            "Which are affected?", "workflows", workflow_options(config), initial=incident.workflow_keys
        )
        shown.append(kit.field("workflows", "Workflows affected", affected, optional=True))
    asked = [each for each in config.fields if each.belongs_to(incident.severity)]
    present = field_views.filled_in(incident, asked)
    shown += field_views.inputs(asked, present)
    carried = metadata(number=incident.number, seen=field_views.seen(asked, present) or None)
    return kit.modal(EDIT, f"Edit {incident.name}", shown, submit="Save", metadata=carried)


def times(incident: Incident) -> View:
    """All of a SEV's times, each of which may be corrected."""
    shown = [
        kit.field(name, TIME_LABELS[name], kit.moment_input(name, _seconds(getattr(incident, name))),
                  optional=name != "declared_at")
        for name in TIMES
    ]  # fmt: skip
    shown.insert(0, kit.context("Times are shown in your time zone. An empty one has not happened, or is not known."))
    return kit.modal(
        TIMES_FORM, f"Times of {incident.name}", shown, submit="Save", metadata=metadata(number=incident.number)
    )


def reopen(number: int) -> View:
    """Why a SEV is opened again."""
    reason = kit.text_input("reason", limit=REASON_LIMIT, placeholder="Customers report it again")
    return kit.modal(
        REOPEN, f"Reopen SEV-{number}", [kit.field("reason", "Reason", reason)], submit="Reopen",
        metadata=metadata(number=number),
    )  # fmt: skip


def submitted_times(values: dict[str, Any]) -> dict[str, datetime | None]:
    """The moments a person left in the times form."""
    return {name: datetime.fromtimestamp(values[name], UTC) if values.get(name) else None for name in TIMES}


def workflow_options(config: Config) -> list[Option]:
    """The workflows to choose from: a menu holds 100, and the most critical come first."""
    ranked = sorted(config.workflows, key=lambda each: each.tier)
    return [kit.option(each.name, each.key) for each in ranked[:100]]


def _seconds(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None


def _open_now(config: Config, incidents: Sequence[Incident]) -> list[Block]:
    lines = [brief(config, each) for each in incidents[:LONGEST_OPEN_LIST]]
    if len(incidents) > LONGEST_OPEN_LIST:
        lines.append(f"and {len(incidents) - LONGEST_OPEN_LIST} more: `/sev list`")
    return [kit.section("*Open now. Is it one of these?*\n" + "\n".join(lines)), kit.divider()]


def _copied(source: dict[str, Any]) -> str:
    """What tagging a message means for who can read it: its audience grows (or changes) to the SEV's."""
    return (
        f"The message by {author(source['user'])} becomes the first timeline entry: whoever can see the SEV can read it then. "
        f"{mrkdwn(clip(source['text'], 200), 1000)}"
    )


def _preview(
    config: Config, severity: str | None, workflows: tuple[str, ...], flags: frozenset[str], declarer: str
) -> str:
    """Who will be invited, told and paged; the deliveries ask the same function."""
    is_private, is_drill = "private" in flags, "drill" in flags
    if severity is None and not is_private:
        return "Choose a severity to see who will be invited, told and paged."
    found = audience(
        config,
        severity=severity or "",
        workflows=workflows,
        is_private=is_private,
        declared_by=declarer,
        is_drill=is_drill,
    )
    invited = ", ".join(
        ["you", *(mrkdwn(team.name, 100) for team in found.teams), *map(user, found.named[:MOST_NAMED])]
    )
    told = ", ".join(_place(place) for place in found.places) or "no channel"
    return f"*Invited:* {invited}. *Announced in:* {told}. *Paged:* {_paged(found.paged)}."


def _place(place: str) -> str:
    return mrkdwn(place, 100) if place.startswith("#") else f"<#{place}>"


def _paged(teams: tuple[Team, ...]) -> str:
    if not teams:
        return "nobody"
    called = ", ".join(f"{mrkdwn(team.name, 100)} by {team.pager.service.label}" for team in teams if team.pager)
    silent = ", ".join(mrkdwn(team.name, 100) for team in teams if not team.pager)
    if not called:
        return f"nobody, since paging is not set up ({silent} would be)"
    return f"{called} (paging is not set up for {silent})" if silent else called
