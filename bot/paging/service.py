"""The verbs of paging. Each takes a session and a SEV whose row is locked; nothing here commits, sends or reads a clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Category, Config, Team
from bot.directory.people import BOT, Actor
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import lifecycle
from bot.incidents.model import WITHOUT_DATABASE, Incident, TimelineEntry
from bot.incidents.noting import note
from bot.incidents.roles import commander_of
from bot.incidents.surfaces import audience_of
from bot.paging import surfaces
from bot.paging.model import WHY_LIMIT, Installation, Page, Reason
from bot.slack.text import length, one_line, visible

ASKED_ALREADY_WITHIN = timedelta(minutes=2)
"""Asked again within this time, it is impatience: the first page is still ringing."""
INSTALLATION = 1


def request_page(
    session: Session, incident: Incident, team: Team, why: str, *, config: Config, actor: Actor, now: datetime
) -> Page:
    """Page a team because somebody asks for it. Raises `Refused`."""
    require(config, actor, "page")
    why = checked_why(why)
    if not is_ringing(config, incident):
        label = config.status(incident.status).label.lower()
        raise Refused(f"{incident.name} is {label}, so nobody is paged for it. `/sev reopen REASON` opens it again.")
    if team.pager is None:
        raise Refused(f"{team.name} has no pager in Sevbot's configuration. `/sev oncall {team.key}` says whom to ask.")
    if incident.is_drill and not config.paging.drills:
        raise Refused(f"{incident.name} is a drill, and drills page nobody here. Ask {team.name} in their channel.")
    if incident.is_private and team.key not in config.private.page:
        raise Refused(f"{incident.name} is private, and {team.name} may not be paged for private SEVs. Invite them.")
    latest = next(iter(pages_of(session, incident, team=team.key)), None)
    if latest and latest.reason == Reason.ASKED and now - latest.requested_at < ASKED_ALREADY_WITHIN:
        raise Refused(f"{team.name} was paged just now. If nobody comes within two minutes, page them again.")
    return _page(session, incident, team, Reason.ASKED, why=why, actor=actor, now=now)


def page_called_for(
    session: Session, incident: Incident, reason: Reason, *, config: Config, now: datetime
) -> list[Page]:
    """Page the teams that the SEV's severity calls for, and that are not called already."""
    teams = _callable(config, incident)
    called = {page.team for page in pages_of(session, incident) if page.resolved_at is None} if teams else set()
    return [_page(session, incident, team, reason, actor=BOT, now=now) for team in teams if team.key not in called]


def page_again(session: Session, incident: Incident, *, config: Config, now: datetime) -> list[Page]:
    """Page those again who had been called for, and were told that all was well before it was."""
    before = {page.team for page in pages_of(session, incident)}
    called = {page.team for page in pages_of(session, incident) if page.resolved_at is None}
    return [
        _page(session, incident, team, Reason.REOPENED, actor=BOT, now=now)
        for team in _callable(config, incident)
        if team.key in before - called
    ]


def page_for_command(session: Session, incident: Incident, *, config: Config, now: datetime) -> list[Page]:
    """Page the SEV's teams again, since nobody is in command: once, until the SEV is over."""
    if commander_of(session, incident) is not None:
        return []
    asked = {
        page.team
        for page in pages_of(session, incident)
        if page.reason == Reason.NO_COMMANDER and page.resolved_at is None
    }
    return [
        _page(session, incident, team, Reason.NO_COMMANDER, actor=BOT, now=now)
        for team in _callable(config, incident)
        if team.key not in asked
    ]


def acknowledge(session: Session, incident: Incident, *, config: Config, now: datetime) -> None:
    """Somebody is in command: the pages that called for help in general ring no longer.

    A page that somebody asked for calls a team for what it knows: that rings on, unless one of the team is in command.
    """
    commander = commander_of(session, incident)
    if commander is None:
        return
    for page in pages_of(session, incident):
        team = config.team(page.team)
        is_heard = page.reason != Reason.ASKED or (team is not None and commander in team.members)
        if is_heard and page.acknowledged_at is None and page.resolved_at is None:
            page.acknowledged_at = now
            surfaces.tell_pager(session, incident, page)


def resolve(session: Session, incident: Incident, *, now: datetime) -> None:
    """Nobody needs to come any more."""
    for page in pages_of(session, incident):
        if page.resolved_at is None:
            page.resolved_at = now
            surfaces.tell_pager(session, incident, page)


def is_ringing(config: Config, incident: Incident) -> bool:
    """Whether pages of the SEV may ring: it is open, and not yet in the status in which they end."""
    is_mitigated = config.status(incident.status).category is Category.MITIGATED
    return lifecycle.is_open(config, incident) and not (is_mitigated and config.paging.resolve_on == "mitigated")


def pages_of(session: Session, incident: Incident, *, team: str | None = None) -> Sequence[Page]:
    """The SEV's pages, or those of one team, the newest first."""
    query = select(Page).where(Page.incident_id == incident.id)
    if team is not None:
        query = query.where(Page.team == team)
    return session.scalars(query.order_by(Page.id.desc())).all()


def alert_key(installation: str, incident: Incident, team: str, occurrence: int) -> str:
    """Under which a pager knows a page: `sevbot-3f2a…-SEV-42-payments`, then `…-payments-2` and so on."""
    again = f"-{occurrence}" if occurrence > 1 else ""
    return f"sevbot-{installation}-{incident.name}-{team}{again}"


def key_without_database(entry_id: str, team: str) -> str:
    """Under which a pager knows the page of a SEV that was declared while the database was down."""
    return f"sevbot-{entry_id}-{team}"


def checked_why(text: str) -> str:
    """A reason fit to be stored; it may be empty. Raises `Refused` at its field."""
    why = one_line(text)
    if length(why) > WHY_LIMIT:
        raise Refused(
            f"This reason has {length(why)} characters; {WHY_LIMIT} are possible. Whoever comes reads the rest there.",
            field="why",
        )
    return why if visible(why) else ""


def _callable(config: Config, incident: Incident) -> list[Team]:
    """The teams that the SEV calls for and that have a pager."""
    if not is_ringing(config, incident):
        return []
    return [team for team in audience_of(config, incident).paged if team.pager is not None]


def _page(
    session: Session,
    incident: Incident,
    team: Team,
    reason: Reason,
    *,
    why: str = "",
    actor: Actor,
    now: datetime,
) -> Page:
    occurrence = len(pages_of(session, incident, team=team.key)) + 1
    installation = session.get_one(Installation, INSTALLATION).name
    page = Page(
        incident_id=incident.id,
        team=team.key,
        occurrence=occurrence,
        alert_key=_key_before(session, incident, team.key, occurrence)
        or alert_key(installation, incident, team.key, occurrence),
        asked_by=actor.user_id,
        reason=reason,
        why=why,
        told="",
        requested_at=now,
    )
    session.add(page)
    note(session, incident, "paged", actor=actor, now=now, text=why, team=team.key, reason=str(reason))
    surfaces.tell_pager(session, incident, page)
    surfaces.ask_who_is_on_call(session, team.key)
    return page


def _key_before(session: Session, incident: Incident, team: str, occurrence: int) -> str | None:
    """The key under which a SEV that was declared without the database has paged the team already."""
    if occurrence > 1:
        return None
    query = select(TimelineEntry.data).where(
        TimelineEntry.incident_id == incident.id, TimelineEntry.kind == WITHOUT_DATABASE
    )
    data = session.scalars(query).first()
    return key_without_database(data["entry"], team) if data else None
