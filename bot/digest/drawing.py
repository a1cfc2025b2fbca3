"""Having a picture drawn by a process of its own, which never outlives this one nor takes longer than it may."""

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from prometheus_client import Counter

from bot.digest.plot import Plot

log = logging.getLogger(__name__)

PICTURES = Counter("sevbot_digest_pictures", "Pictures of digests, by what came of them.", ["outcome"])
PROGRAM = ("-m", "bot.digest.picture")
ROOT = Path(__file__).parent.parent.parent
TAKES_AT_MOST = 20.0
"""Seconds. It takes one; on a machine that is very busy, several."""
ONE_BY_ONE = threading.Lock()
"""Ten at once would each take ten times as long, and ten times the memory."""
LARGEST = 2_000_000
"""Bytes. A picture has 50,000."""
PNG = b"\x89PNG\r\n\x1a\n"
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "MPLCONFIGDIR")
"""What it is told of the environment: no secrets, but where fonts may be remembered."""


def draw(plot: Plot, *, program: tuple[str, ...] = PROGRAM, within: float | None = None) -> bytes | None:
    """The picture as a PNG; None where it could not be drawn in time (in seconds), which is logged."""
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    with ONE_BY_ONE, tempfile.TemporaryFile() as complaints:
        with subprocess.Popen(  # noqa: S603 - this program itself, with nothing of anybody's in its arguments
            [sys.executable, *program], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=complaints, bufsize=0,
        ) as process:  # fmt: skip
            picture = _talk(
                process, json.dumps(plot.data).encode() + b"\n", TAKES_AT_MOST if within is None else within
            )
        if process.returncode == 0 and picture.startswith(PNG) and len(picture) <= LARGEST:
            PICTURES.labels("drawn").inc()
            return picture
        complaints.seek(0)
        last_words = complaints.read().decode(errors="replace").strip().rpartition("\n")[2]
    PICTURES.labels("failed").inc()
    log.error("digest.not_drawn", extra={"status": process.returncode, "error": last_words[:300]})
    return None


def _talk(process: "subprocess.Popen[bytes]", line: bytes, within: float) -> bytes:
    """Say what to draw, and take the picture. The input stays open meanwhile: its end would end the process."""
    assert process.stdin is not None  # noqa: S101 - they were asked for
    assert process.stdout is not None  # noqa: S101
    limit = threading.Timer(within, process.kill)
    limit.start()
    try:
        with suppress(BrokenPipeError):  # it ended without being told: its last words say why
            process.stdin.write(line)
        return _all_of(process)
    finally:
        limit.cancel()
        with suppress(subprocess.TimeoutExpired):
            process.wait(1)
        process.kill()


def _all_of(process: "subprocess.Popen[bytes]") -> bytes:
    """What it says until it ends; of what is too much, enough to see that."""
    assert process.stdout is not None  # noqa: S101
    said = b""
    while len(said) <= LARGEST and (more := process.stdout.read(65_536)):
        said += more
    return said
