"""The reminder engine: what is wrong with a subject, whether people are told now, and what they asked for instead.

Every step is one transaction. Deciding locks the subject's row and reads the ledger after that, so of two deciders the second
sees what the first one wrote; what one person is to be told is then gathered into one message.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import case as choose
from sqlalchemy import delete, func, literal, select, union_all, update
from sqlalchemy.orm import Session

from bot.config import Nudges
from bot.db import affected, dialect_of, insert_for
from bot.nudges.climbing import climb
from bot.nudges.deciding import CHANNEL, PAGE, Decision, Reason
from bot.nudges.ledger import Ledger, as_pause, is_told_today, pause_for, pauses_of
from bot.nudges.model import Nudge, NudgePause, NudgeWatch, Progress
from bot.nudges.standing import standing_of
from bot.nudges.subjects import AllSubjects, Situation
from bot.outbox.announcements import announce
from bot.outbox.enqueue import Request, enqueue
from bot.outbox.model import Mode

DIRECT = "nudges.direct"
POST = "nudges.post"
REFRESH = "nudges.refresh"
PAGE_EVENT = "nudge.page"

AT_ONCE = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
LOOK_AGAIN = timedelta(minutes=5)
"""After how long a subject is looked at again at the latest, whatever was foreseen: settings change, and clocks jump."""
LOOK_AT_LAST = timedelta(days=7)
"""The same for a subject of which nothing more is foreseen, and that tells when it changes."""
LOOK_AFTER_ASKING = timedelta(seconds=30)
IN_ONE_MESSAGE = 10
SNOOZED, MUTED = "snoozed", "muted"
"""How people answer reminders with silence."""
LOOK, TELL, DAILY = "look", "tell", "daily"
"""What a line of the agenda asks for."""


def watch(session: Session, subject: str) -> None:
    """Look at the subject at the next occasion: it is new, or something about it changed."""
    insert = insert_for(dialect_of(session), NudgeWatch).values(subject=subject, look_at=AT_ONCE)
    session.execute(insert.on_conflict_do_update(index_elements=["subject"], set_={"look_at": AT_ONCE}))


@dataclass(frozen=True)
class Agenda:
    """What there is to do: subjects to be looked at, with the time at which that was due; and who waits to be told."""

    subjects: tuple[tuple[str, datetime], ...]
    people: tuple[str, ...]
    """For whom reminders wait to be put into one message."""
    daily: tuple[tuple[str, datetime], ...]
    """The same for what is said once a day, with the time since when it waits."""


def agenda(session: Session, *, now: datetime, limit: int) -> Agenda:
    """All of it, by one query on two indexes: where there is nothing to do, that is all that is asked."""
    watches = select(NudgeWatch.subject.label("name"), NudgeWatch.look_at.label("at"), literal(LOOK).label("what"))
    first = watches.where(NudgeWatch.look_at <= now).order_by(NudgeWatch.look_at).limit(limit).subquery()
    what = choose((Nudge.is_daily, literal(DAILY)), else_=literal(TELL))
    told = select(Nudge.audience, func.min(Nudge.decided_at), what).where(Nudge.progress == Progress.WAITING)
    waiting = told.group_by(Nudge.audience, Nudge.is_daily)
    rows = session.execute(union_all(select(first.c.name, first.c.at, first.c.what), waiting)).all()
    found: dict[str, list[tuple[str, datetime]]] = {LOOK: [], TELL: [], DAILY: []}
    for name, at, kind in rows:
        found[kind].append((name, at))
    return Agenda(tuple(found[LOOK]), tuple(name for name, _ in found[TELL]), tuple(found[DAILY]))


def claim(session: Session, subject: str, look_at: datetime, *, now: datetime) -> bool:
    """Take a subject, if nobody else did. One that can't be looked at is so tried again later, after the others."""
    claimed = update(NudgeWatch).where(NudgeWatch.subject == subject, NudgeWatch.look_at == look_at)
    return affected(session, claimed.values(look_at=now + LOOK_AFTER_ASKING)) == 1


def consider(session: Session, subject: str, *, subjects: AllSubjects, config: Nudges, now: datetime) -> None:
    """Decide what people are reminded of about a subject, write it into the ledger, and ask for what goes to a channel."""
    room = subjects.of(subject)
    room.lock(session, subject)
    situation = room.situation(session, subject, now=now)
    pauses = pauses_of(session, subject)
    ledger = Ledger(session, subject, situation.cases)
    ledger.settle(now=now)
    for row in ledger.end_what_is_over(situation.last_act, now=now):
        refresh(session, row)
    decisions = []
    for case in situation.cases:
        pause = as_pause(pause_for(pauses, case.rule, now=now))
        steps = climb(
            case, said=partial(ledger.said, case), is_told_today=is_told_today(session, now), pause=pause,
            peace=config.leave_in_peace, now=now,
        )  # fmt: skip
        for index, step, decision in steps:
            decisions.append(decision)
            nudge = ledger.write(case, index, step, decision, now=now)
            if nudge is not None:
                _begin(session, nudge, subjects)
    _look_next(session, subject, situation, decisions, now=now)


def _begin(session: Session, nudge: Nudge, subjects: AllSubjects) -> None:
    """Ask for what goes to a channel or to paging at once. What goes to a person waits to be gathered."""
    if nudge.audience == PAGE:
        announce(session, PAGE_EVENT, nudge.subject)
    elif nudge.audience == CHANNEL:
        session.flush()  # its outbox row speaks of it by id
        lane, after = subjects.of(nudge.subject).post_lane(nudge.subject)
        _ask(session, [nudge], POST, lane=lane, after=after)


def _look_next(
    session: Session, subject: str, situation: Situation, decisions: list[Decision], *, now: datetime
) -> None:
    if situation.is_over:
        session.execute(delete(NudgePause).where(NudgePause.subject == subject))
        session.execute(delete(NudgeWatch).where(NudgeWatch.subject == subject))
        return
    soon = any(each.is_nudge or each.reason is Reason.ON_ITS_WAY for each in decisions)
    foreseen = [situation.changes_at, *(each.ask_again_at for each in decisions)]
    times = [each for each in foreseen if each is not None]
    if situation.is_steady:
        times += [now + LOOK_AGAIN] if soon else [] if times else [now + LOOK_AT_LAST]
    else:
        times.append(now + (LOOK_AFTER_ASKING if soon else LOOK_AGAIN))
    session.execute(update(NudgeWatch).where(NudgeWatch.subject == subject).values(look_at=min(times)))


def gather(session: Session, person: str, *, subjects: AllSubjects, config: Nudges, now: datetime) -> None:
    """Put what a person is to be reminded of into one message. What does not hold any more by now is dropped."""
    waiting = (Nudge.progress == Progress.WAITING, Nudge.audience == person, Nudge.is_daily.is_(False))
    query = select(Nudge).where(*waiting).order_by(Nudge.id)
    rows = list(session.scalars(query.limit(IN_ONE_MESSAGE).with_for_update()))
    standings = standing_of(session, rows, subjects=subjects, config=config, now=now)
    told = [row for row in rows if standings[row.id].reason is None]
    for row in rows:
        if row not in told:
            row.progress = Progress.DROPPED
            watch(session, row.subject)
    if told:
        _ask(session, told, DIRECT)


def _ask(session: Session, rows: list[Nudge], kind: str, *, lane: str | None = None, after: str | None = None) -> None:
    """One message for these rows, under a key that is the first one's alone."""
    first = rows[0]
    key = f"nudge:{first.id}"
    for row in rows:
        row.progress, row.outbox_key = Progress.ASKED, key
    enqueue(
        session,
        Request(
            kind=kind, subject=first.subject, key=key, mode=Mode.ONCE, lane=lane, after=after, after_any_end=True,
            rule=first.rule, audience=first.audience,
        ),
    )  # fmt: skip


def refresh(session: Session, nudge: Nudge) -> None:
    """Show a reminder that was sent as it stands now: done, snoozed, muted."""
    key = nudge.outbox_key
    is_only_counted = nudge.is_daily and nudge.delivered_at is not None and nudge.place is None
    if key is not None and not is_only_counted:
        request = Request(
            kind=REFRESH, subject=nudge.subject, key=f"{key}:refresh", mode=Mode.LATEST, arguments={"of": key},
            after=key, after_any_end=True, rule=nudge.rule, audience=nudge.audience,
        )  # fmt: skip
        enqueue(session, request)


def pause(
    session: Session, subject: str, rule: str, *, until: datetime | None, reason: str = "", by: str, now: datetime
) -> None:
    """Be silent about a subject, by one rule or (empty) by all: until a time, or (None) until it is over. `by` is a person.

    The caller has locked the subject's row and checked that the person may do it.
    """
    session.merge(NudgePause(subject=subject, rule=rule, until=until, by=by, at=now, reason=reason))
    _answered(session, subject, rule, how=SNOOZED if until else MUTED, by=by, now=now)


def resume(session: Session, subject: str) -> bool:
    """Remind people again. False where nobody asked for silence."""
    pauses = delete(NudgePause).where(NudgePause.subject == subject)
    if not affected(session, pauses):
        return False
    for row in _open(session, subject, ""):
        refresh(session, row)
    watch(session, subject)
    return True


def _answered(session: Session, subject: str, rule: str, *, how: str, by: str, now: datetime) -> None:
    """Somebody answered the reminders that are out, and silences those on their way."""
    for row in _open(session, subject, rule):
        if row.progress == Progress.WAITING:
            row.progress = Progress.DROPPED
        if row.delivered_at is not None and row.acted_at is None:
            row.acted_at, row.acted_by, row.acted_how = now, by, how
        refresh(session, row)
    watch(session, subject)


def _open(session: Session, subject: str, rule: str) -> list[Nudge]:
    query = select(Nudge).where(Nudge.subject == subject, Nudge.ended_at.is_(None), Nudge.key.is_not(None))
    if rule:
        query = query.where(Nudge.rule == rule)
    return list(session.scalars(query.order_by(Nudge.id).with_for_update()))
