"""What follows from an attempt's outcome. Pure: the same outcome, count and time always give the same decision."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.config import Delivery
from bot.errors import Blame, CallFailed, OutcomeUnknown, Permanent, Temporary
from bot.outbox.kinds import Nature, Skip
from bot.outbox.model import State

LONGEST_BACKOFF = timedelta(minutes=1)
LONGEST_OPERATOR_BACKOFF = timedelta(minutes=15)


@dataclass(frozen=True)
class Decision:
    """The row's next state, when it is due (a dead row: when it is tried again by itself, if ever), and why."""

    state: State
    due_at: datetime | None = None
    reason: str | None = None


def decide(
    outcome: Skip | CallFailed | None,
    *,
    nature: Nature,
    looking: bool,
    attempts: int,
    queued_at: datetime,
    now: datetime,
    rules: Delivery,
    jitter: float,
) -> Decision:
    """Decide on a row after its `attempts`-th try (1 for the first).

    `outcome` is None for success. `looking` says whether the try began with the question whether an earlier one had
    worked: then that question stays open until it is answered. `jitter` (0..1) spreads retries over half their delay.
    All times are machine time.
    """
    if outcome is None:
        return Decision(State.SENT)
    if isinstance(outcome, Skip):
        return Decision(State.SKIPPED, reason=outcome.reason)
    if isinstance(outcome, OutcomeUnknown) and nature is Nature.AT_MOST_ONCE:
        return Decision(State.SKIPPED, reason=f"{outcome}; it may have arrived and is never repeated")
    is_over = now - queued_at >= rules.give_up_after
    if isinstance(outcome, Permanent):
        may_be_mended = outcome.blame is Blame.OPERATOR and not is_over
        pause = backoff(attempts, rules, operators=True, jitter=jitter)
        return Decision(State.DEAD, due_at=now + pause if may_be_mended else None, reason=str(outcome))
    if is_over:
        return Decision(State.DEAD, reason=f"{outcome}; given up")
    asked = outcome.retry_after if isinstance(outcome, Temporary) else None
    ambiguous = nature is Nature.FINDABLE and (looking or isinstance(outcome, OutcomeUnknown))
    return Decision(
        State.AMBIGUOUS if ambiguous else State.PENDING,
        due_at=now + (asked or backoff(attempts, rules, jitter=jitter)),
        reason=str(outcome),
    )


def backoff(attempts: int, rules: Delivery, *, operators: bool = False, jitter: float = 0.0) -> timedelta:
    """The pause after the `attempts`-th failure: doubling from the configured start to a ceiling, with jitter."""
    start, ceiling = (
        (rules.operator_backoff, LONGEST_OPERATOR_BACKOFF) if operators else (rules.backoff, LONGEST_BACKOFF)
    )
    pause: timedelta = min(start * 2 ** min(attempts - 1, 20), max(ceiling, start))
    return pause * (1 - 0.5 * jitter)
