"""What is wrong with a file that is to be imported, gathered to be told at once. Pure."""

from dataclasses import dataclass, field

SHOWN = 3
"""How many places of the same fault are named."""


@dataclass(frozen=True)
class Place:
    """Where something stands in the file: `sevs[3].items[0]`, or `line 5`."""

    name: str

    def inside(self, name: str, index: int) -> "Place":
        """The place of one of several things in it."""
        return Place(f"{self.name}.{name}[{index}]")


@dataclass
class Findings:
    """Faults, for which nothing is imported, and notices of what will be otherwise than the file says."""

    _faults: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _notices: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    _wrong: set[str] = field(default_factory=set)

    def wrong(self, place: Place, name: str, sentence: str) -> None:
        """A field is wrong; the sentence says what to do. The same of many rows is told in one line."""
        self._faults.setdefault((name, sentence), []).append(place.name)
        self._wrong.add(place.name.partition(".")[0])

    def notice(self, place: Place, name: str, sentence: str) -> None:
        """Something is taken otherwise than the file says."""
        self._notices.setdefault((name, sentence), []).append(place.name)

    def is_wrong(self, place: Place) -> bool:
        """Whether anything of a row is wrong."""
        return place.name in self._wrong

    @property
    def faults(self) -> list[str]:
        return [_line(name, sentence, places) for (name, sentence), places in self._faults.items()]

    @property
    def notices(self) -> list[str]:
        return [_line(name, sentence, places) for (name, sentence), places in self._notices.items()]


def _line(name: str, sentence: str, places: list[str]) -> str:
    named = list(dict.fromkeys(each for each in places if each))
    shown = ", ".join(named[:SHOWN])
    more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return ": ".join(each for each in (f"{shown}{more}", name, sentence) if each)
