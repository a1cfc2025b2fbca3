"""What is said once a day: all that a person, or a team, is to be told, in one message."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.directory.channels import learn_place
from bot.directory.people import refresh_person
from bot.nudges.deciding import TEAM
from bot.nudges.ledger import daily_key, is_told
from bot.nudges.model import Nudge, Progress
from bot.nudges.service import watch
from bot.nudges.standing import Standing, standing_of
from bot.nudges.subjects import AllSubjects
from bot.outbox.enqueue import Request, enqueue
from bot.outbox.model import Mode

DIRECT = "nudges.daily"
TEAM_POST = "nudges.team"


def gather_day(session: Session, audience: str, *, subjects: AllSubjects, config: Config, now: datetime) -> None:
    """Put all that somebody is to be told today into one message.

    What does not hold any more, or comes too late for today's, is decided anew.
    """
    query = select(Nudge).where(Nudge.progress == Progress.WAITING, Nudge.audience == audience, Nudge.is_daily)
    rows = list(session.scalars(query.order_by(Nudge.id).with_for_update()))
    standings = standing_of(session, rows, subjects=subjects, config=config.nudges, now=now)
    told = [row for row in rows if standings[row.id].reason is None]
    day = _day_there(standings, told, now)
    if day is None or is_told(session, audience, day):
        told = []
    holds = {row.id for row in told}
    for row in rows:
        if row.id not in holds:
            row.progress = Progress.DROPPED
            watch(session, row.subject)
    if told and day:
        shown_at = subjects.of(told[0].subject).shown_at(session, told[0].subject)
        _ask(session, audience, told, daily_key(audience, day), shown_at, config=config, now=now)


def _day_there(standings: dict[int, Standing], rows: Sequence[Nudge], now: datetime) -> date | None:
    """Which day it is where the audience is; None where there is nothing to tell it."""
    steps = (standings[row.id].step for row in rows)
    return next((step.hours.day(now) for step in steps if step and step.hours), None)


def _ask(
    session: Session, audience: str, rows: list[Nudge], key: str, shown_at: str, *, config: Config, now: datetime
) -> None:
    after = None
    if audience.startswith(TEAM):
        team = config.team(audience.removeprefix(TEAM))
        if team and team.channel:
            learn_place(session, team.channel, purpose="team")
    else:
        after = refresh_person(session, audience, now=now)
    for row in rows:
        row.progress, row.outbox_key = Progress.ASKED, key
    # Said once: what was sent is never asked for again. What was skipped is, when it holds again on the same day.
    enqueue(
        session,
        Request(
            kind=TEAM_POST if audience.startswith(TEAM) else DIRECT, subject=shown_at, key=key, mode=Mode.LATEST,
            after=after, after_any_end=True, rule=rows[0].rule, audience=audience,
        ),
    )  # fmt: skip
