"""Which status may follow which, and which times that sets. Pure."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from sqlalchemy import ColumnElement, and_, or_

from bot.config import Category, Config, Status
from bot.errors import Refused
from bot.incidents.model import Incident

ORDER = (Category.INVESTIGATING, Category.IDENTIFIED, Category.MITIGATED, Category.RESOLVED, Category.CLOSED)
OPEN = frozenset({Category.INVESTIGATING, Category.IDENTIFIED, Category.MITIGATED})
STAMPS = {Category.MITIGATED: "mitigated_at", Category.RESOLVED: "resolved_at", Category.CLOSED: "closed_at"}


@dataclass(frozen=True)
class Move:
    """A legal change of status: which times it sets, and which it clears because they are not true any more."""

    status: Status
    stamps: tuple[str, ...]
    clears: tuple[str, ...]


EARLIEST = datetime(2002, 1, 1, tzinfo=UTC)
"""Slack's field for a time takes ten digits of seconds, which begin in September 2001."""


def is_open(config: Config, incident: Incident) -> bool:
    """Whether customers may still be hurt: not resolved, closed or cancelled."""
    return config.status(incident.status).category in OPEN


NEWEST_OPEN_FIRST = (Incident.number + 0).desc()
"""The order of open SEVs. No index has it, so that the few that are open are found by their status, and then put in order:
reading all SEVs by number until enough open ones were met would be slow where these are old."""


def open_now(config: Config) -> ColumnElement[bool]:
    """The condition under which a SEV is open, for queries. One whose status was taken out of the files counts as open.

    Said as the ranges between the statuses that are over: an index can be read by ranges, and not by what is left out.
    """
    over = sorted(each.key for each in config.statuses if each.category not in OPEN)
    between = [and_(Incident.status > low, Incident.status < high) for low, high in pairwise(over)]
    return or_(Incident.status < over[0], *between, Incident.status > over[-1])


def move(config: Config, incident: Incident, target: Status, *, reason: str) -> Move:
    """The move from the SEV's status to `target`. Raises `Refused`, saying what is possible instead.

    Any step forward is legal, and times it skips stay empty. From mitigated one may go back, with a reason. What is
    resolved, closed or cancelled goes back only by `reopen`.
    """
    current = config.status(incident.status)
    here, there = current.category, target.category
    if current.key == target.key:
        raise _with_next(f"{incident.name} is already {current.label.lower()}.", config, incident)
    if there is Category.CANCELLED:
        return _cancel(config, incident, target, here, reason)
    is_forward = here is not Category.CANCELLED and ORDER.index(there) >= ORDER.index(here)
    if is_forward:
        stamp = STAMPS.get(there) if there is not here else None
        return Move(target, (stamp,) if stamp else (), ())
    if here not in OPEN:
        raise _over(f"{incident.name} is {current.label.lower()}.", config)
    if here is Category.MITIGATED:
        if not reason:
            needs = f"Going back from {current.label.lower()} needs a reason"
            raise _without_reason(needs, f"/sev status {target.key} it came back", target, "it came back")
        return Move(target, (), ("mitigated_at",))
    cannot = f"{incident.name} is {current.label.lower()} and does not go back to {target.label.lower()}."
    raise _with_next(cannot, config, incident)


def reopen(config: Config, incident: Incident, *, reason: str) -> Move:
    """Opens what was resolved, closed or cancelled: it is being investigated again. Raises `Refused`."""
    if is_open(config, incident):
        label = config.status(incident.status).label.lower()
        raise _with_next(f"{incident.name} is open already ({label}), so there is nothing to reopen.", config, incident)
    again = config.status_of(Category.INVESTIGATING)
    if not reason:
        why = "customers report it again"
        raise _without_reason("Say why it is opened again", f"/sev reopen {why}", again, why)
    return Move(again, (), ("mitigated_at", "resolved_at", "closed_at"))


def _cancel(config: Config, incident: Incident, target: Status, here: Category, reason: str) -> Move:
    if here not in OPEN:
        raise _over(f"{incident.name} is over, so it can't be cancelled.", config)
    if not reason:
        why = "it was a false alarm"
        raise _without_reason("Say why it is cancelled", f"/sev cancel {why}", target, why)
    return Move(target, (), ())


def _with_next(what: str, config: Config, incident: Incident) -> Refused:
    """The refusal of a step that can't be, with those that can."""
    ahead = [each.key for each in statuses_ahead(config, incident)]
    back = Category.CANCELLED if is_open(config, incident) else Category.INVESTIGATING
    steps = ", ".join([*ahead, f"{config.status_of(back).key} with a reason"])
    return Refused(
        f"{what} Possible next: {possible(config, incident)}.", to_services=f"{what} Possible next: {steps}."
    )


def _over(what: str, config: Config) -> Refused:
    """The refusal of a step that only what is open can take."""
    again = config.status_of(Category.INVESTIGATING).key
    return Refused(
        f"{what} `/sev reopen REASON` opens it again.",
        to_services=f"{what} The status {again}, with a reason, opens it again.",
    )


def _without_reason(what: str, typed: str, target: Status, why: str) -> Refused:
    """The refusal of a step that needs a reason: how people type it, and how services send it."""
    sent = json.dumps({"status": target.key, "reason": why})
    return Refused(f"{what}: `{typed}`.", field="reason", to_services=f"{what}: change the SEV with {sent}.")


def possible(config: Config, incident: Incident) -> str:
    """What people may type as the next status, as part of a sentence."""
    return ", ".join(f"`{each}`" for each in possible_words(config, incident))


def possible_words(config: Config, incident: Incident) -> list[str]:
    """What people may type as the next status, in order."""
    here = config.status(incident.status).category
    if here is Category.CANCELLED:
        return ["reopen REASON"]
    ahead = [each.key for each in statuses_ahead(config, incident)]
    return [*ahead, "cancel REASON"] if here in OPEN else [*ahead, "reopen REASON"]


def statuses_ahead(config: Config, incident: Incident) -> list[Status]:
    """The statuses it may move on to without a reason."""
    here = config.status(incident.status).category
    if here is Category.CANCELLED:
        return []
    return [each for each in config.statuses if each.category in ORDER and _is_ahead(here, each, incident)]


def _is_ahead(here: Category, status: Status, incident: Incident) -> bool:
    return ORDER.index(status.category) >= ORDER.index(here) and status.key != incident.status


def check_times(times: dict[str, datetime | None], *, now: datetime) -> dict[str, str]:
    """What is wrong with a SEV's times: sentences by field. They follow in order, and none lies in the future."""
    faults: dict[str, str] = {}
    latest: tuple[str, datetime] | None = None
    for field in ("started_at", "detected_at", "acknowledged_at", "mitigated_at", "resolved_at", "closed_at"):
        moment = times.get(field)
        if moment is None:
            continue
        if moment < EARLIEST:
            faults[field] = "This is too long ago. Is the year right?"
        elif moment > now:
            faults[field] = "This lies in the future. Give a time that has passed."
        elif latest and moment < latest[1] and field != "acknowledged_at":
            faults[field] = f"This is before it was {latest[0].removesuffix('_at')}. Correct one of the two."
        if latest is None or moment > latest[1]:
            latest = (field, moment)
    if times.get("declared_at") is None:
        faults["declared_at"] = "A SEV was declared at some time: give it."
    elif not EARLIEST <= times["declared_at"] <= now:  # type: ignore[operator]  # it was just seen not to be None
        faults["declared_at"] = "A SEV is not declared in the future, nor so long ago. Is the year right?"
    return faults
