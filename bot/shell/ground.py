"""What all commands begin with: the environment, the lock of an embedded database, and how faults are told."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from filelock import FileLock, Timeout
from sqlalchemy.exc import DBAPIError

from bot import config
from bot.db import Database
from bot.environment import Environment, read_environment, require_slack
from bot.errors import Refused


def environment_or_end(*, with_slack: bool = False) -> Environment:
    """The environment, checked; what is wrong with it is told, and the process ends."""
    try:
        environment = read_environment()
        if with_slack:
            require_slack(environment)
    except config.ConfigFaults as faults:
        end_with(faults.faults)
    return environment


def end_with(faults: list[str]) -> NoReturn:
    """Tell the faults, and end the process with the exit code 2."""
    for fault in faults:
        typer.echo(fault, err=True)
    raise typer.Exit(2)


@contextmanager
def database_of(url: str) -> Iterator[Database]:
    """A database for the block."""
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def only_instance(environment: Environment) -> Iterator[None]:
    """Hold the lock of an embedded database: two bots on one SQLite file would take each other's leases away."""
    file = Database(environment.database_url).file
    if file is None:
        yield
        return
    try:
        with FileLock(f"{file}.lock", timeout=0):
            yield
    except Timeout:
        end_with([f"Another Sevbot runs on {file}. With PostgreSQL (DATABASE_URL) several can."])


@contextmanager
def told() -> Iterator[None]:
    """Tell why something was refused, and end the process."""
    try:
        yield
    except Refused as refusal:
        end_with([refusal.sentence])
    except DBAPIError as error:
        end_with([f"The database did not do it: {error.orig}"])
    except OSError as error:
        end_with([f"{error.filename or 'The file'}: {error.strerror or error}"])


def know_every_table() -> None:
    """Load every room: only then are all tables known."""
    import bot.app  # noqa: F401
