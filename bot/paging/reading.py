"""What the surfaces of paging need to know, read in one go: pages, who is on call, and what troubles there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config, Team
from bot.incidents.model import Incident
from bot.integrations.pager import Person
from bot.outbox.model import OPEN, OutboxMessage, State
from bot.paging import surfaces
from bot.paging.model import Duty, Page
from bot.paging.service import pages_of


@dataclass(frozen=True)
class OnCall:
    """Who is on call for a team, as far as that is known."""

    team: Team
    people: tuple[Person, ...] = ()
    learned_at: datetime | None = None
    """None: it was never learned."""
    trouble: str = ""
    """Why the pager can't be asked at the moment; empty: it can."""


@dataclass(frozen=True)
class Seen:
    """A page as people see it."""

    page: Page
    on_call: OnCall
    trouble: str = ""
    """Why the pager could not be told how the page is; empty: it could, or it was not tried long enough to say so."""
    is_given_up: bool = False
    """Whether it waits for somebody to mend what is wrong; else it is tried on."""


def on_call_of(session: Session, config: Config, team: str) -> OnCall:
    """Who is on call for a team."""
    found = config.team(team) or Team(key=team, name=team)
    duty = session.get(Duty, team)
    trouble, _ = _trouble(session, surfaces.on_call_key(team))
    if duty is None:
        return OnCall(found, trouble=trouble)
    people = tuple(Person(each["name"], tuple(each["phones"])) for each in duty.people)
    return OnCall(found, people, duty.learned_at, trouble)


def seen(session: Session, config: Config, incident: Incident, page: Page) -> Seen:
    """One page, with what is to be said about it."""
    trouble, is_given_up = _trouble(session, surfaces.key(incident, page))
    return Seen(page, on_call_of(session, config, page.team), trouble, is_given_up)


def latest_pages(session: Session, config: Config, incident: Incident) -> Sequence[Seen]:
    """The newest page of each team, the team that was called first before the others."""
    newest: dict[str, Page] = {}
    for page in reversed(pages_of(session, incident)):
        newest[page.team] = page
    return [seen(session, config, incident, page) for page in newest.values()]


def _trouble(session: Session, key: str) -> tuple[str, bool]:
    """Why the delivery of that key does not get through, and whether it was given up."""
    row = session.execute(
        select(OutboxMessage.state, OutboxMessage.last_error).where(
            OutboxMessage.key == key, OutboxMessage.state.in_((State.DEAD, *OPEN))
        )
    ).one_or_none()
    return (row.last_error or "", row.state == State.DEAD) if row else ("", False)
