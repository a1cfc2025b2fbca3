"""What things look like in Slack's JSON."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.playground.model import (
    APP_ID,
    BOT_ID,
    BOT_NAME,
    TEAM_ID,
    Channel,
    File,
    Json,
    Message,
    User,
    View,
)
from bot.playground.workspace import Workspace


def bot_profile() -> Json:
    """Return the profile every message of the app carries."""
    return {
        "id": BOT_ID,
        "app_id": APP_ID,
        "name": BOT_NAME,
        "icons": {"image_36": "", "image_48": "", "image_72": ""},
        "deleted": False,
        "updated": 0,
        "team_id": TEAM_ID,
    }


def user_json(user: User, *, email: bool) -> Json:
    """Return a user as users.info shows them; `email` only where its scope is granted."""
    zone = datetime.now(UTC).astimezone(ZoneInfo(user.tz))
    display_name = "" if user.is_bot else user.name
    profile: Json = {
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": display_name,
        "display_name_normalized": display_name,
        "status_text": "",
        "status_emoji": user.status_emoji,
        "status_expiration": user.status_expiration,
        "image_24": "",
        "image_48": "",
        "image_72": "",
        "team": TEAM_ID,
    }
    if email and user.email:
        profile["email"] = user.email
    offset = zone.utcoffset()
    return {
        "id": user.id,
        "team_id": TEAM_ID,
        "name": user.name,
        "deleted": user.deleted,
        "color": user.color,
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": zone.tzname(),
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": profile,
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": user.updated,
    }


def channel_json(channel: Channel, viewer: str, *, members: bool = False) -> Json:
    """Return a channel as `viewer` sees it; `members` adds the number of members."""
    if channel.kind == "im":
        other = next((one for one in channel.members if one != viewer), viewer)
        return {
            "id": channel.id,
            "created": channel.created,
            "is_im": True,
            "is_org_shared": False,
            "is_archived": False,
            "user": other,
            "is_open": True,
            "is_user_deleted": False,
            "context_team_id": TEAM_ID,
            "updated": channel.created * 1000,
        }
    shape: Json = {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_im": False,
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_general": channel.is_general,
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "created": channel.created,
        "creator": channel.creator,
        "is_member": viewer in channel.members,
        "context_team_id": TEAM_ID,
        "updated": channel.created * 1000,
        "topic": dict(channel.topic),
        "purpose": dict(channel.purpose),
        "previous_names": list(channel.previous_names),
        "unlinked": 0,
    }
    if members:
        shape["num_members"] = len(channel.members)
    return shape


def channel_type(channel: Channel) -> str:
    """Return the word message events use for the kind of channel."""
    return {"public": "channel", "private": "group"}.get(channel.kind, channel.kind)


def message_json(workspace: Workspace, message: Message, *, metadata: bool = False) -> Json:
    """Return a message as history and events show it. Metadata comes only when asked for, as in Slack."""
    shape: Json = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts, "team": TEAM_ID}
    if message.subtype:
        shape["subtype"] = message.subtype
    if message.by_app:
        shape |= {"bot_id": BOT_ID, "app_id": APP_ID, "bot_profile": bot_profile()}
    if message.username:
        shape |= {"subtype": "bot_message", "username": message.username}
    for key in ("blocks", "attachments", "edited"):
        value = getattr(message, key)
        if value:
            shape[key] = value
    if message.metadata is not None and metadata:
        shape["metadata"] = message.metadata
    if message.reactions:
        shape["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()
        ]
    if message.file_ids:
        shape["files"] = [file_json(workspace.files[one], workspace) for one in message.file_ids]
    return shape | message.extra | _thread_keys(workspace, message) | _pinned(workspace, message)


def _thread_keys(workspace: Workspace, message: Message) -> Json:
    if message.thread_ts:
        parent = workspace.channels[message.channel_id].messages.get(message.thread_ts)
        return {"thread_ts": message.thread_ts} | ({"parent_user_id": parent.user} if parent else {})
    if not message.replies:
        return {}
    return {
        "thread_ts": message.ts,
        "reply_count": len(message.replies),
        "reply_users": list(message.reply_users),
        "reply_users_count": len(message.reply_users),
        "latest_reply": message.replies[-1],
        "subscribed": False,
        "is_locked": False,
    }


def _pinned(workspace: Workspace, message: Message) -> Json:
    channel = workspace.channels.get(message.channel_id)
    if channel and channel.pins and any(pin["ts"] == message.ts for pin in channel.pins):
        return {"pinned_to": [channel.id]}
    return {}


def file_json(file: File, workspace: Workspace) -> Json:
    """Return a file as files.info and messages show it."""
    extension = file.name.rpartition(".")[2].lower()
    kinds = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "csv": "text/csv", "txt": "text/plain"}
    address = f"{workspace.url}/files/{TEAM_ID}-{file.id}/{file.name}"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": kinds.get(extension, "application/octet-stream"),
        "filetype": extension,
        "user": file.user,
        "size": len(file.content),
        "mode": "hosted",
        "is_external": False,
        "is_public": any(workspace.channels[one].kind == "public" for one in file.channels),
        "url_private": address,
        "url_private_download": f"{address}?download=1",
        "permalink": f"{workspace.url}/files/{file.id}",
        "channels": list(file.channels),
        "alt_txt": file.alt_text,
    }


def view_json(view: View, state: Json) -> Json:
    """Return a view as answers and payloads show it; `state` is {"values": …}."""
    content = view.content
    shape: Json = {
        "id": view.id,
        "team_id": TEAM_ID,
        "type": content["type"],
        "blocks": content["blocks"],
        "private_metadata": content.get("private_metadata", ""),
        "callback_id": content.get("callback_id", ""),
        "external_id": content.get("external_id", ""),
        "state": state,
        "hash": view.hash,
        "clear_on_close": content.get("clear_on_close", False),
        "notify_on_close": content.get("notify_on_close", False),
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "app_id": APP_ID,
        "app_installed_team_id": TEAM_ID,
        "bot_id": BOT_ID,
    }
    for key in ("title", "submit", "close"):
        shape[key] = content.get(key)
    shape["submit_disabled"] = content.get("submit_disabled", False)
    return shape
