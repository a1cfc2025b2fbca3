import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack import text
from tests.anytext.hostile import hostile
from tests.slack.samples import SAMPLE

LIMITS = st.integers(1, 200)
ENTITY_OR_NONE = re.compile(r"&(?!amp;|lt;|gt;)")


def shown(escaped: str) -> str:
    """What a reader sees of escaped text."""
    return escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@SAMPLE
@given(hostile)
def test_escaped_text_shows_as_it_is_and_holds_nothing_alive(typed: str) -> None:
    escaped = text.escape(typed)
    assert "<" not in escaped
    assert ">" not in escaped
    assert shown(escaped) == typed


@SAMPLE
@given(hostile)
def test_stored_text_shows_nothing_invisible_and_can_be_written_down(typed: str) -> None:
    stored = text.plain(typed)
    assert not text.INVISIBLE.search(stored)
    assert "\r" not in stored
    assert stored == stored.strip()
    stored.encode()


@SAMPLE
@given(hostile)
def test_stored_text_that_slack_sends_back_escaped_is_the_same_text(typed: str) -> None:
    stored = text.plain(typed)
    assert text.plain(text.escape(stored)) == stored


@SAMPLE
@given(hostile)
def test_one_line_has_no_breaks_and_single_spaces(typed: str) -> None:
    line = text.one_line(typed)
    assert line == " ".join(line.split())


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (None, ""),
        ("  down  ", "down"),
        ("ask <@U02GRACE|grace>", "ask @grace"),
        ("ask <@U02GRACE>", "ask @U02GRACE"),
        ("in <#C01GENERAL|general>", "in #general"),
        ("<!here> and <!channel>", "@here and @channel"),
        ("<!subteam^S01ENGINEERS|@engineers>", "@engineers"),
        ("<!subteam^S01ENGINEERS>", "@subteam"),
        ("see <https://example.com/a>", "see https://example.com/a"),
        ("see <https://example.com/a|example.com/a>", "see https://example.com/a"),
        ("see <https://evil.example|your bank>", "see your bank (https://evil.example)"),
        ("a &lt; b &amp;&amp; c", "a < b && c"),
        ("&amp;lt;", "&lt;"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a\u202eb\u200bc\x00d", "abcd"),
        ("\ud83d", "\ufffd"),
    ],
)
def test_plain_text_is_what_one_reads(typed: str | None, read: str) -> None:
    assert text.plain(typed) == read


@pytest.mark.parametrize(("some", "units"), [("", 0), ("abc", 3), ("é", 1), ("🔥", 2), ("\ud83d", 1)])
def test_length_counts_utf_16_units(some: str, units: int) -> None:
    assert text.length(some) == units


@SAMPLE
@given(hostile, LIMITS)
def test_clipped_text_keeps_its_limit_its_beginning_and_itself_when_it_fits(some: str, limit: int) -> None:
    clipped = text.clip(some, limit)
    assert text.length(clipped) <= limit
    assert clipped == some or (clipped.endswith("…") and some.startswith(clipped[:-1]))
    assert clipped == some or text.length(some) > limit
    assert text.clip(clipped, limit) == clipped


@SAMPLE
@given(hostile, LIMITS)
def test_clipped_mrkdwn_keeps_its_limit_and_cuts_no_entity(some: str, limit: int) -> None:
    clipped = text.mrkdwn(some, limit)
    assert text.length(clipped) <= limit
    assert not ENTITY_OR_NONE.search(clipped)
    assert "<" not in clipped
    assert clipped == text.escape(some) or text.length(text.escape(some)) > limit


@SAMPLE
@given(hostile, st.integers(0, 80))
def test_a_slug_is_part_of_a_channels_name(some: str, limit: int) -> None:
    slug = text.slug(some, limit)
    assert re.fullmatch(r"([a-z0-9]+(-[a-z0-9]+)*)?", slug)
    assert len(slug) <= limit
    assert text.slug(slug, limit) == slug


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Checkout is down!", "checkout-is-down"),
        ("Größe & Café", "groe-cafe"),
        ("checkout is terribly slow", "checkout-is"),
        ("unbreakablyunbreakable", "unbreakablyunbrea"),
        ("決済", ""),
    ],
)
def test_a_slug_ends_at_a_word_where_one_ends(title: str, slug: str) -> None:
    assert text.slug(title, 17) == slug


@SAMPLE
@given(hostile, hostile)
def test_a_link_stays_one_link(address: str, label: str) -> None:
    assert re.fullmatch(r"<[^<>|]*\|[^<>|]*>", text.link(address, label), re.DOTALL)


@pytest.mark.parametrize(
    ("some", "is_visible"), [("a", True), ("🔥", True), ("", False), (" \u200b\u3000\u0301", False)]
)
def test_visible_text_is_what_a_reader_sees_something_of(some: str, is_visible: bool) -> None:
    assert text.visible(some) is is_visible


@pytest.mark.parametrize(
    ("typed", "people", "groups"),
    [
        ("to <@U02GRACE|grace> and <@U03LINUS>, <@U02GRACE>", ("U02GRACE", "U03LINUS"), ()),
        ("<@W0GRID> <!subteam^S01ENG|@engineers> <!subteam^S02>", ("W0GRID",), ("S01ENG", "S02")),
        ("@grace <!channel> <#C01GENERAL>", (), ()),
        ("", (), ()),
    ],
)
def test_who_is_mentioned_is_found_once_and_in_order(
    typed: str, people: tuple[str, ...], groups: tuple[str, ...]
) -> None:
    assert (text.mentioned_users(typed), text.mentioned_groups(typed)) == (people, groups)


@pytest.mark.parametrize(
    ("typed", "address", "rest"),
    [
        ("https://meet.example/x?a=1&amp;b=2 Bridge two", "https://meet.example/x?a=1&b=2", " Bridge two"),
        (" <https://meet.example/x|meet.example/x>the call", "https://meet.example/x", "the call"),
        ("<https://meet.example/x>", "https://meet.example/x", ""),
        ("HTTPS://meet.example", "HTTPS://meet.example", ""),
        ("join https://meet.example", "", "join https://meet.example"),
        ("javascript:alert(1)", "", "javascript:alert(1)"),
        ("", "", ""),
    ],
)
def test_the_link_a_text_begins_with_is_found(typed: str, address: str, rest: str) -> None:
    assert text.leading_link(typed) == (address, rest)


def test_people_are_mentioned_and_machines_are_named() -> None:
    assert [text.author(each) for each in ("U1", "W1", "sevbot", "B1", "")] == [
        "<@U1>", "<@W1>", "Sevbot", "an app", "an app",
    ]  # fmt: skip


def test_a_time_is_a_date_token_with_a_fallback() -> None:
    moment = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
    assert text.when(moment) == "<!date^1795264200^{date_short_pretty} {time}|2026-11-21 12:30 UTC>"
