"""`sevbot import`: SEVs of another tool, or of another Sevbot."""

from pathlib import Path
from typing import Annotated

import typer

from bot import config
from bot.clock import Clock
from bot.db import CommitUnknown
from bot.shell.ground import database_of, end_with, environment_or_end, know_every_table, told

Pairs = list[str] | None


def import_sevs(
    file: Annotated[Path, typer.Argument(help="A document (JSON) or a table (CSV), as docs/import.md describes them.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be made, and what is wrong.")] = False,
    update: Annotated[bool, typer.Option("--update", help="Change what was imported before and differs now.")] = False,
    remind: Annotated[
        bool, typer.Option("--remind", help="Remind people of open action items, however old they are.")
    ] = False,
    source: Annotated[str, typer.Option(help="What the tool is called from which it comes, such as pagerduty.")] = "",
    time_zone: Annotated[str, typer.Option(help="Of times that name none: Europe/London.")] = "",
    mapping: Annotated[Path | None, typer.Option(help="A YAML file: what columns and words are called here.")] = None,
    people: Annotated[
        Path | None, typer.Option(help="A YAML file with lines such as ada@example.com: U012AB3CD.")
    ] = None,
    map_severity: Annotated[
        Pairs, typer.Option(help="Such as P1=SEV1. It and the following can be given often.")
    ] = None,
    map_status: Annotated[Pairs, typer.Option(help="Such as Done=closed.")] = None,
    map_workflow: Annotated[Pairs, typer.Option(help="Such as checkout-service=place-order.")] = None,
    map_role: Annotated[Pairs, typer.Option(help="Such as 'Incident Lead=commander'.")] = None,
    map_team: Annotated[Pairs, typer.Option(help="Such as SRE=platform.")] = None,
    map_section: Annotated[Pairs, typer.Option(help="Such as 'Root cause=contributing_factors'.")] = None,
    map_field: Annotated[Pairs, typer.Option(help="Such as affected_region=region.")] = None,
    map_cause: Annotated[Pairs, typer.Option(help="Such as Deployment=change.")] = None,
) -> None:
    """Import SEVs from a file, while the bot runs. Nothing is said in Slack. Where anything is wrong, nothing is imported."""
    from bot.operations.backup import require_newest
    from bot.operations.importing import running, telling
    from bot.operations.importing.mapping import translation
    from bot.operations.importing.writing import Keeping

    environment, now = environment_or_end(), Clock().machine()
    given = {
        "severity": map_severity, "status": map_status, "workflow": map_workflow, "role": map_role, "team": map_team,
        "section": map_section, "cause": map_cause, "field": map_field,
    }  # fmt: skip
    try:
        settings = config.Settings(environment.config_folder).current
    except config.ConfigFaults as faults:
        end_with(faults.faults)
    with told(), database_of(environment.database_url) as database:
        know_every_table()
        require_newest(database)
        words = translation(
            mapping, people=people, given={kind: pairs for kind, pairs in given.items() if pairs}, source=source,
            time_zone=time_zone,
        )  # fmt: skip
        found = running.planned(database, file, settings, words, update=update, now=now)
        lines = [*(telling.planned(found.steps) if dry_run else ()), *telling.notes(found.notices)]
        for line in lines:
            typer.echo(line)
        if found.faults:
            end_with([*telling.shortened(found.faults), "Nothing was imported."])
        if dry_run:
            typer.echo(
                f"{telling.summed_up((step.verdict for step in found.steps), telling.WOULD)} Nothing was imported yet."
            )
            return
        keeping = Keeping(update=update, remind=remind)
        try:
            verdicts = list(running.carry_out(database, found.steps, keeping, now=now))
        except CommitUnknown:
            end_with(["The database broke off. What was imported is kept: run the same command again for the rest."])
    typer.echo(f"{telling.summed_up(verdicts, telling.DID)} Nothing was said in Slack.")
