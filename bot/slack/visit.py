"""One thing a person did in Slack, and the answer they get: the same shape for commands, clicks, shortcuts and forms."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.errors import Refused
from bot.slack.text import clip, escape

USER_ID = re.compile(r"[UW][A-Z0-9]{2,30}")
View = dict[str, Any]
Blocks = list[dict[str, Any]]


SELECTED = (
    "selected_user", "selected_users", "selected_conversation", "selected_conversations", "selected_channel",
    "selected_channels", "selected_date_time", "selected_date", "selected_time",
)  # fmt: skip


class Door(StrEnum):
    """How it came in; the audit keeps it."""

    COMMAND = "command"
    CLICK = "click"
    SHORTCUT = "shortcut"
    FORM = "form"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Who did what where. `delivery_key` is the same when Slack, or an impatient person, sends the same thing again."""

    door: Door
    user_id: str
    team_id: str
    now: datetime
    delivery_key: str
    channel_id: str | None = None
    trigger_id: str | None = None
    response_url: str | None = None
    value: str = ""
    """The value of the button or option that was clicked."""
    view_id: str | None = None
    view_hash: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    """A form's fields by action id: text, an option's value, a list of them, or seconds since 1970."""
    people: tuple[str, ...] = ()
    """Whom somebody picked from menus of people."""
    metadata: dict[str, Any] = field(default_factory=dict)
    """What the form was opened with."""
    message: dict[str, Any] = field(default_factory=dict)
    """For a message shortcut: the message."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the person sees: a sentence or blocks only they see, or what becomes of the form. Empty: just done."""

    text: str = ""
    blocks: Blocks | None = None
    errors: dict[str, str] = field(default_factory=dict)
    """For a form: sentences by the block id of the field they concern."""
    view: View | None = None
    """For a form: what takes its place."""
    keeps_form: bool = False
    """For a form that could not be taken: whether it stays open with what was typed, to be sent again."""
    replaces: bool = False
    """For a click: whether the answer takes the place of the message that was clicked, which only they see."""


DONE = Answer()
OF_ANOTHER_VERSION = "This form was opened by another version of Sevbot. Close it, and open it anew."


def from_command(body: dict[str, Any], *, now: datetime) -> Visit:
    """A slash command (contract 6.3). Its trigger id is unique, so it serves to know a repetition."""
    return Visit(
        door=Door.COMMAND,
        user_id=body["user_id"],
        team_id=body.get("team_id") or "",
        now=now,
        delivery_key=body.get("trigger_id") or "",
        channel_id=body.get("channel_id"),
        trigger_id=body.get("trigger_id"),
        response_url=body.get("response_url"),
    )


def from_interaction(body: dict[str, Any], *, now: datetime) -> Visit:
    """A click, a shortcut or a form (contract 6.4 to 6.6). A form that is sent twice bears the same view id."""
    view = body.get("view") or {}
    action = (body.get("actions") or [{}])[0]
    is_form = body["type"] == "view_submission"
    doors = {"view_submission": Door.FORM, "block_actions": Door.CLICK}
    return Visit(
        door=doors.get(body["type"], Door.SHORTCUT),
        user_id=body["user"]["id"],
        team_id=body["user"].get("team_id") or (body.get("team") or {}).get("id") or "",
        now=now,
        delivery_key=view["id"] if is_form else body.get("trigger_id") or "",
        channel_id=(body.get("channel") or {}).get("id"),
        trigger_id=body.get("trigger_id"),
        response_url=body.get("response_url"),
        value=_value_of(action) or "",
        view_id=view.get("id"),
        view_hash=view.get("hash"),
        values=_values(view),
        people=tuple(_people(view)),
        metadata=_metadata(view),
        message=body.get("message") or {},
    )


def _values(view: View) -> dict[str, Any]:
    state = (view.get("state") or {}).get("values") or {}
    return {action_id: _value_of(element) for block in state.values() for action_id, element in block.items()}


def _people(view: View) -> Iterator[str]:
    state = (view.get("state") or {}).get("values") or {}
    for block in state.values():
        chosen = (str(each.get("selected_user") or "") for each in block.values())
        yield from (user_id for user_id in chosen if USER_ID.fullmatch(user_id))


def _value_of(element: dict[str, Any]) -> Any:
    """What an element holds, whatever its type (contract 6.4)."""
    if "selected_options" in element:
        return [option["value"] for option in element["selected_options"] or []]
    if "selected_option" in element:
        return (element["selected_option"] or {}).get("value")
    for name in SELECTED:
        if name in element:
            return element[name]
    return element.get("value")


class Carried(dict[str, Any]):
    """What a form was opened with. Where another version opened it, it may carry something else."""

    def __missing__(self, name: str) -> Any:
        raise Refused(OF_ANOTHER_VERSION)


def _metadata(view: View) -> Carried:
    try:
        found = json.loads(view.get("private_metadata") or "{}")
    except (ValueError, RecursionError):
        return Carried()
    return Carried(found if isinstance(found, dict) else {})


def metadata(**values: Any) -> str:
    """What a form is opened with, as Slack carries it (3,000 characters at most)."""
    text = json.dumps(
        {name: value for name, value in values.items() if value is not None}, separators=(",", ":"), ensure_ascii=False
    )
    if len(text) > 3000:
        raise ValueError("a form cannot carry so much")
    return text


def sent_back(body: dict[str, Any], text: str) -> dict[str, Any]:
    """How to answer a form so that it stays, with what was typed, and says `text` at its first field.

    A form without a field gives way to the text.
    """
    fields = (block["block_id"] for block in body["view"]["blocks"] if block["type"] == "input")
    first = next(fields, None)
    if first is None:
        return {"response_action": "update", "view": notice("Sevbot", escape(text))}
    return {"response_action": "errors", "errors": {first: text}}


def notice(title: str, text: str) -> View:
    """A form that only says something. `text` is mrkdwn, escaped already."""
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": clip(title, 24)},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}],
    }
