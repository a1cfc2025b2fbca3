"""What the company does for its customers, how well each part does it, and how many come. Pure but for `Modes`."""

import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
QUIETEST = 0.35
"""How many of the busiest hour's customers come in the quietest."""
BUSIEST_HOUR = 15


class Mode(StrEnum):
    """How a part does."""

    WELL = "well"
    SLOW = "slow"
    """It answers, but only after customers have given up."""
    BROKEN = "broken"


@dataclass(frozen=True)
class Part:
    """One thing customers do."""

    key: str
    """The key of its workflow."""
    name: str
    what: str
    per_minute: int
    """How many customers do it in a minute of the busiest hour."""
    failing: float
    """Which share fails on a good day."""


SIGN_IN = Part("sign-in", "Sign in", "Customers get into their account.", 90, 0.0002)
DEPOSIT = Part("deposit", "Deposit money", "Customers pay in by card.", 48, 0.0008)
PLACE_ORDER = Part("place-order", "Place order", "Customers buy something.", 120, 0.0002)
STATEMENT = Part("statement", "Statement", "Customers look at what they paid.", 60, 0.0006)
PARTS = (SIGN_IN, DEPOSIT, PLACE_ORDER, STATEMENT)


class Modes:
    """How each part does now, as whoever plays with the company has set it."""

    def __init__(self) -> None:
        self._modes = {part.key: Mode.WELL for part in PARTS}

    def of(self, part: Part) -> Mode:
        return self._modes[part.key]

    def put(self, part: Part, mode: Mode) -> None:
        self._modes[part.key] = mode


def part_named(key: str) -> Part | None:
    """The part of that key."""
    return next((part for part in PARTS if part.key == key), None)


def customers(part: Part, moment: datetime) -> float:
    """How many customers come in the minute of a moment: few at night, most in the afternoon."""
    hours = (moment - EPOCH) / timedelta(hours=1) - BUSIEST_HOUR
    swing = (1 + math.cos(2 * math.pi * hours / 24)) / 2
    return part.per_minute * (QUIETEST + (1 - QUIETEST) * swing)


def counted(part: Part, moment: datetime, failing: float, *, minutes: int = 1) -> tuple[int, int]:
    """How many did well, and how many came in all, in some minutes from a moment on in which that share fails.

    The same each time for the same moment, and as uneven as chance is.
    """
    chance = random.Random(f"{part.key} {moment.timestamp():.0f}")  # noqa: S311 - it is a play
    came = customers(part, moment) * minutes
    total = max(1, round(came + chance.gauss(0, math.sqrt(came))))
    bad = min(total, int(total * failing + chance.random()))
    return total - bad, total
