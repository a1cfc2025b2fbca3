"""What was measured: the figures, how they compare, and the one table that shows them."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

IS_FULL = os.environ.get("SEVBOT_BENCH") == "full"
"""Whether soaks run for as long as they are meant to; by default they are shortened. `SEVBOT_BENCH=full make bench`."""
BLOCKS = 5
"""A comparison is the median of so many: one stall of the machine then spoils one of them only."""


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of `values` that `percent` per cent of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


@dataclass(frozen=True)
class Times:
    """Times in seconds, in the order they were taken."""

    taken: tuple[float, ...]

    def over_blocks(self, percent: float) -> float:
        """The percentile of each block of the run, and of these the median. In milliseconds."""
        size = max(1, len(self.taken) // BLOCKS)
        blocks = [self.taken[start : start + size] for start in range(0, size * BLOCKS, size)]
        return 1000 * median(percentile(block, percent) for block in blocks if block)

    @property
    def p50(self) -> float:
        """In milliseconds."""
        return self.over_blocks(50)

    @property
    def p99(self) -> float:
        """In milliseconds."""
        return self.over_blocks(99)

    @property
    def longest(self) -> float:
        """In milliseconds."""
        return 1000 * max(self.taken)


@dataclass(frozen=True)
class Figure:
    """One line of the table. `wanted` is a sentence for people; whether it holds is asserted by the measurement."""

    about: str
    what: str
    value: float
    unit: str
    wanted: str = ""


@dataclass
class Figures:
    """All figures of a run, in the order they were measured."""

    taken: list[Figure] = field(default_factory=list)

    def add(self, about: str, what: str, value: float, unit: str, *, wanted: str = "") -> None:
        """Keep one figure. Units: ms, s, x (a ratio), MB, /s, or what is counted."""
        self.taken.append(Figure(about, what, round(value, 3), unit, wanted))

    def add_times(self, about: str, what: str, times: Times) -> None:
        """Keep the median and the 99th percentile of some times."""
        self.add(about, f"{what}, p50", times.p50, "ms")
        self.add(about, f"{what}, p99", times.p99, "ms")

    def table(self) -> list[str]:
        """The table, line by line."""
        rows = [(each.what, f"{each.value:g} {each.unit}", each.wanted) for each in self.taken]
        widths = [max(len(row[column]) for row in rows) for column in (0, 1)] if rows else [0, 0]
        lines: list[str] = []
        about = ""
        for figure, (what, value, wanted) in zip(self.taken, rows, strict=True):
            if figure.about != about:
                about = figure.about
                lines += ["", about]
            lines.append(f"  {what:<{widths[0]}}  {value:>{widths[1]}}  {wanted}".rstrip())
        return lines

    def save(self, file: Path) -> None:
        """Write all figures to a file, as JSON."""
        file.parent.mkdir(parents=True, exist_ok=True)
        load = [round(each, 2) for each in os.getloadavg()]
        kept = {"full": IS_FULL, "load": load, "figures": [asdict(each) for each in self.taken]}
        file.write_text(json.dumps(kept, indent=1) + "\n")
