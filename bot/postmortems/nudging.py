"""What people are reminded of after a SEV: nobody begins its postmortem, it is late, its reviewers do not answer."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, cast, literal, or_, select
from sqlalchemy.orm import Session

from bot.audit import AuditRecord
from bot.config import Settings
from bot.directory.people import BOT, Person
from bot.incidents import membership
from bot.incidents.model import Incident
from bot.incidents.reading import where_lines_go
from bot.incidents.roles import commander_of
from bot.incidents.troubles import show_trouble
from bot.nudges import service as nudges
from bot.nudges.deciding import CHANNEL
from bot.nudges.model import NudgeWatch
from bot.nudges.subjects import Act, Situation, Words
from bot.outbox.model import OutboxMessage
from bot.postmortems import dues, nudge_views
from bot.postmortems.ladders import Duty, Ladders
from bot.postmortems.model import UNPUBLISHED, Postmortem, State
from bot.postmortems.reading import reviewers_of
from bot.slack.commands import NAME

PREFIX = "postmortem"
"""What the names of these subjects begin with; after it comes the SEV's id."""


def subject_of(incident: Incident) -> str:
    """How reminders name the postmortem of a SEV."""
    return f"{PREFIX}:{incident.id}"


class PostmortemReminders:
    """The postmortems, as the reminder engine sees them; see `nudges/subjects.py`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._show_trouble = show_trouble(settings)

    def lock(self, session: Session, subject: str) -> None:
        membership.lock(session, _id_of(subject))

    def situation(self, session: Session, subject: str, *, now: datetime) -> Situation:
        """What is wrong with the postmortem. Once it is published, or none is owed, nothing is."""
        incident, postmortem = _of(session, subject)
        last = last_act(session, incident)
        if postmortem is None or postmortem.state == State.PUBLISHED:
            return Situation((), is_over=True, last_act=last)
        cases = self._ladders(session, incident, postmortem, last).cases(now)
        return Situation(cases, is_over=not cases, last_act=last, is_steady=True)

    def _ladders(self, session: Session, incident: Incident, postmortem: Postmortem, last: Act | None) -> Ladders:
        """What is known of it, read in one go."""
        config = self._settings.current
        team = dues.owning_team(config, incident)
        verdicts = {each.user_id: each.verdict for each in reviewers_of(session, incident)}
        owners = (owner_of(session, incident), incident.declared_by)
        concerned = {*owners, *verdicts, *([team.manager] if team and team.manager else [])}
        people = session.scalars(select(Person).where(Person.user_id.in_(concerned)))
        may_see = (each for each in concerned if membership.is_visible_to(session, incident, each))
        duty = Duty(
            incident=incident, postmortem=postmortem, owners=owners, verdicts=verdicts,
            people={person.user_id: person for person in people},
            members=frozenset(may_see) if incident.is_private else None, touched_at=last.at if last else None,
        )  # fmt: skip
        return Ladders(config, duty)

    def situations(self, session: Session, subjects: Sequence[str], *, now: datetime) -> dict[str, Situation]:
        return {each: self.situation(session, each, now=now) for each in subjects}

    def words(self, session: Session, subject: str, rule: str, *, audience: str) -> Words:
        """What is wrong with it by a rule, as people read it, with its buttons."""
        incident, postmortem = _of(session, subject)
        assert postmortem is not None  # noqa: S101 - nothing is said of one that is not there
        config = self._settings.current
        reviewer = next((each for each in reviewers_of(session, incident) if each.user_id == audience), None)
        return nudge_views.words(
            incident, postmortem, rule, due_on=dues.due_on(config, incident),
            review_due_on=dues.review_due_on(config, incident, postmortem), is_asked=reviewer is not None,
            because="" if reviewer else self._because(session, incident, audience),
        )  # fmt: skip

    def _because(self, session: Session, incident: Incident, audience: str) -> str:
        """Why somebody is told of what is not theirs."""
        team = dues.owning_team(self._settings.current, incident)
        is_own = audience in (CHANNEL, owner_of(session, incident))
        return (
            f"You are told as the manager of {team.name}." if team and audience == team.manager and not is_own else ""
        )

    def done(self, session: Session, subject: str, rule: str) -> str:
        incident, postmortem = _of(session, subject)
        is_owed = dues.due_on(self._settings.current, incident) is not None
        return nudge_views.done(incident, postmortem, rule, is_owed=is_owed)

    def may_be_told(self, session: Session, subject: str, audience: str) -> bool:
        return membership.is_visible_to(session, _of(session, subject)[0], audience)

    def names(self, session: Session, subjects: Sequence[str], *, reader: str) -> dict[str, str]:
        ids = [_id_of(each) for each in subjects]
        query = select(Incident).where(Incident.id.in_(ids), membership.may_see(reader))
        return {subject_of(incident): incident.name for incident in session.scalars(query)}

    def shown_at(self, session: Session, subject: str) -> str:
        return f"incident:{_id_of(subject)}"

    def more(self, audience: str) -> str:
        return f"`{NAME} postmortem list` shows those that were begun."

    def place(self, session: Session, subject: str) -> tuple[str, str | None] | None:
        return where_lines_go(session, _of(session, subject)[0])

    def post_lane(self, subject: str) -> tuple[str, str | None]:
        incident = f"incident:{_id_of(subject)}"
        return f"{incident}:lines", f"{incident}:channel"

    def on_trouble(self, session: Session, message: OutboxMessage) -> None:
        self._show_trouble(session, message)


def watch_unpublished(session: Session) -> None:
    """Let people be reminded of every postmortem that is not published, whatever way it came into the database."""
    subject = literal(f"{PREFIX}:") + cast(Postmortem.incident_id, String)
    is_watched = select(NudgeWatch.subject).where(NudgeWatch.subject == subject).exists()
    for postmortem in session.scalars(select(Postmortem).where(Postmortem.state.in_(UNPUBLISHED), ~is_watched)):
        nudges.watch(session, postmortem.subject)


def owner_of(session: Session, incident: Incident) -> str:
    """Who owes the postmortem of a SEV: who commanded it last, or else declared it."""
    return commander_of(session, incident) or incident.declared_by


def last_act(session: Session, incident: Incident) -> Act | None:
    """What a person did last about the postmortem of a SEV."""
    record = session.scalars(
        select(AuditRecord)
        .where(AuditRecord.subject == incident.subject, AuditRecord.actor != BOT.user_id)
        .where(or_(AuditRecord.action.like("postmortem.%"), AuditRecord.action.like("incident.postmortem%")))
        .order_by(AuditRecord.id.desc())
        .limit(1)
    ).first()
    return Act(record.actor, record.at, record.action) if record else None


def _of(session: Session, subject: str) -> tuple[Incident, Postmortem | None]:
    incident = session.get_one(Incident, _id_of(subject))
    return incident, session.get(Postmortem, incident.id)


def _id_of(subject: str) -> int:
    return int(subject.rpartition(":")[2])
