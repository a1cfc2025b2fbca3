"""`sevbot retention`: what would be forgotten now, and forgetting it."""

import getpass
import os
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from bot import config, schema
from bot.clock import Clock
from bot.shell.ground import database_of, end_with, environment_or_end

if TYPE_CHECKING:
    from bot.operations.retention.forgetting import Counts
    from bot.operations.retention.running import Plan

IN_A_LINE = 12


def retention(
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="Forget it now. What is forgotten can't be brought back.")
    ] = False,
) -> None:
    """Say what would be forgotten now by the settings under `retention`, and why other old SEVs stay; deletes nothing."""
    import bot.app  # noqa: F401 - only then are all tables known
    from bot.operations.retention.running import Forgetting, plan

    environment, clock = environment_or_end(), Clock()
    try:
        settings = config.Settings(environment.config_folder)
    except config.ConfigFaults as faults:
        end_with(faults.faults)
    with database_of(environment.database_url) as database:
        try:
            schema.require_current(database)
            if apply:
                lines = _told(Forgetting(database, clock, settings).all(operator=_who()))
            else:
                with database.read() as session:
                    lines = _foretold(plan(session, settings.current, now=clock.now()), settings.current)
        except schema.SchemaBehind as behind:
            end_with([str(behind)])
        except SQLAlchemyError as error:
            end_with([f"The database does not answer: {type(error).__name__}"])
    for line in lines:
        typer.echo(line)


def _who() -> str:
    """Who is at this shell, by the machine's name for them, or else their number."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # containers may know no names
        return str(os.getuid())


def _foretold(found: "Plan", settings: config.Config) -> Iterator[str]:
    """The plan, line by line."""
    from bot.operations.retention.register import REGISTER

    for rule, what in (("sevs", "SEVs"), ("drills", "drills")):
        going = [each for each in found.going if each.rule == rule]
        age = getattr(settings.retention, rule)
        if age is None:
            yield f"{what}: kept for ever (retention.{rule})"
            continue
        since = _span(min(each.over_since for each in going), max(each.over_since for each in going)) if going else ""
        yield f"{what}: {len(going)}{f', over since {since}' if since else ''} (retention.{rule}: {age.days}d)"
        yield from (f"  {line}" for line in _names([each.name for each in going]))
    if found.with_sevs:
        yield "With them:"
        yield from (f"  {line}" for line in _counted(found.with_sevs))
    age = settings.retention.private_text
    kept = "kept as long as their SEVs" if age is None else str(found.texts)
    yield f"words of messages in private SEVs: {kept} (retention.private_text)"
    for table, setting, rows in found.by_age:
        dates = f", {_span(rows.oldest, rows.newest)}" if rows.oldest and rows.newest else ""
        yield f"{REGISTER[table][0]}: {rows.count}{dates} ({setting})"
    yield "counts of workflows, and who is on call: by themselves, every hour (retention.counts, paging.keep)"
    if found.staying:
        yield "Old enough, and they stay:"
        yield from (f"  {each.name}: {each.why_not}" for each in found.staying)
    yield "Nothing was deleted. `sevbot retention --apply` deletes it; only a backup could bring it back."


def _told(gone: "Counts") -> Iterator[str]:
    """What was forgotten, line by line."""
    yield "Forgotten:" if gone else "There was nothing to forget."
    yield from (f"  {line}" for line in _counted(gone))


def _counted(rows: "Counts") -> Iterator[str]:
    from bot.operations.retention.register import REGISTER

    for table, count in sorted(rows.items()):
        yield f"{REGISTER[table][0] if table in REGISTER else table}: {count}"


def _names(names: list[str]) -> Iterator[str]:
    for start in range(0, len(names), IN_A_LINE):
        yield ", ".join(names[start : start + IN_A_LINE])


def _span(first: datetime, last: datetime) -> str:
    return f"{first:%Y-%m-%d}" if first.date() == last.date() else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
