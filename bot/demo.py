"""The demo: a local Slack and the bot, talking to each other as they would in production, with some history to look at."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import schema
from bot.clock import Clock
from bot.config import Category, Config, load
from bot.db import Database
from bot.directory.people import Actor, Standing
from bot.incidents import service
from bot.incidents.model import Incident
from bot.outbox.enqueue import Enqueuer
from bot.playground import Playground

FOLDER = Path("var/demo")
CONFIG = Path("config/demo")
PORT = 8765

WELCOME = """
Sevbot's demo is ready.

  1. Open      {url}
  2. Type      /sev declare
     or        /sev declare SEV1 checkout is down

Its action items may have issues in a local Jira: {url}/jira/
You are Ada; change who you are at the bottom left. Ctrl+C stops the demo; `make demo` goes on where it was,
and `make demo-reset` starts anew.
"""


@dataclass(frozen=True)
class Story:
    """A SEV of the past: who declared it, how long ago, and how it went. Durations count from its declaration."""

    title: str
    severity: str
    summary: str
    declarer: str
    ago: timedelta
    workflows: tuple[str, ...]
    identified: timedelta | None = None
    mitigated: timedelta | None = None
    resolved: timedelta | None = None
    closed: timedelta | None = None
    is_drill: bool = False


HISTORY = (
    Story(
        "Deposits by card fail for some banks", "SEV2",
        "The card processor rejects 3-D Secure answers of two banks. About 4 % of deposits fail.",
        "U02GRACE", timedelta(days=16, hours=3), ("deposit",),
        identified=timedelta(minutes=18), mitigated=timedelta(minutes=41), resolved=timedelta(hours=2, minutes=5),
        closed=timedelta(days=6),
    ),
    Story(
        "Region failover exercise", "SEV3", "Planned: the eastern region is taken out of service.",
        "U06BARBARA", timedelta(days=9, hours=5), ("sign-in", "place-order"),
        mitigated=timedelta(minutes=22), resolved=timedelta(minutes=50), is_drill=True,
    ),
    Story(
        "Sign-in codes arrive late", "SEV2", "Text messages with sign-in codes take up to ten minutes.",
        "U05MARGARET", timedelta(days=4, hours=7), ("sign-in",),
        identified=timedelta(minutes=35), mitigated=timedelta(minutes=52), resolved=timedelta(hours=3, minutes=20),
    ),
    Story(
        "Orders are confirmed twice by mail", "SEV3",
        "Customers get the confirmation of an order twice; the orders themselves are right.",
        "U02GRACE", timedelta(minutes=47), ("place-order",), identified=timedelta(minutes=21),
    ),
)  # fmt: skip


def run() -> int:
    """Run the demo until Ctrl+C. Returns the exit code."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        try:
            stack.enter_context(FileLock(FOLDER / "demo.lock", timeout=0))
        except Timeout:
            print("The demo runs already, in another terminal.", file=sys.stderr)  # noqa: T201 - a program's own words
            return 1
        slack = stack.enter_context(_local_slack())
        slack.jira.keep_in(FOLDER / "jira.json")
        url = f"sqlite:///{FOLDER / 'sevbot.db'}"
        prepare(url, load(CONFIG), Clock())
        port = _free_port()
        slack.jira.hook_url = f"http://127.0.0.1:{port}/hooks/jira"
        bot = subprocess.Popen([sys.executable, "-m", "bot", "run"], env=_environment(slack, url, port))
        stack.callback(_end, bot)
        slack.wait_until(lambda: slack.socket_count() > 0 or bot.poll() is not None, within=30)
        print(WELCOME.format(url=slack.url), flush=True)  # noqa: T201
        signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
        try:
            return bot.wait()
        except KeyboardInterrupt:
            return 0


def _local_slack() -> Playground:
    """The local Slack at its usual address, or at a free one where that is taken."""
    store = FOLDER / "slack.db"
    try:
        return Playground(port=PORT, store=store)
    except OSError:
        return Playground(store=store)


def prepare(database_url: str, config: Config, clock: Clock) -> None:
    """Make the bot's database, with the history if it has none. All at once, so that a half-told story is never seen."""
    database = Database(database_url)
    database.before_commit.append(Enqueuer(clock).flush)
    schema.upgrade(database)

    def tell(session: Session) -> None:
        if session.scalar(select(func.count()).select_from(Incident)) == 0:
            for story in HISTORY:
                _tell(session, story, config, clock.now())

    database.run(tell)
    database.close()


def _tell(session: Session, story: Story, config: Config, now: datetime) -> None:
    actor = Actor(user_id=story.declarer, standing=Standing.MEMBER, door="schedule")
    declared_at = now - story.ago
    said = service.Declaration(
        title=story.title, severity=story.severity, summary=story.summary, workflows=story.workflows,
        is_drill=story.is_drill,
    )  # fmt: skip
    incident = service.declare(session, said, config=config, actor=actor, now=declared_at).incident
    incident.started_at = declared_at - timedelta(minutes=9)
    incident.detected_at = declared_at - timedelta(minutes=3)
    steps = (
        (story.identified, Category.IDENTIFIED),
        (story.mitigated, Category.MITIGATED),
        (story.resolved, Category.RESOLVED),
        (story.closed, Category.CLOSED),
    )
    for after, category in steps:
        if after is not None:
            service.change_status(
                session, incident, config.status_of(category), config=config, actor=actor, now=declared_at + after
            )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _environment(slack: Playground, database_url: str, port: int) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "DATABASE_URL": database_url,
        "SEVBOT_CONFIG": str(CONFIG),
        "SEVBOT_JOURNAL": str(FOLDER / "journal"),
        "SEVBOT_HTTP": f"127.0.0.1:{port}",
        **slack.pager_variables,
        **slack.jira_variables,
    }


def _end(bot: "subprocess.Popen[bytes]") -> None:
    if bot.poll() is None:
        bot.terminate()
        bot.wait(timeout=15)
