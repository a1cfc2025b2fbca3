"""`sevbot backup`, `restore`, `move-to` and `export`: the database in a file and back, on another engine, for other tools."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.clock import Clock
from bot.db import Database, redact_url
from bot.shell.ground import database_of, end_with, environment_or_end, know_every_table, only_instance, told


def backup(file: Annotated[Path, typer.Argument(help="The file to write. It must not be there yet.")]) -> None:
    """Write the whole database into a file, while the bot runs, and check it."""
    from bot.operations import backup as keeping

    with told(), database_of(environment_or_end().database_url) as database:
        know_every_table()
        kept = keeping.back_up(database, file)
    typer.echo(
        f"Wrote {file}: {kept.sevs} SEVs, {kept.rows} rows, schema {kept.revision}. It was read back, and is whole."
    )


def restore(
    file: Annotated[Path, typer.Argument(help="What `sevbot backup` wrote.")],
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Set an SQLite database aside that is there.")] = False,
) -> None:
    """Fill the database with what a backup holds. No bot may run on it."""
    from bot.operations import backup as keeping

    environment = environment_or_end()
    with told(), only_instance(environment), database_of(environment.database_url) as database:
        know_every_table()
        kept, aside = keeping.restore(file, database, now=Clock().machine(), replace=replace)
    if aside is not None:
        typer.echo(f"What was there before is kept: {aside}")
    typer.echo(f"Restored {kept.sevs} SEVs, {kept.rows} rows. Start the bot: it goes on from there.")


def move_to(
    url: Annotated[str, typer.Argument(help="Where to: postgresql://USER:PASSWORD@HOST/NAME, an empty database.")],
) -> None:
    """Move from SQLite to PostgreSQL. The bot must be stopped; the file stays as it is."""
    from bot.operations import backup as keeping

    environment = environment_or_end()
    file = Database(environment.database_url).file
    if file is None:
        end_with(["DATABASE_URL: only SQLite is moved from. To move from PostgreSQL, make a backup and restore it."])
    if not file.exists():
        end_with([f"There is no database at {file}."])
    with told(), only_instance(environment), database_of(_postgres(url)) as database:
        know_every_table()
        counts = keeping.move(file, database)
    typer.echo(f"Moved {sum(counts.values())} rows in {len(counts)} tables, and counted them on both sides.")
    typer.echo(f"Set DATABASE_URL to {redact_url(url)} and start the bot. {file} is as it was.")


def export(
    folder: Annotated[Path, typer.Argument(help="The folder to make, for the files.")],
    *,
    private: Annotated[bool, typer.Option("--private", help="Private SEVs too.")] = False,
) -> None:
    """Write all SEVs with their timelines and action items into files, as JSON and as tables."""
    from bot.operations import exporting

    with told(), database_of(environment_or_end().database_url) as database:
        know_every_table()
        count = exporting.export(database, folder, with_private=private)
    typer.echo(f"Wrote {count} SEVs to {folder}{'' if private else '; private ones are left out'}.")


def _postgres(url: str) -> str:
    try:
        is_ours = make_url(url).drivername == "postgresql"
    except ArgumentError:
        is_ours = False
    if not is_ours:
        end_with(["Give an address such as postgresql://USER:PASSWORD@HOST/NAME."])
    return url
