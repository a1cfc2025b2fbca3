"""The numbers of SEVs: without gaps, in the order in which they were given."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.incidents.model import COUNTER, Counter


def next_number(session: Session) -> int:
    """Take the next number. Its row stays locked until the transaction ends, and a number is given back if that fails."""
    taken = update(Counter).where(Counter.name == COUNTER).values(value=Counter.value + 1).returning(Counter.value)
    return session.execute(taken).scalar_one()


def lock_numbers(session: Session) -> None:
    """Let nobody declare a SEV before this transaction ends: so it can be seen whether one is there."""
    session.execute(select(Counter.value).where(Counter.name == COUNTER).with_for_update())
