"""`sevbot …`, as operators type it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import cli
from tests.environments import kept_logging
from tests.processes import CONFIG

Sevbot = Callable[..., Result]


def shell(patch: pytest.MonkeyPatch, folder: Path) -> Sevbot:
    """A shell in which to type `sevbot …`, with nothing in its environment but what is given."""

    def run(*words: str, **environment: str) -> Result:
        for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL", "SEVBOT_HTTP"):
            patch.delenv(name, raising=False)
        given = {"DATABASE_URL": f"sqlite:///{folder / 'sevbot.db'}", "SEVBOT_CONFIG": str(CONFIG), **environment}
        with kept_logging():
            return CliRunner().invoke(cli, list(words), env=given)

    return run
