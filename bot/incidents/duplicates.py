"""A SEV that is another one: it is cancelled, the two point to each other, and its people go to the original."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.config import Category, Config
from bot.directory.people import Actor
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import lifecycle, membership, service, surfaces
from bot.incidents.model import Duplicate, Incident
from bot.incidents.noting import note
from bot.incidents.reading import CardLines
from bot.slack.commands import NAME
from bot.slack.text import channel as channel_mention

MOST_SHOWN = 10


def mark_duplicate(
    session: Session, incident: Incident, original: Incident, *, config: Config, actor: Actor, now: datetime
) -> None:
    """Say that `incident` is `original`. Both are locked here, in one order for everybody. Raises `Refused`."""
    require(config, actor, "change")
    for each in sorted((incident, original), key=lambda each: each.id):
        membership.lock(session, each.id)
    _require_possible(session, incident, original)
    move = lifecycle.move(
        config, incident, config.status_of(Category.CANCELLED), reason=f"duplicate of {original.name}"
    )
    session.add(Duplicate(incident_id=incident.id, original_id=original.id))
    service.apply_move(
        session, incident, move, kind="duplicate", reason=f"duplicate of {original.name}", config=config, actor=actor,
        now=now, original=original.name, channel=original.channel_id,
    )  # fmt: skip
    if not incident.is_private:
        note(session, original, "duplicate_found", actor=actor, now=now, duplicate=incident.name)
    surfaces.show_card(session, original)


def forget(session: Session, subject: str) -> None:
    """A SEV that was opened again is a duplicate no longer."""
    incident_id = int(subject.rpartition(":")[2])
    original_id = session.scalar(select(Duplicate.original_id).where(Duplicate.incident_id == incident_id))
    if original_id is not None:
        session.execute(delete(Duplicate).where(Duplicate.incident_id == incident_id))
        surfaces.show_card(session, session.get_one(Incident, original_id))


def card_lines() -> CardLines:
    """What a SEV's card says of its duplicates, or of its original. A public card does not speak of private SEVs."""

    def lines(session: Session, incident: Incident) -> list[str]:
        original = _original(session, incident)
        shown = [f":twisted_rightwards_arrows: A duplicate of {_named(original)}"] if original else []
        found = _duplicates(session, incident)
        if found:
            shown.append(f":twisted_rightwards_arrows: Duplicates: {', '.join(map(_named, found[:MOST_SHOWN]))}")
        return shown

    return lines


def _require_possible(session: Session, incident: Incident, original: Incident) -> None:
    if incident.id == original.id:
        raise Refused(f"{incident.name} can't be a duplicate of itself. Name the original: `{NAME} duplicate SEV-41`.")
    if original.is_private and not incident.is_private:
        raise Refused(
            f"{original.name} is private, and a public SEV can't point to it. `{NAME} cancel REASON` it instead."
        )
    further = _original(session, original)
    if further is not None:
        raise Refused(f"{original.name} is a duplicate of {further.name} itself. Name that one.")


def _original(session: Session, incident: Incident) -> Incident | None:
    query = select(Incident).join(Duplicate, Duplicate.original_id == Incident.id)
    return session.scalars(query.where(Duplicate.incident_id == incident.id)).one_or_none()


def _duplicates(session: Session, incident: Incident) -> list[Incident]:
    query = select(Incident).join(Duplicate, Duplicate.incident_id == Incident.id)
    found = session.scalars(query.where(Duplicate.original_id == incident.id).order_by(Incident.number))
    return [each for each in found if incident.is_private or not each.is_private]


def _named(incident: Incident) -> str:
    return f"{incident.name} {channel_mention(incident.channel_id)}" if incident.channel_id else incident.name
