"""What follows where an action item and its issue are not the same any more: a three-way comparison, field by field. Pure.

Both sides are compared with how each was when they were last settled. A value is written as the tracker would have it:
a state, `user:U02GRACE` (or `account:…` for whom Slack does not know), a date, a title; empty for nobody and no date.
`docs/jira.md` holds the table of all this, and the tests take it from there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.integrations.tracker import Field
from bot.remediation.model import ItemState

CLOSED = frozenset({ItemState.DONE.value, ItemState.WONT_DO.value})
STRANGER = "account:"
"""What the value of an assignee begins with whom Slack does not know."""


class Outcome(StrEnum):
    """What becomes of one field."""

    SAME = "same"
    PUSH = "push"
    """The tracker gets Slack's value."""
    TAKE = "take"
    """Slack gets the tracker's value."""
    KEEP = "keep"
    """Each side keeps its own."""


class Told(StrEnum):
    """What people are told about it, besides what changed."""

    BOTH = "both"
    """Both sides had changed it, and Slack's value was kept."""
    EVIDENCE = "evidence"
    """It is done there, and to be proven here."""
    STRANGER = "stranger"
    """Somebody got it there whom Slack does not know."""
    OWNER = "owner"
    """It has no assignee there any more; its owner stays."""
    DUE = "due"
    """It has no due date there any more; the one here stays."""


@dataclass(frozen=True)
class Settled:
    """How a field was on each side when it was last settled."""

    ours: str
    theirs: str


@dataclass(frozen=True)
class Verdict:
    """What becomes of one field, and what people are told of it."""

    outcome: Outcome
    told: Told | None = None


SAME = Verdict(Outcome.SAME)
PUSH = Verdict(Outcome.PUSH)
TAKE = Verdict(Outcome.TAKE)
KEEP = Verdict(Outcome.KEEP)


def verdicts(
    fields: Iterable[Field],
    settled: Mapping[Field, Settled],
    ours: Mapping[Field, str],
    theirs: Mapping[Field, str],
    *,
    is_to_be_proven: bool,
) -> dict[Field, Verdict]:
    """What becomes of each field. One that was never settled belongs to an issue that was just linked."""
    return {
        each: verdict(each, settled.get(each), ours[each], theirs[each], is_to_be_proven=is_to_be_proven)
        for each in fields
    }


def verdict(field: Field, settled: Settled | None, ours: str, theirs: str, *, is_to_be_proven: bool) -> Verdict:
    """What becomes of one field. `is_to_be_proven`: whether the item can't be done without evidence, and has none."""
    if ours == theirs:
        return SAME
    if settled is None:
        return _first_met(field, ours, theirs, is_to_be_proven=is_to_be_proven)
    if theirs == settled.theirs:
        return SAME if ours == settled.ours else PUSH
    if field is Field.STATUS:
        return _status(None if ours == settled.ours else ours, ours, theirs, is_to_be_proven=is_to_be_proven)
    if ours != settled.ours:
        return Verdict(Outcome.PUSH, Told.BOTH)
    if field is Field.ASSIGNEE and not theirs:
        return Verdict(Outcome.KEEP, Told.OWNER)
    if field is Field.ASSIGNEE and theirs.startswith(STRANGER):
        return Verdict(Outcome.KEEP, Told.STRANGER)
    if field is Field.DUE and not theirs:
        return Verdict(Outcome.KEEP, Told.DUE)
    return TAKE


def _status(changed: str | None, ours: str, theirs: str, *, is_to_be_proven: bool) -> Verdict:
    """The tracker changed it; `changed` is what Slack made of it, if it did too. Closed wins over open."""
    if changed in CLOSED:
        return PUSH
    if theirs in CLOSED:
        is_unproven = theirs == ItemState.DONE and is_to_be_proven
        return Verdict(Outcome.KEEP, Told.EVIDENCE) if is_unproven else TAKE
    if changed is not None:
        return TAKE if theirs == ItemState.IN_PROGRESS else PUSH  # further along wins
    return TAKE if ours in CLOSED or theirs == ItemState.IN_PROGRESS else KEEP  # who began here has begun


def _first_met(field: Field, ours: str, theirs: str, *, is_to_be_proven: bool) -> Verdict:
    """They were just linked: what one side lacks it gets from the other; nobody's words are written over."""
    if field is Field.STATUS:
        return _status(ours, ours, theirs, is_to_be_proven=is_to_be_proven)
    if field is Field.TITLE:
        return KEEP
    if not theirs:
        return PUSH
    if ours or theirs.startswith(STRANGER):
        return Verdict(Outcome.KEEP, Told.STRANGER) if theirs.startswith(STRANGER) else KEEP
    return TAKE
