"""Telling people at once what others gave them to do, and keeping that message true.

Each deed that gives items to somebody (adding one for them, passing one on, handing over many, opening one again) is a
*giving*, named by the timeline entry it left. The message it asks for speaks of what it gave as that is now: nobody is
told of what was closed, or passed on again, before the message went out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from bot.config import Config, Team
from bot.directory.channels import learn_place
from bot.directory.people import Person
from bot.incidents import membership
from bot.incidents.model import TimelineEntry
from bot.nudges.deciding import TEAM
from bot.outbox.enqueue import Request, enqueue
from bot.outbox.model import Mode
from bot.remediation.drafts import NOBODY, Owner
from bot.remediation.model import ActionItem
from bot.remediation.surfaces import TELL_GIVEN, owner_of


@dataclass(frozen=True)
class Recipient:
    """Who is told: a person by direct message, or all in a team's channel."""

    user: str | None = None
    team: Team | None = None
    """The team whose channel it is, or as whose manager the person is told."""

    @property
    def audience(self) -> str:
        """As reminders name them."""
        return self.user or (f"{TEAM}{self.team.key}" if self.team else "")


def passed_on(
    session: Session,
    item: ActionItem,
    former: Owner,
    entry: TimelineEntry,
    config: Config,
    *,
    together_with: ActionItem | None = None,
) -> None:
    """The item came to its owner by what `entry` tells: they hear of it, unless they did it themselves.

    What the `former` owner was told is changed. `together_with` was given by the same deed.
    """
    show(session, item, former, config)
    item.giving = None
    owner = owner_of(item)
    if owner == NOBODY or owner.user == entry.actor:
        return
    session.flush()  # the message speaks of the entry by id
    item.giving = together_with.giving if together_with else entry.id
    show(session, item, owner, config)


def show(session: Session, item: ActionItem, owner: Owner, config: Config) -> None:
    """Say what `owner` was given by the item's latest giving, as it is now. What was not said, and is over, stays unsaid."""
    if item.giving is None:
        return
    team = config.team(owner.team) if owner.team else None
    if team and team.channel and not item.incident.is_private:
        learn_place(session, team.channel, purpose="team")
    enqueue(
        session,
        Request(
            kind=TELL_GIVEN, subject=item.incident.subject, key=key(item.giving), mode=Mode.LATEST,
            arguments={"giving": item.giving, "item": item.id, "user": owner.user, "team": owner.team},
            audience=owner.user or f"{TEAM}{owner.team}",
        ),
    )  # fmt: skip


def key(giving: int) -> str:
    """The outbox key of what is said of a giving."""
    return f"giving:{giving}"


def given_by(session: Session, giving: int) -> Sequence[ActionItem]:
    """What its owner still has of what a giving gave them, open or closed."""
    query = (
        select(ActionItem)
        .join(ActionItem.incident)
        .options(contains_eager(ActionItem.incident))
        .where(ActionItem.giving == giving)
        .order_by(ActionItem.incident_id, ActionItem.number)
    )
    return session.scalars(query).all()


def recipient_of(session: Session, config: Config, owner: Owner, *, is_private: bool) -> Recipient | None:
    """Who is told of what an owner is given; None where there is nobody.

    Nothing of a private SEV is said in a team's channel. Where a team can't be told there, its manager is.
    """
    if owner.user:
        return None if _has_left(session, owner.user) else Recipient(owner.user)
    team = config.team(owner.team) if owner.team else None
    if team is None:
        return None
    if team.channel and not is_private:
        return Recipient(team=team)
    if team.manager is None or _has_left(session, team.manager):
        return None
    return Recipient(team.manager, team)


def may_be_told(session: Session, item: ActionItem, recipient: Recipient) -> bool:
    """Whether a recipient may hear of an item."""
    if recipient.user is None:
        return not item.incident.is_private
    return membership.is_visible_to(session, item.incident, recipient.user)


def _has_left(session: Session, user_id: str) -> bool:
    person = session.get(Person, user_id)
    return person is not None and person.is_deactivated
