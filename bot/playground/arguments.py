"""Arguments of a Web API call, from wherever they came: query, form, multipart or JSON."""

import json
from typing import Any
from urllib.parse import parse_qsl

from bot.playground.errors import SlackError
from bot.playground.model import Json

_JSON_ARGUMENTS = frozenset({"blocks", "attachments", "view", "metadata", "files", "unfurls"})


class Arguments:
    """The arguments of one call. Accessors return Python values and raise Slack's errors."""

    def __init__(self, given: Json) -> None:
        self.given = given

    def has(self, name: str) -> bool:
        """Whether the argument was given, be it empty."""
        return self.given.get(name) is not None

    def text(self, name: str) -> str:
        """Return a string argument, or an empty string."""
        value = self.given.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        """Return a boolean argument: `1`, `true` and JSON's true are true."""
        return str(self.given.get(name, "")).lower() in ("1", "true")

    def words(self, name: str) -> list[str]:
        """Return a list argument: comma-separated, or a JSON array."""
        value = self.given.get(name)
        if isinstance(value, list):
            return [str(one) for one in value]
        return [word.strip() for word in self.text(name).split(",") if word.strip()]

    def number(self, name: str, default: int, *, most: int) -> int:
        """Return a whole number between 1 and `most`; raises SlackError invalid_limit."""
        if not self.text(name):
            return default
        try:
            value = int(self.text(name))
        except ValueError:
            raise SlackError("invalid_limit") from None
        if value < 1:
            raise SlackError("invalid_limit")
        return min(value, most)

    def json(self, name: str) -> Any:
        """Return a structured argument, or None; raises ValueError where a JSON string does not parse."""
        value = self.given.get(name)
        if isinstance(value, str):
            return json.loads(value) if value else None
        return value


def parse(query: bytes, content_type: str, body: bytes) -> Json:
    """Merge the arguments of query and body; raises SlackError invalid_json, json_not_object or invalid_form_data."""
    given: Json = dict(parse_qsl(query.decode(), keep_blank_values=True))
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        given |= _from_json(body)
    elif kind == "multipart/form-data":
        given |= _from_multipart(content_type, body)
    elif body:
        given |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    return given


def _from_json(body: bytes) -> Json:
    if not body:
        return {}
    try:
        value = json.loads(body)
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(value, dict):
        raise SlackError("json_not_object")
    return value


def _from_multipart(content_type: str, body: bytes) -> dict[str, str]:
    from email.message import Message as MailMessage
    from email.parser import BytesParser

    parsed: MailMessage = BytesParser().parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    if not parsed.is_multipart():
        raise SlackError("invalid_form_data")
    fields: dict[str, str] = {}
    for part in parsed.get_payload():
        if isinstance(part, MailMessage):
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            if isinstance(name, str) and isinstance(content, bytes):
                fields[name] = content.decode()
    return fields


def readable(given: Json) -> Json:
    """Return arguments for people to read: structured ones unpacked, the token left out."""
    shown: Json = {}
    for name, value in given.items():
        if name == "token":
            continue
        shown[name] = value
        if name in _JSON_ARGUMENTS and isinstance(value, str):
            try:
                shown[name] = json.loads(value)
            except ValueError:
                continue
    return shown
