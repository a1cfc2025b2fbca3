"""Importing a whole file: planned first, and then kept SEV by SEV, while the bot goes on."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.config import Config
from bot.db import Database
from bot.operations.importing.files import rows_of
from bot.operations.importing.mapping import Translation
from bot.operations.importing.planning import Step, Verdict, plan
from bot.operations.importing.reading import read
from bot.operations.importing.words import Words
from bot.operations.importing.writing import Keeping

TRIES = 5
"""How often more a SEV is tried that could not be kept, since the database is locked or away."""
PAUSE = 1.0
"""Seconds between two tries."""


@dataclass(frozen=True)
class Planned:
    """What of a file would be made, what is wrong with it, and what is taken otherwise than it says."""

    steps: Sequence[Step]
    faults: Sequence[str]
    notices: Sequence[str]


def planned(
    database: Database, file: Path, config: Config, translation: Translation, *, update: bool, now: datetime
) -> Planned:
    """Read a file, and look what of it is here. Raises `Refused` where it can't be read at all."""
    rows, unused = rows_of(file, translation)
    sevs, found = read(rows, Words(config, translation), now=now)
    with database.read() as session:
        steps = plan(session, [each for each in sevs if not found.is_wrong(each.place)], found, update=update)
    return Planned(steps, found.faults, [*unused, *found.notices])


def carry_out(
    database: Database,
    steps: Sequence[Step],
    keeping: Keeping,
    *,
    now: datetime,
    wait: Callable[[float], None] = time.sleep,
) -> Iterator[Verdict]:
    """Keep the SEVs one by one, each in a transaction of its own, and say of each what was done.

    The bot that runs has the database at least as long as this has: it is waited as long as each one took.
    """
    for step in steps:
        begun = time.monotonic()
        yield _kept(database, partial(keeping.keep, sev=step.sev, now=now), wait)
        wait(time.monotonic() - begun)


def _kept(database: Database, keep: Callable[[Session], Verdict], wait: Callable[[float], None]) -> Verdict:
    """Keep one SEV; while the bot has the database for itself, later."""
    for _ in range(TRIES):
        try:
            return database.run(keep, aside=True)
        except OperationalError:
            wait(PAUSE)
    return database.run(keep, aside=True)
