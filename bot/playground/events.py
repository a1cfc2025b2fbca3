"""Events of the Events API: what they look like, and which of them the app is told."""

from bot.playground.model import BOT_USER_ID, TEAM_ID, Channel, Json, Message, User
from bot.playground.shapes import channel_type, message_json, user_json
from bot.playground.workspace import Workspace

_MESSAGE_SUBSCRIPTIONS = {
    "public": "message.channels",
    "private": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}


def _tell(workspace: Workspace, event: Json, *, subscription: str = "") -> None:
    if (subscription or event["type"]) in workspace.subscriptions:
        workspace.on_event(event)


def _hears(channel: Channel) -> bool:
    return BOT_USER_ID in channel.members


def message_posted(workspace: Workspace, message: Message) -> None:
    """A message, reply or system notice appeared."""
    channel = workspace.channels[message.channel_id]
    if not _hears(channel):
        return
    shape = message_json(workspace, message)
    if message.broadcast:
        shape["subtype"] = "thread_broadcast"
    shape |= {"channel": channel.id, "event_ts": message.ts, "channel_type": channel_type(channel)}
    _tell(workspace, shape, subscription=_MESSAGE_SUBSCRIPTIONS[channel.kind])
    if f"<@{BOT_USER_ID}" in message.text and not message.by_app and not message.subtype and channel.kind != "im":
        keys = ("user", "text", "ts", "team", "blocks", "thread_ts", "files")
        mention: Json = {"type": "app_mention"} | {key: shape[key] for key in keys if key in shape}
        _tell(workspace, mention | {"channel": channel.id, "event_ts": message.ts})


def message_changed(workspace: Workspace, message: Message, previous: Json) -> None:
    """A message was edited, or its thread grew: `previous` is its JSON before."""
    _hidden(workspace, message, {"subtype": "message_changed", "message": message_json(workspace, message)}, previous)


def message_deleted(workspace: Workspace, message: Message, previous: Json) -> None:
    """A message was deleted: `previous` is its JSON before."""
    _hidden(workspace, message, {"subtype": "message_deleted", "deleted_ts": message.ts}, previous)


def _hidden(workspace: Workspace, message: Message, what: Json, previous: Json) -> None:
    channel = workspace.channels[message.channel_id]
    if not _hears(channel):
        return
    ts = workspace.clock.next_ts()
    event: Json = {"type": "message", "hidden": True, "channel": channel.id, "ts": ts, "event_ts": ts}
    event |= {"channel_type": channel_type(channel), "previous_message": previous} | what
    _tell(workspace, event, subscription=_MESSAGE_SUBSCRIPTIONS[channel.kind])


def reaction(workspace: Workspace, kind: str, message: Message, user: str, name: str) -> None:
    """`user` added or removed a reaction: `kind` is reaction_added or reaction_removed."""
    if not _hears(workspace.channels[message.channel_id]):
        return
    item = {"type": "message", "channel": message.channel_id, "ts": message.ts}
    event = {"type": kind, "user": user, "reaction": name, "item_user": message.user, "item": item}
    _tell(workspace, event | {"event_ts": workspace.clock.next_ts()})


def membership(workspace: Workspace, kind: str, channel: Channel, user: str, inviter: str = "") -> None:
    """`user` joined or left: `kind` is member_joined_channel or member_left_channel. The app hears of itself too."""
    if channel.is_direct or not (_hears(channel) or user == BOT_USER_ID):
        return
    event: Json = {"type": kind, "user": user, "channel": channel.id, "team": TEAM_ID}
    event |= {"channel_type": "C" if channel.kind == "public" else "G", "event_ts": workspace.clock.next_ts()}
    _tell(workspace, event | ({"inviter": inviter} if inviter else {}))


def channel_fate(workspace: Workspace, what: str, channel: Channel, user: str, *, heard: bool | None = None) -> None:
    """A channel was archived, unarchived or deleted (`what`); `heard` says whether the app was a member before."""
    prefix = _prefix(channel, heard=heard)
    if prefix:
        event = {"type": f"{prefix}_{what}", "channel": channel.id, "user": user, "is_moved": 0}
        _tell(workspace, event | {"event_ts": workspace.clock.next_ts()})


def channel_renamed(workspace: Workspace, channel: Channel) -> None:
    """A channel has a new name."""
    prefix = _prefix(channel)
    if prefix:
        named = {"id": channel.id, "name": channel.name, "name_normalized": channel.name, "created": channel.created}
        named |= {"is_channel": channel.kind == "public", "is_mpim": False}
        _tell(workspace, {"type": f"{prefix}_rename", "channel": named, "event_ts": workspace.clock.next_ts()})


def _prefix(channel: Channel, *, heard: bool | None = None) -> str:
    """Everyone hears of public channels; of private ones only members."""
    if channel.kind == "public":
        return "channel"
    return "group" if (_hears(channel) if heard is None else heard) else ""


def channel_created(workspace: Workspace, channel: Channel) -> None:
    """A public channel was made."""
    if channel.kind == "public":
        made = {"id": channel.id, "name": channel.name, "created": channel.created, "creator": channel.creator}
        _tell(workspace, {"type": "channel_created", "channel": made, "event_ts": workspace.clock.next_ts()})


def pin(workspace: Workspace, kind: str, message: Message, user: str) -> None:
    """A message was pinned or unpinned: `kind` is pin_added or pin_removed."""
    channel = workspace.channels[message.channel_id]
    if _hears(channel):
        shape = message_json(workspace, message)
        item = {"type": "message", "channel": channel.id, "message": shape, "created_by": user}
        event = {"type": kind, "user": user, "channel_id": channel.id, "item": item, "item_user": message.user}
        _tell(workspace, event | {"pin_count": len(channel.pins), "event_ts": workspace.clock.next_ts()})


def home_opened(workspace: Workspace, user: str, channel_id: str, view: Json | None) -> None:
    """`user` opened the app's Home; `view` is what was published for them, if anything."""
    event: Json = {"type": "app_home_opened", "user": user, "channel": channel_id, "tab": "home"}
    event["event_ts"] = workspace.clock.next_ts()
    _tell(workspace, event | ({"view": view} if view else {}))


def person(workspace: Workspace, kind: str, user: User) -> None:
    """A person joined the team or changed: `kind` is team_join or user_change."""
    shape = user_json(user, email="users:read.email" in workspace.scopes)
    event = {"type": kind, "user": shape, "cache_ts": int(workspace.clock.now())}
    _tell(workspace, event | {"event_ts": workspace.clock.next_ts()})
