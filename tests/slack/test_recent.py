"""What was done last in one place, in bounded memory."""

from bot.slack.recent import Turns


def test_a_turn_is_over_once_something_was_done_later_in_the_same_place() -> None:
    turns = Turns()
    first, elsewhere = turns.take("V1"), turns.take("V2")
    assert not turns.is_over("V1", first)
    second = turns.take("V1")
    assert turns.is_over("V1", first)
    assert not turns.is_over("V1", second)
    assert not turns.is_over("V2", elsewhere)


def test_the_places_least_lately_used_are_forgotten() -> None:
    turns = Turns()
    turns.take("V1")
    for number in range(Turns.LIMIT):
        turns.take(f"W{number}")
    assert turns.take("V1") == 1
    assert len(turns._last) == Turns.LIMIT
