"""What is known of postmortems: one of them with all that belongs to it, those that are owed, and lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from bot.config import Config, Workflow
from bot.config.postmortems import Cause
from bot.incidents import membership
from bot.incidents.model import AffectedWorkflow, Incident
from bot.postmortems import dues
from bot.postmortems.model import (
    UNPUBLISHED,
    NamedCause,
    Postmortem,
    PostmortemLink,
    Reviewer,
    SectionVersion,
    State,
    Verdict,
    WrittenSection,
)

LONGEST_LIST = 15
VERSIONS = 10
MOST_OWED = 500


@dataclass(frozen=True)
class Whole:
    """A postmortem with all that belongs to it, read in one go."""

    incident: Incident
    postmortem: Postmortem
    sections: dict[str, WrittenSection]
    reviewers: Sequence[Reviewer]
    links: Sequence[PostmortemLink]
    causes: Sequence[str]

    def text(self, key: str) -> str:
        """What a section says; nothing where nobody wrote it."""
        found = self.sections.get(key)
        return found.text if found else ""

    @property
    def is_published(self) -> bool:
        return self.postmortem.state == State.PUBLISHED

    def awaits(self, user_id: str) -> bool:
        """Whether it waits for what somebody says of it."""
        asked = (each for each in self.reviewers if each.user_id == user_id)
        return self.postmortem.state == State.IN_REVIEW and any(each.verdict == Verdict.NONE for each in asked)

    @property
    def approvals(self) -> int:
        return sum(each.verdict == Verdict.APPROVED for each in self.reviewers)


@dataclass(frozen=True)
class Owed:
    """A SEV whose postmortem is not published yet, and until when what comes next is due: its draft, or its review."""

    incident: Incident
    postmortem: Postmortem
    due_on: date
    is_late: bool


def whole(session: Session, incident: Incident) -> Whole | None:
    """The SEV's postmortem; None where nobody began one."""
    postmortem = session.get(Postmortem, incident.id)
    if postmortem is None or postmortem.state == State.OWED:
        return None
    links = select(PostmortemLink).where(PostmortemLink.incident_id == incident.id).order_by(PostmortemLink.id)
    causes = select(NamedCause.cause).where(NamedCause.incident_id == incident.id).order_by(NamedCause.cause)
    return Whole(
        incident, postmortem, {each.key: each for each in sections_of(session, incident)},
        reviewers_of(session, incident), session.scalars(links).all(), session.scalars(causes).all(),
    )  # fmt: skip


def sections_of(session: Session, incident: Incident) -> Sequence[WrittenSection]:
    """The sections that somebody wrote."""
    return session.scalars(select(WrittenSection).where(WrittenSection.incident_id == incident.id)).all()


def section_of(session: Session, incident: Incident, key: str) -> WrittenSection | None:
    """One section, if somebody wrote it."""
    own = WrittenSection.incident_id == incident.id, WrittenSection.key == key
    return session.scalars(select(WrittenSection).where(*own)).one_or_none()


def reviewers_of(session: Session, incident: Incident) -> Sequence[Reviewer]:
    """Who was asked to review it, this time or the last."""
    own = select(Reviewer).where(Reviewer.incident_id == incident.id)
    return session.scalars(own.order_by(Reviewer.user_id)).all()


def versions_of(session: Session, incident: Incident, key: str) -> Sequence[SectionVersion]:
    """The newest versions of a section, the newest first; one more than is shown at most."""
    own = SectionVersion.incident_id == incident.id, SectionVersion.key == key
    newest = select(SectionVersion).where(*own).order_by(SectionVersion.number.desc())
    return session.scalars(newest.limit(VERSIONS + 1)).all()


def owed(session: Session, config: Config, *, now: datetime, most: int = MOST_OWED) -> list[Owed]:
    """The SEVs that owe a postmortem, the longest due first; of private ones too, so ask who may know before you tell.

    Its cost follows how many are unpublished, not how many there are.
    """
    unpublished = (
        select(Postmortem, Incident)
        .join(Incident, Incident.id == Postmortem.incident_id)
        .where(Postmortem.state.in_(UNPUBLISHED))
        .options(selectinload(Incident.workflows))
        .order_by(Incident.resolved_at, Incident.id)
        .limit(most)
    )
    found = []
    for postmortem, incident in session.execute(unpublished):
        day = dues.review_due_on(config, incident, postmortem) or dues.due_on(config, incident)
        if day is not None and dues.needs_one(config, incident):
            is_late = now >= dues.ends_at(config, incident, day)
            found.append(Owed(incident, postmortem, day, is_late))
    return sorted(found, key=lambda each: (each.due_on, each.incident.number))


def listed(
    session: Session, *, user_id: str, workflow: Workflow | None = None, cause: Cause | None = None
) -> list[tuple[Incident, Postmortem]]:
    """Postmortems that were begun, of SEVs the person may see, the newest SEV first; one more than a list shows."""
    query = (
        select(Incident, Postmortem)
        .join(Postmortem, Postmortem.incident_id == Incident.id)
        .where(membership.may_see(user_id), Postmortem.state != State.OWED)
    )
    newest = Incident.number.desc()
    if workflow:
        query = query.join(AffectedWorkflow, AffectedWorkflow.incident_id == Incident.id)
        query = query.where(AffectedWorkflow.workflow == workflow.key)
        newest = AffectedWorkflow.incident_id.desc()
    if cause:
        query = query.join(NamedCause, NamedCause.incident_id == Incident.id).where(NamedCause.cause == cause.key)
        newest = NamedCause.incident_id.desc()
    return [(incident, each) for incident, each in session.execute(query.order_by(newest).limit(LONGEST_LIST + 1))]


def to_review(session: Session, user_id: str) -> Sequence[Incident]:
    """The SEVs whose postmortem waits for the person's review, of those they may see, the longest waiting first."""
    query = (
        select(Incident)
        .join(Postmortem, Postmortem.incident_id == Incident.id)
        .join(Reviewer, Reviewer.incident_id == Incident.id)
        .where(Reviewer.user_id == user_id, Reviewer.verdict == Verdict.NONE, Postmortem.state == State.IN_REVIEW)
        .where(membership.may_see(user_id))
        .order_by(Postmortem.submitted_at)
        .limit(LONGEST_LIST)
    )
    return session.scalars(query).all()
