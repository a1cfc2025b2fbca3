"""Problems: what signs of trouble make of themselves.

However often, and from however many sides, the same sign is seen, it is one problem: seeing it again counts. One that
recovered and is seen again is a new episode. The SEVs of its workflow that are open get it into their timelines.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.db import dialect_of, insert_for
from bot.directory.people import BOT, Actor
from bot.slack.text import clip, one_line, plain, target
from bot.workflows.problems import folding, sev_signs, showing
from bot.workflows.problems.model import (
    DETAIL_LIMIT,
    IS_OPEN,
    KEY_LIMIT,
    LINK_LIMIT,
    TITLE_LIMIT,
    Problem,
    SignSource,
    Urgency,
)
from bot.workflows.problems.places import place_of

TOLD_AT_MOST = 3
"""How many episodes of one problem are told within `FLAPPING_WITHIN`: one that comes and goes more often must last."""
FLAPPING_WITHIN = timedelta(hours=1)
MUST_LAST = timedelta(minutes=5)
"""How long what comes and goes must last until it is told again."""
DIGEST = 64
"""Characters of a SHA-256 in hexadecimal."""


@dataclass(frozen=True, kw_only=True)
class Sign:
    """One sign of trouble. Its texts may be anything: they are made plain, and cut, where they are kept."""

    workflow: str
    """The workflow's key; empty where nobody knows which one it is about."""
    source: SignSource
    key: str
    """By which its source knows the problem again: the same for as long as it is the same problem."""
    title: str
    """What is wrong, in a few words."""
    detail: str = ""
    link: str = ""
    """Where to look closer: an address of the web."""
    urgency: Urgency = "warning"
    since: datetime | None = None
    """When it began, if its source knows; None: now."""


def seen(session: Session, sign: Sign, *, config: Config, now: datetime) -> Problem:
    """A sign was seen, for the first time or again. Returns its problem, locked.

    Whoever calls this has locked no SEV before: a problem is locked first.
    """
    key = kept_key(sign.key)
    problem = _open_now(session, sign.source, key)
    if problem is None and _begin(session, sign, key, config, now):
        problem = locked(session, Problem.source == sign.source, Problem.key == key, Problem.recovered_at.is_(None))
        assert problem is not None  # noqa: S101 - it was made in this transaction
        if not _is_quiet(problem, now):
            folding.fold(session, problem, config=config, now=now)
            sev_signs.reach_sevs(session, problem, config=config, now=now)
        _show(session, problem, now)
        return problem
    problem = problem or _open_now(session, sign.source, key)
    if problem is None:  # it was begun beside, and is over by now
        return seen(session, sign, config=config, now=now)
    _see_again(session, problem, sign, config, now)
    return problem


def recovered(session: Session, source: str, key: str, *, at: datetime | None = None, now: datetime) -> None:
    """The problem is over, as far as its source can tell (since `at`). Where there is none, nothing happens.

    It closes no SEV.
    """
    problem = _open_now(session, source, kept_key(key))
    if problem is None:
        return
    end(session, problem, now=now)
    if at:
        problem.recovered_at = max(problem.began_at, min(at, now))


def was_over(session: Session, source: str, key: str, at: datetime) -> bool:
    """Whether the problem's last episode ended at that time or after it, so that what was said then is no news."""
    last = _last(session, source, kept_key(key))
    return last is not None and last.recovered_at is not None and last.recovered_at >= at


def end(session: Session, problem: Problem, *, by: Actor | None = None, now: datetime) -> None:
    """A problem, locked and open, is over: as its source says, or as somebody (`by`) does. Its messages say so."""
    problem.recovered_at, problem.ended_by = now, by.user_id if by else ""
    sev_signs.note_recovery(session, problem, by=by or BOT, now=now)
    showing.show_older(session, problem)
    _show(session, problem, now)


def is_known(session: Session, source: str, key: str) -> bool:
    """Whether there was ever such a problem, and it is not forgotten."""
    known = select(Problem.id).where(Problem.source == source, Problem.key == kept_key(key))
    return session.scalar(known.limit(1)) is not None


def kept_key(key: str) -> str:
    """A key as it is kept: one that is too long ends with its digest, so that no two become one."""
    key = plain(key)
    if len(key) <= KEY_LIMIT:
        return key
    return key[: KEY_LIMIT - DIGEST] + hashlib.sha256(key.encode()).hexdigest()


def locked(session: Session, *conditions: ColumnElement[bool]) -> Problem | None:
    """The problem for which these conditions hold, its row locked; None where there is none."""
    query = select(Problem).where(*conditions).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def lock_open(session: Session, source: str, keys: Iterable[str]) -> None:
    """Lock the open problems with these keys, before the first SEV is locked: in the order in which others lock them."""
    is_meant = (
        Problem.source == source,
        Problem.key.in_([kept_key(key) for key in keys]),
        Problem.recovered_at.is_(None),
    )
    session.execute(select(Problem.id).where(*is_meant).order_by(Problem.id).with_for_update(key_share=True))


def _show(session: Session, problem: Problem, now: datetime) -> None:
    showing.show(session, problem)
    if _is_quiet(problem, now):
        showing.show_last_told(session, problem)


def _is_quiet(problem: Problem, now: datetime) -> bool:
    """Whether nothing is said of it for now: people ignore it, or it comes and goes."""
    return problem.ignored_until is not None and problem.ignored_until > now


def _open_now(session: Session, source: str, key: str) -> Problem | None:
    return locked(session, Problem.source == source, Problem.key == key, Problem.recovered_at.is_(None))


def _begin(session: Session, sign: Sign, key: str, config: Config, now: datetime) -> bool:
    """Begin a new episode; False where somebody else just did."""
    last = _last(session, sign.source, key)
    workflow = sign.workflow if config.workflow(sign.workflow) else ""
    values: dict[str, Any] = {
        "source": sign.source, "key": key, "episode": last.episode + 1 if last else 1, "workflow": workflow,
        **_said(sign), "place": place_of(config, workflow) or "", "began_at": _began(sign, last, now), "seen_at": now,
        "seen_count": 1, "raised_at": now if sign.urgency == "critical" else None, "showing": 1, "told_count": 0, "ignored_until": _quiet_until(session, last, now),
        "ignored_by": last.ignored_by if last and _is_quiet(last, now) else "",
    }  # fmt: skip
    insert = insert_for(dialect_of(session), Problem).values(values)
    insert = insert.on_conflict_do_nothing(index_elements=["source", "key"], index_where=IS_OPEN)
    return session.connection().execute(insert.returning(Problem.id)).first() is not None


def _last(session: Session, source: str, key: str) -> Problem | None:
    """The newest episode."""
    episodes = select(Problem).where(Problem.source == source, Problem.key == key)
    return session.scalars(episodes.order_by(Problem.episode.desc()).limit(1)).first()


def _began(sign: Sign, last: Problem | None, now: datetime) -> datetime:
    """When an episode began: as its source says, but not before the one before it was over."""
    began = min(sign.since or now, now)
    return max(began, last.recovered_at) if last and last.recovered_at else began


def _quiet_until(session: Session, last: Problem | None, now: datetime) -> datetime | None:
    """Until when nothing is said of a new episode: somebody ignores the problem, or it comes and goes."""
    if last is None:
        return None
    if last.ignored_by and _is_quiet(last, now):
        return last.ignored_until
    lately = select(func.count()).where(
        Problem.source == last.source, Problem.key == last.key, Problem.began_at > now - FLAPPING_WITHIN
    )
    return now + MUST_LAST if session.scalars(lately).one() >= TOLD_AT_MOST else None


def _see_again(session: Session, problem: Problem, sign: Sign, config: Config, now: datetime) -> None:
    """Count it, and keep how it is described now. A recurring job shows that: five hundred signs are not as many edits."""
    was_critical = problem.urgency == "critical"
    problem.seen_at = max(problem.seen_at, now)
    problem.seen_count += 1
    for name, value in _said(sign).items():
        setattr(problem, name, value)
    if sign.urgency == "critical" and not was_critical:
        _turn_critical(session, problem, config, now)


def _turn_critical(session: Session, problem: Problem, config: Config, now: datetime) -> None:
    """It got worse: that is told anew, though it be ignored; once an hour where it goes up and down."""
    if problem.raised_at is None or problem.raised_at <= now - FLAPPING_WITHIN:
        problem.raised_at = now
        if problem.head_id or problem.told_at is None:
            folding.fold(session, problem, config=config, now=now)
        showing.show_anew(session, problem)
    if not _is_quiet(problem, now):
        sev_signs.reach_sevs(session, problem, config=config, now=now)
        showing.show(session, problem)


def _said(sign: Sign) -> dict[str, str]:
    """What a sign says, as it is kept."""
    is_link = sign.link.startswith(("https://", "http://")) and len(target(plain(sign.link))) <= LINK_LIMIT
    return {
        "title": clip(one_line(sign.title), TITLE_LIMIT) or "Something is wrong",
        "detail": clip(plain(sign.detail), DETAIL_LIMIT),
        "link": plain(sign.link) if is_link else "",
        "urgency": sign.urgency,
    }
