"""The bot as a process of its own, as operators run it: started, killed, started again."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

from bot.playground import Playground

ROOT = Path(__file__).parent.parent
CONFIG = ROOT / "tests" / "config"
START_WITHIN = 20.0


class BotProcess:
    """`sevbot run` against a local Slack, in Socket Mode or signed HTTP mode."""

    def __init__(
        self,
        slack: Playground,
        database_url: str,
        *,
        http: bool = False,
        config: Path = CONFIG,
        program: tuple[str, ...] = ("-m", "bot", "run"),
        log: Path | None = None,
        **environment: str,
    ) -> None:
        self._slack = slack
        self._http = http
        self._program = program
        self._log = log
        self.port = free_port()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": "" if http else slack.app_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret if http else "",
            "DATABASE_URL": database_url,
            "SEVBOT_CONFIG": str(config),
            "SEVBOT_HTTP": f"127.0.0.1:{self.port}",
            **slack.pager_variables,
            **slack.jira_variables,
            "PYTHONPATH": str(ROOT),
            "SEVBOT_JOURNAL": tempfile.mkdtemp(prefix="sevbot-journal-"),
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id of the running bot."""
        assert self.process is not None
        return self.process.pid

    def start(self, *, wait: bool = True) -> Self:
        """Start it, and wait until it can be spoken to."""
        before = self._slack.socket_count()
        output = self._log.open("ab") if self._log else None
        self.process = subprocess.Popen(
            [sys.executable, *self._program], cwd=ROOT, env=self.environment, stdout=output, stderr=output
        )
        if output:
            output.close()
        if wait:
            self._wait_until_ready(before)
        return self

    def _wait_until_ready(self, sockets_before: int) -> None:
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline:
            assert self.process is not None
            if self.process.poll() is not None:
                raise AssertionError(f"the bot ended at once, with {self.process.returncode}")
            if self._http and _listens(self.port):
                self._slack.deliver_to = f"http://127.0.0.1:{self.port}/slack/events"
                return
            if not self._http and self._slack.socket_count() > sockets_before:
                return
            time.sleep(0.01)
        raise AssertionError("the bot did not start in time")

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self, *, within: float = 10.0) -> int:
        """Tell it to stop, as a deploy would, and return its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=within)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.is_running():
            self.kill()


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
