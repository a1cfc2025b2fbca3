"""What a bot writes for one visit, as plain SQL that can be run again and again: recorded, not written by hand.

A visit is recorded twice. What is the same both times stays as it was; what differs (a number, a key, a name) differs in
each run from then on. So the recipe follows the schema by itself, and nobody can make the comparison easier by accident.
"""

import pickle
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

Row = tuple[Any, ...] | dict[str, Any]
NUMBER = re.compile(r"(\d+)")
FIRST = 10_000
"""From here on are the numbers in texts made anew: few digits, for columns are short."""


@dataclass(frozen=True)
class Varying:
    """A value that is new each time: a text with a number in it, or a number that counts on from `last`."""

    parts: tuple[str | None, ...] = ()
    """A text's parts; the number takes the place of None."""
    last: int | None = None

    def at(self, run: int) -> str | int:
        """The value for the `run`-th run, from 1."""
        if self.last is not None:
            return self.last + run
        return "".join(str(FIRST + run) if part is None else part for part in self.parts)


@dataclass(frozen=True)
class Step:
    """One statement, with the rows it is executed for."""

    sql: str
    rows: tuple[Row, ...]
    is_for_many: bool

    def at(self, run: int) -> list[Row]:
        """The rows for the `run`-th run."""
        return [_fill(row, run) for row in self.rows]


Recipe = tuple[Step, ...]


def name_of(body: dict[str, Any]) -> str:
    """The name of the recipe for a delivery: `severity`, `declare`, `block_actions`, `view_submission`, `message`."""
    if "command" in body:
        return str(body.get("text", "")).partition(" ")[0]
    return str((body.get("event") or body)["type"])


def generalise(first: Sequence[Step], second: Sequence[Step]) -> Recipe:
    """One recipe from two recordings. Raises `ValueError` where they differ in more than values."""
    if [(step.sql, len(step.rows)) for step in first] != [(step.sql, len(step.rows)) for step in second]:
        raise ValueError("the same visit was written down in two ways")
    return tuple(
        Step(old.sql, tuple(_generalised(*pair) for pair in zip(old.rows, new.rows, strict=True)), new.is_for_many)
        for old, new in zip(first, second, strict=True)
    )


def _generalised(old: Row, new: Row) -> Row:
    if isinstance(new, dict) and isinstance(old, dict):
        return {name: _varying(old[name], value) for name, value in new.items()}
    return tuple(_varying(*pair) for pair in zip(old, new, strict=True))


def _varying(old: Any, new: Any) -> Any:
    if type(old) is not type(new) or old == new or isinstance(new, bool) or not isinstance(new, str | int):
        return new
    if isinstance(new, int):
        return Varying(last=new)
    pairs = [*zip_longest(NUMBER.split(old), NUMBER.split(new))]
    if all(before == after for before, after in pairs[::2]):
        return Varying(tuple(after if before == after else None for before, after in pairs))
    return Varying((None,))


def _fill(row: Row, run: int) -> Row:
    if isinstance(row, dict):
        return {name: _filled(value, run) for name, value in row.items()}
    return tuple(_filled(value, run) for value in row)


def _filled(value: Any, run: int) -> Any:
    return value.at(run) if isinstance(value, Varying) else value


def save(recipes: dict[str, Recipe], file: Path) -> None:
    """Write recipes for another process of the same run."""
    file.write_bytes(pickle.dumps(recipes))


def load(file: Path) -> dict[str, Recipe]:
    """Read what `save` wrote a moment ago."""
    recipes: dict[str, Recipe] = pickle.loads(file.read_bytes())  # noqa: S301 - the file is this run's own
    return recipes
