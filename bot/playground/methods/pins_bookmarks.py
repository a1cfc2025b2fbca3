"""pins.* and bookmarks.*: what stands at the top of a channel."""

import re

from bot.playground import messages
from bot.playground.errors import SlackError
from bot.playground.methods.chat import permalink
from bot.playground.methods.table import INVALID_ARGUMENTS, Asked, Method, need
from bot.playground.model import TEAM_ID, Channel, Json, Message
from bot.playground.shapes import message_json

BOOKMARKS_LIMIT = 100
_TS = re.compile(r"\d+\.\d+")
_EMOJI = re.compile(r":?[a-z0-9_+'-]+:?")


def message_asked(asked: Asked) -> Message:
    """Return the message named by channel and timestamp, in a channel the bot is in."""
    channel = asked.joined_channel()
    ts = asked.args.text("timestamp")
    if not ts:
        raise SlackError("no_item_specified")
    if not _TS.fullmatch(ts):
        raise SlackError("bad_timestamp")
    return messages.find(channel, ts)


def pins_add(asked: Asked) -> Json:
    """Pin a message."""
    messages.pin(asked.workspace, message_asked(asked), asked.me)
    return {}


def pins_remove(asked: Asked) -> Json:
    """Take a pin away."""
    messages.unpin(asked.workspace, message_asked(asked), asked.me)
    return {}


def pins_list(asked: Asked) -> Json:
    """List what is pinned in a channel, the latest first."""
    channel = asked.channel()
    items = []
    for pin in reversed(channel.pins):
        message = channel.messages[pin["ts"]]
        shape = message_json(asked.workspace, message) | {"permalink": permalink(asked, message)}
        item = {"type": "message", "channel": channel.id, "message": shape}
        items.append(item | {"created": pin["created"], "created_by": pin["created_by"]})
    return {"items": items}


def _place(asked: Asked) -> Channel:
    channel = asked.channel("channel_id")
    if channel.is_archived or asked.me not in channel.members:
        raise SlackError("permission_denied")
    return channel


def _checked_link(link: str) -> str:
    if not re.match(r"https?://\S+$", link):
        raise SlackError("invalid_link")
    return link


def _checked_emoji(emoji: str) -> str:
    if emoji and not _EMOJI.fullmatch(emoji):
        raise SlackError("invalid_emoji")
    return emoji


def bookmarks_add(asked: Asked) -> Json:
    """Add a link to a channel's bookmarks."""
    channel, args = _place(asked), asked.args
    if args.text("type") != "link":
        raise SlackError("invalid_bookmark_type")
    if len(channel.bookmarks) >= BOOKMARKS_LIMIT:
        raise SlackError("too_many_bookmarks")
    bookmark = {
        "id": asked.workspace.next_id("Bk"),
        "channel_id": channel.id,
        "title": args.text("title"),
        "link": _checked_link(args.text("link")),
        "emoji": _checked_emoji(args.text("emoji")),
        "icon_url": "",
        "type": "link",
        "entity_id": None,
        "date_created": int(asked.workspace.clock.now()),
        "date_updated": 0,
        "rank": "i",
        "last_updated_by_user_id": asked.me,
        "last_updated_by_team_id": TEAM_ID,
        "shortcut_id": None,
        "app_id": None,
    }
    channel.bookmarks.append(bookmark)
    _bookmarked(asked, channel)
    return {"bookmark": bookmark}


def _bookmarked(asked: Asked, channel: Channel) -> None:
    asked.workspace.save(channel)
    asked.workspace.touch("channels", channel.id)


def _bookmark(asked: Asked, channel: Channel) -> Json:
    for bookmark in channel.bookmarks:
        if bookmark["id"] == asked.args.text("bookmark_id"):
            return bookmark
    raise SlackError("not_found")


def bookmarks_edit(asked: Asked) -> Json:
    """Change a bookmark's title, link or emoji."""
    channel, args = _place(asked), asked.args
    bookmark = _bookmark(asked, channel)
    if args.has("link"):
        bookmark["link"] = _checked_link(args.text("link"))
    if args.has("emoji"):
        bookmark["emoji"] = _checked_emoji(args.text("emoji"))
    if args.text("title"):
        bookmark["title"] = args.text("title")
    bookmark |= {"date_updated": int(asked.workspace.clock.now()), "last_updated_by_user_id": asked.me}
    _bookmarked(asked, channel)
    return {"bookmark": bookmark}


def bookmarks_list(asked: Asked) -> Json:
    """List a channel's bookmarks."""
    return {"bookmarks": list(asked.channel("channel_id").bookmarks)}


def bookmarks_remove(asked: Asked) -> Json:
    """Take a bookmark away."""
    channel = _place(asked)
    channel.bookmarks.remove(_bookmark(asked, channel))
    _bookmarked(asked, channel)
    return {}


_PIN = {"channel": "channel_not_found"}
_PLACE = {"channel_id": "channel_not_found"}
_WRITE = need("bookmarks:write")

METHODS = {
    "bookmarks.add": Method(
        bookmarks_add,
        _WRITE,
        2,
        _PLACE | {"title": INVALID_ARGUMENTS, "type": INVALID_ARGUMENTS, "link": "invalid_link"},
    ),
    "bookmarks.edit": Method(bookmarks_edit, _WRITE, 2, _PLACE | {"bookmark_id": "not_found"}),
    "bookmarks.list": Method(bookmarks_list, need("bookmarks:read"), 3, _PLACE),
    "bookmarks.remove": Method(bookmarks_remove, _WRITE, 2, _PLACE | {"bookmark_id": "not_found"}),
    "pins.add": Method(pins_add, need("pins:write"), 2, _PIN),
    "pins.list": Method(pins_list, need("pins:read"), 2, _PIN),
    "pins.remove": Method(pins_remove, need("pins:write"), 2, _PIN),
}
