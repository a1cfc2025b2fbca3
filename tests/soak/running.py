"""The bot of a soak, as a process that is told the time, asked how much it holds, killed, and started again."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from bot.playground import Playground
from tests.processes import ROOT, BotProcess
from tests.soak.program import BEGINS_AT

ENDS_WITHIN = 15.0


class SoakedBot(BotProcess):
    """`sevbot run`, with its clock and its loop in our hands."""

    def __init__(self, slack: Playground, database_url: str, config: Path, log: Path, known: Mapping[str, str]) -> None:
        super().__init__(slack, database_url, config=config, log=log)
        self.environment |= known
        self.seconds = 0.0
        """What its processes took of a processor so far, but for the one that runs."""

    def start(self, *, wait: bool = True) -> Self:
        self._slack.wait_until(lambda: self._slack.socket_count() == 0, why="the bot before is gone")
        assert self._log is not None
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.soak.program"], cwd=ROOT, stderr=log, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, env={**self.environment, BEGINS_AT: str(self._slack.clock.now())},
            )  # fmt: skip
        if wait:
            self._wait_until_ready(0)
        return self

    def time(self, at: float) -> None:
        """Tell it what time it is."""
        self._order(do="time", at=at)

    def loop(self) -> None:
        """Have it do once what is due."""
        self._order(do="loop")

    def figures(self) -> dict[str, Any]:
        """How much it holds, once it holds no more than it must."""
        return dict(self._order(do="figures"))

    def _order(self, **order: Any) -> Any:
        assert self.process is not None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{json.dumps(order)}\n".encode())
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"the bot ended while it was asked for {order}"
        return json.loads(answer)

    def kill(self) -> None:
        self.seconds += self.processor_time()
        super().kill()
        self._hang_up()

    def stop(self, *, within: float = ENDS_WITHIN) -> int:
        self.seconds += self.processor_time()
        code = super().stop(within=within)
        self._hang_up()
        return code

    def _hang_up(self) -> None:
        assert self.process is not None
        for end in (self.process.stdin, self.process.stdout):
            if end is not None:
                end.close()

    def processor_time(self) -> float:
        """Seconds of a processor that the process which runs took."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def wait_for(self, seconds: float) -> None:
        """Let machine time pass, which leases and retries are about."""
        time.sleep(seconds)
