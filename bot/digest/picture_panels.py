"""Draws what was left of several error budgets, side by side: a part of `picture.py`, in the process that draws.

All panels have the same scale, so that they can be compared: from all of the budget down to as much overspent.
"""

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bot.digest.picture_looks import FAINT, GRID, GROUND, HUGE, INK, LARGE, NORMAL, STRESS, clipped

COLUMNS = {1: 1, 2: 2, 3: 3, 4: 2, 5: 3, 6: 3}
NAME_LENGTH = {1: 60, 2: 30, 3: 19}
"""How many characters of a name there is room for, by how many panels stand side by side."""
LOWEST = -1.0
"""What is overspent by more than the whole budget is drawn as that; the figure beside it says how much it is."""
LEFT, RIGHT, TOP, BOTTOM = 0.03, 0.985, 0.79, 0.075


def budgets(figure: Figure, data: dict[str, Any]) -> None:
    """A line for each, above a line where all is spent, with its name and what is left now."""
    figure.text(0.025, 0.935, clipped(data["title"], 40), fontsize=HUGE, fontweight="bold", va="center")
    figure.text(0.025, 0.87, clipped(data["subtitle"], 78), fontsize=NORMAL - 2, va="center", color=FAINT)
    panels = data["panels"]
    columns = COLUMNS[len(panels)]
    rows = -(-len(panels) // columns)
    width, height = (RIGHT - LEFT) / columns, (TOP - BOTTOM) / rows
    lowest = min([0.0, *(max(each, LOWEST) for panel in panels for each in panel["left"] if each is not None)])
    for place, panel in enumerate(panels):
        left, top = LEFT + place % columns * width, TOP - place // columns * height
        axes = figure.add_axes((left, top - height + 0.03, width - 0.025, height - 0.155))
        figure.text(left, top - 0.018, clipped(panel["name"], NAME_LENGTH[columns]), fontsize=NORMAL, va="center")
        last = next((each for each in reversed(panel["left"]) if each is not None), None)
        figure.text(
            left, top - 0.07, panel["now"], fontsize=LARGE, fontweight="bold", va="center",
            color=STRESS if last is not None and last <= 0 else INK,
        )  # fmt: skip
        _line(axes, panel["left"], lowest)
    days = data["days"]
    figure.text(LEFT, 0.04, days[0], fontsize=NORMAL - 3, va="center", color=FAINT)
    figure.text(RIGHT - 0.025, 0.04, f"{days[-1]}   (red line: all of it is spent)", fontsize=NORMAL - 3, va="center",
                ha="right", color=FAINT)  # fmt: skip


def _line(axes: Axes, lefts: Sequence[float | None], lowest: float) -> None:
    shown = [math.nan if each is None else max(each, LOWEST) for each in lefts]
    axes.set_facecolor(GROUND)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(left=False, labelleft=False, bottom=False, labelbottom=False)
    axes.fill_between(range(len(shown)), shown, color=GRID, linewidth=0)
    axes.plot(range(len(shown)), shown, color=INK, linewidth=4)
    axes.plot([len(shown) - 1], shown[-1:], "o", color=INK, markersize=10, clip_on=False)
    axes.axhline(0, color=STRESS, linewidth=2.5)
    axes.set_xlim(-0.5, len(shown) - 0.2)
    axes.set_ylim(lowest - 0.08, 1.1)
