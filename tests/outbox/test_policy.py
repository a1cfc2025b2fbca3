"""What follows from an attempt's outcome: tables, and what must hold for all of them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Delivery
from bot.errors import Blame, CallFailed, OutcomeUnknown, Permanent, Temporary
from bot.outbox.kinds import Nature, Skip
from bot.outbox.model import State
from bot.outbox.policy import LONGEST_BACKOFF, LONGEST_OPERATOR_BACKOFF, Decision, backoff, decide
from tests.outbox.clocks import NOON

RULES = Delivery()
BUSY = Temporary("service_unavailable")
LOST = OutcomeUnknown("connection_failed")
NO_SCOPE = Permanent("missing_scope", blame=Blame.OPERATOR)
NO_CHANNEL = Permanent("channel_not_found", blame=Blame.GONE)
BAD_BLOCKS = Permanent("invalid_blocks", blame=Blame.OURS)

IDEMPOTENT, FINDABLE, AT_MOST_ONCE = Nature.IDEMPOTENT, Nature.FINDABLE, Nature.AT_MOST_ONCE
PENDING, AMBIGUOUS, SENT, SKIPPED, DEAD = State.PENDING, State.AMBIGUOUS, State.SENT, State.SKIPPED, State.DEAD

Outcome = Skip | CallFailed | None


def decided(
    outcome: Outcome,
    *,
    nature: Nature = FINDABLE,
    looking: bool = False,
    attempts: int = 1,
    waited: timedelta = timedelta(),
    jitter: float = 0.0,
) -> Decision:
    """The decision on a row that has waited so long."""
    return decide(
        outcome, nature=nature, looking=looking, attempts=attempts, queued_at=NOON - waited, now=NOON, rules=RULES,
        jitter=jitter,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "natures"),
    [
        # (idempotent, findable, findable while looking, at most once)
        (None, (SENT, SENT, SENT, SENT)),
        (Skip("it has a channel"), (SKIPPED, SKIPPED, SKIPPED, SKIPPED)),
        (BUSY, (PENDING, PENDING, AMBIGUOUS, PENDING)),
        (LOST, (PENDING, AMBIGUOUS, AMBIGUOUS, SKIPPED)),
        (NO_SCOPE, (DEAD, DEAD, DEAD, DEAD)),
        (NO_CHANNEL, (DEAD, DEAD, DEAD, DEAD)),
        (BAD_BLOCKS, (DEAD, DEAD, DEAD, DEAD)),
    ],
    ids=str,
)
def test_each_outcome_leads_to_one_state_by_the_kinds_nature(
    outcome: Outcome, natures: tuple[State, State, State, State]
) -> None:
    cases = [(IDEMPOTENT, False), (FINDABLE, False), (FINDABLE, True), (AT_MOST_ONCE, False)]
    assert tuple(decided(outcome, nature=nature, looking=looking).state for nature, looking in cases) == natures


def test_what_an_operator_may_mend_is_tried_again_by_itself() -> None:
    assert decided(NO_SCOPE).due_at == NOON + timedelta(seconds=30)


@pytest.mark.parametrize("outcome", [NO_CHANNEL, BAD_BLOCKS], ids=str)
def test_what_nobody_can_mend_waits_for_a_person(outcome: Permanent) -> None:
    assert decided(outcome) == Decision(DEAD, reason=str(outcome))


@pytest.mark.parametrize("outcome", [BUSY, LOST, NO_SCOPE], ids=str)
def test_after_a_day_it_is_given_up(outcome: CallFailed) -> None:
    day = RULES.give_up_after
    assert decided(outcome, waited=day - timedelta(seconds=1)).due_at is not None
    given_up = decided(outcome, waited=day)
    assert (given_up.state, given_up.due_at) == (DEAD, None)


def test_slacks_wish_to_wait_is_respected_to_the_second() -> None:
    asked = Temporary("ratelimited", retry_after=timedelta(seconds=42))
    assert decided(asked, attempts=9, jitter=1.0).due_at == NOON + timedelta(seconds=42)


@pytest.mark.parametrize(
    ("operators", "seconds"),
    [(False, [1, 2, 4, 8, 16, 32, 60, 60]), (True, [30, 60, 120, 240, 480, 900, 900, 900])],
)
def test_pauses_double_up_to_a_ceiling(operators: bool, seconds: list[int]) -> None:
    pauses = [backoff(attempts, RULES, operators=operators) for attempts in range(1, 9)]
    assert [pause.total_seconds() for pause in pauses] == seconds


def test_a_reason_is_always_kept_but_for_success() -> None:
    assert decided(None).reason is None
    assert decided(BUSY).reason == "service_unavailable"
    assert decided(Skip("it has a channel")).reason == "it has a channel"


failures = st.sampled_from([BUSY, LOST, NO_SCOPE, NO_CHANNEL, BAD_BLOCKS])
natures = st.sampled_from(list(Nature))
attempt_counts = st.integers(1, 10_000)
waits = st.timedeltas(timedelta(), timedelta(days=3))
jitters = st.floats(0, 1)


@given(failures, st.tuples(natures, st.booleans()), attempt_counts, waits, jitters)
def test_nothing_is_due_before_now_and_nothing_waits_without_an_end(
    outcome: CallFailed, kind: tuple[Nature, bool], attempts: int, waited: timedelta, jitter: float
) -> None:
    nature, looking = kind
    decision = decided(outcome, nature=nature, looking=looking, attempts=attempts, waited=waited, jitter=jitter)
    if decision.state in (PENDING, AMBIGUOUS):
        assert decision.due_at is not None
        assert waited < RULES.give_up_after
    if decision.due_at is not None:
        assert NOON < decision.due_at <= NOON + LONGEST_OPERATOR_BACKOFF


@given(st.sampled_from([BUSY, LOST]), attempt_counts, jitters)
def test_a_question_whether_it_was_done_stays_open_until_it_is_answered(
    outcome: CallFailed, attempts: int, jitter: float
) -> None:
    assert decided(outcome, looking=True, attempts=attempts, jitter=jitter).state is AMBIGUOUS


@given(st.booleans(), attempt_counts, waits)
def test_what_may_never_be_doubled_is_never_repeated_after_an_unknown_outcome(
    looking: bool, attempts: int, waited: timedelta
) -> None:
    decision = decided(LOST, nature=AT_MOST_ONCE, looking=looking, attempts=attempts, waited=waited)
    assert (decision.state, decision.due_at) == (SKIPPED, None)


@given(attempt_counts, st.booleans(), jitters)
def test_jitter_takes_at_most_half_of_a_pause_that_never_shrinks_with_tries(
    attempts: int, operators: bool, jitter: float
) -> None:
    whole = backoff(attempts, RULES, operators=operators)
    assert whole / 2 <= backoff(attempts, RULES, operators=operators, jitter=jitter) <= whole
    assert whole <= backoff(attempts + 1, RULES, operators=operators)
    assert whole <= (LONGEST_OPERATOR_BACKOFF if operators else LONGEST_BACKOFF)
