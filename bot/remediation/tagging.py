"""Items that come by a reaction: made, taken back with it while nobody has touched them, and made again.

What counts is what Slack says of the message when it is looked at, since events come in no promised order. Each function
works on a SEV whose row is locked. An item does not follow edits of its message: from then on it is a promise, whose words
somebody may rely on, and change by *Edit…*.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.directory.people import Actor, known
from bot.directory.permissions import may, require
from bot.errors import Refused
from bot.incidents.model import Incident
from bot.outbox.enqueue import Request, enqueue
from bot.outbox.model import Mode
from bot.remediation import reading, recording, service
from bot.remediation.drafts import Draft, Source
from bot.remediation.model import ITEM_TITLE_LIMIT, OPEN_STATES, ActionItem, ItemState
from bot.remediation.surfaces import LOOK
from bot.slack.text import clip, one_line, visible
from bot.timeline.said import Json, Said

log = logging.getLogger(__name__)

REACTION = "reaction"
"""The door through which an item by emoji comes, as the audit keeps it."""
WORDLESS = "Look at this message again"
"""The title of an item whose message has no words."""


def is_tag(config: Config, name: str) -> bool:
    """Whether an emoji, of whatever skin tone, makes a message an action item."""
    return name.partition("::")[0] in config.reactions.action


def look(session: Session, incident: Incident, channel_id: str, ts: str, user_id: str, *, is_added: bool) -> None:
    """Ask what a message says and who wants it to be an item, because somebody's reaction came or went."""
    enqueue(
        session,
        Request(
            kind=LOOK, subject=incident.subject, key=f"{incident.subject}:item_of:{channel_id}:{ts}:{user_id}",
            mode=Mode.LATEST, arguments={"channel": channel_id, "ts": ts, "user": user_id, "is_added": is_added},
        ),
    )  # fmt: skip


def believe(
    session: Session,
    incident: Incident,
    said: Said,
    reactions: Sequence[Json],
    *,
    user_id: str,
    is_added: bool,
    config: Config,
    now: datetime,
) -> None:
    """Bring the item in line with its message as it was read, because of `user_id`, whose reaction came or went."""
    item = reading.of_message(session, incident, said.channel_id, said.ts)
    wanting = [*_wanting(session, config, reactions)]
    actor = known(session, user_id, door=REACTION)
    if item is None:
        if wanting:
            maker = user_id if user_id in wanting else wanting[0]
            _make(session, incident, said, config=config, actor=known(session, maker, door=REACTION), now=now)
    elif item.state == ItemState.WITHDRAWN:
        if is_added and user_id in wanting:
            service.open_again(session, item, config=config, now=now)
            item.is_tagged = True
            recording.reopened(session, item, config=config, actor=actor, now=now)
    elif item.is_tagged and not wanting and not _is_unsure(config, reactions):
        _withdraw(session, item, config=config, actor=actor, now=now)


def gone(
    session: Session, incident: Incident, channel_id: str, ts: str, *, user_id: str, config: Config, now: datetime
) -> None:
    """The message was deleted, its reactions with it: what nobody has touched goes too. The rest keeps what it said."""
    item = reading.of_message(session, incident, channel_id, ts)
    if item is not None and item.is_tagged and item.is_open:
        _withdraw(session, item, config=config, actor=known(session, user_id, door=REACTION), now=now)


def undo(session: Session, item: ActionItem, *, config: Config, actor: Actor, now: datetime) -> None:
    """Take back what came by a reaction, whoever still reacts: only a new reaction makes it again. Raises `Refused`."""
    require(config, actor, "remediate")
    service.require_open(item)
    if not item.is_tagged:
        raise Refused(
            f"Somebody has worked on {item.name}, so it is not taken back. "
            f"`/sev action wontdo {item.name} REASON` closes it."
        )
    _withdraw(session, item, config=config, actor=actor, now=now)


def compare(session: Session, incident: Incident, channel_id: str, messages: Sequence[Json], *, config: Config) -> None:
    """Look closer at those messages of a page, read from the channel, that differ from what is known of their items."""
    by_ts = {str(message["ts"]): message.get("reactions") or [] for message in messages}
    known_items = {
        item.source_ts: item
        for item in session.scalars(
            select(ActionItem).where(
                ActionItem.incident_id == incident.id, ActionItem.source_channel == channel_id,
                ActionItem.source_ts.in_(by_ts),
            )
        )
    }  # fmt: skip
    for ts, reactions in by_ts.items():
        item, users = known_items.get(ts), [*_reacting(config, reactions)]
        if item is None and users:
            look(session, incident, channel_id, ts, users[0], is_added=True)
        elif item is not None and item.is_tagged and item.is_open and not users:
            look(session, incident, channel_id, ts, item.created_by, is_added=False)


def of_message_anywhere(session: Session, channel_id: str, ts: str) -> list[int]:
    """The ids of the SEVs that have an untouched item of a message, in lock order."""
    query = select(ActionItem.incident_id).where(
        ActionItem.source_channel == channel_id, ActionItem.source_ts == ts, ActionItem.is_tagged.is_(True),
        ActionItem.state.in_(OPEN_STATES),
    )  # fmt: skip
    return sorted(session.scalars(query))


def _make(session: Session, incident: Incident, said: Said, *, config: Config, actor: Actor, now: datetime) -> None:
    title = clip(one_line(said.text), ITEM_TITLE_LIMIT)
    source = Source(channel_id=said.channel_id, ts=said.ts, thread_ts=said.thread_ts, text=said.text)
    draft = Draft(title=title if visible(title) else WORDLESS, source=source, is_tagged=True)
    try:
        service.add(session, incident, draft, config=config, actor=actor, now=now)
    except Refused:  # there are too many: nobody waits for an answer, and to try again would not help
        log.warning("items.not_made", extra={"incident": incident.id})


def _withdraw(session: Session, item: ActionItem, *, config: Config, actor: Actor, now: datetime) -> None:
    """It keeps its number, and that it was a reaction's: a new one makes it again."""
    item.state, item.closed_by, item.changed_at = ItemState.WITHDRAWN.value, actor.user_id, now
    recording.closed(session, item, config=config, actor=actor, now=now)


def _wanting(session: Session, config: Config, reactions: Sequence[Json]) -> Iterator[str]:
    """Who wants the message to be an item, and may."""
    for user_id in _reacting(config, reactions):
        if may(config, known(session, user_id, door=REACTION), "remediate"):
            yield user_id


def _reacting(config: Config, reactions: Sequence[Json]) -> Iterator[str]:
    for each in reactions:
        if is_tag(config, str(each.get("name", ""))):
            yield from map(str, each.get("users") or ())


def _is_unsure(config: Config, reactions: Sequence[Json]) -> bool:
    """Whether Slack did not list everybody who reacted, so that somebody may still want it."""
    relevant = [each for each in reactions if is_tag(config, str(each.get("name", "")))]
    return any(int(each.get("count") or 0) > len(each.get("users") or ()) for each in relevant)
