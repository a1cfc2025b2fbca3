"""What the bot has posted, and how a post is made once, found again, kept up to date, and rid of second copies."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, delete, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.db import Base
from bot.errors import Permanent
from bot.outbox.kinds import Attempt, Kind, Nature, Result, Skip
from bot.outbox.model import OutboxMessage
from bot.slack.client import Calls, Slack

METADATA_TYPE = "sevbot_post"
OVERLAP = timedelta(minutes=2)
"""How far before the decision to post the look back begins: clocks differ."""
PAGES = 10
"""How many pages of history a look back reads at most."""
NOT_EDITABLE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"})


class Post(Base):
    """A message of the bot that it may edit later, by the outbox key that made it."""

    __tablename__ = "posts"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    channel_id: Mapped[str] = mapped_column(String(32), index=True)
    ts: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(100), index=True)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A message to be shown: where, what, and under which key. `ts` is that of the post to edit, if there is one."""

    key: str
    token: str
    channel_id: str
    text: str
    blocks: list[dict[str, Any]]
    since: datetime
    ts: str | None = None
    thread_ts: str | None = None
    join: bool = False
    """Whether the bot joins the (public) channel before it looks back: only members can."""
    users: tuple[str, ...] = field(default=())
    """For a direct message: open the conversation with these people, and post there."""


def kind(
    slack: Slack,
    name: str,
    label: str,
    load: Callable[[Session, OutboxMessage], Draft | Skip],
    *,
    record: Callable[[Session, OutboxMessage, Result, datetime], None] | None = None,
    on_trouble: Callable[[Session, OutboxMessage], None] | None = None,
    overwrites: bool = False,
) -> Kind[Draft]:
    """A kind whose effect is one post. `record` is what is kept of it, where that is more than its place."""
    return Kind(
        name=name, nature=Nature.FINDABLE, label=label, load=load, send=lambda draft, attempt: put(slack, draft, attempt),
        record=record or (lambda session, message, result, _now: remember(session, message, result)),
        remove_copies=lambda draft, attempt: remove_copies(slack, draft, attempt),
        on_trouble=on_trouble, overwrites=overwrites,
    )  # fmt: skip


def draft_for(session: Session, message: OutboxMessage, **fields: Any) -> Draft:
    """A draft under the row's own key, with the post it made before."""
    post = session.get(Post, message.key)
    return Draft(
        key=message.key,
        token=message.token,
        since=message.decided_at - OVERLAP,
        **({"ts": post.ts, **fields, "channel_id": post.channel_id} if post else fields),
    )


def put(slack: Slack, draft: Draft, attempt: Attempt, *, can_look: bool = True) -> Result:
    """Show the draft: edit its post, or post it if there is none (looking first, where an earlier try may have).

    Where only a channel's #name is known one cannot look: then a copy is possible, and the second look takes it away.

    Returns `{"channel": id, "ts": ts}`. Raises `CallFailed`.
    """
    calls = slack.during(attempt)
    channel = destination(calls, draft)
    if draft.ts is not None and _edit(calls, draft, channel, draft.ts):
        return {"channel": channel, "ts": draft.ts}
    if attempt.look_first and can_look:
        found = find(calls, draft, channel)
        if found and _edit(calls, draft, channel, found[0]):
            return {"channel": channel, "ts": found[0]}
    answer = calls.call("chat.postMessage", **_content(draft, channel), **_only_new(draft))
    return {"channel": answer["channel"], "ts": answer["ts"]}


def remember(session: Session, message: OutboxMessage, result: Result) -> None:
    """Keep where the post is, in the transaction that marks its row as sent."""
    post = session.get(Post, message.key)
    if post is None:
        post = Post(key=message.key, channel_id=result["channel"], ts=result["ts"], subject=message.subject)
        session.add(post)
    post.channel_id, post.ts = result["channel"], result["ts"]


def forget(session: Session, channel_id: str, ts: str) -> str | None:
    """Somebody deleted a message: if it was ours, forget it and return its key."""
    key = session.scalar(delete(Post).where(Post.channel_id == channel_id, Post.ts == ts).returning(Post.key))
    return str(key) if key else None


def moved(session: Session, old_channel: str, new_channel: str) -> None:
    """A channel has another id from now on, and its messages with it."""
    session.execute(update(Post).where(Post.channel_id == old_channel).values(channel_id=new_channel))


def remove_copies(slack: Slack, draft: Draft, attempt: Attempt) -> None:
    """Delete every message that bears the draft's token but is not its post."""
    if draft.ts is None:
        return
    calls = slack.during(attempt)
    channel = destination(calls, draft)
    for ts in find(calls, draft, channel):
        if ts != draft.ts:
            calls.call("chat.delete", channel=channel, ts=ts)


def find(calls: Calls, draft: Draft, channel: str) -> list[str]:
    """The ts of every message that bears the draft's token, oldest first."""
    method, place = (
        ("conversations.replies", {"ts": draft.thread_ts}) if draft.thread_ts else ("conversations.history", {})
    )
    found: list[str] = []
    cursor = ""
    for _ in range(PAGES):
        answer = calls.call(
            method,
            channel=channel,
            oldest=f"{draft.since.timestamp():.6f}",
            limit=200,
            include_all_metadata=True,
            **place,
            **({"cursor": cursor} if cursor else {}),
        )
        found += [message["ts"] for message in answer.get("messages", []) if _bears(message, draft.token)]
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            break
    return sorted(found)


def _bears(message: dict[str, Any], token: str) -> bool:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    blocks = message.get("blocks") or [{}]
    return payload.get("key") == token or blocks[0].get("block_id") == token


def destination(calls: Calls, draft: Draft) -> str:
    """The channel the draft goes to; a direct conversation is opened for it."""
    if draft.users:
        opened = calls.call("conversations.open", users=",".join(draft.users))
        return str(opened["channel"]["id"])
    if draft.join and calls.attempt.look_first:
        calls.call("conversations.join", channel=draft.channel_id)
    return draft.channel_id


def _edit(calls: Calls, draft: Draft, channel: str, ts: str) -> bool:
    """Whether the post is there and now shows the draft."""
    try:
        calls.call("chat.update", **_content(draft, channel), ts=ts)
    except Permanent as error:
        if error.code in NOT_EDITABLE:
            return False
        raise
    return True


def _content(draft: Draft, channel: str) -> dict[str, Any]:
    return {"channel": channel, "text": draft.text, "blocks": marked(draft)}


def marked(draft: Draft) -> list[dict[str, Any]]:
    """The draft's blocks, the first of which bears its token."""
    blocks = [dict(block) for block in draft.blocks]
    if blocks:
        blocks[0]["block_id"] = draft.token
    return blocks


def _only_new(draft: Draft) -> dict[str, Any]:
    metadata = {"event_type": METADATA_TYPE, "event_payload": {"key": draft.token}}
    thread = {"thread_ts": draft.thread_ts} if draft.thread_ts else {}
    return {"metadata": metadata, "unfurl_links": False, "unfurl_media": False, **thread}
