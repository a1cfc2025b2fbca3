"""What a typed line says of an item: its title, and what stands beside it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import load
from bot.errors import Refused
from bot.remediation.drafts import NOBODY, Draft, Owner, drafted
from bot.remediation.model import ITEM_TITLE_LIMIT, ItemKind, Priority
from bot.slack.text import length
from tests.anytext.hostile import hostile
from tests.processes import CONFIG

CONFIGURED = load(CONFIG)
TODAY = date(2026, 11, 26)
GRACE = Owner(user="U02GRACE")
FRIDAY = date(2026, 11, 27)
READ = {
    "add a breaker": Draft(title="add a breaker"),
    "add a breaker <@U02GRACE|grace> P1 due friday detect": Draft(
        title="add a breaker", owner=GRACE, priority=Priority.P1, due_on=FRIDAY, kind=ItemKind.DETECT
    ),
    "<@U02GRACE> P3: add a breaker, due by 2026-12-24.": Draft(
        title="add a breaker", owner=GRACE, priority=Priority.P3, due_on=date(2026, 12, 24)
    ),
    "add a breaker @payments": Draft(title="add a breaker", owner=Owner(team="payments")),
    "add a breaker #mitigate": Draft(title="add a breaker", kind=ItemKind.MITIGATE),
    "prevent double charges": Draft(title="prevent double charges"),
    "improve the release process @payments": Draft(title="improve the release process", owner=Owner(team="payments")),
    "ask <@U02GRACE|grace> for the runbook": Draft(title="ask @grace for the runbook"),
    "say what is due": Draft(title="say what is due"),
}


@pytest.mark.parametrize("line", READ)
def test_what_stands_at_its_ends_is_no_part_of_the_title(line: str) -> None:
    assert drafted(line, config=CONFIGURED, today=TODAY) == READ[line]


def test_what_is_said_twice_is_a_part_of_the_title_once() -> None:
    found = drafted("raise P2 p1", config=CONFIGURED, today=TODAY)
    assert (found.title, found.priority) == ("raise P2", Priority.P1)


@pytest.mark.parametrize(
    "line", ["", "  ", "@payments", "P1", "x @nobody", "x due 2020-01-01", "x due 2026-13-45", "x" * 201]
)
def test_what_is_no_item_is_refused_with_a_sentence(line: str) -> None:
    with pytest.raises(Refused) as refusal:
        drafted(line, config=CONFIGURED, today=TODAY)
    assert refusal.value.sentence.endswith((".", "`."))


@given(hostile, st.sampled_from(["", " P1", " due friday", " @payments", " #detect"]))
def test_any_text_is_an_item_that_fits_or_is_refused(text: str, after: str) -> None:
    try:
        found = drafted(text + after, config=CONFIGURED, today=TODAY)
    except Refused:
        return
    assert 0 < length(found.title) <= ITEM_TITLE_LIMIT
    assert found.owner == NOBODY or found.owner.user or found.owner.team
