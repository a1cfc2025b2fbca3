"""Reading and writing the ledger of one subject. Its row is locked, so what is read here is what counts."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bot.nudges.deciding import NUDGES, PAGE, Case, Decision, Pause, Reason, Said, Step
from bot.nudges.model import Nudge, NudgePause, Progress
from bot.nudges.subjects import Act
from bot.outbox.model import OutboxMessage, State

NOT_WORTH_NOTING = frozenset({Reason.NOT_YET, Reason.ON_ITS_WAY})
"""They follow from what the ledger holds already."""
SAID = frozenset({Progress.WAITING, Progress.ASKED, Progress.DELIVERED, Progress.FAILED})


class Ledger:
    """What was decided about a subject: of its present cases all, of former ones what has not ended yet."""

    def __init__(self, session: Session, subject: str, cases: Iterable[Case], *, to_write: bool = True) -> None:
        self._session = session
        self._subject = subject
        cases = tuple(cases)
        self._present = {(case.rule, case.key) for case in cases}
        self._steps = {(case.rule, case.key, index): step for case in cases for index, step in enumerate(case.steps)}
        present = [and_(Nudge.rule == rule, Nudge.case_key == key) for rule, key in sorted(self._present)]
        query = select(Nudge).where(Nudge.subject == subject, or_(Nudge.ended_at.is_(None), *present))
        query = query.order_by(Nudge.id)
        self.rows = list(session.scalars(query.with_for_update() if to_write else query))

    def settle(self, *, now: datetime) -> None:
        """Learn what became of what the outbox was asked for: it may not have been said in the end."""
        asked = {row.outbox_key: row for row in self.rows if row.progress == Progress.ASKED}
        if not asked:
            return
        query = select(OutboxMessage.key, OutboxMessage.state).where(OutboxMessage.key.in_(asked))
        # What was sent while this still was only asked for had been read before this was added.
        ends = {State.SKIPPED: Progress.DROPPED, State.DEAD: Progress.FAILED, State.SENT: Progress.DROPPED}
        states = {row.key: State(row.state) for row in self._session.execute(query)}
        for row in self.rows:
            if row.progress == Progress.ASKED and row.outbox_key in states:
                state = states[row.outbox_key]
                row.progress = ends.get(state, Progress.ASKED)
                if state is State.PENDING and self._is_of_another_day(row, now):
                    row.progress = Progress.DROPPED

    def _is_of_another_day(self, row: Nudge, now: datetime) -> bool:
        """Whether it waits to be said on a day that is over: it goes into another day's message."""
        step = self._steps.get((row.rule, row.case_key, row.step))
        if not row.is_daily or row.outbox_key is None or step is None or step.hours is None:
            return False
        return day_in(row.outbox_key) != step.hours.day(now)

    def end_what_is_over(self, last_act: Act | None, *, now: datetime) -> list[Nudge]:
        """Close the rows of cases that are no more, and note who ended them. Returns those rows that people may have read."""
        over = [row for row in self.rows if row.ended_at is None and (row.rule, row.case_key) not in self._present]
        for rule, key in dict.fromkeys((row.rule, row.case_key) for row in over):
            self._add(rule, key, step=0, audience="", reason=Reason.ENDED, now=now).ended_at = now
        for row in over:
            row.ended_at = now
            if row.progress == Progress.WAITING:
                row.progress = Progress.DROPPED
            if last_act and row.acted_at is None and row.reason in NUDGES and last_act.at >= row.decided_at:
                row.acted_at, row.acted_by, row.acted_how = last_act.at, last_act.by, last_act.what
        return [row for row in over if row.outbox_key]

    def said(self, case: Case, index: int, step: Step) -> list[Said]:
        """What the step's audience was told by it."""
        rows = [row for row in self._of(case, index, step) if row.reason in NUDGES and row.progress in SAID]
        return [Said(row.decided_at, row.delivered_at, row.progress == Progress.FAILED) for row in rows]

    def write(self, case: Case, index: int, step: Step, decision: Decision, *, now: datetime) -> Nudge | None:
        """Keep a decision to remind, or a new reason not to. Returns the reminder, if it is one."""
        before = self._of(case, index, step)
        if not decision.is_nudge:
            is_news = decision.reason not in NOT_WORTH_NOTING and (not before or before[-1].reason != decision.reason)
            if is_news:
                self._add(case.rule, case.key, step=index, audience=step.to or "", reason=decision.reason, now=now)
            return None
        number = 1 + sum(row.reason in NUDGES for row in before)
        nudge = self._add(case.rule, case.key, step=index, audience=step.to or "", reason=decision.reason, now=now)
        nudge.key = f"{self._subject}:{case.rule}:{case.key}:{index}:{step.to}:{number}"
        nudge.progress, nudge.is_daily = Progress.WAITING, step.is_daily
        if step.to == PAGE:
            nudge.progress, nudge.delivered_at = Progress.DELIVERED, now
        return nudge

    def _of(self, case: Case, index: int, step: Step) -> list[Nudge]:
        return [
            row
            for row in self.rows
            if (row.rule, row.case_key, row.step, row.audience) == (case.rule, case.key, index, step.to or "")
        ]

    def _add(self, rule: str, key: str, *, step: int, audience: str, reason: Reason, now: datetime) -> Nudge:
        nudge = Nudge(
            rule=rule, subject=self._subject, case_key=key, step=step, audience=audience, reason=reason,
            progress=Progress.NOTED, decided_at=now,
        )  # fmt: skip
        self._session.add(nudge)
        return nudge


def daily_key(audience: str, day: date) -> str:
    """Under which key the one message of a day is kept: `nudge:U0123:2026-12-07`."""
    return f"nudge:{audience}:{day.isoformat()}"


def day_in(key: str) -> date:
    """The day of such a key."""
    return date.fromisoformat(key.rpartition(":")[2])


def is_told(session: Session, audience: str, day: date) -> bool:
    """Whether the message of that day has gone out, or may have: then nothing can be added to it any more."""
    state = session.scalar(select(OutboxMessage.state).where(OutboxMessage.key == daily_key(audience, day)))
    return state not in (None, State.PENDING, State.SKIPPED)


def is_told_today(session: Session, now: datetime) -> Callable[[Step], bool]:
    """Asks whether a step's audience had today's message."""
    return lambda step: bool(step.to and step.hours and is_told(session, step.to, step.hours.day(now)))


def pauses_of(session: Session, subject: str) -> dict[str, NudgePause]:
    """The silence asked for about a subject, by rule (empty: all rules)."""
    return {each.rule: each for each in session.scalars(select(NudgePause).where(NudgePause.subject == subject))}


def pause_for(pauses: dict[str, NudgePause], rule: str, *, now: datetime) -> NudgePause | None:
    """The pause that counts for a rule: a mute before any snooze, else the one that lasts longest."""
    found = [each for each in (pauses.get(rule), pauses.get("")) if each]
    return max(found, key=lambda each: (each.until is None, each.until or now), default=None)


def as_pause(kept: NudgePause | None) -> Pause | None:
    """A pause as the decision takes it."""
    return Pause(kept.until) if kept else None
