"""What the loop does about who is on call."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.outbox.model import OPEN, OutboxMessage
from bot.paging import surfaces
from bot.paging.model import Duty
from bot.paging.pagers import Pagers

ASKED_AT_ONCE = 5
"""About how many teams each run asks: so the questions spread by themselves, and no pager's limit is met."""


def refresh_on_call(session: Session, config: Config, pagers: Pagers, *, now: datetime) -> None:
    """Ask who is on call for the teams of which that is known least recently, if it is due."""
    keys = {surfaces.on_call_key(team.key): team.key for team in config.teams if pagers.schedule_of(team)}
    learned = {duty.team: duty.learned_at for duty in session.scalars(select(Duty))}
    asked = set(
        session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.in_(keys), OutboxMessage.state.in_(OPEN)))
    )
    due = [
        team
        for key, team in keys.items()
        if key not in asked and (team not in learned or learned[team] <= now - config.paging.refresh)
    ]
    oldest_first = sorted(due, key=lambda team: (team in learned, learned.get(team, now)))
    for team in oldest_first[:ASKED_AT_ONCE]:
        surfaces.ask_who_is_on_call(session, team)


def forget_on_call(session: Session, config: Config, *, now: datetime) -> None:
    """Forget names and phone numbers that are too old to help, and those of teams there are no more."""
    teams = [team.key for team in config.teams if team.pager]
    session.execute(delete(Duty).where((Duty.learned_at < now - config.paging.keep) | Duty.team.not_in(teams)))
