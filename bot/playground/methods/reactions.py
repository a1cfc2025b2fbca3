"""reactions.*: emoji under messages."""

import re

from bot.playground import messages
from bot.playground.errors import SlackError
from bot.playground.methods.chat import permalink
from bot.playground.methods.pins_bookmarks import message_asked
from bot.playground.methods.table import Asked, Method, need
from bot.playground.model import Json
from bot.playground.shapes import message_json

_NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def _name(asked: Asked) -> str:
    name = asked.args.text("name").strip(":")
    if not _NAME.fullmatch(name):
        raise SlackError("invalid_name")
    return name


def add(asked: Asked) -> Json:
    """React to a message."""
    messages.react(asked.workspace, message_asked(asked), asked.me, _name(asked))
    return {}


def remove(asked: Asked) -> Json:
    """Take the bot's reaction away."""
    messages.unreact(asked.workspace, message_asked(asked), asked.me, _name(asked))
    return {}


def get(asked: Asked) -> Json:
    """Return a message with its reactions; thread replies are found too."""
    message = message_asked(asked)
    shape = message_json(asked.workspace, message) | {"permalink": permalink(asked, message)}
    return {"type": "message", "channel": message.channel_id, "message": shape}


_NEEDED = {"channel": "no_item_specified", "timestamp": "no_item_specified"}

METHODS = {
    "reactions.add": Method(add, need("reactions:write"), 3, _NEEDED | {"name": "invalid_name"}),
    "reactions.get": Method(get, need("reactions:read"), 3, _NEEDED),
    "reactions.remove": Method(remove, need("reactions:write"), 2, _NEEDED | {"name": "invalid_name"}),
}
