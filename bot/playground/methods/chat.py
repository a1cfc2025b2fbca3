"""chat.*: posting, editing and deleting messages."""

import json

from bot.playground import messages
from bot.playground.blockkit import UnfitError, fit_for_message
from bot.playground.errors import SlackError
from bot.playground.methods.table import Asked, Method, need
from bot.playground.model import BOT_USER_ID, Channel, Json, Message
from bot.playground.shapes import message_json

METADATA_LIMIT = 16_000
UPDATE_TEXT_LIMIT = 4000
MARKDOWN_LIMIT = 12_000
ATTACHMENTS_LIMIT = 100


def content_of(asked: Asked) -> Json:
    """Return the text, blocks and attachments given, checked; raises Slack's errors for what does not fit."""
    args = asked.args
    markdown = args.text("markdown_text")
    if markdown and (args.text("text") or args.has("blocks")):
        raise SlackError("markdown_text_conflict")
    if len(markdown) > MARKDOWN_LIMIT:
        raise SlackError("msg_too_long")
    try:
        blocks = args.json("blocks") or []
    except ValueError:
        raise SlackError("invalid_blocks_format") from None
    try:
        attachments = args.json("attachments") or []
    except ValueError:
        raise SlackError("invalid_attachments") from None
    if not isinstance(attachments, list):
        raise SlackError("invalid_attachments")
    if len(attachments) > ATTACHMENTS_LIMIT:
        raise SlackError("too_many_attachments")
    text = markdown or args.text("text")
    return {
        "text": text if text.strip() else "",
        "blocks": checked_blocks(asked, blocks),
        "attachments": [_checked_attachment(asked, one) for one in attachments],
    }


def checked_blocks(asked: Asked, blocks: object) -> list[Json]:
    """Return blocks with ids filled in; raises SlackError invalid_blocks with Slack's texts."""
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    try:
        fit = fit_for_message(blocks, asked.workspace.next_id)
        _check_pictures(asked, fit)
    except UnfitError as unfit:
        raise SlackError("invalid_blocks", **unfit.details()) from None
    return fit


def _check_pictures(asked: Asked, blocks: list[Json]) -> None:
    """Refuse pictures by `slack_file` whose upload is not complete."""
    for position, block in enumerate(blocks):
        file_id = block.get("slack_file", {}).get("id")
        file = asked.workspace.files.get(file_id)
        if file_id and not (file and file.completed):
            raise UnfitError([f"invalid slack file [json-pointer:/blocks/{position}/slack_file/id]"])


def _checked_attachment(asked: Asked, attachment: object) -> Json:
    if not isinstance(attachment, dict):
        raise SlackError("invalid_attachments")
    if "blocks" in attachment:
        return attachment | {"blocks": checked_blocks(asked, attachment["blocks"])}
    return attachment


def _metadata(asked: Asked) -> Json | None:
    try:
        metadata = asked.args.json("metadata")
    except ValueError:
        raise SlackError("invalid_metadata_format") from None
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    if metadata and not (
        isinstance(metadata.get("event_type"), str) and isinstance(metadata.get("event_payload"), dict)
    ):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(metadata)) > METADATA_LIMIT:
        raise SlackError("metadata_too_large")
    return metadata


def _destination(asked: Asked) -> Channel:
    """A channel by id or name, or a person's direct messages by user id."""
    workspace, wanted = asked.workspace, asked.args.text("channel")
    if wanted in workspace.users:
        if workspace.users[wanted].deleted or wanted == BOT_USER_ID:
            raise SlackError("channel_not_found")
        return workspace.open_direct(wanted, asked.me)
    channel = workspace.channel_named(wanted)
    if channel is None or (channel.is_private and asked.me not in channel.members):
        raise SlackError("channel_not_found")
    if channel.is_archived:
        raise SlackError("is_archived")
    if asked.me not in channel.members and "chat:write.public" not in workspace.scopes:
        raise SlackError("not_in_channel")
    return channel


def post_message(asked: Asked) -> Json:
    """Post a message, to a channel, a thread or a person."""
    channel = _destination(asked)
    content = content_of(asked)
    if not any(content.values()):
        raise SlackError("no_text")
    content["text"] = content["text"][: messages.TEXT_LIMIT]
    args = asked.args
    if args.text("thread_ts"):
        content["thread_ts"] = messages.parent_of(channel, args.text("thread_ts")).ts
        content["broadcast"] = args.flag("reply_broadcast")
    for name in ("username", "icon_emoji"):
        if args.text(name) and "chat:write.customize" not in asked.workspace.scopes:
            raise SlackError("missing_scope", needed="chat:write.customize", provided=",".join(asked.workspace.scopes))
        content[name] = args.text(name)
    text = content.pop("text")
    message = messages.post(
        asked.workspace, channel, asked.me, text, by_app=True, metadata=_metadata(asked) or None, **content
    )
    return {"channel": channel.id, "ts": message.ts, "message": message_json(asked.workspace, message, metadata=True)}


def _own_message(asked: Asked, refusal: str) -> Message:
    channel = asked.channel()
    if channel.is_archived:
        raise SlackError("is_archived")
    message = messages.find(channel, asked.args.text("ts"))
    if message.user != asked.me or not message.by_app:
        raise SlackError(refusal)
    return message


def update(asked: Asked) -> Json:
    """Edit one of the app's own messages. Text without blocks removes the old blocks."""
    message = _own_message(asked, "cant_update_message")
    content = content_of(asked)
    if len(content["text"]) > UPDATE_TEXT_LIMIT:
        raise SlackError("msg_too_long")
    args = asked.args
    given = {name: content[name] for name in ("text", "blocks", "attachments") if args.has(name)}
    if args.has("markdown_text"):
        given["text"] = content["text"]
    if not any(content.values()) and not (args.has("blocks") and message.text):
        raise SlackError("no_text")
    if "text" in given and "blocks" not in given and "attachments" not in given:
        given |= {"blocks": [], "attachments": []}
    metadata = _metadata(asked)
    if metadata is not None:
        given["metadata"] = metadata or None
    text_changed = "text" in given and given["text"] != message.text
    messages.edit(asked.workspace, message, given, mark=text_changed)
    shape = message_json(asked.workspace, message, metadata=True)
    return {"channel": message.channel_id, "ts": message.ts, "text": message.text, "message": shape}


def delete(asked: Asked) -> Json:
    """Delete one of the app's own messages."""
    message = _own_message(asked, "cant_delete_message")
    messages.delete(asked.workspace, message)
    return {"channel": message.channel_id, "ts": message.ts}


def post_ephemeral(asked: Asked) -> Json:
    """Show a message to one member of a channel."""
    channel = asked.joined_channel()
    if asked.args.text("user") not in channel.members:
        raise SlackError("user_not_in_channel")
    content = content_of(asked)
    if not any(content.values()):
        raise SlackError("no_text")
    if len(content["text"]) > messages.TEXT_LIMIT:
        raise SlackError("msg_too_long")
    if asked.args.text("thread_ts"):
        content["thread_ts"] = messages.parent_of(channel, asked.args.text("thread_ts")).ts
    message = messages.post_ephemeral(asked.workspace, channel, asked.args.text("user"), content.pop("text"), **content)
    return {"message_ts": message.ts}


def permalink(asked: Asked, message: Message) -> str:
    """Return the address of a message; a reply's names its thread."""
    address = f"{asked.workspace.url}/archives/{message.channel_id}/p{message.ts.replace('.', '')}"
    return f"{address}?thread_ts={message.thread_ts}&cid={message.channel_id}" if message.thread_ts else address


def get_permalink(asked: Asked) -> Json:
    """Answer the address of a message."""
    channel = asked.channel()
    return {"channel": channel.id, "permalink": permalink(asked, messages.find(channel, asked.args.text("message_ts")))}


_CHANNEL = {"channel": "channel_not_found"}

METHODS = {
    "chat.delete": Method(delete, need("chat:write"), 3, _CHANNEL | {"ts": "message_not_found"}),
    "chat.getPermalink": Method(get_permalink, tier=0, required=_CHANNEL | {"message_ts": "message_not_found"}),
    "chat.postEphemeral": Method(post_ephemeral, need("chat:write"), 4, _CHANNEL | {"user": "user_not_in_channel"}),
    "chat.postMessage": Method(post_message, need("chat:write"), 0, _CHANNEL),
    "chat.update": Method(update, need("chat:write"), 3, _CHANNEL | {"ts": "message_not_found"}),
}
