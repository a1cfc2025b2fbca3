"""files.*: uploads in three steps, and what became of them."""

import json
from typing import Any

from bot.playground import messages
from bot.playground.errors import SlackError
from bot.playground.methods.chat import checked_blocks
from bot.playground.methods.table import Asked, Method, need
from bot.playground.model import Channel, File, Json
from bot.playground.shapes import file_json

SIZE_LIMIT = 1 << 30
ALT_TEXT_LIMIT = 1000
CHANNELS_LIMIT = 100


def get_upload_url(asked: Asked) -> Json:
    """Step one: announce a file and get the address its bytes go to."""
    args = asked.args
    try:
        length = int(args.text("length"))
    except ValueError:
        length = 0
    if length <= 0 or not args.text("filename"):
        raise SlackError("missing_argument")
    if length > SIZE_LIMIT:
        raise SlackError("file_upload_size_restricted")
    if len(args.text("alt_txt")) > ALT_TEXT_LIMIT:
        raise SlackError("alt_txt_too_large")
    file = File(
        id=asked.workspace.next_id("F"),
        name=args.text("filename"),
        title=args.text("filename"),
        user=asked.me,
        created=int(asked.workspace.clock.now()),
        length=length,
        alt_text=args.text("alt_txt"),
    )
    asked.workspace.files[file.id] = file
    asked.workspace.save(file)
    return {"upload_url": f"{asked.workspace.url}/upload/{file.id}", "file_id": file.id}


def _given(asked: Asked) -> list[Json]:
    try:
        given: Any = asked.args.json("files")
    except json.JSONDecodeError:
        given = None
    if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
        raise SlackError("invalid_arguments")
    return given


def _destinations(asked: Asked) -> list[Channel]:
    wanted = asked.args.words("channels") or asked.args.words("channel_id")
    if len(wanted) > CHANNELS_LIMIT:
        raise SlackError("channels_limit_exceeded")
    found: list[Channel] = []
    for name in wanted:
        channel = asked.workspace.channels.get(name)
        if channel is None or (channel.is_private and asked.me not in channel.members):
            raise SlackError("channel_not_found")
        if channel.is_archived or asked.me not in channel.members:
            raise SlackError("not_in_channel")
        found.append(channel)
    return found


def complete_upload(asked: Asked) -> Json:
    """Step three: finish the files, and share them where asked. Once per file; without a channel they stay private."""
    channels = _destinations(asked)
    done: list[File] = []
    for one in _given(asked):
        file = asked.workspace.files.get(str(one.get("id")))
        if file is None or not file.uploaded or file.completed:
            raise SlackError("file_not_found")
        file.title = str(one.get("title") or file.name)
        done.append(file)
    comment = asked.args.text("initial_comment")
    content: Json = {} if comment else {"blocks": checked_blocks(asked, asked.args.json("blocks") or [])}
    for channel in channels:
        thread_ts = asked.args.text("thread_ts")
        parent = messages.parent_of(channel, thread_ts).ts if thread_ts else ""
        for file in done:
            file.channels.append(channel.id)
        ids = [file.id for file in done]
        messages.post(
            asked.workspace, channel, asked.me, comment, by_app=True, file_ids=ids, thread_ts=parent, **content
        )
    for file in done:
        file.completed = True
        asked.workspace.save(file)
    return {"files": [file_json(file, asked.workspace) for file in done]}


def _file(asked: Asked) -> File:
    file = asked.workspace.files.get(asked.args.text("file"))
    if file is None:
        raise SlackError("file_not_found")
    return file


def info(asked: Asked) -> Json:
    """Describe a file."""
    shape = file_json(_file(asked), asked.workspace)
    return {"file": shape, "comments": [], "response_metadata": {"next_cursor": ""}}


def delete(asked: Asked) -> Json:
    """Delete one of the app's files, from the messages that show it too."""
    file = _file(asked)
    if file.user != asked.me:
        raise SlackError("cant_delete_file")
    for channel_id in file.channels:
        channel = asked.workspace.channels.get(channel_id)
        for message in channel.messages.values() if channel else ():
            if file.id in message.file_ids:
                message.file_ids.remove(file.id)
                asked.workspace.save(message)
    asked.workspace.forget_file(file)
    return {}


_FILE = {"file": "file_not_found"}

METHODS = {
    "files.completeUploadExternal": Method(complete_upload, need("files:write"), 4, {"files": "invalid_arguments"}),
    "files.delete": Method(delete, need("files:write"), 3, _FILE),
    "files.getUploadURLExternal": Method(
        get_upload_url, need("files:write"), 4, {"filename": "missing_argument", "length": "missing_argument"}
    ),
    "files.info": Method(info, need("files:read"), 4, _FILE),
}
