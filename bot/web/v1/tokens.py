"""When tokens were used last: kept in memory, and written down now and then, so that no call waits for it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, select
from sqlalchemy.orm import Session

from bot.api import Callers
from bot.clock import Clock
from bot.db import Database, dialect_of, insert_for
from bot.web.v1.model import TokenUse


def note_uses(callers: Callers, database: Database, clock: Clock) -> None:
    """Write down which tokens were used since this was done last. A recurring job calls this."""
    used = callers.take_used()
    if used:
        database.run(lambda session: _note(session, used, now=clock.now()), aside=True)


def last_uses(session: Session) -> Mapping[str, datetime]:
    """When each token was used last, by its name; those never used are left out."""
    return {each.name: each.at for each in session.scalars(select(TokenUse))}


def _note(session: Session, names: Iterable[str], *, now: datetime) -> None:
    session.connection().execute(_or_anew(dialect_of(session)), [{"name": name, "at": now} for name in sorted(names)])


@cache
def _or_anew(dialect: str) -> Executable:
    statement = insert_for(dialect, TokenUse)
    return statement.on_conflict_do_update(index_elements=["name"], set_={"at": statement.excluded.at})
