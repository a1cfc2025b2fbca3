"""Days on which nobody works: the public holidays of a country, or of a part of it, and a company's own days off."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from bot.config.values import Frozen

YAML_TAKES_FOR = {False: "NO", True: "ON"}
"""What somebody wrote whose YAML was read as no or yes: Norway, and Ontario."""


def _as_written(value: object) -> object:
    """A code as it was meant. YAML reads Norway as false, and a subdivision that is a number as one."""
    if isinstance(value, bool):
        return YAML_TAKES_FOR[value]
    return str(value) if isinstance(value, int) else value


def _country(value: str) -> str:
    """A country whose holidays are known. Raises `ValueError` for any other."""
    if subdivisions_of(value) is None:
        raise ValueError(f"the holidays of {value!r} are not known: write a country's two letters, such as GB or IN")
    return value


Country = Annotated[str, BeforeValidator(_as_written), AfterValidator(_country)]
"""ISO 3166's two letters."""
Subdivision = Annotated[str, BeforeValidator(_as_written), Field(max_length=20)]
"""A state, province or region, as ISO 3166-2 writes it after the country: `BY` of `DE-BY`."""


class CalendarRules(Frozen):
    """Which days nobody works on, all over the company; a team may be in another country."""

    country: Country | None = None
    subdivision: Subdivision | None = None
    days_off: tuple[date, ...] = ()
    """Further days on which nobody works, in any country."""


def subdivisions_of(country: str) -> frozenset[str] | None:
    """The parts of a country that have holidays of their own; None where the country's holidays are not known."""
    import holidays  # it takes a while, and is only needed by those who name a country

    try:
        return frozenset(holidays.country_holidays(country).subdivisions)
    except NotImplementedError:
        return None


def country_and_part(
    country: str | None, subdivision: str | None, *, company: CalendarRules
) -> tuple[str | None, str | None]:
    """Where a team is that names a country, or a part of it, or neither: then it is where the company is."""
    if country is None:
        return company.country, subdivision or company.subdivision
    return country, subdivision


def unknown_parts(places: Iterable[tuple[str, str | None, str | None]]) -> Iterator[str]:
    """A fault for each place of the settings (`teams.payments`) that names a part its country does not have."""
    for place, country, subdivision in places:
        if subdivision is None:
            continue
        if country is None:
            yield f"{place}.subdivision: name its country too"
        elif subdivision not in (known := subdivisions_of(country) or frozenset()):
            some = f": write one of {', '.join(sorted(known))}" if known else ", nor any other"
            yield f"{place}.subdivision: {country} has no subdivision {subdivision!r}{some}"
