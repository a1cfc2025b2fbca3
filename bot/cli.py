"""The command line, `sevbot …`: what is typed most, and all other commands by name; those are in `bot/shell/`."""

import logging
import os
import signal
import threading
from typing import Annotated

import typer

from bot import config, logs, memory, schema
from bot.db import Database
from bot.shell import forgetting, importing, keeping, looking
from bot.shell.ground import end_with, environment_or_end, only_instance

cli = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Sevbot: declare, run and learn from outages, in Slack."
)


@cli.command()
def run() -> None:
    """Run the bot until it is told to stop."""
    memory.spare()
    environment = environment_or_end(with_slack=True)
    logs.set_up(environment.log_format)
    from bot.app import Bot  # it knows every room: the other commands start without

    with only_instance(environment):
        try:
            bot = Bot(environment, migrates=True)
            bot.start()
            memory.settled()
        except config.ConfigFaults as faults:
            end_with(faults.faults)
        except schema.SchemaBehind as behind:
            end_with([str(behind)])
        _wait_for_the_end()
        bot.stop()
    logging.shutdown()
    os._exit(0)  # what still hangs in a thread (a call to Slack, the SDK's timers) is found again by its lease


@cli.command()
def demo() -> None:
    """Run a local Slack and the bot on this machine, to try it."""
    from bot import demo as the_demo  # the local Slack is no part of a real installation's bot

    raise typer.Exit(the_demo.run())


@cli.command()
def migrate() -> None:
    """Bring the database to this version's schema."""
    environment = environment_or_end()
    database = Database(environment.database_url)
    with only_instance(environment):
        try:
            schema.upgrade(database)
        except schema.SchemaBusy as busy:
            end_with([str(busy)])
    typer.echo(f"The database is at revision {schema.revision(database)}.")


@cli.command()
def check() -> None:
    """Read the whole configuration, and list everything that is wrong with it."""
    from bot.config.retention import without_effect
    from bot.config.workflows import secrets_of
    from bot.paging.pagers import Pagers
    from bot.remediation.trackers import Trackers
    from bot.slack.templates import Texts
    from bot.webhooks.room import missing as missing_secrets
    from bot.workflows.alerts.sources.table import SOURCES
    from bot.workflows.slos.promises import not_used

    environment = environment_or_end()
    try:
        settings = config.Settings(environment.config_folder)
        Texts(environment.config_folder).check()
    except config.ConfigFaults as faults:
        end_with(faults.faults)
    found = settings.current
    for warning in Pagers(environment.pagers, timeout=lambda: found.delivery.call_timeout).missing(found):
        typer.echo(f"warning: {warning}", err=True)
    for warning in Trackers(environment.tracker, timeout=lambda: found.delivery.call_timeout).missing(found):
        typer.echo(f"warning: {warning}", err=True)
    for warning in missing_secrets(found, environment.webhooks):
        typer.echo(f"warning: {warning}", err=True)
    for name in sorted(environment.hooks.keys() - SOURCES.keys()):
        typer.echo(f"warning: SEVBOT_HOOK_{name.upper()}: there is no source {name}", err=True)
    for notice in (*not_used(settings), *without_effect(found.retention)):
        typer.echo(f"warning: {notice}", err=True)
    if not environment.heartbeat_secrets and any(each.heartbeats for each in found.workflows):
        typer.echo("warning: SEVBOT_HEARTBEAT_SECRET: without it no heartbeat can be heard", err=True)
    for name in sorted(secrets_of(found.workflows) - environment.check_secrets.keys()):
        typer.echo(f"warning: SEVBOT_CHECK_SECRET_{name.upper()}: without it a check can't be run", err=True)
    typer.echo(
        f"The configuration is fine: {len(found.severities)} severities, {len(found.teams)} teams, "
        f"{len(found.workflows)} workflows."
    )


@cli.command()
def delivery(number: Annotated[int, typer.Argument(help="The number under which it is kept.")]) -> None:
    """Print what another service sent to /hooks/…, just as it was sent."""
    from bot.workflows.alerts import intake

    with Database(environment_or_end().database_url).read() as session:
        body = intake.body_of(session, number)
    if body is None:
        end_with([f"Nothing is kept under the number {number}: it was forgotten, or never there."])
    typer.echo(body)


@cli.command()
def manifest(
    request_url: Annotated[
        str | None, typer.Option(help="Where Slack shall deliver by HTTP. Without it, Socket Mode is used.")
    ] = None,
) -> None:
    """Print the manifest to create the Slack app from."""
    import json

    from bot.hearing import event_types
    from bot.slack.manifest import manifest as made

    typer.echo(json.dumps(made(event_types(environment_or_end()), request_url=request_url), indent=2))


@cli.command()
def token(
    name: Annotated[str, typer.Argument(help="Whose it will be, such as the service's name: a-z, 0-9, - and _.")],
    scope: Annotated[
        str,
        typer.Option(
            help="What it may do, with commas between: counts:write (or counts:write/place-order for one workflow alone), "
            "incidents:read, incidents:write, incidents:private (private SEVs too)."
        ),
    ] = "counts:write",
) -> None:
    """Make a token for the HTTP API, and print what to give to whom: the token is kept nowhere."""
    import hashlib
    import secrets

    from bot.environment import api_tokens

    made = f"sevbot_{secrets.token_urlsafe(32)}"
    entry = f"{name} {scope} sha256:{hashlib.sha256(made.encode()).hexdigest()}"
    faults: list[str] = []
    api_tokens({"SEVBOT_API_TOKENS": entry}, faults)
    if faults:
        end_with([f"{entry.rpartition(' ')[0]}: that is no name, or no scope: see `sevbot token --help`."])
    typer.echo(f"Give the service this token; it is not shown again:\n  {made}")
    typer.echo(f"Add this to SEVBOT_API_TOKENS, on a line of its own, and start the bot anew:\n  {entry}")


@cli.command()
def tokens() -> None:
    """List the tokens of the HTTP API: what each may do, and when it was used last."""
    from bot.web.v1.tokens import last_uses

    environment = environment_or_end()
    with Database(environment.database_url).read() as session:
        used = last_uses(session)
    for each in environment.api_tokens:
        last = used[each.name].strftime("last used on %Y-%m-%d at %H:%M UTC") if each.name in used else "never used"
        typer.echo(f"{each.name}  {','.join(sorted(each.scopes))}  {last}")


@cli.command()
def heartbeat_url(
    name: Annotated[str, typer.Argument(help="Its workflow's key and its own: place-order/nightly.")],
    base: Annotated[str, typer.Option(help="Where the bot is reached from outside: https://sevbot.example.com.")] = "",
) -> None:
    """Print the address a job calls to say that it ran. Whoever knows it can speak for the job."""
    from bot.environment import in_address
    from bot.workflows.heartbeats.hooks import PATH, token_of
    from bot.workflows.heartbeats.listening import all_of, name_of

    environment = environment_or_end()
    if not environment.heartbeat_secrets:
        end_with(["SEVBOT_HEARTBEAT_SECRET: set it first, such as to what `openssl rand -hex 32` prints"])
    try:
        found = config.load(environment.config_folder)
    except config.ConfigFaults as faults:
        end_with(faults.faults)
    known = {name_of(workflow.key, each.key): (workflow.key, each.key) for workflow, each in all_of(found)}
    if name not in known:
        end_with([f"There is no heartbeat {name}. Give one of: {', '.join(sorted(known)) or 'none is configured'}"])
    base = base.rstrip("/") or f"http://{in_address(environment.http_host)}:{environment.http_port}"
    typer.echo(f"{base}{PATH}{token_of(environment.heartbeat_secrets[0], *known[name])}")


@cli.command()
def plan(
    at: Annotated[str, typer.Option(help="When it is declared, by the company's clock: '2026-12-06 03:00'.")],
    what: Annotated[
        str, typer.Option("--for", help="Its severity, and the workflows it affects: SEV1:checkout,search.")
    ],
    *,
    private: Annotated[bool, typer.Option("--private", help="Plan for a private SEV.")] = False,
    drill: Annotated[bool, typer.Option("--drill", help="Plan for a drill.")] = False,
) -> None:
    """Print what the configuration would do about a SEV: whom it calls, tells, pages and reminds, and when."""
    from bot.errors import Refused
    from bot.operations import plan as planning

    environment = environment_or_end()
    try:
        found = config.load(environment.config_folder)
        sev = planning.wanted(found, at=at, what=what, is_private=private, is_drill=drill)
    except config.ConfigFaults as faults:
        end_with(faults.faults)
    except Refused as refusal:
        end_with([refusal.sentence])
    typer.echo(planning.plan(found, sev), nl=False)


cli.command()(keeping.backup)
cli.command()(keeping.restore)
cli.command()(keeping.move_to)
cli.command()(keeping.export)
cli.command()(forgetting.retention)
cli.command("import")(importing.import_sevs)
cli.command()(looking.doctor)
cli.command()(looking.retry)


def main() -> None:
    """The console script."""
    cli()


def _wait_for_the_end() -> None:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _signal, _frame: ended.set())
    ended.wait()
