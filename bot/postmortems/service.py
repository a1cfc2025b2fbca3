"""The verbs of a postmortem: draft it, have it reviewed, publish it, take it back.

Each checks that the actor may do it, and changes, notes and asks for what must show, in the caller's transaction, which has
locked the SEV. Nothing here commits, sends or reads a clock.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot import audit
from bot.config import Config
from bot.directory.people import Actor, Standing, standing_of
from bot.directory.permissions import require, require_of
from bot.errors import Refused
from bot.incidents import membership
from bot.incidents.links import checked_address, checked_title
from bot.incidents.model import LINK_TITLE_LIMIT, Incident, TimelineEntry
from bot.incidents.noting import note
from bot.incidents.words import checked_reason
from bot.postmortems import asking, dues, surfaces
from bot.postmortems.model import NamedCause, Postmortem, PostmortemLink, Reviewer, State, Verdict
from bot.postmortems.reading import reviewers_of, sections_of
from bot.slack.commands import NAME
from bot.slack.text import clip, user

MOST_LINKS = 20
MOST_REVIEWERS = 10
PERSON = re.compile(r"[UW][A-Z0-9]{2,31}")


def owe(session: Session, incident: Incident, *, config: Config) -> None:
    """Keep that the SEV owes a postmortem, if it does: from then on people are reminded of it."""
    if dues.needs_one(config, incident) and session.get(Postmortem, incident.id) is None:
        session.add(Postmortem(incident_id=incident.id, state=State.OWED))


def draft(
    session: Session, incident: Incident, *, config: Config, actor: Actor, now: datetime
) -> tuple[Postmortem, bool]:
    """The SEV's postmortem, begun now where nobody began it before, and whether that is so. Raises `Refused`."""
    require(config, actor, "change")
    postmortem = session.get(Postmortem, incident.id)
    if postmortem is not None and postmortem.state != State.OWED:
        return postmortem, False
    if postmortem is None:
        postmortem = Postmortem(incident_id=incident.id, state=State.DRAFT)
        session.add(postmortem)
    postmortem.state, postmortem.drafted_at, postmortem.drafted_by = State.DRAFT, now, actor.user_id
    session.flush()
    _tell_all(session, incident, "postmortem_drafted", actor=actor, now=now)
    return postmortem, True


def submit(
    session: Session, incident: Incident, reviewers: Sequence[str], *, config: Config, actor: Actor, now: datetime
) -> Postmortem:
    """Ask people to review it. Raises `Refused`, naming the sections that must be written first."""
    require(config, actor, "change")
    postmortem = begun(session, incident)
    if postmortem.state != State.DRAFT:
        raise Refused(_where_it_is(postmortem), field="reviewers")
    written = {section.key for section in sections_of(session, incident) if section.text}
    rules = config.postmortems
    empty = [part.label for part in rules.parts if part.key in rules.required and part.key not in written]
    if empty:
        raise Refused(f"These sections are still empty: {', '.join(empty)}. Write them first.", field="reviewers")
    people = list(dict.fromkeys(reviewers))
    _check_reviewers(session, incident, people, config=config, actor=actor)
    session.execute(delete(Reviewer).where(Reviewer.incident_id == incident.id))
    postmortem.state, postmortem.round = State.IN_REVIEW, postmortem.round + 1
    postmortem.submitted_at, postmortem.submitted_by, postmortem.reason = now, actor.user_id, ""
    for user_id in people:
        session.add(Reviewer(incident_id=incident.id, user_id=user_id, verdict=Verdict.NONE))
        if asking.may_be_asked(session, config, user_id, now=now):  # else the loop asks when it is time
            surfaces.show_review(session, incident, postmortem, user_id)
    _tell_all(session, incident, "postmortem_submitted", actor=actor, now=now, people=people)
    return postmortem


def approve(session: Session, incident: Incident, *, config: Config, actor: Actor, now: datetime) -> None:
    """A reviewer finds it good. Raises `Refused` where they were not asked."""
    postmortem = _answer(session, incident, Verdict.APPROVED, config=config, actor=actor, now=now)
    entry = _tell_all(session, incident, "postmortem_approved", actor=actor, now=now)
    surfaces.show_review(session, incident, postmortem, actor.user_id)
    surfaces.tell(session, incident, entry, postmortem.submitted_by or "")


def ask_for_changes(
    session: Session, incident: Incident, reason: str, *, config: Config, actor: Actor, now: datetime
) -> None:
    """A reviewer wants it changed, so it is a draft again. Raises `Refused`."""
    reason = checked_reason(reason)
    if not reason:
        raise Refused(f"Say what should change: `{NAME} postmortem changes the times are wrong`.", field="reason")
    postmortem = _answer(session, incident, Verdict.CHANGES, config=config, actor=actor, now=now)
    _to_draft(session, incident, postmortem, reason)
    entry = _tell_all(session, incident, "postmortem_changes_asked", actor=actor, now=now, text=reason)
    surfaces.tell(session, incident, entry, postmortem.submitted_by or "")


def publish(session: Session, incident: Incident, *, config: Config, actor: Actor, now: datetime) -> None:
    """Publish what was reviewed, and announce it. Raises `Refused`."""
    require(config, actor, "publish")
    postmortem = begun(session, incident)
    if postmortem.state != State.IN_REVIEW:
        raise Refused(_where_it_is(postmortem))
    wanted = config.postmortems.approvals
    approvals = sum(each.verdict == Verdict.APPROVED for each in reviewers_of(session, incident))
    if approvals < wanted:
        raise Refused(f"{approvals} of {wanted} approvals are there. Its reviewers can approve it with a click.")
    postmortem.state, postmortem.published_at, postmortem.published_by = State.PUBLISHED, now, actor.user_id
    _tell_all(session, incident, "postmortem_published", actor=actor, now=now)
    surfaces.announce(session, incident, config)
    _show_reviews(session, incident, postmortem)


def take_back(
    session: Session, incident: Incident, reason: str, *, config: Config, actor: Actor, now: datetime
) -> None:
    """Make it a draft again, so that it can be written. Raises `Refused` without a reason."""
    postmortem = begun(session, incident)
    require(config, actor, "publish" if postmortem.state == State.PUBLISHED else "change")
    if postmortem.state == State.DRAFT:
        raise Refused("It is a draft already: write on.", field="reason")
    reason = checked_reason(reason)
    if not reason:
        raise Refused(f"Say why: `{NAME} postmortem draft we learned more about the cause`.", field="reason")
    _to_draft(session, incident, postmortem, reason)
    _tell_all(session, incident, "postmortem_taken_back", actor=actor, now=now, text=reason)


def add_link(
    session: Session, incident: Incident, address: str, title: str, *, config: Config, actor: Actor, now: datetime
) -> None:
    """Point to a document elsewhere. Given again, it gets the new title. Raises `Refused`."""
    postmortem, _ = draft(session, incident, config=config, actor=actor, now=now)
    address, title = checked_address(address), checked_title(title) or clip(address, LINK_TITLE_LIMIT)
    own = list(session.scalars(select(PostmortemLink).where(PostmortemLink.incident_id == postmortem.incident_id)))
    given = next((each for each in own if each.address == address), None)
    if given is not None and given.title == title:
        raise Refused("The postmortem has this link already. Give it another title to change it.")
    if given is None and len(own) >= MOST_LINKS:
        raise Refused(f"The postmortem has {len(own)} links, and can't have more. Put others into a section.")
    if given is None:
        given = PostmortemLink(incident_id=incident.id, address=address, title=title)
        session.add(given)
    given.title = title
    _tell_all(session, incident, "postmortem_linked", actor=actor, now=now, text=title, address=address)


def name_causes(
    session: Session, incident: Incident, causes: Sequence[str], *, config: Config, actor: Actor, now: datetime
) -> None:
    """Say what sorts of causes contributed. Also of a published one: that is how such SEVs are found. Raises `Refused`."""
    draft(session, incident, config=config, actor=actor, now=now)
    wanted = [each.key for each in config.postmortems.causes if each.key in causes]
    present = list(session.scalars(select(NamedCause).where(NamedCause.incident_id == incident.id)))
    before = sorted(each.cause for each in present)
    if sorted(wanted) == before:
        return
    for each in present:
        if each.cause not in wanted:
            session.delete(each)
    session.add_all(NamedCause(incident_id=incident.id, cause=key) for key in wanted if key not in before)
    audit.record(
        session, actor=actor.user_id, action="postmortem.causes", subject=incident.subject, source=actor.door, now=now,
        before=before, after=wanted,
    )  # fmt: skip
    surfaces.show(session, incident)


def begun(session: Session, incident: Incident) -> Postmortem:
    """The SEV's postmortem. Raises `Refused` where nobody began it."""
    postmortem = session.get(Postmortem, incident.id)
    if postmortem is None or postmortem.state == State.OWED:
        raise Refused(f"{incident.name} has no postmortem yet. `{NAME} postmortem {incident.name}` drafts it.")
    return postmortem


def _check_reviewers(
    session: Session, incident: Incident, people: Sequence[str], *, config: Config, actor: Actor
) -> None:
    """Raise `Refused` unless these people can review it."""
    needed = max(config.postmortems.approvals, 1)
    if len(people) < needed or len(people) > MOST_REVIEWERS:
        raise Refused(
            f"Name {needed} to {MOST_REVIEWERS} reviewers: `{NAME} postmortem submit @grace`.", field="reviewers"
        )
    if actor.user_id in people:
        raise Refused("Let somebody else review what you submit.", field="reviewers")
    for user_id in people:
        if not PERSON.fullmatch(user_id):
            raise Refused("Name people of this workspace.", field="reviewers")
        standing = standing_of(session, user_id)
        if standing is not Standing.UNKNOWN:  # the form's menu shows Slack's own people
            _require_reviewer(config, user_id, standing)
        if not membership.is_visible_to(session, incident, user_id):
            raise Refused(
                f"{user(user_id)} is not in this private SEV. `{NAME} invite` brings them in.", field="reviewers"
            )


def _require_reviewer(config: Config, user_id: str, standing: Standing) -> None:
    try:
        require_of(config, user_id, standing, "change")
    except Refused as refusal:
        raise Refused(refusal.sentence, field="reviewers") from None


def _answer(
    session: Session, incident: Incident, verdict: Verdict, *, config: Config, actor: Actor, now: datetime
) -> Postmortem:
    """Keep what a reviewer said. Raises `Refused`."""
    require(config, actor, "change")
    postmortem = begun(session, incident)
    if postmortem.state != State.IN_REVIEW:
        raise Refused(_where_it_is(postmortem), field="reason")
    reviewer = session.get(Reviewer, (incident.id, actor.user_id))
    if reviewer is None:
        raise Refused("You are not among its reviewers. Say it in the SEV's channel, or to who submitted it.")
    if reviewer.verdict == verdict:
        raise Refused("You approved it already.")
    reviewer.verdict, reviewer.answered_at = verdict, now
    return postmortem


def _to_draft(session: Session, incident: Incident, postmortem: Postmortem, reason: str) -> None:
    postmortem.state, postmortem.reason = State.DRAFT, reason
    _show_reviews(session, incident, postmortem)


def _show_reviews(session: Session, incident: Incident, postmortem: Postmortem) -> None:
    for reviewer in reviewers_of(session, incident):
        surfaces.show_review(session, incident, postmortem, reviewer.user_id)


def _tell_all(
    session: Session, incident: Incident, kind: str, *, actor: Actor, now: datetime, **data: Any
) -> TimelineEntry:
    """Note it in the SEV's timeline, and show it."""
    entry = note(session, incident, kind, actor=actor, now=now, **data)
    surfaces.show(session, incident)
    return entry


def _where_it_is(postmortem: Postmortem) -> str:
    """Why it can't be done now, and what can be."""
    return {
        State.DRAFT: f"It is a draft. `{NAME} postmortem submit @reviewer` has it reviewed.",
        State.IN_REVIEW: f"It is in review. `{NAME} postmortem draft REASON` makes it a draft again.",
        State.PUBLISHED: f"It is published. `{NAME} postmortem draft REASON` makes it a draft again.",
    }[State(postmortem.state)]
