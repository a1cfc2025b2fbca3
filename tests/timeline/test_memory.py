"""What was seen lately is remembered within bounds, in its newest version, and what was deleted does not come back."""

from hypothesis import given
from hypothesis import strategies as st

from bot.timeline.memory import OVERHEAD, Memory
from bot.timeline.said import Said, earlier, order, read


def said(ts: str, text: str = "x", *, edited: str = "") -> Said:
    return Said(channel_id="C1", ts=ts, text=text, edited=edited)


def test_what_was_said_longest_ago_is_forgotten_first() -> None:
    memory = Memory(messages=2)
    for ts in ("1.0", "2.0", "3.0"):
        memory.remember(said(ts))
    assert [memory.recall("C1", ts) is not None for ts in ("1.0", "2.0", "3.0")] == [False, True, True]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 300)), max_size=60))
def test_it_never_holds_more_than_it_may(messages: list[tuple[int, int]]) -> None:
    memory = Memory(messages=5, characters=3 * OVERHEAD + 300)
    for number, length in messages:
        memory.remember(said(f"{number}.0", "x" * length))
        held = [found for each in range(10) if (found := memory.recall("C1", f"{each}.0"))]
        assert len(held) <= 5
        assert sum(OVERHEAD + len(each.text) for each in held) <= 3 * OVERHEAD + 300
        assert memory._size == sum(OVERHEAD + len(each.text) for each in held)


def test_an_older_version_does_not_replace_a_newer_one() -> None:
    memory = Memory()
    memory.remember(said("1.0", "second", edited="2.000000"))
    memory.remember(said("1.0", "first"))
    assert memory.recall("C1", "1.0") == said("1.0", "second", edited="2.000000")
    memory.remember(said("1.0", "third", edited="10.000000"))
    assert memory.recall("C1", "1.0") == said("1.0", "third", edited="10.000000")


def test_what_was_deleted_does_not_come_back() -> None:
    memory = Memory()
    memory.forget("C1", "1.0")
    memory.remember(said("1.0"))
    assert memory.recall("C1", "1.0") is None
    assert memory.is_deleted("C1", "1.0")
    assert not memory.is_deleted("C1", "2.0")


def test_a_message_without_words_says_what_its_attachment_says() -> None:
    message = {"ts": "1.000000", "bot_id": "B1", "attachments": [{"fallback": "build &lt;42&gt; failed"}]}
    found = read("C1", message)
    assert (found.author, found.text, found.thread_ts) == ("B1", "build <42> failed", None)


def test_only_a_reply_has_a_thread() -> None:
    assert read("C1", {"ts": "1.0", "thread_ts": "1.0"}).thread_ts is None
    assert read("C1", {"ts": "2.0", "thread_ts": "1.0"}).thread_ts == "1.0"


def test_slacks_times_are_compared_as_numbers() -> None:
    assert order("") < order("9.000000") < order("10.000000") < order("10.000001")
    assert earlier("1700000000.000100", 60) == "1699999940.000100"
    assert earlier("", 60) == "0.000000"
