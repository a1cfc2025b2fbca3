"""Five thousand checks a minute begin in time, though one in twenty hangs: those hold threads, and nobody else."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.clock import Clock
from bot.config import Config, Settings, Workflow, load
from bot.config.checks import Check, CheckRules
from bot.db import Database
from bot.workflows.checks.leases import Claimed
from bot.workflows.checks.model import CheckRun
from bot.workflows.checks.runner import Runner
from tests.bench.figures import percentile
from tests.databases import new_sqlite
from tests.processes import CONFIG

CHECKS = 5000
PER_WORKFLOW = 10
ONE_IN_HANGS = 20
MEASURED = 60.0
"""Seconds: each check runs once in them."""
BEGINS = 62.0
"""Seconds until all have begun: checks that are new are spread over a minute."""
SLOWEST = 1.0
"""Seconds by which 99 of 100 begin after their time."""
TARGET = """
import asyncio

async def answer(reader, writer):
    asked = await reader.readuntil(b"\\r\\n\\r\\n")
    await asyncio.sleep(10 if asked.startswith(b"GET /hangs") else 0.02)
    writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok")
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]


class Measuring(Runner):
    """A replica that notes how late each check begins."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        super().__init__(database, clock, settings, {})
        self.delays: list[float] = []

    def _run(self, claimed: Claimed, config: Config, tries: int = 1) -> None:
        if tries == 1:
            self.delays.append((self._clock.machine() - claimed.due_at).total_seconds())
        super()._run(claimed, config, tries)


@pytest.fixture
def port() -> Iterator[int]:
    """Where the target listens: in a process of its own."""
    with subprocess.Popen([sys.executable, "-c", TARGET], stdout=subprocess.PIPE, text=True) as target:
        assert target.stdout is not None
        yield int(target.stdout.readline())
        target.kill()


def config_for(port: int) -> Config:
    """So many checks, each once a minute."""

    def check(number: int) -> Check:
        path = "hangs" if number % ONE_IN_HANGS == 0 else "ok"
        steps = [{"name": "ask", "request": {"url": f"http://127.0.0.1:{port}/{path}"}}]
        return Check.model_validate(
            {"key": f"check-{number}", "name": f"Check {number}", "every": "60s", "steps": steps}
        )

    flows = tuple(
        Workflow(
            key=f"flow-{start}", name=f"Flow {start}", checks=tuple(map(check, range(start, start + PER_WORKFLOW)))
        )
        for start in range(0, CHECKS, PER_WORKFLOW)
    )
    rules = CheckRules(allowed_networks=("127.0.0.1",))
    return load(CONFIG).model_copy(update={"workflows": flows, "checks": rules})


def test_checks_begin_in_time_though_some_hang(tmp_path: Path, port: int) -> None:
    database = Database(new_sqlite(tmp_path))
    runner = Measuring(database, Clock(), Settings(CONFIG, config=config_for(port)))
    tick_for(runner, BEGINS)
    runner.delays.clear()
    used, began = time.process_time(), time.monotonic()
    tick_for(runner, MEASURED)
    cores = (time.process_time() - used) / (time.monotonic() - began)
    delays = [max(each, 0.0) for each in runner.delays]
    slowest = percentile(delays, 99)
    print(f"{len(delays)} checks a minute begin {slowest * 1000:.0f} ms late (p99), with {cores:.2f} cores")  # noqa: T201
    with database.read() as session:
        kept = session.scalar(select(func.count()).select_from(CheckRun)) or 0
    runner.stop()
    database.close()
    assert len(delays) >= CHECKS * 0.95
    assert kept >= CHECKS * 1.5
    assert slowest < SLOWEST


def tick_for(runner: Runner, seconds: float) -> None:
    """Call it every second, as the loop does."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        runner.tick()
        time.sleep(max(1.0 - (time.monotonic() - began), 0.0))
