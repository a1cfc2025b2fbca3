"""The links at the top of a SEV's channel: its call, the runbooks of what it affects, and the links people gave it."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.incidents.model import Incident, IncidentLink

BRIDGE = "bridge"


@dataclass(frozen=True)
class Bookmark:
    """A link at the top of a SEV's channel."""

    slot: str
    """What it is for, as its outbox key says it: `bridge`, `runbook:place-order`, `link:7`."""
    title: str
    link: str
    emoji: str


def bookmarks(config: Config, workflows: tuple[str, ...], *, bridge: str | None = None) -> list[Bookmark]:
    """The bridge (the SEV's own, else the configured one), and the runbooks of the affected workflows."""
    found = []
    call = bridge or config.channels.bridge
    if call:
        found.append(Bookmark(BRIDGE, "Bridge", call, ":telephone_receiver:"))
    for key in workflows:
        workflow = config.workflow(key)
        if workflow and workflow.runbook:
            found.append(Bookmark(f"runbook:{key}", f"Runbook: {workflow.name}", workflow.runbook, ":book:"))
    return found


def wanted_bookmarks(session: Session, incident: Incident, config: Config) -> list[Bookmark]:
    """All that belongs at the top of a SEV's channel."""
    given = [Bookmark(slot_of(each), each.title, each.address, ":link:") for each in links_of(session, incident)]
    return [*bookmarks(config, incident.workflow_keys, bridge=incident.bridge), *given]


# Made once: it runs at each declare, and making it costs more than running it.
_LINKS = select(IncidentLink).where(IncidentLink.incident_id == bindparam("incident")).order_by(IncidentLink.id)


def links_of(session: Session, incident: Incident) -> list[IncidentLink]:
    """The links people gave a SEV, oldest first."""
    if incident.is_being_declared:
        return []
    return list(session.scalars(_LINKS, {"incident": incident.id}))


def slot_of(given: IncidentLink) -> str:
    """What a link that people gave is for: itself."""
    return f"link:{given.id}"
