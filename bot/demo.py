"""The demo: a local Slack, a small company and the bot, talking to each other as they would in production."""

import os
import secrets
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout

from bot.acme import Company, Reports
from bot.clock import Clock
from bot.config import load
from bot.demo_past import prepare
from bot.environment import read_environment
from bot.hearing import event_types
from bot.playground import Playground, install
from bot.slack.manifest import manifest
from bot.workflows.heartbeats.hooks import PATH, token_of

FOLDER = Path("var/demo")
CONFIG = Path("config/demo")
PORT, COMPANY_PORT = 8765, 8766
END_WITHIN = 15.0
"""Seconds a bot may take to end."""
SETTLEMENT = ("statement", "settle")
"""The workflow and the key of the company's heartbeat."""

WELCOME = """
Sevbot's demo is ready.

  1. Open      {url}
  2. Type      /sev declare
     or        /sev declare SEV1 checkout is down
     or take the tour, on the left
  3. Break     {company}
     a small payments company, whose workflows Sevbot watches

Its action items may have issues in a local Jira: {url}/jira/
You are Ada; change who you are at the bottom left. Ctrl+C stops the demo; `make demo` goes on where it was,
and `make demo-reset` starts anew.
"""


@dataclass(frozen=True)
class Secrets:
    """What those who live here know each other by: made anew each time."""

    api: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    heartbeat: str = field(default_factory=lambda: secrets.token_hex(24), repr=False)
    checks: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    hooks: str = field(default_factory=lambda: secrets.token_hex(24), repr=False)


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
        known = Secrets()
        company = stack.enter_context(_company(slack, port, known))
        slack.neighbours |= {"Acme Pay": company.url, "Jira": f"{slack.url}/jira/"}
        environment = {**_environment(slack, url, port), **_known_to_the_bot(company, known)}
        install(slack, manifest(event_types(read_environment(environment))))
        with FileLock(
            FOLDER / "sevbot.db.lock", timeout=END_WITHIN
        ):  # a demo that was killed may have a bot that still ends
            pass
        bot = subprocess.Popen([sys.executable, "-m", "bot.demo_bot"], env=environment, stdin=subprocess.PIPE)
        stack.callback(_end, bot)
        slack.wait_until(lambda: slack.socket_count() > 0 or bot.poll() is not None, within=60)
        print(WELCOME.format(url=slack.url, company=company.url), flush=True)  # noqa: T201
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


def _company(slack: Playground, port: int, known: Secrets) -> Company:
    """The company at its usual address, or at a free one where that is taken."""
    bot = f"http://127.0.0.1:{port}"
    heartbeat = f"{bot}{PATH}{token_of(known.heartbeat, *SETTLEMENT)}"
    reports = Reports(bot, known.api, heartbeat, known.hooks)

    def now() -> datetime:
        return datetime.fromtimestamp(slack.clock.now(), UTC)

    try:
        return Company(reports, key=known.checks, port=COMPANY_PORT, now=now, slack=slack.url)
    except OSError:
        return Company(reports, key=known.checks, now=now, slack=slack.url)


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


def _known_to_the_bot(company: Company, known: Secrets) -> dict[str, str]:
    """What the bot's environment says of the company."""
    return {
        "SEVBOT_API_TOKENS": f"acme-pay counts:write sha256:{sha256(known.api.encode()).hexdigest()}",
        "SEVBOT_HEARTBEAT_SECRET": known.heartbeat,
        "SEVBOT_CHECK_SECRET_ACME_URL": company.url,
        "SEVBOT_CHECK_SECRET_ACME_KEY": known.checks,
        "SEVBOT_HOOK_ALERTMANAGER": known.hooks,
        "SEVBOT_HOOK_GENERIC": known.hooks,
    }


def _end(bot: "subprocess.Popen[bytes]") -> None:
    if bot.poll() is None:
        bot.terminate()
        bot.wait(timeout=END_WITHIN)
