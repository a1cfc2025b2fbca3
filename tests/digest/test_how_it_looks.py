"""Whatever a digest tells, it is one message that Slack takes, and nothing in it can be made to speak."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config
from bot.config.digests import PARTS
from bot.digest import figures, forms, listing, stat_views, views
from bot.digest.asking import Asked
from bot.digest.backlog import OwedItem, OwnersShare
from bot.digest.content import Content, Week
from bot.digest.figures import Sev, Span
from bot.digest.model import DigestSubscription
from bot.digest.stats import Account
from bot.incidents.model import Incident
from bot.playground.blockkit import message_problems, view_problems
from bot.slack.templates import Texts
from bot.slack.text import clip, length
from tests.anytext.hostile import hostile
from tests.incidents.pictures import LARGEST, NOON, PLAIN, incidents
from tests.incidents.test_how_it_looks import is_harmless
from tests.processes import CONFIG
from tests.slack.samples import FEW

TODAY = NOON.date()
TEXTS = Texts(CONFIG)
SPANS = tuple(figures.weeks(TODAY, 9, "UTC"))
configs = st.sampled_from((PLAIN, LARGEST))
owners = st.sampled_from((("U06BARBARA", None), (None, "team-0"), (None, "gone"), (None, None)))
days = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """A digest's content, as long as its lists may be."""
    seen: list[Incident] = [draw(incidents(PLAIN))] * draw(st.sampled_from((0, 1, 10)))
    item = OwedItem("SEV-1/1", clip(draw(hostile), 200), *draw(owners), draw(days), "item:1")
    items = [item] * draw(st.integers(0, 5))
    shares = tuple(OwnersShare(*draw(owners), draw(st.integers(1, 9000)), draw(days)) for _ in items)
    sevs = tuple(
        Sev(number=number, severity=f"SEV{number % 10}", declared_at=NOON - timedelta(days=number),
            detected_at=NOON - timedelta(days=number), mitigated_at=NOON, was_reopened=number % 2 == 0)
        for number in range(draw(st.integers(0, 60)))
    )  # fmt: skip
    many = draw(st.integers(0, 10_000))
    return Content(
        now=NOON, today=TODAY, open=tuple(seen), number_open=len(seen) + many, number_open_private=many,
        commanders={1: "U06BARBARA"}, over=tuple(seen), number_over=many, late_updates=tuple(seen[:5]),
        number_of_late_updates=many, unled=tuple(seen[:5]), number_unled=many, overdue=tuple(items), shares=shares,
        upcoming=tuple(items), number_upcoming=many, number_unowned=many, number_of_the_departed=many,
        week=Week(SPANS, sevs, tuple(range(9))),
    )  # fmt: skip


def framing(about: str) -> views.Framing:
    return views.Framing(
        title="Weekly digest",
        about=about,
        what=PARTS,
        zone="UTC",
        late="08:30",
        since="yesterday",
        file_id="F1",
        alt_text="SEVs per week",
    )


@FEW
@given(configs, contents(), hostile)
def test_slack_takes_every_digest_as_one_message(config: Config, content: Content, about: str) -> None:
    shown = views.digest(config, content, framing(about), TEXTS)
    assert [each for each in message_problems(shown) if "slack_file" not in each] == []
    assert len(shown) <= 50
    assert is_harmless([block for block in shown if block["type"] != "image"])
    text = views.text(content, framing(about))
    assert length(text) <= 4000
    assert is_harmless(text)


def test_what_there_is_too_much_of_is_cut_and_said_where_it_is() -> None:
    many = tuple(Incident(id=each, number=each, title="<&>" * 50, severity="SEV1", status="investigating", is_private=False,
                          is_drill=False, declared_at=NOON, declared_by="U01ADA", channel_trouble="")
                 for each in range(1, 11))  # fmt: skip
    content = Content(now=NOON, today=TODAY, open=many, number_open=812, week=Week(SPANS, (), (0,) * 9))
    (section,) = [block for block in views.digest(PLAIN, content, framing(""), TEXTS) if "Open SEVs" in str(block)]
    lines = section["text"]["text"].splitlines()
    assert lines[0] == ":rotating_light: *Open SEVs: 812*  `/sev list open`"
    assert lines[-1] == "… and 802 more open: `/sev list open`"
    assert length(section["text"]["text"]) <= 3000


@FEW
@given(configs, st.lists(hostile, max_size=3), hostile)
def test_slack_takes_every_list_of_digests_and_every_form(config: Config, keys: list[str], zone: str) -> None:
    subscription = DigestSubscription(
        id=1, key="slack:1", place="C1", rhythm="daily", at=datetime.min.time(), days=["mon", "fri"], time_zone=clip(zone, 64),
        teams=keys, workflows=keys, what=list(PARTS), picture="sevs", skip_when_empty=True, grace_seconds=1, trouble=zone[:300],
        next_due_at=NOON,
    )  # fmt: skip
    shown = listing.digests(config, [(subscription, None)] * 5)
    assert message_problems(shown) == []
    assert is_harmless(shown)
    for present in (None, subscription):
        assert view_problems(forms.subscribe(config, "C1", clip(zone, 64), present=present)) == []
    assert view_problems(forms.saved(subscription)) == []


@FEW
@given(configs, st.integers(0, 40), st.integers(1, 366))
def test_slack_takes_all_figures(config: Config, count: int, of_days: int) -> None:
    sevs = tuple(
        Sev(number=number, severity="SEV1", workflows=tuple(f"w-{each}" for each in range(number)), is_private=number == 3,
            started_at=NOON - timedelta(days=number), declared_at=NOON - timedelta(days=number), mitigated_at=NOON,
            detected_at=NOON - timedelta(days=number), acknowledged_at=NOON, resolved_at=NOON)
        for number in range(count)
    )  # fmt: skip
    span = Span(NOON - timedelta(days=of_days), NOON)
    found = Account(Asked(days=of_days, team="team-0"), span, "UTC", sevs=sevs, before=sevs, overdue=count)
    assert message_problems(stat_views.account(config, found)) == []


@pytest.mark.parametrize(
    ("days_chosen", "said"),
    [
        (["mon", "tue", "wed", "thu", "fri"], "Mon to Fri"),
        (["sun", "mon"], "Mon, Sun"),
        (["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "every day"),
    ],
)
def test_days_are_said_in_few_words(days_chosen: list[str], said: str) -> None:
    assert listing.days_text(days_chosen) == said


def test_a_company_can_begin_and_end_its_digests_otherwise(tmp_path: Path) -> None:
    own = tmp_path / "templates" / "digest"
    own.mkdir(parents=True)
    (own / "head.j2").write_text(
        "Good morning, {{ about or 'everybody' }}. <https://wiki.example.com|How to read this>"
    )
    (own / "foot.j2").write_text("")
    content = Content(now=NOON, today=TODAY, week=Week(SPANS, (), (0,) * len(SPANS)))
    shown = [str(each) for each in views.digest(PLAIN, content, framing("<!here>"), Texts(tmp_path))]
    assert "Good morning, &lt;!here&gt;. <https://wiki.example.com|How to read this>" in shown[1]
    assert "shows more figures" not in "".join(shown)
    (own / "head.j2").write_text("{{ nobody_knows_this }}")
    assert "About &lt;!here&gt;. Drills and private SEVs are left out." in str(
        views.digest(PLAIN, content, framing("<!here>"), Texts(tmp_path))[1]
    )
