"""Writing a section: every save is a version, and nobody's words are written over unseen."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import audit
from bot.config import Config
from bot.config.postmortems import PostmortemPart
from bot.directory.people import Actor
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents.model import Incident
from bot.postmortems import surfaces
from bot.postmortems.model import TEXT_LIMIT, WRITABLE, Postmortem, SectionVersion, WrittenSection
from bot.postmortems.reading import section_of
from bot.postmortems.service import draft
from bot.slack.commands import NAME
from bot.slack.text import length, plain, visible


class WrittenMeanwhile(Refused):
    """Somebody else saved the section since the form was opened: `theirs` is what it says now."""

    def __init__(self, theirs: WrittenSection) -> None:
        super().__init__("Somebody else saved this section while you were writing.", field="text")
        self.theirs = theirs


def write(
    session: Session,
    incident: Incident,
    part: PostmortemPart,
    text: str,
    *,
    seen: int,
    config: Config,
    actor: Actor,
    now: datetime,
) -> bool:
    """Save a section. `seen` is the version from which the writer began (0: there was none). False: it says that already.

    Raises `WrittenMeanwhile` where it is another one by now, and `Refused` at the text's field.
    """
    require(config, actor, "change")
    said = _checked(text)
    require_writable(session, incident)
    present = section_of(session, incident, part.key)
    if said == (present.text if present else ""):
        return False
    if present is not None and present.version != seen:
        raise WrittenMeanwhile(present)
    _save(session, incident, part.key, said, actor=actor, now=now, config=config)
    return True


def restore(
    session: Session,
    incident: Incident,
    key: str,
    number: int,
    *,
    config: Config,
    actor: Actor,
    now: datetime,
) -> None:
    """Let a section say again what it said in an earlier version. That is a version too. Raises `Refused`."""
    require(config, actor, "change")
    require_writable(session, incident)
    old = session.scalars(
        select(SectionVersion).where(
            SectionVersion.incident_id == incident.id, SectionVersion.key == key, SectionVersion.number == number
        )
    ).one_or_none()
    present = section_of(session, incident, key)
    if old is None or present is None:
        raise Refused("There is no such version. *Versions* shows which there are.")
    if old.text == present.text:
        raise Refused("The section says that already.")
    _save(session, incident, key, old.text, actor=actor, now=now, config=config)


def _save(
    session: Session, incident: Incident, key: str, text: str, *, config: Config, actor: Actor, now: datetime
) -> None:
    draft(session, incident, config=config, actor=actor, now=now)
    section = section_of(session, incident, key)
    if section is None:
        section = WrittenSection(incident_id=incident.id, key=key, version=0)
        session.add(section)
    section.version, section.text, section.by, section.at = section.version + 1, text, actor.user_id, now
    session.add(
        SectionVersion(
            incident_id=incident.id, key=key, number=section.version, text=text, by=actor.user_id, at=now
        )
    )  # fmt: skip
    audit.record(
        session, actor=actor.user_id, action="postmortem.write", subject=incident.subject, source=actor.door, now=now,
        section=key, version=section.version,
    )  # fmt: skip
    surfaces.show(session, incident)


def require_writable(session: Session, incident: Incident) -> None:
    """Raise `Refused` once it is in review or published."""
    postmortem = session.get(Postmortem, incident.id)
    if postmortem is not None and postmortem.state not in WRITABLE:
        state = postmortem.state.replace("_", " ")
        raise Refused(
            f"It is {state} by now, and was not changed. To write on, make it a draft again: "
            f"`{NAME} postmortem draft REASON`.", field="text",
        )  # fmt: skip


def _checked(text: str) -> str:
    said = plain(text)
    if length(said) > TEXT_LIMIT:
        raise Refused(
            f"This has {length(said)} characters; {TEXT_LIMIT} are possible. Shorten it, or link a document: "
            f"`{NAME} postmortem link URL`.", field="text",
        )  # fmt: skip
    return said if visible(said) else ""
