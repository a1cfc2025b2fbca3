"""What a bot is given that runs, or is only built, inside a test: an environment, and logging that is taken back."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot import logs
from bot.environment import Environment
from tests.processes import CONFIG


def without_slack(database_url: str, *, config: Path = CONFIG) -> Environment:
    """Enough to build the bot, in HTTP mode; nothing listens at Slack's address."""
    return Environment(
        database_url=database_url,
        config_folder=config,
        http_host="127.0.0.1",
        http_port=0,
        log_format="text",
        slack_bot_token="xoxb-none",
        slack_app_token="",
        slack_signing_secret="none",
        slack_api_url="http://127.0.0.1:9/api/",
        metrics_token="",
    )


@contextmanager
def kept_logging() -> Iterator[None]:
    """Logging belongs to the whole process: what is set up in the block is taken back after it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs.LEVELS}
    root.handlers[:] = []  # so that nobody closes them
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        for name, before in levels.items():
            logging.getLogger(name).setLevel(before)
