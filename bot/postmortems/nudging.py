"""What people are reminded of after a SEV: nobody begins its postmortem, it is late, its reviewers do not answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, cast, literal, or_, select
from sqlalchemy.orm import Session

from bot.audit import AuditRecord
from bot.config import Config, Settings
from bot.config.postmortem_nudges import PostmortemRule, PostmortemStep
from bot.directory.people import BOT, Person
from bot.incidents import membership
from bot.incidents.model import Incident
from bot.incidents.reading import where_lines_go
from bot.incidents.roles import commander_of
from bot.incidents.troubles import show_trouble
from bot.nudges import service as nudges
from bot.nudges.deciding import CHANNEL, Case, Step
from bot.nudges.model import NudgeWatch
from bot.nudges.places import company_hours, hours_of
from bot.nudges.subjects import Act, Situation, Words
from bot.outbox.model import OutboxMessage
from bot.postmortems import dues, nudge_views
from bot.postmortems.model import UNPUBLISHED, Postmortem, State, Verdict
from bot.postmortems.nudge_views import LATE, MISSING, REVIEW_LATE
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
        cases = _Rules(session, incident, postmortem, self._settings.current, last, now).cases()
        return Situation(cases, is_over=not cases, last_act=last, is_steady=True)

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
        )  # fmt: skip

    def done(self, session: Session, subject: str, rule: str) -> str:
        incident, postmortem = _of(session, subject)
        return nudge_views.done(incident, postmortem)

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


@dataclass(frozen=True)
class _Rules:
    """The rules, asked about one postmortem that is not published."""

    session: Session
    incident: Incident
    postmortem: Postmortem
    config: Config
    last: Act | None
    now: datetime

    def cases(self) -> tuple[Case, ...]:
        """What is wrong with it, or will be: of its writing, or of its review."""
        if self.postmortem.state == State.IN_REVIEW and not self._is_approved:
            return self._review()
        due = dues.due_on(self.config, self.incident)
        if due is None or self.incident.resolved_at is None:
            return ()
        rules, ends = self.config.nudges.postmortems, dues.ends_at(self.config, self.incident, due)
        if self.postmortem.state == State.OWED and self.now < ends:
            resolved = self.incident.resolved_at
            return self._case(MISSING, f"{int(resolved.timestamp())}", resolved, rules.missing, before=ends)
        return self._case(LATE, f"{due.isoformat()}:{self.postmortem.round}", ends, rules.late)

    def _review(self) -> tuple[Case, ...]:
        """A case for each reviewer who owes an answer, so that one who gave theirs changes nothing for the others."""
        due = dues.review_due_on(self.config, self.incident, self.postmortem)
        rule = self.config.nudges.postmortems.review_late
        if due is None:
            return ()
        began_at, key = dues.ends_at(self.config, self.incident, due), f"{self.postmortem.round}"
        found: list[Case] = []
        own = PostmortemRule(steps=tuple(step for step in rule.steps if step.tell == "reviewers"))
        for reviewer in reviewers_of(self.session, self.incident):
            if reviewer.verdict == Verdict.NONE:
                found += self._case(REVIEW_LATE, f"{key}:{reviewer.user_id}", began_at, own, to=reviewer.user_id)
        others = PostmortemRule(steps=tuple(step for step in rule.steps if step.tell != "reviewers"))
        return (*found, *self._case(REVIEW_LATE, key, began_at, others))

    @property
    def _is_approved(self) -> bool:
        approvals = sum(each.verdict == Verdict.APPROVED for each in reviewers_of(self.session, self.incident))
        return approvals >= self.config.postmortems.approvals

    def _case(
        self, rule: str, key: str, since: datetime, settings: PostmortemRule, *, to: str | None = None,
        before: datetime | None = None,
    ) -> tuple[Case, ...]:  # fmt: skip
        """The case of a rule, unless the rule has no steps."""
        if not settings.steps:
            return ()
        steps = tuple(self._step(step, since, to or self._to(step), before) for step in settings.steps)
        touched = self.last.at if self.last else None
        peace = self.config.nudges.postmortems.leave_in_peace
        return (Case(rule=rule, key=key, began_at=since, steps=steps, touched_at=touched, peace=peace, climbs=True),)

    def _step(self, step: PostmortemStep, since: datetime, to: str | None, before: datetime | None) -> Step:
        is_direct = to is not None and to != CHANNEL
        hours = company_hours(self.config)
        if to is not None and is_direct:
            hours = hours_of(self.config, to, self.session.get(Person, to), self.config.nudges.daily_hours)
        return Step(
            to=to, after=step.after, every=step.every, times=step.times, hours=hours, is_daily=is_direct,
            before=before - since if before else None,
        )  # fmt: skip

    def _to(self, step: PostmortemStep) -> str | None:
        """Who is meant; whoever left, or may not know of a private SEV, is stood in for by the next."""
        team = dues.owning_team(self.config, self.incident)
        manager = team.manager if team else None
        if step.tell == "channel":
            return CHANNEL
        ways = (
            (manager,)
            if step.tell == "manager"
            else (owner_of(self.session, self.incident), self.incident.declared_by, manager)
        )
        return next((each for each in ways if each and self._may_be_told(each)), None)

    def _may_be_told(self, user_id: str) -> bool:
        person = self.session.get(Person, user_id)
        has_left = person is not None and person.is_deactivated
        return not has_left and membership.is_visible_to(self.session, self.incident, user_id)


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
