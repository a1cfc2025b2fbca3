"""Draws a digest's picture: `python -m bot.digest.picture`, a line of JSON in, a PNG out.

A process of its own, since matplotlib takes 45 MB and half a second: nothing of the running bot imports this file. It ends with
the process that started it, which keeps the input open as long as it lives.
"""

import io
import json
import math
import os
import sys
import threading
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from bot.digest.picture_looks import DOT, FAINT, GRID, GROUND, HUGE, INK, LARGE, NORMAL, STRESS, clipped
from bot.digest.picture_panels import budgets

SIZE, DPI = (12.0, 6.75), 100
"""1200 x 675 pixels: a phone shows it whole, in landscape and in portrait."""
LOOKS = (
    ("#a3161c", "#ffffff", ""),
    ("#f2a33a", "#1d1c1d", "///"),
    ("#1f6fb4", "#ffffff", "..."),
    ("#c9c5bc", "#1d1c1d", "xx"),
    ("#4d4a45", "#ffffff", "\\\\"),
)
"""Severities by fill, the ink of what is written on it, and hatching: they can be told apart without colour."""
ROUND_MINUTES = (1, 2, 5, 10, 20, 30, 60, 120, 240, 480, 1440, 2880, 7200, 14400, 43200)


def draw(data: dict[str, Any]) -> bytes:
    """The picture of `data` (see `plot.py`) as a PNG."""
    mpl.rcParams.update(
        {
            "font.family": "DejaVu Sans", "font.size": NORMAL, "text.color": INK, "axes.labelcolor": INK,
            "xtick.color": INK, "ytick.color": FAINT, "axes.edgecolor": FAINT, "hatch.linewidth": 1.6,
            "text.parse_math": False,
        }
    )  # fmt: skip
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor=GROUND)
    FigureCanvasAgg(figure)
    {"mitigate": _mitigate, "health": _health, "budgets": budgets}.get(data["kind"], _sevs)(figure, data)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", facecolor=GROUND)
    return picture.getvalue()


def _sevs(figure: Figure, data: dict[str, Any]) -> None:
    """Stacked columns, each part with its number, above the overdue items."""
    above = figure.add_axes((0.045, 0.405, 0.935, 0.405))
    below = figure.add_axes((0.045, 0.105, 0.935, 0.165))
    _title(figure, data["title"])
    places = range(len(data["weeks"]))
    floor = [0] * len(places)
    for look, series in zip(_looks(data["series"]), data["series"], strict=True):
        _stack(above, series["counts"], floor, look)
        floor = [low + count for low, count in zip(floor, series["counts"], strict=True)]
    top = max([*floor, 4])
    for place, count in enumerate(floor):
        above.text(place, count + top * 0.03, str(count), ha="center", va="bottom", fontsize=LARGE, fontweight="bold")
    _bare(above, len(places))
    above.set_ylim(0, top * 1.22)
    above.set_xticks([])
    named = [
        Patch(facecolor=fill, edgecolor=ink, hatch=hatch, label=series["name"])
        for (fill, ink, hatch), series in zip(_looks(data["series"]), data["series"], strict=True)
    ]
    figure.legend(
        handles=named, loc="upper left", bbox_to_anchor=(0.012, 0.915), ncols=len(named), frameon=False,
        fontsize=NORMAL, handlelength=1.1, handletextpad=0.35, columnspacing=0.9,
    )  # fmt: skip
    _overdue(figure, below, data)


def _stack(axes: Axes, counts: Sequence[int], floor: Sequence[int], look: tuple[str, str, str]) -> None:
    fill, ink, hatch = look
    axes.bar(
        range(len(counts)), counts, bottom=floor, width=0.7, facecolor=fill, edgecolor=ink, linewidth=0, hatch=hatch
    )
    for place, (count, low) in enumerate(zip(counts, floor, strict=True)):
        if count:
            axes.plot([place - 0.35, place + 0.35], [low, low], color=GROUND, linewidth=3)


def _overdue(figure: Figure, axes: Axes, data: dict[str, Any]) -> None:
    counts = data["overdue"]
    figure.text(0.045, 0.325, data["below"], fontsize=LARGE, fontweight="bold", va="center")
    axes.fill_between(range(len(counts)), counts, color=GRID, linewidth=0)
    axes.plot(range(len(counts)), counts, color=INK, linewidth=4, marker="o", markersize=10)
    top = max([*counts, 1])
    for place, count in enumerate(counts):
        axes.text(place, count + top * 0.22, f"{count:,}", ha="center", va="bottom", fontsize=NORMAL)
    _bare(axes, len(counts))
    axes.set_ylim(0, top * 1.9)
    _weeks(axes, data["weeks"])


def _mitigate(figure: Figure, data: dict[str, Any]) -> None:
    """A dot for each SEV, the median of each week, and lines for the median and the p90 of all."""
    axes = figure.add_axes((0.118, 0.215, 0.752, 0.565))
    _title(figure, data["title"])
    figure.text(0.025, 0.855, data["subtitle"], fontsize=NORMAL - 1, va="center")
    every = [minutes for week in data["minutes"] for minutes in week]
    _scale(axes, max(min(every, default=10), 1), max(*every, 2) if every else 120)
    for place, (took, median) in enumerate(zip(data["minutes"], data["medians"], strict=True)):
        axes.plot([place] * len(took), took, "o", markersize=14, color=DOT, alpha=0.8, markeredgewidth=0)
        if median is not None:
            axes.plot([place - 0.34, place + 0.34], [median, median], color=INK, linewidth=6, solid_capstyle="butt")
    for name, style, side in (("median", "-", "top"), ("p90", (0, (3, 2)), "bottom")):
        if data[name] is not None:
            axes.axhline(data[name], color=STRESS, linewidth=2.5, linestyle=style, zorder=0)
            axes.text(
                len(data["weeks"]) - 0.38, data[name], name, color=STRESS, va=side, fontsize=NORMAL, fontweight="bold"
            )
    _bare(axes, len(data["weeks"]))
    axes.spines["left"].set_visible(True)
    axes.tick_params(axis="y", left=True, labelleft=True, labelsize=NORMAL)
    axes.grid(axis="y", color=GRID, linewidth=1.2)
    axes.set_axisbelow(True)
    _weeks(axes, data["weeks"], [f"n={len(took)}" for took in data["minutes"]])
    named = [
        Line2D([], [], marker="o", markersize=14, color=DOT, linewidth=0, label="a SEV"),
        Line2D([], [], color=INK, linewidth=6, label="its week's median"),
    ]
    figure.legend(
        handles=named, loc="lower left", bbox_to_anchor=(0.105, -0.005), ncols=2, frameon=False, fontsize=NORMAL,
        handlelength=1.4, handletextpad=0.5, columnspacing=1.5,
    )  # fmt: skip


def _health(figure: Figure, data: dict[str, Any]) -> None:
    """What was left of the error budget, above which share went wrong each day; both against what was allowed."""
    _title(figure, data["title"])
    figure.text(0.025, 0.865, data["subtitle"], fontsize=NORMAL - 1, va="center")
    above = figure.add_axes((0.115, 0.485, 0.865, 0.265))
    below = figure.add_axes((0.115, 0.16, 0.865, 0.195))
    count = len(data["days"])
    left = [math.nan if each is None else max(each, -1.0) * 100 for each in data["left"]]
    above.fill_between(range(count), left, color=GRID, linewidth=0)
    above.plot(range(count), left, color=INK, linewidth=4, marker="o", markersize=7)
    above.axhline(0, color=STRESS, linewidth=2.5)
    known = [each for each in left if not math.isnan(each)]
    _bare(above, count)
    above.set_ylim(min([*known, 0]) - 12, 112)
    above.set_xticks([])
    _percents(above, [each for each in (-100, -50, 0, 50, 100) if each >= min([*known, 0]) - 12])
    figure.text(0.115, 0.785, "Error budget left at the end of each day", fontsize=NORMAL - 2, va="center")
    errors = [0.0 if each is None else each * 100 for each in data["errors"]]
    allowed = data["allowed"] * 100
    below.bar(range(count), errors, width=0.7, color=DOT, linewidth=0)
    for place, each in enumerate(data["errors"]):
        if each is None:
            below.text(place, 0, "?", ha="center", va="bottom", color=FAINT, fontsize=NORMAL - 3)
    below.axhline(allowed, color=STRESS, linewidth=2.5, linestyle=(0, (3, 2)))
    _bare(below, count)
    top = min(max([*errors, allowed * 1.5]) * 1.2, 104.0)
    below.set_ylim(0, top)
    _percents(below, [0, float(f"{top / 1.2:.2g}")])
    note = f"Went wrong each day (dashed: {data['allowed_said']} is allowed; ?: nothing counted)"
    figure.text(0.115, 0.385, note, fontsize=NORMAL - 2, va="center")
    _weeks(below, data["days"], between="\n")


def _percents(axes: Axes, ticks: Sequence[float]) -> None:
    axes.tick_params(axis="y", left=True, labelleft=True, labelsize=NORMAL - 3)
    axes.yaxis.set_major_locator(FixedLocator([*ticks]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _place: f"{share:g} %"))


def _scale(axes: Axes, low: float, high: float) -> None:
    """A logarithmic scale of minutes, with round ones named: most SEVs are short, and a few are very long."""
    axes.set_yscale("log")
    axes.set_ylim(low / 1.6, high * 1.7)
    ticks = [each for each in ROUND_MINUTES if low / 1.6 <= each <= high * 1.7]
    axes.yaxis.set_major_locator(FixedLocator(ticks[:: max(1, -(-len(ticks) // 5))]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda minutes, _place: _length(minutes)))


def _looks(series: Sequence[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """A severity always looks the same, whichever others there are: the n-th of SEV1 to SEV5; SEV0 is black."""
    return [LOOKS[4] if each["name"] == "SEV0" else LOOKS[(int(each["name"][3:] or 1) - 1) % 4] for each in series]


def _title(figure: Figure, title: str) -> None:
    figure.text(0.025, 0.935, clipped(title, 40), fontsize=HUGE, fontweight="bold", va="center")


def _bare(axes: Axes, count: int) -> None:
    axes.set_facecolor(GROUND)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_linewidth(2)
    axes.tick_params(axis="y", left=False, labelleft=False)
    axes.yaxis.set_major_locator(
        axes.yaxis.get_major_locator() if axes.get_yscale() == "log" else MaxNLocator(integer=True)
    )
    axes.set_xlim(-0.55, count - 0.45)


def _weeks(axes: Axes, weeks: Sequence[str], below: Sequence[str] = (), *, between: str = " ") -> None:
    """The weeks by their first day, the month where it is another one; of many weeks only some, so that they can be read.

    `between` stands between day and month: a new line, where there is no room beside.
    """
    step = 1 + (len(weeks) - 1) // 12
    places = [place for place in range(len(weeks)) if (len(weeks) - 1 - place) % step == 0]
    months = [weeks[place].partition(" ")[2] for place in places]
    news = [month != before for month, before in zip(months, ["", *months], strict=False)]
    days = [
        weeks[place].replace(" ", between) if is_new else weeks[place].partition(" ")[0]
        for place, is_new in zip(places, news, strict=True)
    ]
    labels = [f"{day}\n{below[place]}" if below else day for place, day in zip(places, days, strict=True)]
    axes.set_xticks(places, labels)
    axes.tick_params(axis="x", length=0, labelsize=NORMAL, pad=8)


def _length(minutes: float) -> str:
    if minutes < 60:
        return f"{minutes:g} min"
    return f"{minutes / 60:g} h" if minutes < 1440 else f"{minutes / 1440:g} d"


def _end_with_the_parent() -> None:
    """The input ends when the parent closes it, or is no more."""
    sys.stdin.read()
    os._exit(1)


def main() -> None:
    """Read what to draw, draw it, write it."""
    data = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    picture = draw(data)
    sys.stdout.buffer.write(picture)
    sys.stdout.buffer.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
