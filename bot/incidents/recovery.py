"""Taking what was declared while the database was down into the database, once."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot import inbound
from bot.config import Config
from bot.directory.people import Actor, Standing
from bot.incidents import emergency_steps as steps
from bot.incidents import membership, service, surfaces
from bot.incidents.field_values import from_json
from bot.incidents.journal import Entry
from bot.incidents.model import WITHOUT_DATABASE, Incident
from bot.incidents.naming import channel_name
from bot.incidents.noting import note
from bot.outbox.enqueue import URGENT, Request, enqueue
from bot.outbox.model import Mode
from bot.slack import posts

SOURCE = "journal"


def bring_in(
    session: Session, entry: Entry, *, answer: dict[str, str], config: Config, now: datetime
) -> Incident | None:
    """Give a declaration its number, and its SEV what was made for it meanwhile. None where that was done before.

    What the database kept of the same declaration, in the moment in which it was lost, is the same SEV.
    """
    if not inbound.is_new(session, SOURCE, entry.id, now=now):
        return None
    said = service.Declaration(
        title=entry.title, severity=_severity(entry, config), summary=entry.summary, workflows=entry.workflows,
        is_private=entry.is_private, is_drill=entry.is_drill, fields=tuple(map(from_json, entry.fields)),
        source=service.Source(**entry.source) if entry.source else None, answer=answer,
    )  # fmt: skip
    known = _known_by_delivery(session, entry, now=now)
    actor = Actor(user_id=entry.declared_by, standing=Standing.UNKNOWN, door=entry.door)
    found = known or service.declare(session, said, config=config, actor=actor, now=entry.at).incident
    incident = membership.lock(session, found.id)
    if entry.delivery_key:
        inbound.set_subject(session, f"slack.{entry.door}", entry.delivery_key, incident.subject)
    note(session, incident, WITHOUT_DATABASE, actor=actor, now=now, at=entry.at, entry=entry.id)
    _take_channel(session, incident, entry, now=now)
    _take_posts(session, incident, entry)
    return incident


def _severity(entry: Entry, config: Config) -> str:
    """Its severity; the worst there is, where that was taken out of the configuration meanwhile."""
    return entry.severity if config.severity(entry.severity) else config.severities[0].key


def _known_by_delivery(session: Session, entry: Entry, *, now: datetime) -> Incident | None:
    source = f"slack.{entry.door}"
    if not entry.delivery_key or inbound.is_new(session, source, entry.delivery_key, now=now):
        return None
    subject = inbound.subject_of(session, source, entry.delivery_key)
    return session.get(Incident, int(subject.partition(":")[2])) if subject else None


def _take_channel(session: Session, incident: Incident, entry: Entry, *, now: datetime) -> None:
    if steps.CHANNEL in entry.failed or (incident.channel_id and not entry.channel_id):
        return
    after = surfaces.key(incident, "channel")
    if incident.channel_id is None and entry.channel_id:
        incident.channel_id = entry.channel_id
        note(session, incident, "channel", now=now, channel=entry.channel_id)
        surfaces.reconcile(session, incident)
    elif incident.channel_id is None:  # it may be there: it is looked for under the name it was given
        incident.channel_attempt = entry.channel_name
        enqueue(
            session,
            _request(incident, surfaces.CREATE_CHANNEL, "channel", priority=URGENT, unsure=True),
        )
    if entry.channel_id in (None, incident.channel_id):
        enqueue(session, _request(incident, surfaces.NAME, "name", after=after))
    if entry.channel_id:
        there = {"channel": entry.channel_id, "entry": entry.id}
        enqueue(
            session,
            _request(
                incident,
                surfaces.RECOVERED,
                f"recovered:{entry.id}",
                arguments=there,
                unsure=steps.POST not in entry.posts,
            ),
        )


def _take_posts(session: Session, incident: Incident, entry: Entry) -> None:
    """What was posted is the SEV's own from now on: it is kept true in its place."""
    for surface, (channel_id, ts) in entry.posts.items():
        key = surfaces.key(incident, f"recovered:{entry.id}" if surface == steps.POST else surface)
        if session.get(posts.Post, key) is None:
            session.add(posts.Post(key=key, channel_id=channel_id, ts=ts, subject=incident.subject))
    if steps.TROUBLE in entry.posts:
        surfaces.tell_trouble(session, incident)


def _request(incident: Incident, kind: str, surface: str, **more: Any) -> Request:
    return Request(kind=kind, subject=incident.subject, key=surfaces.key(incident, surface), mode=Mode.LATEST, **more)


def proper_name(config: Config, incident: Incident) -> str:
    """What its channel is called, once there is a number."""
    return channel_name(config, number=incident.number, title=incident.title, is_private=incident.is_private)
