"""Where action items show, and what must be shown anew after a change. It asks for deliveries; it renders nothing."""

from sqlalchemy.orm import Session

from bot.config import Config
from bot.incidents import surfaces
from bot.incidents.home import show_home
from bot.incidents.model import HomeReader, Incident
from bot.outbox.enqueue import Request, enqueue
from bot.outbox.model import Mode
from bot.remediation.drafts import Owner
from bot.remediation.model import ActionItem

SHOW = "remediation.show_item"
LOOK = "remediation.look_at_message"
RECALL = "remediation.recall"
SAY_KNOWN = "remediation.say_known"
TELL_GIVEN = "remediation.tell_given"
LAST_OF_ALL = -1
"""The priority of what nobody waits for: a channel takes one post a second, and its lines come first."""


def show(session: Session, item: ActionItem, config: Config, *former: Owner) -> None:
    """Show an item as it is now: on its SEV's card, in its message's thread, to its owner and to `former` ones."""
    surfaces.show_card(session, item.incident)
    if item.source_channel and item.source_channel == item.incident.working_channel:
        show_in_thread(session, item)
    readers = {user for owner in (owner_of(item), *former) for user in people_of(config, owner)}
    for user_id in sorted(readers):
        if session.get(HomeReader, user_id) is not None:
            show_home(session, user_id)


def show_in_thread(session: Session, item: ActionItem) -> None:
    """Say in the thread of the message it was made from what has become of it; what was said there before is changed."""
    session.flush()  # the row speaks of it by id
    enqueue(
        session,
        Request(
            kind=SHOW, subject=item.incident.subject, key=thread_key(item), mode=Mode.LATEST,
            arguments={"item": item.id}, priority=LAST_OF_ALL,
        ),
    )  # fmt: skip


def thread_key(item: ActionItem) -> str:
    """The outbox key of what is said of an item in its message's thread."""
    return f"{item.subject}:thread"


def owner_of(item: ActionItem) -> Owner:
    """Who owes it."""
    return Owner(user=item.owner_user, team=item.owner_team)


def people_of(config: Config, owner: Owner) -> tuple[str, ...]:
    """The people who owe what an owner owes, as far as the configuration names them."""
    if owner.user:
        return (owner.user,)
    team = config.team(owner.team) if owner.team else None
    return team.members if team else ()


def recall(session: Session, incident: Incident) -> None:
    """Find out, aside, which SEVs before were much the same: whoever declares does not wait for it."""
    request = Request(
        kind=RECALL,
        subject=incident.subject,
        key=surfaces.key(incident, "recall"),
        mode=Mode.LATEST,
        priority=LAST_OF_ALL,
    )
    enqueue(session, request)


def say_known(session: Session, incident: Incident) -> None:
    """Say in the SEV's channel, once, what is still open from before."""
    enqueue(
        session,
        Request(
            kind=SAY_KNOWN, subject=incident.subject, key=surfaces.key(incident, "known_before"), mode=Mode.ONCE,
            lane=surfaces.key(incident, "lines"), after=surfaces.key(incident, "channel"), after_any_end=True,
        ),
    )  # fmt: skip
