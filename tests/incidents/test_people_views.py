from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.incidents import briefs, role_views, views
from bot.incidents.bookmarks import Bookmark
from bot.incidents.briefs import HighPoint, Standing
from bot.incidents.model import TimelineEntry
from bot.playground.blockkit import message_problems
from bot.slack import blocks as kit
from bot.slack.text import plain
from tests.anytext.hostile import hostile
from tests.incidents.pictures import HOLDERS, LINK, NOON, PLAIN, configs, incident, incidents
from tests.slack.samples import FEW

ADA, GRACE = "U01ADA", "U02GRACE"
CALLED = ("<!channel", "<!here", "<!everyone", "<!subteam", "<#C01GENERAL", "<https://evil")


def entry(kind: str, *, actor: str = ADA, text: str = "", **data: Any) -> TimelineEntry:
    return TimelineEntry(id=7, incident_id=1, kind=kind, at=NOON, actor=actor, text=text, data=data)


@st.composite
def standings(draw: st.DrawFn) -> tuple[Any, Standing]:
    """How any SEV stands, under any configuration."""
    config = draw(configs())
    said = st.builds(plain, hostile)
    kinds = st.sampled_from(["message", "status", "severity", "reopened", "update"])
    points = st.builds(
        lambda kind, text, address: HighPoint(entry(kind, text=text, before="SEV1", after="resolved"), address),
        kinds, said, st.sampled_from([None, LINK]),
    )  # fmt: skip
    links = st.builds(lambda title: Bookmark("link:1", plain(title)[:100], LINK + "x" * 100, ":link:"), hostile)
    roles = st.dictionaries(st.sampled_from([*(each.key for each in config.roles), "taken-out"]), HOLDERS)
    return config, Standing(
        incident=draw(incidents(config)),
        roles=draw(roles),
        update=draw(st.none() | points),
        points=tuple(draw(st.lists(points, max_size=briefs.HIGH_POINTS))),
        links=tuple(draw(st.lists(links, max_size=briefs.LINKS))),
    )


@FEW
@given(standings(), hostile)
def test_slack_accepts_every_brief_and_every_offer(stood: tuple[Any, Standing], note: str) -> None:
    config, stands = stood
    brief = briefs.late_brief(config, stands, now=NOON)
    offered = entry("handoff_offered", text=plain(note)[:500], role="commander", to=GRACE)
    offer = role_views.offer(config, stands.incident, offered, briefs.brief(config, stands, now=NOON))
    for shown in (brief, offer):
        assert message_problems(shown) == []
        assert not any(each in str(shown) for each in CALLED)


@FEW
@given(standings())
def test_slack_accepts_every_list_of_roles_and_all_instructions(stood: tuple[Any, Standing]) -> None:
    config, stands = stood
    heading = views.heading(config, stands.incident, 600)
    shown = [role_views.role_list(config, stands.incident, stands.roles, reader=ADA)]
    for role in config.roles[:3]:
        shown += [
            role_views.one_role(stands.incident, role, stands.roles.get(role.key), reader=ADA),
            role_views.held_by_another(stands.incident, role, GRACE, to="U03LINUS", reader=ADA),
            role_views.instructions(stands.incident, role, heading=heading, place="Its channel is <#C0123456>."),
        ]
    assert [problem for each in shown for problem in message_problems(each)] == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (entry("role", before=None, after=ADA), "<@U01ADA> is *Scribe* of SEV-1 now."),
        (
            entry("role", before=GRACE, after=ADA),
            "<@U01ADA> is *Scribe* of SEV-1 now, in the place of <@U02GRACE>.",
        ),
        (entry("role", before=None, after=GRACE), "<@U01ADA> made <@U02GRACE> *Scribe* of SEV-1."),
        (
            entry("role", before="U03LINUS", after=GRACE),
            "<@U01ADA> made <@U02GRACE> *Scribe* of SEV-1, in the place of <@U03LINUS>.",
        ),
        (entry("role", before=ADA, after=None), "<@U01ADA> relieved themselves as *Scribe* of SEV-1."),
        (entry("role", before=GRACE, after=None), "<@U01ADA> relieved <@U02GRACE> as *Scribe* of SEV-1."),
        (entry("handoff", before=GRACE, after=ADA), "<@U01ADA> took over from <@U02GRACE> as *Scribe*."),
        (entry("handoff_declined"), "<@U01ADA> declined to take over as *Scribe* of SEV-1. You still are."),
    ],
)
def test_each_change_of_hands_is_a_sentence(said: TimelineEntry, sentence: str) -> None:
    said.data = {**said.data, "role": "scribe"}
    line = role_views.line(PLAIN, incident(), said)
    assert line == sentence
    assert message_problems([kit.section(line)]) == []


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=-5), "0 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=3, minutes=5), "3 h 5 min"),
        (timedelta(days=2, hours=1, minutes=9), "2 d 1 h"),
    ],
)
def test_a_length_of_time_is_told_in_its_two_largest_units(length: timedelta, words: str) -> None:
    assert briefs.duration(length) == words
