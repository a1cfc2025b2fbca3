"""What a bot is given that runs, or is only built, inside a test: an environment, and logging that is taken back."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import insert

from bot import logs
from bot.app import Bot
from bot.directory.channels import KnownChannel, all_places
from bot.environment import Environment
from bot.playground import Playground
from tests.databases import UNDELIVERED, has_rows
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


def has_been_here(bot: Bot, slack: Playground) -> None:
    """Let a bot that is not started yet know the channels of its configuration and be in them, as after its first start.

    Learning them anew is four calls, which cost each test nearly half of what a bot costs it.
    """
    workspace = slack.workspace
    channels = {place: workspace.channel_named(place.removeprefix("#")) for place in all_places(bot.settings.current)}
    with bot.database.engine.begin() as connection:
        for place, channel in channels.items():
            if channel is not None:
                channel.members.append(workspace.bot.id)
                connection.execute(
                    insert(KnownChannel).values(place=place, channel_id=channel.id, learned_at=bot.clock.now())
                )


@contextmanager
def at_work(bot: Bot, slack: Playground, *, is_new: bool = False) -> Iterator[Bot]:
    """A bot for the block: it is connected, and has done all it does at its start. `is_new`: this is its first."""
    if not is_new:
        has_been_here(bot, slack)
    bot.start()
    slack.wait_until(lambda: _has_started(bot, slack), why="the bot has started")
    try:
        yield bot
    finally:
        bot.stop()


def _has_started(bot: Bot, slack: Playground) -> bool:
    connects = any(thread.name == "connect" for thread in threading.enumerate())
    return slack.socket_count() == 1 and not connects and not has_rows(bot.database, UNDELIVERED)
