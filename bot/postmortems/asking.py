"""When reviewers are asked: at once, or once their working day has begun, as the configuration wants it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.directory.people import Person
from bot.incidents import membership
from bot.incidents.model import Incident
from bot.nudges.hours import Quiet
from bot.nudges.places import hours_of
from bot.outbox.model import OutboxMessage
from bot.postmortems import surfaces
from bot.postmortems.model import Postmortem, Reviewer, State, Verdict


def may_be_asked(session: Session, config: Config, user_id: str, *, now: datetime) -> bool:
    """Whether somebody is asked now. Who is away is too: it waits for them, and others see for whom it waits."""
    if config.postmortems.ask_reviewers == "at_once":
        return True
    hours = hours_of(config, user_id, session.get(Person, user_id))
    return hours.quiet_because(now) in {None, Quiet.AWAY}


def waiting(session: Session, config: Config, *, now: datetime) -> list[tuple[int, str]]:
    """The reviewers who were not asked yet and can be now, each with the id of the SEV, in the order of these."""
    query = (
        select(Reviewer, Postmortem, Incident)
        .join(Postmortem, Postmortem.incident_id == Reviewer.incident_id)
        .join(Incident, Incident.id == Reviewer.incident_id)
        .where(Postmortem.state == State.IN_REVIEW, Reviewer.verdict == Verdict.NONE)
        .order_by(Reviewer.incident_id, Reviewer.user_id)
    )
    owed = {
        surfaces.review_key(incident, postmortem, reviewer.user_id): (incident.id, reviewer.user_id)
        for reviewer, postmortem, incident in session.execute(query)
    }
    asked = set(session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.in_(owed)))) if owed else set()
    return [who for key, who in owed.items() if key not in asked and may_be_asked(session, config, who[1], now=now)]


def ask(session: Session, incident_id: int, user_id: str) -> None:
    """Ask a reviewer, if they are still to answer."""
    incident = membership.lock(session, incident_id)
    postmortem, reviewer = session.get(Postmortem, incident_id), session.get(Reviewer, (incident_id, user_id))
    if postmortem and reviewer and postmortem.state == State.IN_REVIEW and reviewer.verdict == Verdict.NONE:
        surfaces.show_review(session, incident, postmortem, user_id)
