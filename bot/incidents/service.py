"""The verbs of a SEV.

Each takes a session and a SEV, checks that the actor may do it, and changes, records and asks for what must show, all in
the caller's transaction. Nothing here commits, sends or reads a clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.config import Category, Config, Status
from bot.directory.people import Actor
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import field_needs, lifecycle, people_surfaces, promises, surfaces
from bot.incidents.audience import declarers
from bot.incidents.field_values import Given
from bot.incidents.fields import rows
from bot.incidents.model import COUNTER, TIMES, AffectedWorkflow, Counter, Incident, IncidentMember, TimelineEntry
from bot.incidents.naming import channel_name
from bot.incidents.noting import note
from bot.incidents.numbers import next_number
from bot.incidents.words import checked_reason, checked_severity, checked_summary, checked_title, severities
from bot.outbox.enqueue import retry_dead

SAME_WORDS_WITHIN = timedelta(minutes=2)
"""The same words by the same person within this time are the same SEV, declared twice in impatience."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """The message a SEV is declared from. It becomes the first timeline entry."""

    channel_id: str
    ts: str
    user_id: str
    text: str
    """Plain text already."""
    permalink: str


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """What a person says when they declare a SEV."""

    title: str
    severity: str
    summary: str = ""
    workflows: tuple[str, ...] = ()
    is_private: bool = False
    is_drill: bool = False
    fields: tuple[Given, ...] = ()
    """What was said of custom fields. None of them is needed: whoever declares has no time."""
    source: Source | None = None
    answer: dict[str, str] = field(default_factory=dict)
    """How to tell the declarer where they are: a form's `view_id`, or a `response_url`."""


@dataclass(frozen=True)
class Declared:
    incident: Incident
    is_new: bool


def declare(session: Session, said: Declaration, *, config: Config, actor: Actor, now: datetime) -> Declared:
    """Declare a SEV, or find the one the same person declared with the same words just before. Raises `Refused`."""
    require(config, actor, "declare")
    title = checked_title(said.title)
    summary = checked_summary(said.summary)
    severity = checked_severity(config, said.severity)
    number = next_number(session)
    twin = _twin(session, said, title, severity, config=config, actor=actor, since=now - SAME_WORDS_WITHIN)
    if twin is not None:
        session.execute(update(Counter).where(Counter.name == COUNTER).values(value=Counter.value - 1))
        return Declared(twin, is_new=False)
    known = [key for key in dict.fromkeys(said.workflows) if config.workflow(key)]
    incident = Incident(
        number=number,
        title=title,
        summary=summary,
        severity=severity,
        status=config.status_of(Category.INVESTIGATING).key,
        is_private=said.is_private,
        is_drill=said.is_drill,
        declared_by=actor.user_id,
        declared_at=now,
        channel_attempt=channel_name(config, number=number, title=title, is_private=said.is_private),
        workflows=[AffectedWorkflow(workflow=key) for key in known],
        fields=rows(said.fields),
    )
    incident.is_being_declared = True
    session.add(incident)
    session.flush()
    session.add_all(IncidentMember(incident_id=incident.id, user_id=each) for each in declarers(actor.user_id))
    if said.source:
        _add_source(session, incident, said.source)
    entry = note(session, incident, "declared", actor=actor, now=now, severity=severity)
    surfaces.set_up(session, incident, config)
    surfaces.say(session, incident, entry)
    if said.answer:
        surfaces.answer_declarer(session, incident, arguments=said.answer)
    return Declared(incident, is_new=True)


def _twin(
    session: Session, said: Declaration, title: str, severity: str, *, config: Config, actor: Actor, since: datetime
) -> Incident | None:
    """The open SEV that the same person declared with the same words since then, also where its severity was changed."""
    called_so = session.scalars(
        select(Incident).where(
            Incident.declared_by == actor.user_id, Incident.title == title, Incident.is_private == said.is_private,
            Incident.is_drill == said.is_drill, Incident.declared_at > since, lifecycle.open_now(config),
        ).order_by(Incident.id.desc())
    )  # fmt: skip
    return next((each for each in called_so if severity in (each.severity, _declared_as(session, each))), None)


def _declared_as(session: Session, incident: Incident) -> str | None:
    """The severity with which it was declared."""
    declared = select(TimelineEntry).where(TimelineEntry.incident_id == incident.id, TimelineEntry.kind == "declared")
    entry = session.scalars(declared.order_by(TimelineEntry.id)).first()
    return entry.data.get("severity") if entry else None


def change_severity(
    session: Session, incident: Incident, severity: str, *, config: Config, actor: Actor, now: datetime
) -> None:
    """Change the severity; whoever the new one calls for is invited and told. Raises `Refused`."""
    require(config, actor, "change")
    severity = checked_severity(config, severity)
    if severity == incident.severity:
        raise Refused(f"{incident.name} is {severity} already. Possible are: {severities(config)}.")
    before, incident.severity = incident.severity, severity
    entry = note(session, incident, "severity", actor=actor, now=now, before=before, after=severity)
    surfaces.refresh(session, incident, config)
    surfaces.invite(session, incident)
    surfaces.say(session, incident, entry)


def change_status(
    session: Session,
    incident: Incident,
    status: Status,
    *,
    reason: str = "",
    config: Config,
    actor: Actor,
    now: datetime,
    told_by: str = "",
) -> None:
    """Move to another status, where that is legal. Raises `Refused`; `field_needs.Missing` where a field must be known first.

    `told_by` is the kind of entry whose line tells of it too: then it gets none of its own.
    """
    require(config, actor, "change")
    reason = checked_reason(reason)
    move = lifecycle.move(config, incident, status, reason=reason)
    field_needs.require_known(config, incident, status)
    apply_move(
        session, incident, move, kind="status", reason=reason, config=config, actor=actor, now=now,
        told_by=told_by,
    )  # fmt: skip


def reopen(session: Session, incident: Incident, reason: str, *, config: Config, actor: Actor, now: datetime) -> None:
    """Open what was over: it is investigated again, and its later times are cleared. Raises `Refused`."""
    require(config, actor, "change")
    reason = checked_reason(reason)
    move = lifecycle.reopen(config, incident, reason=reason)
    was_quiet = incident.is_quiet
    if was_quiet:  # what runs again needs a place to work in, and to be told of
        incident.is_quiet = False
        incident.channel_attempt = channel_name(
            config, number=incident.number, title=incident.title, is_private=incident.is_private
        )
        surfaces.set_up(session, incident, config)
    entry = apply_move(session, incident, move, kind="reopened", reason=reason, config=config, actor=actor, now=now)
    if was_quiet and incident.is_private:  # from now on those in its channel see it: let that be all who see it now
        session.flush()
        query = select(IncidentMember.user_id).where(IncidentMember.incident_id == incident.id)
        people_surfaces.bring(session, incident, entry, sorted(session.scalars(query)), asked_by=actor.user_id)
    if incident.channel_trouble:
        surfaces.tell_trouble(session, incident)


def change_title(
    session: Session, incident: Incident, title: str, *, config: Config, actor: Actor, now: datetime
) -> None:
    """Change the title. The channel keeps its name: people have it open, and links to it. Raises `Refused`."""
    require(config, actor, "change")
    title = checked_title(title)
    if title == incident.title:
        raise Refused("That is its title already: type another one.")
    before, incident.title = incident.title, title
    note(session, incident, "title", actor=actor, now=now, before=before, after=title)
    surfaces.refresh(session, incident, config)


def change_summary(
    session: Session, incident: Incident, summary: str, *, config: Config, actor: Actor, now: datetime
) -> None:
    """Change the summary; an empty one takes it away. Raises `Refused`."""
    require(config, actor, "change")
    summary = checked_summary(summary)
    if summary == incident.summary:
        raise Refused("That is its summary already: type another one.")
    before, incident.summary = incident.summary, summary
    note(session, incident, "summary", actor=actor, now=now, before=before, after=summary)
    surfaces.refresh(session, incident, config)


def change_workflows(
    session: Session, incident: Incident, workflows: Sequence[str], *, config: Config, actor: Actor, now: datetime
) -> None:
    """Say anew which workflows it affects; their owners are invited, their runbooks are put at hand. Raises `Refused`."""
    require(config, actor, "change")
    before = incident.workflow_keys
    known = [key for key in dict.fromkeys(workflows) if config.workflow(key)]
    if set(known) == set(before):
        return
    incident.workflows = [
        next((each for each in incident.workflows if each.workflow == key), AffectedWorkflow(workflow=key))
        for key in known
    ]
    note(session, incident, "workflows", actor=actor, now=now, before=list(before), after=known)
    surfaces.refresh(session, incident, config)
    surfaces.invite(session, incident)
    surfaces.add_bookmarks(session, incident, config)


def change_times(
    session: Session,
    incident: Incident,
    times: dict[str, datetime | None],
    *,
    config: Config,
    actor: Actor,
    now: datetime,
) -> None:
    """Correct the SEV's times. `times` holds every one of `TIMES`; None empties it.

    Raises `Refused` for the first field that is wrong.
    """
    require(config, actor, "change")
    for name, sentence in lifecycle.check_times(times, now=now).items():
        raise Refused(sentence, field=name)
    changed = {name: times[name] for name in TIMES if times[name] != getattr(incident, name)}
    if not changed:
        return
    before = {name: _iso(getattr(incident, name)) for name in changed}
    for name, moment in changed.items():
        setattr(incident, name, moment)
    after = {name: _iso(moment) for name, moment in changed.items()}
    note(session, incident, "times", actor=actor, now=now, before=before, after=after)
    surfaces.refresh(session, incident, config)


def retry(session: Session, incident: Incident, *, config: Config, actor: Actor, machine_now: datetime) -> int:
    """Try again, now, every step that failed or waits for its next try. Returns how many steps. Raises `Refused`."""
    require(config, actor, "change")
    steps = retry_dead(session, incident.subject, now=machine_now)
    for place in surfaces.audience_of(config, incident).places:
        steps += retry_dead(session, f"place:{place}", now=machine_now)
    return steps


def apply_move(
    session: Session,
    incident: Incident,
    move: lifecycle.Move,
    *,
    kind: str,
    reason: str,
    config: Config,
    actor: Actor,
    now: datetime,
    told_by: str = "",
    **data: Any,
) -> TimelineEntry:
    """Make a legal move, note it as `kind` with `data`, and say so. Whether the actor may was checked."""
    was_open = lifecycle.is_open(config, incident)
    before, incident.status = incident.status, move.status.key
    for name in move.stamps:
        setattr(incident, name, now)
    for name in move.clears:
        setattr(incident, name, None)
    if reason:
        incident.reason = reason
    promises.follow_status(session, incident, was_open=was_open, config=config, now=now)
    change: dict[str, Any] = {"before": before, "after": move.status.key, **({"told_by": told_by} if told_by else {})}
    entry = note(session, incident, kind, actor=actor, now=now, text=reason, **change, **data)
    surfaces.refresh(session, incident, config)
    if not told_by:
        surfaces.say(session, incident, entry)
    return entry


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _add_source(session: Session, incident: Incident, source: Source) -> None:
    at = datetime.fromtimestamp(float(source.ts), tz=incident.declared_at.tzinfo)
    incident.detected_at = min(at, incident.declared_at)
    session.add(
        TimelineEntry(
            incident_id=incident.id,
            kind="message",
            at=at,
            actor=source.user_id,
            text=source.text,
            data={"permalink": source.permalink},
            source_channel=source.channel_id,
            source_ts=source.ts,
        )
    )
