"""The visible state of a workspace, normalised so that two runs can be compared, and readable transcripts."""

import re
from typing import Any

from bot.playground.model import Channel, Json, Message
from bot.playground.reading import author, channel_name, message_words, words
from bot.playground.workspace import Workspace

_DATE = re.compile(r"<!date\^\d+\^([^<>|]*)\|[^<>]*>")
_MENTION = re.compile(r"<([@#][A-Z0-9]+)(?:\|[^<>]*)?>")
_TS = re.compile(r"\b\d{10}\.\d{6}\b|\bp\d{16}\b")
_DROPPED = frozenset({"block_id", "action_id", "private_metadata", "slack_file"})


def dump(workspace: Workspace) -> dict[str, Any]:
    """Return channels by name, and Homes by person. Ephemerals, ids, timestamps and metadata are left out.

    Notices of Slack's own (joined, set the topic, …) are sorted: parallel calls may bring them in any order.
    """
    with workspace.lock:
        channels = {
            channel_name(workspace, channel): _channel(workspace, channel) for channel in workspace.channels.values()
        }
        homes = {
            workspace.users[user].name: _plain(workspace, view.blocks) for user, view in sorted(workspace.homes.items())
        }
        return {"channels": dict(sorted(channels.items())), "homes": homes}


def _channel(workspace: Workspace, channel: Channel) -> Json:
    said = [channel.messages[ts] for ts in channel.timeline]
    pinned = [channel.messages[pin["ts"]] for pin in channel.pins if pin["ts"] in channel.messages]
    return {
        "topic": _text(workspace, channel.topic["value"]),
        "purpose": _text(workspace, channel.purpose["value"]),
        "private": channel.is_private,
        "archived": channel.is_archived,
        "members": sorted(workspace.users[one].name for one in channel.members),
        "bookmarks": [(bookmark["title"], bookmark["link"]) for bookmark in channel.bookmarks],
        "pins": [message_words(workspace, message) for message in pinned],
        "notices": sorted(_said(workspace, message) for message in said if is_notice(message)),
        "messages": [_message(workspace, channel, message) for message in said if not is_notice(message)],
    }


def is_notice(message: Message) -> bool:
    """Whether this is one of Slack's own notices, such as channel_join or channel_topic."""
    return message.subtype.startswith("channel_")


def _message(workspace: Workspace, channel: Channel, message: Message) -> Json:
    shape: Json = {
        "author": author(workspace, message),
        "text": _text(workspace, message.text),
        "blocks": _plain(workspace, message.blocks),
    }
    if message.attachments:
        shape["attachments"] = _plain(workspace, message.attachments)
    if message.reactions:
        names = message.reactions.items()
        shape["reactions"] = {name: sorted(workspace.users[one].name for one in users) for name, users in names}
    if message.file_ids:
        shape["files"] = [workspace.files[file_id].title for file_id in message.file_ids]
    if message.replies:
        shape["thread"] = [_message(workspace, channel, channel.messages[ts]) for ts in message.replies]
    return shape


def _plain(workspace: Workspace, part: Any) -> Any:
    """Strip what differs between two equal runs from any piece of JSON."""
    if isinstance(part, dict):
        return {key: _plain(workspace, value) for key, value in part.items() if key not in _DROPPED}
    if isinstance(part, list):
        return [_plain(workspace, one) for one in part]
    return _text(workspace, part) if isinstance(part, str) else part


def _text(workspace: Workspace, text: str) -> str:
    def named(match: re.Match[str]) -> str:
        return words(workspace, match[0])

    text = _MENTION.sub(named, _DATE.sub(r"<date \1>", text))
    for channel in workspace.channels.values():
        if channel.id in text:
            text = text.replace(channel.id, f"#{channel_name(workspace, channel)}")
    return _TS.sub("<ts>", text)


def transcript(workspace: Workspace, channel: Channel) -> list[str]:
    """Return a channel as one reads it: `sevbot: text`, replies indented."""
    with workspace.lock:
        lines: list[str] = []
        for ts in channel.timeline:
            message = channel.messages[ts]
            lines += _said(workspace, message).splitlines()
            for reply in message.replies:
                lines += [f"    {line}" for line in _said(workspace, channel.messages[reply]).splitlines()]
        return lines


def _said(workspace: Workspace, message: Message) -> str:
    return f"{author(workspace, message)}: {_text(workspace, message_words(workspace, message))}"


def unexpected(workspace: Workspace, expected: set[Message], since: str) -> list[str]:
    """Return what the app said after the timestamp `since` that is not among `expected`, as readable lines."""
    with workspace.lock:
        lines: list[str] = []
        for channel in workspace.channels.values():
            for message in [*channel.messages.values(), *channel.ephemerals]:
                if message.by_app and not is_notice(message) and message.ts > since and message not in expected:
                    to = f" (to {workspace.users[message.ephemeral_to].name})" if message.ephemeral_to else ""
                    lines.append(f"#{channel_name(workspace, channel)}{to} {_said(workspace, message)}")
        return lines
