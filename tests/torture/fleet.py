"""Several replicas on one database, as operators run them: started, frozen, thawed, killed and replaced while they serve."""

import json
import os
import shutil
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import requests
import yaml

from bot.playground import Playground
from tests.processes import CONFIG, free_port
from tests.torture.balancer import Balancer
from tests.torture.killable import COMMAND, FREEZES, NEXT_VERSION
from tests.torture.killing import Nursery

READY_WITHIN = 30.0
ENDS_WITHIN = 10.0
LOOK_AGAIN = 0.02
SETTINGS: dict[str, dict[str, Any]] = {
    "delivery": {
        "call_timeout": "2s", "attempt_limit": "3500ms", "lease_margin": "500ms", "backoff": "50ms", "operator_backoff": "200ms",
        "second_look": "2s",
    },
    "nudges": {
        "working_hours": {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": "00:00", "end": "00:00"},
        "update_overdue": "never", "open_too_long": "never", "status_stuck": "never",
        "items": {"due": "never", "overdue": "never", "unowned": "never", "owner_left": "never"},
        "postmortems": {"missing": "never", "late": "never", "review_late": "never"},
        "no_commander": {"after": "30m", "steps": [{"tell": "channel"}]},
    },
    "alerts": {"generic": {"id": "id"}},
}  # fmt: skip
"""Leases that end within seconds, reminders of nobody in command alone, and alerts whose sender says which deliveries are the same."""
DIGEST = {
    "key": "daily", "channel": "#incidents", "at": "08:30", "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    "picture": "none",
}  # fmt: skip


@dataclass(frozen=True)
class Replica:
    """One of them, by its process, and by the port it listens on."""

    pid: int
    port: int


class Fleet:
    """All replicas of one story, and the balancer before them: in HTTP mode Slack delivers through it too."""

    def __init__(
        self, nursery: Nursery, slack: Playground, database_url: str, folder: Path, *, http: bool, **environment: str
    ) -> None:
        self.balancer = Balancer()
        self._nursery = nursery
        self._slack = slack
        self._folder = folder
        self._http = http
        self._running: list[Replica] = []
        self._freezes: dict[str, str] = {}
        self._environment = {
            "PATH": os.environ["PATH"],
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": "" if http else slack.app_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret if http else "",
            "DATABASE_URL": database_url,
            "SEVBOT_CONFIG": str(_settings(folder / "config")),
            **slack.pager_variables,
            **environment,
        }

    def start(self, *, next_version: Path | None = None) -> Replica:
        """Start one, and let it serve once it says that it is ready. `next_version`: it is of that, with those migrations."""
        port = free_port()
        replica = Replica(self._bear("run", next_version, port=port), port)
        self._running.append(replica)
        deadline = time.monotonic() + READY_WITHIN
        while not self._is_ready(replica):
            assert not self._nursery.is_over(replica.pid), f"it ended at once\n{self.log}"
            assert time.monotonic() < deadline, f"it is not ready\n{self.log}"
            time.sleep(LOOK_AGAIN)
        self.balancer.add(port)
        return replica

    def migrate(self, *, next_version: Path) -> int:
        """Begin to bring the schema to that of a version, as `sevbot migrate` does; returns the process id."""
        return self._bear("migrate", next_version)

    def refuses_to_start(self, *, next_version: Path) -> bool:
        """Whether one of that version ends at once."""
        self.wait_for(self._bear("run", next_version))
        return "Run: sevbot migrate" in self.log

    def wait_for(self, pid: int) -> None:
        """Wait until a process has ended."""
        deadline = time.monotonic() + READY_WITHIN
        while not self._nursery.is_over(pid):
            assert time.monotonic() < deadline, f"process {pid} does not end\n{self.log}"
            time.sleep(LOOK_AGAIN)

    def freeze(self, replica: Replica) -> None:
        """Let its machine stand still."""
        self._nursery.send(replica.pid, signal.SIGSTOP)

    def shall_freeze_before(self, call: str) -> None:
        """Let the next one freeze that has looked at its lease, and is about to make that call (`KIND METHOD`).

        `may_freeze_before` must have named the call before they were started.
        """
        Path(self._freezes[call]).touch()

    def frozen_before(self, call: str) -> Replica | None:
        """Who froze there."""
        mark = Path(self._freezes[call])
        pids = [int(each.suffix[1:]) for each in mark.parent.glob(f"{mark.stem}.*[0-9]")]
        return next((each for each in self._running if each.pid in pids), None)

    def may_freeze_before(self, *calls: str) -> None:
        """Name calls for `shall_freeze_before`, to those that are started from now on."""
        self._freezes = {call: str(self._folder / f"freeze-{number}.mark") for number, call in enumerate(calls)}

    def thaw(self, replica: Replica) -> None:
        """Let its machine go on."""
        self._nursery.send(replica.pid, signal.SIGCONT)

    def kill(self, replica: Replica) -> None:
        """End it as a power cut would. The balancer notices by itself."""
        self._nursery.kill(replica.pid)
        self._running.remove(replica)

    def retire(self, replica: Replica) -> None:
        """End it as a deploy does: no new requests, then SIGTERM, within the promised time."""
        self.balancer.remove(replica.port)
        self._nursery.send(replica.pid, signal.SIGTERM)
        asked = time.monotonic()
        self.wait_for(replica.pid)
        assert time.monotonic() - asked < ENDS_WITHIN + LOOK_AGAIN
        self._running.remove(replica)

    @property
    def log(self) -> str:
        """What they said, for the failure of a test."""
        file = self._folder / "log"
        return file.read_text() if file.exists() else ""

    def __enter__(self) -> Self:
        self.balancer.__enter__()
        if self._http:
            self._slack.deliver_to = f"{self.balancer.url}/slack/events"
        return self

    def __exit__(self, *_: object) -> None:
        for replica in list(self._running):
            self.thaw(replica)
            self.kill(replica)
        self.balancer.__exit__()

    def _bear(self, command: str, next_version: Path | None, *, port: int = 0) -> int:
        environment = self._environment | {
            COMMAND: command,
            FREEZES: json.dumps(self._freezes),
            "SEVBOT_HTTP": f"127.0.0.1:{port}",
            "SEVBOT_JOURNAL": str(self._folder / f"journal-{port}"),
        }
        if next_version:
            environment[NEXT_VERSION] = str(next_version)
        return self._nursery.bear(environment, self._folder / "log")

    @staticmethod
    def _is_ready(replica: Replica) -> bool:
        with suppress(requests.RequestException):
            return requests.get(f"http://127.0.0.1:{replica.port}/readyz", timeout=2).ok
        return False


def _settings(folder: Path) -> Path:
    """The configuration of the tests, changed as these stories need it."""
    shutil.copytree(CONFIG, folder)
    file = folder / "sevbot.yaml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    severities = [{**each, "page": ["platform"]} if each["key"] == "SEV1" else each for each in settings["severities"]]
    changed = {**settings, **SETTINGS, "severities": severities, "digests": [DIGEST]}
    file.write_text(yaml.safe_dump(changed), encoding="utf-8")
    return folder
