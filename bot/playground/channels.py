"""The life of a channel: made, joined, left, renamed, archived. Each step leaves the notice Slack posts."""

import re

from bot.playground import events, messages
from bot.playground.errors import SlackError
from bot.playground.model import BOT_USER_ID, Channel, Json, User
from bot.playground.workspace import Workspace

NAME_LIMIT = 80
TOPIC_LIMIT = 250
_ALLOWED = re.compile(r"[a-z0-9_-]+")
_PUNCTUATION = re.compile(r"[_-]+")


def check_name(workspace: Workspace, name: str) -> None:
    """Refuse what conversations.create refuses: it validates names and never mends them."""
    if not name:
        raise SlackError("invalid_name_required")
    if len(name) > NAME_LIMIT:
        raise SlackError("invalid_name_maxlength")
    if not _ALLOWED.fullmatch(name):
        raise SlackError("invalid_name_specials")
    if _PUNCTUATION.fullmatch(name):
        raise SlackError("invalid_name_punctuation")
    if workspace.name_is_taken(name):
        raise SlackError("name_taken")


def create(workspace: Workspace, name: str, creator: str, *, private: bool = False) -> Channel:
    """Make a channel with its creator as only member; raises SlackError for a bad or taken name."""
    check_name(workspace, name)
    channel = Channel(
        id=workspace.next_id("C"),
        name=name,
        kind="private" if private else "public",
        creator=creator,
        created=int(workspace.clock.now()),
    )
    workspace.add_channel(channel)
    events.channel_created(workspace, channel)
    add_member(workspace, channel, creator)
    return channel


def add_member(workspace: Workspace, channel: Channel, user: str, inviter: str = "") -> None:
    """Let `user` in, by themselves or invited."""
    channel.members.append(user)
    workspace.save(channel)
    notice: Json = {"inviter": inviter} if inviter else {}
    _notice(workspace, channel, user, "channel_join", f"<@{user}> has joined the channel", **notice)
    events.membership(workspace, "member_joined_channel", channel, user, inviter)
    workspace.touch("channels", channel.id)


def remove_member(workspace: Workspace, channel: Channel, user: str) -> None:
    """Let `user` go, of their own will or not."""
    channel.members.remove(user)
    workspace.save(channel)
    _notice(workspace, channel, user, "channel_leave", f"<@{user}> has left the channel")
    events.membership(workspace, "member_left_channel", channel, user)
    workspace.touch("channels", channel.id)


def invite(workspace: Workspace, channel: Channel, inviter: str, invited: User) -> None:
    """Bring someone in; raises SlackError already_in_channel, cant_invite_self, cant_invite or is_archived."""
    refusal = why_not_invite(channel, inviter, invited)
    if refusal:
        raise SlackError(refusal)
    add_member(workspace, channel, invited.id, inviter)


def why_not_invite(channel: Channel, inviter: str, invited: User) -> str:
    """Return Slack's error code for inviting this user, or an empty string.

    A multi-channel guest may be invited to a channel by a member; only app tokens get user_is_restricted, and that
    for workspaces that forbid it, so it comes through the fault switches.
    """
    if channel.is_archived:
        return "is_archived"
    if invited.id == inviter:
        return "cant_invite_self"
    if invited.deleted:
        return "user_not_found"
    if invited.id == "USLACKBOT":
        return "cant_invite"
    if invited.id in channel.members:
        return "already_in_channel"
    return ""


def rename(workspace: Workspace, channel: Channel, name: str, by: str) -> None:
    """Rename. Unlike create, this mends the name to fit before it judges it."""
    name = re.sub(r"[^a-z0-9_-]+", "-", name.lower())[:NAME_LIMIT]
    if name == channel.name:
        return
    check_name(workspace, name)
    old = channel.name
    workspace.give_name(channel, name)
    text = f'has renamed the channel from "{old}" to "{name}"'
    _notice(workspace, channel, by, "channel_name", text, old_name=old, name=name)
    events.channel_renamed(workspace, channel)
    workspace.touch("channels", channel.id)


def describe(workspace: Workspace, channel: Channel, what: str, value: str, by: str) -> None:
    """Set `topic` or `purpose`. The same value again changes nothing and posts nothing."""
    if len(value) > TOPIC_LIMIT:
        raise SlackError("too_long")
    if channel.is_archived:
        raise SlackError("is_archived")
    if getattr(channel, what)["value"] == value:
        return
    setattr(channel, what, {"value": value, "creator": by, "last_set": int(workspace.clock.now())})
    workspace.save(channel)
    told = {"topic": "topic", "purpose": "description"}[what]
    text = f"<@{by}> set the channel {told}: {value}" if value else f"<@{by}> cleared the channel {told}"
    _notice(workspace, channel, by, f"channel_{what}", text, **{what: value})
    workspace.touch("channels", channel.id)


def archive(workspace: Workspace, channel: Channel, by: str) -> None:
    """Archive. This throws the bots out, and a bot can't come back into an archived channel."""
    if channel.is_archived:
        raise SlackError("already_archived")
    if channel.is_general:
        raise SlackError("cant_archive_general")
    heard = BOT_USER_ID in channel.members
    _notice(workspace, channel, by, "channel_archive", f"<@{by}> archived the channel", members=[])
    channel.is_archived = True
    events.channel_fate(workspace, "archive", channel, by, heard=heard)
    if heard:
        channel.members.remove(BOT_USER_ID)
    workspace.save(channel)
    workspace.touch("channels", channel.id)


def unarchive(workspace: Workspace, channel: Channel, by: str) -> None:
    """Bring a channel back; raises SlackError not_archived."""
    if not channel.is_archived:
        raise SlackError("not_archived")
    channel.is_archived = False
    workspace.save(channel)
    _notice(workspace, channel, by, "channel_unarchive", f"<@{by}> un-archived the channel")
    events.channel_fate(workspace, "unarchive", channel, by)
    workspace.touch("channels", channel.id)


def destroy(workspace: Workspace, channel: Channel, by: str) -> None:
    """Delete a channel for good, as workspace admins can."""
    heard = BOT_USER_ID in channel.members
    workspace.remove_channel(channel)
    events.channel_fate(workspace, "deleted", channel, by, heard=heard)
    workspace.touch("channels", channel.id)


def _notice(workspace: Workspace, channel: Channel, user: str, subtype: str, text: str, **extra: object) -> None:
    messages.post(workspace, channel, user, text, subtype=subtype, extra=extra)
