"""Two sides that are changed apart are brought together as the table in docs/jira.md says, and come to rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.integrations.tracker import Field
from bot.remediation.tracking_rules import Outcome, Settled, Told, verdict
from tests.remediation.conflicts import Row, rows

VALUES: dict[Field, list[str]] = {
    Field.STATUS: ["open", "in_progress", "done", "wont_do"],
    Field.ASSIGNEE: ["", "user:U02GRACE", "user:U01ADA", "account:stranger"],
    Field.DUE: ["", "2026-12-10", "2026-12-20"],
    Field.TITLE: ["old", "mine", "theirs"],
}


def value(field: Field, text: str) -> str:
    """A value of the table as the rules write it."""
    if field is not Field.ASSIGNEE or not text:
        return text
    return f"account:{text}" if text == "stranger" else f"user:{text}"


def settled(field: Field, text: str | None) -> Settled | None:
    return None if text is None else Settled(value(field, text), value(field, text))


@pytest.mark.parametrize("row", rows(), ids=str)
def test_every_row_of_the_table_holds(row: Row) -> None:
    ours, theirs = value(row.field, row.slack), value(row.field, row.jira)
    found = verdict(row.field, settled(row.field, row.last), ours, theirs, is_to_be_proven=row.is_to_be_proven)
    then = {
        Outcome.SAME: (ours, theirs),
        Outcome.KEEP: (ours, theirs),
        Outcome.PUSH: (ours, ours),
        Outcome.TAKE: (theirs, theirs),
    }[found.outcome]
    assert then == (value(row.field, row.then_slack), value(row.field, row.then_jira))
    assert (found.told or "") == row.told


def test_the_table_speaks_of_every_field_and_of_everything_that_is_told() -> None:
    assert {row.field for row in rows()} == set(Field)
    assert {row.told for row in rows()} == {"", *Told}
    assert len(set(map(str, rows()))) == len(rows())


@st.composite
def meetings(draw: st.DrawFn) -> tuple[Field, Settled | None, str, str, bool]:
    field = draw(st.sampled_from(Field))
    one = st.sampled_from(VALUES[field])
    ours = one.filter(lambda each: not each.startswith("account:"))
    last = draw(st.none() | st.builds(Settled, ours, one))
    return field, last, draw(ours), draw(one), draw(st.booleans())


@given(meetings())
def test_what_was_settled_stays_settled(meeting: tuple[Field, Settled | None, str, str, bool]) -> None:
    """Whatever came together: once it is settled, nothing is left to do or to tell, however often it is looked at."""
    field, last, ours, theirs, is_to_be_proven = meeting
    found = verdict(field, last, ours, theirs, is_to_be_proven=is_to_be_proven)
    ours = theirs if found.outcome is Outcome.TAKE else ours
    theirs = ours if found.outcome is Outcome.PUSH else theirs
    again = verdict(field, Settled(ours, theirs), ours, theirs, is_to_be_proven=is_to_be_proven)
    assert (again.outcome, again.told) == (Outcome.SAME, None)


@given(meetings())
def test_an_item_is_never_left_to_nobody_nor_without_a_date_nor_unproven(
    meeting: tuple[Field, Settled | None, str, str, bool],
) -> None:
    field, last, ours, theirs, is_to_be_proven = meeting
    found = verdict(field, last, ours, theirs, is_to_be_proven=is_to_be_proven)
    if found.outcome is not Outcome.TAKE:
        return
    if field in (Field.ASSIGNEE, Field.DUE):
        assert theirs
        assert not theirs.startswith("account:")
    assert not (field is Field.STATUS and theirs == "done" and is_to_be_proven)
