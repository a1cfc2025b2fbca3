"""What people do to conversations in Slack's client, and what Slack lets them do."""

import re

from bot.playground import channels, messages
from bot.playground.errors import Impossible, SlackError
from bot.playground.model import BOT_USER_ID, Channel, File, Message, User
from bot.playground.mrkdwn import escape, rich_text
from bot.playground.workspace import Workspace

_URL = re.compile(r"(?<![\w<|])(https?://[^\s<>|]+)")
_MENTION = re.compile(r"(?<![\w@#/&])([@#])([a-z0-9_][a-z0-9._-]*)", re.IGNORECASE)


def typed(workspace: Workspace, text: str, *, labels: bool) -> str:
    """Return what Slack makes of typed text: the three characters escaped, known @names and #channels as mentions.

    `labels=True` is the form slash commands get (`<@U…|ada>`); messages get `<@U…>` and their URLs in brackets.
    """
    text = escape(text)
    for user in workspace.users.values():
        if f"@{user.real_name}" in text:
            text = text.replace(f"@{user.real_name}", f"@{user.name}")
    text = _MENTION.sub(lambda match: _mention(workspace, match, labels=labels), text)
    return text if labels else _URL.sub(r"<\1>", text)


def _mention(workspace: Workspace, match: re.Match[str], *, labels: bool) -> str:
    sign, word = match[1], match[2]
    name = word.rstrip(".-")
    rest = word[len(name) :]
    if sign == "@":
        if name in ("here", "channel", "everyone"):
            return f"<!{name}>{rest}"
        target, label = _person_or_group(workspace, name)
    else:
        channel = workspace.channel_named(name.lower())
        target, label = (f"#{channel.id}", "" if channel.is_private else channel.name) if channel else ("", "")
    if not target:
        return match[0]
    return (f"<{target}|{label}>" if labels else f"<{target}>") + rest


def _person_or_group(workspace: Workspace, name: str) -> tuple[str, str]:
    """Return what an @name stands for and its label, or empty strings."""
    user = workspace.user_named(name)
    if user is not None:
        return f"@{user.id}", user.name
    for group in workspace.usergroups.values():
        if group["handle"] == name.lower():
            return f"!subteam^{group['id']}", f"@{group['handle']}"
    return "", ""


def may_write(user: User, channel: Channel) -> None:
    """Raise Impossible where the composer would be missing."""
    if channel.is_archived:
        raise Impossible(f"#{channel.name} is archived.")
    if user.id not in channel.members:
        raise Impossible(f"{user.real_name} is not in #{channel.name}.")


def say(workspace: Workspace, user: User, channel: Channel, text: str, thread_ts: str = "") -> Message:
    """Post a message or a thread reply as a person."""
    may_write(user, channel)
    if not text.strip():
        raise Impossible("Slack does not send empty messages.")
    parent = messages.parent_of(channel, thread_ts).ts if thread_ts else ""
    return messages.post(workspace, channel, user.id, typed(workspace, text, labels=False), thread_ts=parent)


def share(workspace: Workspace, user: User, channel: Channel, text: str, *, name: str, content: bytes) -> Message:
    """Share a file with a comment, as a person."""
    may_write(user, channel)
    now = int(workspace.clock.now())
    file = File(workspace.next_id("F"), name, name, user.id, now, len(content), content=content)
    file.uploaded = file.completed = True
    file.channels.append(channel.id)
    workspace.files[file.id] = file
    workspace.save(file)
    comment = typed(workspace, text, labels=False)
    return messages.post(workspace, channel, user.id, comment, subtype="file_share", file_ids=[file.id])


def edit(workspace: Workspace, user: User, message: Message, text: str) -> None:
    """Edit one's own message."""
    if message.user != user.id or message.subtype:
        raise Impossible("You can only edit your own messages.")
    content = typed(workspace, text, labels=False)
    block = rich_text(content, block_id=workspace.next_id("b"))
    messages.edit(workspace, message, {"text": content, "blocks": [block]})


def delete(workspace: Workspace, user: User, message: Message) -> None:
    """Delete one's own message; admins may delete anybody's, the app's too."""
    if message.user != user.id and not user.is_admin:
        raise Impossible("You can only delete your own messages.")
    channel = workspace.channels[message.channel_id]
    if message.ephemeral_to:
        channel.ephemerals.remove(message)
        workspace.touch("messages", channel.id)
        return
    messages.delete(workspace, message)


def react(workspace: Workspace, user: User, message: Message, name: str, *, remove: bool = False) -> None:
    """Add or take away a reaction."""
    may_write(user, workspace.channels[message.channel_id])
    (messages.unreact if remove else messages.react)(workspace, message, user.id, name.strip(":"))


def pin(workspace: Workspace, user: User, message: Message, *, remove: bool = False) -> None:
    """Pin a message, or take the pin away."""
    may_write(user, workspace.channels[message.channel_id])
    (messages.unpin if remove else messages.pin)(workspace, message, user.id)


def join(workspace: Workspace, user: User, channel: Channel) -> None:
    """Join a public channel; guests have to be invited."""
    if channel.is_private or user.is_restricted:
        raise Impossible(f"{user.real_name} has to be invited to #{channel.name}.")
    if channel.is_archived:
        raise Impossible(f"#{channel.name} is archived.")
    if user.id not in channel.members:
        channels.add_member(workspace, channel, user.id)


def leave(workspace: Workspace, user: User, channel: Channel) -> None:
    """Leave a channel."""
    if channel.is_general or user.id not in channel.members:
        raise Impossible(f"{user.real_name} cannot leave #{channel.name}.")
    channels.remove_member(workspace, channel, user.id)


def invite(workspace: Workspace, user: User, channel: Channel, invited: User) -> None:
    """Bring someone in, the app's bot too."""
    may_write(user, channel)
    try:
        channels.invite(workspace, channel, user.id, invited)
    except SlackError as refusal:
        raise Impossible(f"{invited.real_name} cannot be invited: {refusal.code}") from None


def remove(workspace: Workspace, user: User, channel: Channel, removed: User) -> None:
    """Remove someone from a channel, the app's bot too."""
    if user.id not in channel.members or channel.is_general or removed.id not in channel.members:
        raise Impossible(f"{user.real_name} cannot remove {removed.real_name} from #{channel.name}.")
    channels.remove_member(workspace, channel, removed.id)


def rename(workspace: Workspace, user: User, channel: Channel, name: str) -> None:
    """Rename a channel."""
    may_write(user, channel)
    channels.rename(workspace, channel, name.removeprefix("#"), user.id)


def archive(workspace: Workspace, user: User, channel: Channel) -> None:
    """Archive a channel."""
    may_write(user, channel)
    channels.archive(workspace, channel, user.id)


def delete_channel(workspace: Workspace, user: User, channel: Channel) -> None:
    """Delete a channel for good, which admins may."""
    if not user.is_admin or channel.is_general:
        raise Impossible(f"{user.real_name} cannot delete #{channel.name}.")
    channels.destroy(workspace, channel, user.id)


def unarchive(workspace: Workspace, user: User, channel: Channel) -> None:
    """Bring an archived channel back."""
    channels.unarchive(workspace, channel, user.id)


def set_topic(workspace: Workspace, user: User, channel: Channel, topic: str) -> None:
    """Set a channel's topic."""
    may_write(user, channel)
    channels.describe(workspace, channel, "topic", escape(topic), user.id)


def visible_channels(workspace: Workspace, user: User) -> list[Channel]:
    """Return the channels a person can look into: their own, and public ones unless they are a guest."""
    return [channel for channel in workspace.channels.values() if may_look(user, channel)]


def may_look(user: User, channel: Channel) -> bool:
    """Whether a person can look into a channel."""
    return user.id in channel.members or (channel.kind == "public" and not user.is_restricted)


def direct_messages(workspace: Workspace, user: User, other: User | None = None) -> Channel:
    """Return the direct messages with someone, by default with the bot."""
    return workspace.open_direct(user.id, other.id if other else BOT_USER_ID)
