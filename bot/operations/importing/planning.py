"""What importing a file would make, before anything is made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.incidents.model import COUNTER, Counter, Incident
from bot.operations.importing.findings import Findings
from bot.operations.importing.present import Known, differences
from bot.operations.importing.reading import Sev


class Verdict(StrEnum):
    """What becomes of a SEV of the file."""

    NEW = "new"
    CHANGED = "changed"
    DIFFERS = "differs"
    """It was imported before, and is left as it is."""
    HERE = "here"
    """It is here already, as the file has it; or it is this Sevbot's own by now."""


@dataclass(frozen=True)
class Step:
    """One SEV of the file: what becomes of it, its number here, and in what it differs from what is kept."""

    sev: Sev
    verdict: Verdict
    number: int
    differs: Sequence[str] = ()


def plan(session: Session, sevs: Sequence[Sev], found: Findings, *, update: bool) -> list[Step]:
    """A step for each SEV. What can't be kept beside what is here is added to the findings."""
    known = Known(session)
    last = session.execute(select(Counter.value).where(Counter.name == COUNTER)).scalar_one()
    taken = set(known.numbers)
    steps = [_step(session, sev, known, update=update) for sev in sevs]
    numbers = _numbers([each for each in steps if each.verdict is Verdict.NEW], taken, last)
    for step in steps:
        owner = known.channels.get(step.sev.channel_id or "")
        if owner is not None and step.verdict is Verdict.NEW:
            found.wrong(step.sev.place, "channel_id", "Another SEV has this channel. Leave it out.")
    return [_numbered(step, numbers, found) for step in steps]


def _step(session: Session, sev: Sev, known: Known, *, update: bool) -> Step:
    incident_id = known.id_of(sev)
    if incident_id is None:
        return Step(sev, Verdict.NEW, 0)
    incident = session.get_one(Incident, incident_id)
    if not incident.is_quiet or sev.origin not in known.origins:
        return Step(sev, Verdict.HERE, incident.number)
    differs = differences(session, incident, sev).names
    if not differs:
        return Step(sev, Verdict.HERE, incident.number)
    return Step(sev, Verdict.CHANGED if update else Verdict.DIFFERS, incident.number, differs)


def _numbers(new: Sequence[Step], taken: set[int], last: int) -> Iterator[int]:
    """The numbers that new SEVs get, in their order, as `writing` gives them."""
    for step in new:
        wanted = step.sev.number
        number = wanted if wanted and wanted not in taken else last + 1
        last = max(last, number)
        taken.add(number)
        yield number


def _numbered(step: Step, numbers: Iterator[int], found: Findings) -> Step:
    if step.verdict is not Verdict.NEW:
        return step
    number = next(numbers)
    if step.sev.number not in (None, number):
        found.notice(
            step.sev.place, "number", f"SEV-{step.sev.number} is another one here, so this becomes SEV-{number}."
        )
    return Step(step.sev, Verdict.NEW, number)
