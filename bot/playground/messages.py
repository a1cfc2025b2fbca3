"""What happens to messages, whoever causes it: the app through the Web API or a person in the client."""

from typing import Any

from bot.playground import events
from bot.playground.errors import SlackError
from bot.playground.model import BOT_USER_ID, Channel, Json, Message
from bot.playground.mrkdwn import rich_text
from bot.playground.shapes import message_json
from bot.playground.workspace import Workspace

TEXT_LIMIT = 40_000
PINS_LIMIT = 100
REACTIONS_LIMIT = 23


def post(workspace: Workspace, channel: Channel, user: str, text: str, **details: Any) -> Message:
    """Add a message to `channel` and tell everyone.

    `details` are further fields of Message. A person's text gets the rich_text block that Slack's composer would
    have made of it.
    """
    message = Message(channel_id=channel.id, ts=workspace.clock.next_ts(), user=user, text=text, **details)
    if not message.by_app and not message.subtype and not message.blocks:
        message.blocks = [rich_text(text, block_id=workspace.next_id("b"))]
    channel.messages[message.ts] = message
    if not message.thread_ts or message.broadcast:
        channel.timeline.append(message.ts)
    workspace.save(message)
    events.message_posted(workspace, message)
    if message.thread_ts:
        _grow_thread(workspace, channel, message)
    workspace.touch("messages", channel.id)
    return message


def _grow_thread(workspace: Workspace, channel: Channel, reply: Message) -> None:
    parent = channel.messages[reply.thread_ts]
    before = message_json(workspace, parent)
    parent.replies.append(reply.ts)
    if reply.user not in parent.reply_users:
        parent.reply_users.append(reply.user)
    workspace.save(parent)
    # Slack tells of a thread's growth as a change of its parent, without a new `edited`.
    events.message_changed(workspace, parent, before)


def post_ephemeral(workspace: Workspace, channel: Channel, to: str, text: str, **details: Any) -> Message:
    """Show `to` alone a message of the app in `channel`."""
    ts = workspace.clock.next_ts()
    details.setdefault("user", BOT_USER_ID)
    message = Message(channel_id=channel.id, ts=ts, text=text, ephemeral_to=to, by_app=True, **details)
    channel.ephemerals.append(message)
    workspace.touch("messages", channel.id)
    return message


def find(channel: Channel, ts: str) -> Message:
    """Return the message; raises SlackError message_not_found."""
    message = channel.messages.get(ts)
    if message is None or message.subtype == "tombstone":
        raise SlackError("message_not_found")
    return message


def parent_of(channel: Channel, thread_ts: str) -> Message:
    """Return the message a reply belongs under.

    What Slack does for a `thread_ts` that never existed is unverified; we refuse with cannot_reply_to_message,
    the stricter of the known answers. A reply's own timestamp leads to its parent.
    """
    parent = channel.messages.get(thread_ts)
    if parent is None:
        raise SlackError("cannot_reply_to_message")
    return channel.messages[parent.thread_ts] if parent.thread_ts else parent


def edit(workspace: Workspace, message: Message, changes: Json, *, mark: bool = True) -> None:
    """Change fields of a message; `mark` shows it as edited (Slack does not when only blocks change)."""
    before = message_json(workspace, message)
    for name, value in changes.items():
        setattr(message, name, value)
    if mark:
        message.edited = {"user": message.user, "ts": workspace.clock.next_ts()}
    workspace.save(message)
    events.message_changed(workspace, message, before)
    workspace.touch("messages", message.channel_id)


def delete(workspace: Workspace, message: Message) -> None:
    """Delete a message. A parent with replies leaves a tombstone, so that its thread stays readable."""
    channel = workspace.channels[message.channel_id]
    before = message_json(workspace, message)
    channel.pins = [pin for pin in channel.pins if pin["ts"] != message.ts]
    if message.replies:
        message.subtype, message.text, message.blocks = "tombstone", "This message was deleted.", []
        message.attachments, message.metadata, message.reactions, message.file_ids = [], None, {}, []
        workspace.save(message)
    else:
        _remove(workspace, channel, message)
    workspace.save(channel)
    events.message_deleted(workspace, message, before)
    workspace.touch("messages", channel.id)


def _remove(workspace: Workspace, channel: Channel, message: Message) -> None:
    del channel.messages[message.ts]
    if message.ts in channel.timeline:
        channel.timeline.remove(message.ts)
    parent = channel.messages.get(message.thread_ts)
    if parent is not None and message.ts in parent.replies:
        parent.replies.remove(message.ts)
        parent.reply_users = list(dict.fromkeys(channel.messages[ts].user for ts in parent.replies))
        workspace.save(parent)
    workspace.forget(message)


def react(workspace: Workspace, message: Message, user: str, name: str) -> None:
    """Add a reaction; raises SlackError already_reacted or too_many_emoji."""
    users = message.reactions.get(name, [])
    if user in users:
        raise SlackError("already_reacted")
    if not users and len(message.reactions) >= REACTIONS_LIMIT:
        raise SlackError("too_many_emoji")
    message.reactions[name] = [*users, user]
    _reacted(workspace, "reaction_added", message, user, name)


def unreact(workspace: Workspace, message: Message, user: str, name: str) -> None:
    """Take a reaction away; raises SlackError no_reaction."""
    users = message.reactions.get(name, [])
    if user not in users:
        raise SlackError("no_reaction")
    message.reactions[name] = [one for one in users if one != user]
    if not message.reactions[name]:
        del message.reactions[name]
    _reacted(workspace, "reaction_removed", message, user, name)


def _reacted(workspace: Workspace, kind: str, message: Message, user: str, name: str) -> None:
    workspace.save(message)
    events.reaction(workspace, kind, message, user, name)
    workspace.touch("messages", message.channel_id)


def pin(workspace: Workspace, message: Message, user: str) -> None:
    """Pin a message to its channel; raises SlackError already_pinned or too_many_pins."""
    channel = workspace.channels[message.channel_id]
    if any(one["ts"] == message.ts for one in channel.pins):
        raise SlackError("already_pinned")
    if len(channel.pins) >= PINS_LIMIT:
        raise SlackError("too_many_pins")
    channel.pins.append({"ts": message.ts, "created": int(workspace.clock.now()), "created_by": user})
    workspace.save(channel)
    events.pin(workspace, "pin_added", message, user)
    workspace.touch("channels", channel.id)


def unpin(workspace: Workspace, message: Message, user: str) -> None:
    """Take a pin away; raises SlackError no_pin."""
    channel = workspace.channels[message.channel_id]
    left = [one for one in channel.pins if one["ts"] != message.ts]
    if len(left) == len(channel.pins):
        raise SlackError("no_pin")
    channel.pins = left
    workspace.save(channel)
    events.pin(workspace, "pin_removed", message, user)
    workspace.touch("channels", channel.id)
