"""The numbers of SEVs: without gaps, in the order in which they were given."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.incidents.model import COUNTER, Counter


def next_number(session: Session) -> int:
    """Take the next number. Its row stays locked until the transaction ends, and a number is given back if that fails."""
    taken = update(Counter).where(Counter.name == COUNTER).values(value=Counter.value + 1).returning(Counter.value)
    return session.execute(taken).scalar_one()
