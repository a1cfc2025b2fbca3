"""The Slack app's manifest, made from what the code listens to and calls, so that the two cannot part."""

from collections.abc import Iterable
from typing import Any

from bot.slack.commands import NAME

SHORTCUTS = (
    ("Declare a SEV", "global", "incident.declare", "Open the form to declare a SEV"),
    (
        "Declare SEV from message",
        "message",
        "incident.declare_from_message",
        "The message becomes its first timeline entry",
    ),
    ("Add to timeline", "message", "timeline.add_message", "Put the message on a SEV's timeline"),
    ("Create action item", "message", "item.add_message", "Make it something to do after a SEV"),
)
"""Name (24 characters at most), type, callback id and description."""

SCOPES = {
    "bookmarks:read": "look whether a bookmark is there before adding it again",
    "bookmarks:write": "put runbooks and the bridge at the top of a SEV's channel",
    "channels:history": "find its own posts again after a crash; notice that the card was deleted",
    "channels:join": "join the channels it announces in",
    "channels:manage": "create channels, invite people, set topics",
    "channels:read": "know its channels' members, archiving and renaming",
    "chat:write": "post and edit",
    "chat:write.public": "greet a channel of which it knows only the name",
    "commands": f"take {NAME} and the shortcuts",
    "files:write": "send an exported timeline to who asked for it",
    "groups:history": "the same, in private channels",
    "groups:read": "the same, in private channels",
    "groups:write": "create private channels and invite people into them",
    "im:history": "find its own direct messages again after a crash",
    "im:write": "tell the declarer when something failed",
    "pins:read": "offer an adopted channel's pinned messages as timeline entries",
    "pins:write": "pin the card",
    "reactions:read": "put a message on the timeline when somebody reacts to it",
    "usergroups:read": "invite a team's user group",
    "users:read": "know guests from members, and names",
}
"""Each scope of the bot token, and what it is for."""

MESSAGE_EVENTS = ("message.channels", "message.groups")


def manifest(event_types: Iterable[str], *, request_url: str | None = None) -> dict[str, Any]:
    """The manifest (schema 2). With `request_url` Slack delivers there by HTTP; without it, over Socket Mode.

    `event_types` are those the event rules name.
    """
    events = sorted({name for each in event_types for name in (MESSAGE_EVENTS if each == "message" else (each,))})
    address = {"request_url": request_url} if request_url else {}
    command: dict[str, Any] = {
        "command": NAME,
        "description": "Declare, run and learn from SEVs",
        "usage_hint": "[declare | status | severity | list | help]",
        "should_escape": True,
        **({"url": request_url} if request_url else {}),
    }
    return {
        "_metadata": {"major_version": 2},
        "display_information": {
            "name": "Sevbot",
            "description": "Declare, run, remediate and learn from outages (SEVs).",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "sevbot", "always_online": True},
            "slash_commands": [command],
            "shortcuts": [
                {"name": name, "type": kind, "callback_id": callback_id, "description": description}
                for name, kind, callback_id, description in SHORTCUTS
            ],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {**address, "bot_events": events},
            "interactivity": {"is_enabled": True, **address},
            "org_deploy_enabled": False,
            "socket_mode_enabled": request_url is None,
            "token_rotation_enabled": False,
        },
    }
