"""Pictures are drawn by a process of their own: readable, whatever there is to draw, and never for longer than they may."""

import json
import os
import struct
import subprocess
import sys
import time
import zlib
from datetime import date, timedelta

import pytest

from bot.config import load
from bot.digest import drawing, figures, picture, picture_looks, plot
from bot.digest.content import Week
from bot.digest.figures import Sev
from bot.digest.plot import Plot
from tests.architecture.source import ROOT, bot_files, imported, place
from tests.processes import CONFIG

MINUTE = timedelta(minutes=1)
SPANS = tuple(figures.weeks(date(2026, 11, 23), 9, "UTC"))
NOTHING = Plot({"kind": "sevs", "title": "SEVs per week", "weeks": [], "series": [], "overdue": [], "below": ""}, "")


def a_week(*counts: int, severity: str = "SEV2", minutes: int = 30) -> Week:
    """Weeks with so many SEVs each, which took so long to mitigate."""
    sevs = [
        Sev(number=1, severity=severity, declared_at=span.since, detected_at=span.since,
            mitigated_at=span.since + minutes * MINUTE)
        for span, count in zip(SPANS, counts, strict=True)
        for _ in range(count)
    ]  # fmt: skip
    return Week(SPANS, tuple(sevs), tuple(counts))


def size_of(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize("kind", ["sevs", "mitigate"])
@pytest.mark.parametrize(
    "week",
    [
        a_week(0, 0, 0, 0, 0, 0, 0, 0, 0),
        a_week(1, 0, 3, 0, 0, 2, 1, 2, 4),
        a_week(500, 0, 3000, 0, 0, 2, 1, 2, 4, severity="SEV0", minutes=60 * 24 * 30),
        a_week(1, 1, 1, 1, 1, 1, 1, 1, 1, severity="SEV9", minutes=0),
    ],
    ids=["nothing", "usual", "very many", "no time at all"],
)
def test_whatever_there_is_can_be_drawn(kind: str, week: Week) -> None:
    drawn = plot.of_week(
        kind, week, config=load(CONFIG), about="$x^2$ \\frac & a very long name of many words, twice", zone="UTC"
    )
    assert size_of(picture.draw(json.loads(json.dumps(drawn.data)))) == (1200, 675)
    assert 0 < len(drawn.alt_text) <= 1000


def test_it_is_drawn_by_a_process_of_its_own() -> None:
    drawn = plot.of_week("sevs", a_week(1, 0, 3, 0, 0, 2, 1, 2, 4), config=load(CONFIG), about="", zone="UTC")
    png = drawing.draw(drawn)
    assert png is not None
    assert size_of(png) == (1200, 675)


def test_what_takes_too_long_is_ended() -> None:
    began = time.monotonic()
    assert drawing.draw(NOTHING, program=("-c", "import time; time.sleep(60)"), within=0.2) is None
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "program",
    [
        "print('no picture')",
        "raise SystemExit('out of ink')",
        "import sys; sys.stdout.buffer.write(b'\\x89PNG\\r\\n\\x1a\\n' + bytes(3_000_000))",
        "import os; os.kill(os.getpid(), 9)",
    ],
)
def test_what_is_no_picture_is_not_taken_for_one(program: str) -> None:
    assert drawing.draw(NOTHING, program=("-c", program)) is None


def test_the_process_ends_with_the_one_that_started_it() -> None:
    """The input ends when the parent is no more; here it is closed, which is the same to the child."""
    slow = "import bot.digest.picture as it; it.draw = lambda data: it.threading.Event().wait(60); it.main()"
    with subprocess.Popen(
        [sys.executable, "-c", slow], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin is not None
        child.stdin.write(b"{}\n")
        child.stdin.close()
        assert child.wait(20) == 1


def test_it_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    tells = "import os, sys; sys.exit('SLACK_BOT_TOKEN' in os.environ)"
    before = drawing.PICTURES.labels("failed")._value.get()
    drawing.draw(NOTHING, program=("-c", tells))
    assert drawing.PICTURES.labels("failed")._value.get() == before + 1
    assert subprocess.run([sys.executable, "-c", tells], env={**os.environ}, check=False).returncode == 1


def test_nothing_of_the_running_bot_imports_what_draws() -> None:
    importers = [
        place(path)
        for path in bot_files()
        if {
            name
            for name in imported(path)
            if name.split(".")[0] in ("matplotlib", "numpy")
            or name in ("bot.digest.picture", "bot.digest.picture_panels")
        }
    ]
    assert sorted(importers) == ["bot/digest/picture.py", "bot/digest/picture_panels.py"]
    says = "import sys, bot.house, bot.app; sys.exit(any(name in sys.modules for name in ('matplotlib', 'numpy', 're2', 'jsonpath_ng')))"
    assert subprocess.run([sys.executable, "-c", says], cwd=ROOT, check=False).returncode == 0


def luminance(colour: str) -> float:
    """WCAG's relative luminance of `#rrggbb`."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_all_that_is_written_can_be_read_and_all_that_is_filled_be_seen() -> None:
    assert contrast(picture_looks.INK, picture_looks.GROUND) >= 7
    assert contrast(picture_looks.FAINT, picture_looks.GROUND) >= 4.5
    assert contrast(picture_looks.STRESS, picture_looks.GROUND) >= 4.5
    for fill, ink, _hatch in picture.LOOKS:
        assert max(contrast(fill, picture_looks.GROUND), contrast(ink, picture_looks.GROUND)) >= 3
    assert len({hatch for _fill, _ink, hatch in picture.LOOKS}) == len(picture.LOOKS)


def test_the_ground_is_opaque_so_that_it_is_the_same_in_every_theme() -> None:
    png = picture.draw(plot.sevs(a_week(*range(9)), config=load(CONFIG), about="", zone="UTC").data)
    assert first_pixel(png) == (0xFB, 0xFA, 0xF7, 255)


def first_pixel(png: bytes) -> tuple[int, ...]:
    """The colour and opacity of the pixel at the top left, which no filter of PNG changes."""
    data, at = b"", 8
    while at < len(png):
        (length,), kind = struct.unpack(">I", png[at : at + 4]), png[at + 4 : at + 8]
        data += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    return tuple(zlib.decompress(data)[1:5])


def test_what_it_shows_is_said_in_words_too() -> None:
    week = Week(SPANS, a_week(1, 0, 3, 0, 0, 2, 1, 2, 4).sevs, (1, 2, 1, 1, 2, 2, 2, 2, 4))
    assert plot.sevs(week, config=load(CONFIG), about="Payments", zone="UTC").alt_text == (
        "SEVs per week: Payments, by severity, in the last 9 weeks, the newest last: 1, 0, 3, 0, 0, 2, 1, 2, 4. "
        "The last week: SEV2 4. Overdue action items at the end of each week: 1, 2, 1, 1, 2, 2, 2, 2, 4."
    )
    assert plot.mitigate(week, about="", zone="UTC").alt_text == (
        "Time to mitigate (detected → mitigated) in the last 9 weeks: median 30 min, p90 30 min, n = 13. Medians by week, the "
        "newest last: 30 min, none, 30 min, none, none, 30 min, 30 min, 30 min, 30 min."
    )
