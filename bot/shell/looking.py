"""`sevbot doctor` and `retry`: how an installation fares, and what failed once more."""

from contextlib import suppress
from datetime import timedelta

import typer
from sqlalchemy.exc import SQLAlchemyError

from bot import config
from bot.clock import Clock
from bot.environment import LOOPBACK, Environment, in_address
from bot.errors import CallFailed
from bot.shell.ground import database_of, end_with, environment_or_end

WITHIN = timedelta(seconds=5)
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared
"""Where a bot is found that listens at all addresses of its machine."""


def doctor() -> None:
    """Say how this installation fares, and what to do about it. Ends with 1 where something must be done."""
    from bot import runs
    from bot.operations import examining, findings, job_findings
    from bot.operations.findings import Finding, Level
    from bot.outbox.kinds import Kinds
    from bot.slack.client import Slack

    environment, clock = environment_or_end(with_slack=True), Clock()
    try:
        settings = config.load(environment.config_folder)
    except config.ConfigFaults as faults:
        end_with(faults.faults)
    now, places = clock.machine(), examining.Places({}, ())
    of_jobs: list[Finding] = []
    with database_of(environment.database_url) as database:
        try:
            with database.read() as session:
                of_database = examining.database(session, database, Kinds(), now=now)
                places = examining.places(session, settings)
        except SQLAlchemyError as error:
            todo = "See that it runs and that DATABASE_URL is right; a new one is made by `sevbot migrate`."
            of_database = [Finding(Level.FAULT, f"The database does not answer: {type(error).__name__}.", todo)]
        with suppress(SQLAlchemyError), database.read() as session:  # a schema that is behind has no such table
            of_jobs = job_findings.jobs(runs.known(session), now=now)
    found = examining.slack(Slack(environment.slack_bot_token, environment.slack_api_url, clock), places, now=now)
    if environment.socket_mode:
        found.append(examining.app_token(Slack(environment.slack_app_token, environment.slack_api_url, clock)))
    found += of_database
    metrics = _metrics(environment)
    if metrics is None:
        todo = (
            f"Start it; it is looked for at SEVBOT_HTTP, {in_address(environment.http_host)}:{environment.http_port}."
        )
        found.append(Finding(Level.WARN, "No bot runs here, or it does not show its metrics.", todo))
    else:
        found += findings.loop(metrics, now=now, with_jobs=not of_jobs)
    for each in (*found, *of_jobs):
        typer.echo(f"{each.level:<6} {each.text}{f' {each.todo}' if each.todo else ''}")
    raise typer.Exit(1 if findings.worst([*found, *of_jobs]) is Level.FAULT else 0)


def retry() -> None:
    """Try again every delivery that failed for good."""
    from bot.outbox.enqueue import retry_all_dead

    with database_of(environment_or_end().database_url) as database:
        try:
            count = database.run(lambda session: retry_all_dead(session, now=Clock().machine()))
        except SQLAlchemyError as error:
            end_with([f"The database does not answer: {type(error).__name__}"])
    typer.echo(f"{count} deliveries are tried again by the bot that runs.")


def _metrics(environment: Environment) -> str | None:
    """What the bot on this machine counts of itself; None where there is none."""
    from bot.http import Http, Reach

    host = ANYWHERE.get(environment.http_host, environment.http_host)
    headers = {"Authorization": f"Bearer {environment.metrics_token}"} if environment.metrics_token else {}
    reach = Reach.LOOPBACK if host in LOOPBACK else Reach.PRIVATE
    try:
        reply = Http(vendor="sevbot", timeout=WITHIN, reach=reach).call(
            "GET", f"http://{in_address(host)}:{environment.http_port}/metrics", headers=headers
        )
    except CallFailed:
        return None
    return reply.body.decode(errors="replace") if reply.is_success else None
