"""What the page reads: the workspace as one person sees it."""

from typing import TYPE_CHECKING

from bot.playground.elements import view_state
from bot.playground.model import BOT_USER_ID, TEAM_DOMAIN, TEAM_ID, TEAM_NAME, Channel, Json, Message, User, View
from bot.playground.people import visible_channels
from bot.playground.shapes import message_json, view_json

if TYPE_CHECKING:
    from bot.playground.playground import Playground

SHOWN_MESSAGES = 300
"""The page shows this many of the newest messages of a channel."""


def state(playground: "Playground", me: User) -> Json:
    """Return team, people, channels and switches."""
    workspace, faults = playground.workspace, playground.faults
    return {
        "identity": workspace.identity,
        "team": {"id": TEAM_ID, "name": TEAM_NAME, "domain": TEAM_DOMAIN},
        "me": me.id,
        "people": [_person(user) for user in workspace.users.values() if not user.deleted],
        "channels": [_channel(channel, me) for channel in visible_channels(workspace, me) if channel.kind != "mpim"],
        "usergroups": list(workspace.usergroups.values()),
        "commands": [
            {"name": command.name, "description": command.description, "usage_hint": command.usage_hint}
            for command in playground.client.commands.values()
        ],
        "shortcuts": [
            {"name": one.name, "callback_id": one.callback_id, "type": one.type} for one in playground.client.shortcuts
        ],
        "clock": {"now": workspace.clock.now(), "offset": workspace.clock.offset},
        "faults": {
            "latency_ms": faults.latency_ms,
            "outage": faults.outage,
            "rate_limits": playground.rate_limits,
            "pager_outage": playground.pager.outage,
            "jira_outage": playground.jira.outage,
            "rules": [rule.as_json() for rule in faults.rules],
        },
        "pager": {"alerts": playground.pager.as_json()},
        "bot": {
            "user_id": BOT_USER_ID,
            "connected": bool(playground.deliver_to or playground.socket_count()),
            "mode": "http" if playground.deliver_to else "socket",
        },
        "neighbours": [{"name": name, "url": url} for name, url in playground.neighbours.items()],
        "emoji": {},
    }


def _person(user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "is_bot": user.is_bot or user.id == "USLACKBOT",
        "is_guest": user.is_restricted,
        "is_admin": user.is_admin,
        "avatar_color": f"#{user.color}",
        "tz": user.tz,
    }


def _channel(channel: Channel, me: User) -> Json:
    other = next((one for one in channel.members if one != me.id), me.id) if channel.kind == "im" else None
    last = channel.timeline[-1] if channel.timeline else ""
    ours = [message.ts for message in channel.ephemerals if message.ephemeral_to == me.id]
    unread = max([last, *ours]) > channel.read_until.get(me.id, "")
    return {
        "id": channel.id,
        "name": channel.name,
        "is_private": channel.is_private,
        "is_im": channel.kind == "im",
        "im_user": other,
        "is_member": me.id in channel.members,
        "is_archived": channel.is_archived,
        "topic": channel.topic["value"],
        "members": list(channel.members),
        "bookmarks": list(channel.bookmarks),
        "pins": [pin["ts"] for pin in channel.pins],
        "unread": int(unread and me.id in channel.members),
    }


def messages(playground: "Playground", me: User, channel: Channel) -> Json:
    """Return a channel's newest messages, oldest first, what only this person sees included; reading marks it read."""
    shown = [channel.messages[ts] for ts in channel.timeline[-SHOWN_MESSAGES:]]
    own = [message for message in channel.ephemerals if message.ephemeral_to == me.id and not message.thread_ts]
    merged = sorted([*shown, *own], key=lambda message: message.ts)
    if merged:
        channel.read_until[me.id] = merged[-1].ts
    return {"messages": [_message(playground, message, me) for message in merged]}


def thread(playground: "Playground", me: User, channel: Channel, ts: str) -> Json:
    """Return a thread, its parent first."""
    parent = channel.messages.get(ts)
    if parent is None:
        return {"messages": []}
    own = [one for one in channel.ephemerals if one.ephemeral_to == me.id and one.thread_ts == ts]
    replies = sorted([*(channel.messages[reply] for reply in parent.replies), *own], key=lambda message: message.ts)
    return {"messages": [_message(playground, message, me) for message in [parent, *replies]]}


def _message(playground: "Playground", message: Message, me: User) -> Json:
    shape = message_json(playground.workspace, message)
    typed = playground.workspace.typed.get((me.id, message.ts))
    if typed:
        shape["state"] = {"values": typed}
    return shape | ({"ephemeral": True} if message.ephemeral_to else {})


def views(playground: "Playground", me: User) -> Json:
    """Return the person's stack of modals, bottom first, the errors of the topmost, and their Home."""
    stack = playground.workspace.modals.get(me.id, [])
    home = playground.workspace.homes.get(me.id)
    return {
        "stack": [_view(view) for view in stack],
        "errors": stack[-1].errors if stack else {},
        "home": _view(home) if home else None,
    }


def _view(view: View) -> Json:
    return view_json(view, view_state(view))
