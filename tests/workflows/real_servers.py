"""A real Prometheus and a real Alertmanager, from Debian's packages: started for a test, on ports of their own, and ended by it."""

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests
import yaml

from tests.processes import free_port
from tests.programs import program

PROMETHEUS, PROMTOOL, ALERTMANAGER = "prometheus", "promtool", "prometheus-alertmanager"
READY_WITHIN = 20.0


@contextmanager
def prometheus(folder: Path, *, target: int | None = None, alertmanager: str = "", rules: str = "") -> Iterator[str]:
    """Prometheus, which looks at `/metrics` of a port every second. Gives its address. What `folder/data` holds, it knows."""
    (folder / "rules.yml").write_text(rules or "groups: []")
    manager = [{"static_configs": [{"targets": [alertmanager.removeprefix("http://")]}]}] if alertmanager else []
    scraped = [{"job_name": "shop", "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}] if target else []
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(folder / "rules.yml")],
        "alerting": {"alertmanagers": manager},
        "scrape_configs": scraped,
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    options = [f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}"]
    with _served(program(PROMETHEUS), options, folder / "prometheus.log") as address:
        yield address


@contextmanager
def alertmanager(folder: Path, *, hook: str, secret: str) -> Iterator[str]:
    """Alertmanager, which tells a hook of each group of alerts after a second. Gives its address."""
    config = {
        "route": {
            "receiver": "sevbot", "group_by": ["alertname"], "group_wait": "1s", "group_interval": "1s",
            "repeat_interval": "1h",
        },
        "receivers": [
            {"name": "sevbot", "webhook_configs": [{"url": hook, "http_config": {"authorization": {"credentials": secret}}}]}
        ],
    }  # fmt: skip
    (folder / "alertmanager.yml").write_text(yaml.safe_dump(config))
    options = [
        f"--config.file={folder / 'alertmanager.yml'}", f"--storage.path={folder / 'alerts'}",
        "--cluster.listen-address=",
    ]  # fmt: skip
    with _served(program(ALERTMANAGER), options, folder / "alertmanager.log") as address:
        yield address


def remember(folder: Path, series: Mapping[str, Sequence[tuple[int, float]]]) -> None:
    """Let a Prometheus that is started there know counters' past: by series, a number at each moment in seconds."""
    lines = [f"{name} {number:g} {moment}" for name, points in series.items() for moment, number in points]
    file = folder / "past.om"
    file.write_text("\n".join(["# TYPE orders counter", *lines, "# EOF", ""]))
    command = [program(PROMTOOL), "tsdb", "create-blocks-from", "openmetrics", str(file), str(folder / "data")]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


@contextmanager
def _served(path: str, options: Sequence[str], log: Path) -> Iterator[str]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [path, *options, f"--web.listen-address=127.0.0.1:{port}"], stdout=output, stderr=output
        )
    try:
        _wait_until_ready(address, process, log)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_ready(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if requests.get(f"{address}/-/ready", timeout=1).ok:
                return
        except requests.RequestException:
            time.sleep(0.05)
    raise AssertionError(f"it was not ready in time: {log.read_text()}")
