"""What must be said to the tracker, asked of it, and told to people of it. It asks for deliveries; it sends nothing."""

from sqlalchemy.orm import Session

from bot.incidents.model import TimelineEntry
from bot.outbox.enqueue import URGENT, Request, enqueue
from bot.outbox.model import Mode
from bot.remediation.model import ActionItem

CREATE = "tracker.create"
SYNC = "tracker.sync"
COMMENT = "tracker.comment"
POLL = "tracker.poll"
TELL = "tracker.tell"
POLL_KEY = "tracker:poll"


def key(item: ActionItem, what: str) -> str:
    """The outbox key of something about an item's issue: `item:7:tracker:sync`."""
    return f"{item.subject}:tracker:{what}"


def make(session: Session, item: ActionItem) -> None:
    """Make the issue, unless it is there."""
    _ask(session, item, CREATE, "create", Mode.LATEST)


def bring_together(session: Session, item: ActionItem) -> None:
    """Read the issue, and make both the same."""
    _ask(session, item, SYNC, "sync", Mode.LATEST)


def comment(session: Session, item: ActionItem, *, is_made: bool) -> None:
    """Say below the issue how the item was closed: once for each time it is, and not before there is an issue."""
    closed = int(item.closed_at.timestamp() * 1000) if item.closed_at else 0
    _ask(session, item, COMMENT, f"comment:{closed}", Mode.ONCE, after=None if is_made else key(item, "create"))


def tell(session: Session, item: ActionItem, entry: TimelineEntry, user_id: str) -> None:
    """Tell somebody by direct message what an entry of the timeline says."""
    session.flush()  # the row speaks of its entry by id
    enqueue(
        session,
        Request(
            kind=TELL, subject=item.incident.subject, key=key(item, f"tell:{entry.id}"), mode=Mode.ONCE,
            arguments={"item": item.id, "entry": entry.id, "user": user_id}, audience=user_id,
        ),
    )  # fmt: skip


def poll(session: Session) -> None:
    """Ask the tracker what changed."""
    enqueue(session, Request(kind=POLL, subject="tracker:all", key=POLL_KEY, mode=Mode.LATEST))


def _ask(session: Session, item: ActionItem, kind: str, what: str, mode: Mode, *, after: str | None = None) -> None:
    session.flush()  # the row speaks of its item by id
    enqueue(
        session,
        Request(
            kind=kind, subject=item.incident.subject, key=key(item, what), mode=mode, arguments={"item": item.id},
            priority=-URGENT, after=after, after_any_end=True,
        ),
    )  # fmt: skip
