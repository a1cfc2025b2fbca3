"""Slack's text formatting: what the composer makes of a person's words, and what a reader sees of mrkdwn."""

import re
from collections.abc import Callable

from bot.playground.model import Json

_TOKEN = re.compile(r"<([^<>\n]+)>")


def escape(text: str) -> str:
    """Escape the three characters Slack wants escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Undo `escape`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def rich_text(text: str, *, block_id: str) -> Json:
    """Return the rich_text block Slack's composer makes of plain text with mentions."""
    elements: list[Json] = []
    at = 0
    for token in _TOKEN.finditer(text):
        _add_text(elements, text[at : token.start()])
        elements.append(_leaf(token[1]))
        at = token.end()
    _add_text(elements, text[at:])
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}


def _add_text(elements: list[Json], text: str) -> None:
    if text:
        elements.append({"type": "text", "text": unescape(text)})


def _leaf(inner: str) -> Json:
    target, _, label = inner.partition("|")
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:]}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!subteam^"):
        return {"type": "usergroup", "usergroup_id": target.removeprefix("!subteam^")}
    if target in ("!here", "!channel", "!everyone"):
        return {"type": "broadcast", "range": target[1:]}
    return {"type": "link", "url": unescape(target)} | ({"text": unescape(label)} if label else {})


_FORMATTING = (
    re.compile(r"```\n?(.*?)\n?```", re.DOTALL),
    re.compile(r"`([^`\n]+)`"),
    re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"),
    re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"),
    re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"),
    re.compile(r"^&gt; ?", re.MULTILINE),
)


def as_read(text: str, name_of: Callable[[str], str], *, formatted: bool = True) -> str:
    """Return what a reader sees of mrkdwn: names instead of ids, fallbacks instead of date tokens, no markers.

    `name_of` turns `@U…`, `#C…` or `!subteam^S…` into a name. `formatted=False` leaves `*bold*` and the like alone.
    """
    if formatted:
        for pattern in _FORMATTING:
            text = pattern.sub(lambda match: match[1] if match.re.groups else "", text)
    return unescape(_TOKEN.sub(lambda token: _seen(token[1], name_of), text))


def _seen(inner: str, name_of: Callable[[str], str]) -> str:
    target, _, label = inner.partition("|")
    if target.startswith("!date^"):
        return label
    if target.startswith(("@", "#", "!subteam^")):
        return name_of(target)
    if target.startswith("!"):
        return f"@{target[1:]}"
    return label or target
