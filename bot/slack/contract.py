"""What of Slack's payloads the bot relies on. What does not keep to it is put aside at the door, before anybody reads it.

Only what is read is asked for, by the bot or by Bolt: Slack may add whatever it likes.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

Shape = Any
"""A predicate; a mapping of names to shapes (after a name, `?`: it may be missing or null, `!`: missing, but not null); a list
of one shape; or alternatives."""

ID = re.compile(r"[\x20-\x7e]{1,255}")
MOMENT = re.compile(r"\d{1,10}(?:\.\d{1,6})?")
LONGEST_NAME = 1000
DEEPEST = 200
"""How deep anything may be nested: the bot copies and writes down what it is given."""


def _id(value: object) -> bool:
    return isinstance(value, str) and ID.fullmatch(value) is not None


def _moment(value: object) -> bool:
    return isinstance(value, str) and MOMENT.fullmatch(value) is not None


def _never(_value: object) -> bool:
    """What has no place there: Bolt would look for more in it."""
    return False


def _text(value: object) -> bool:
    return isinstance(value, str)


def _name(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_NAME and value.isprintable()


def _number(value: object) -> bool:
    return type(value) is int and 0 <= value <= 2**40


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _no_message(value: object) -> bool:
    """What somebody reacted to, where that is no message."""
    return isinstance(value, dict) and "ts" not in value and _id(value.get("channel") or "none")


def _one_at_most(value: object) -> bool:
    """Addresses for answers: of several Bolt makes a fault of its own."""
    return isinstance(value, list) and len(value) <= 1 and all(isinstance(each, dict) for each in value)


class _Each:
    """An object whose names are free, and whose values all have one shape."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape


OPTION: Shape = {"value": _text}
ELEMENT: Shape = {
    "type?": _text, "action_id?": _name, "block_id?": _name, "value?": _text,
    "selected_option?": OPTION, "selected_options?": [OPTION],
    "selected_user?": _text, "selected_users?": [_text], "selected_conversation?": _text, "selected_conversations?": [_text],
    "selected_channel?": _text, "selected_channels?": [_text], "selected_date_time?": _number, "selected_date?": _text,
    "selected_time?": _text,
}  # fmt: skip
BLOCK: Shape = {"type": _text, "block_id?": _name}
TEAM: Shape = {"id?": _id, "enterprise_id?": _id}
AUTHORIZED: Shape = {
    "team_id?": _id, "enterprise_id?": _id, "user_id?": _id, "is_enterprise_install?": _flag, "team?": (TEAM, _id),
    "enterprise?": (TEAM, _id), "event?": _never, "user?": _id, "view?": _never,
}  # fmt: skip
WORKSPACE: Shape = {
    "team_id?": _id, "enterprise_id?": _id, "is_enterprise_install?": (_flag, _text), "context_team_id?": _id,
    "context_enterprise_id?": _id, "is_ext_shared_channel?": (_flag, _text), "bot_id?": _id, "app_id?": _id,
    "authorizations?": [{**AUTHORIZED, "authorizations?": _never}],
    "enterprise?": (TEAM, _id), "function_data?": {}, "assistant_thread?": {"channel?": _id, "channel_id?": _id}, "bot_access_token?": _text,
    "installed_team_id?": _id, "response_urls?": _one_at_most,
}  # fmt: skip
VIEW: Shape = {
    "id": _id, "type": _text, "callback_id?": _text, "hash?": _text, "private_metadata?": _text, "team_id?": _id,
    "app_installed_team_id?": _id, "state?": {"values?": _Each(_Each(ELEMENT))}, "blocks?": [BLOCK],
}  # fmt: skip
PERSON: Shape = {"id": _id, "team_id?": _id, "name?": _text}
PLACE: Shape = {"id": _id, "name?": _text}
ACTION: Shape = {**ELEMENT, "action_id": _name, "type": _text, "block_id?": _name}
WHO: Shape = {"user?": (_id, PERSON), "user_id?": _id, "message?": {"user?": (_id, PERSON)}}
ANYTHING: Shape = {
    **WORKSPACE, **WHO, "channel?": (_id, PLACE), "channel_id?": _id, "team?": (TEAM, _id), "view?": VIEW,
    "previous_message?": WHO, "item?": {"channel?": (_id, PLACE), "user?": _id}, "actions?": [ACTION],
}  # fmt: skip
"""What Bolt looks for in whatever comes."""
SPOKEN: Shape = {
    "user?": _id, "bot_id?": _id, "text?": _text, "subtype?": _name, "thread_ts?": _moment, "edited?": {"ts?": _moment},
    "files?": [{}], "attachments?": [{"fallback?": _text, "text?": _text}], "metadata?": {},
}  # fmt: skip
MESSAGE: Shape = {"ts": _moment, **SPOKEN}
INTERACTION: Shape = {
    **ANYTHING, "type": _text, "user": PERSON, "team?": TEAM, "channel?": PLACE, "trigger_id?": _id,
    "response_url?": _text, "view?": VIEW, "message?": MESSAGE, "callback_id?": _text, "action_ts?": _text, "token?": _text,
    "container?": {"type?": _text},
}  # fmt: skip
INTERACTIONS: Mapping[str, Shape] = {
    "block_actions": {"actions": [ACTION], **INTERACTION},
    "view_submission": {**INTERACTION, "view": {**VIEW, "callback_id": _text}},
    "view_closed": {**INTERACTION, "view": VIEW},
    "shortcut": {**INTERACTION, "callback_id": _text},
    "message_action": {**INTERACTION, "callback_id": _text, "message": MESSAGE, "channel": PLACE},
}
COMMAND: Shape = {
    **ANYTHING, "type?": _text, "command": _text, "user_id": _id, "text?": _text, "channel_id?": _id, "trigger_id?": _id,
    "response_url?": _text, "team?": TEAM, "event?": {},
}  # fmt: skip
ITEM: Shape = ({"channel": _id, "ts": _moment, "type?": _text}, _no_message)
EVENT: Shape = {
    **WORKSPACE,
    **SPOKEN, "type": _name, "user?": (_id, PERSON), "channel!": (_id, PLACE), "team?": _id, "user_team?": _id,
    "ts!": _moment, "item?": ITEM, "message?": MESSAGE, "tab?": _text, "hidden?": _flag, "view?": VIEW,
    "previous_message?": {**SPOKEN, "ts?": _moment}, "inviter?": _id, "channel_id?": _id, "user_id?": _id,
}  # fmt: skip
REACTED: Shape = {**EVENT, "user": _id, "reaction": _name, "event_ts": _moment, "item": ITEM}
MEMBER: Shape = {**EVENT, "user": _id, "channel": _id, "event_ts!": _moment}
PROFILE: Shape = {
    "display_name?": _text, "real_name?": _text, "status_emoji?": _text, "status_expiration?": _number,
}  # fmt: skip
SAID: Shape = {**EVENT, "channel": _id}
EVENTS: Mapping[tuple[str, str], Shape] = {
    ("reaction_added", ""): REACTED,
    ("reaction_removed", ""): REACTED,
    ("member_joined_channel", ""): MEMBER,
    ("member_left_channel", ""): MEMBER,
    ("channel_rename", ""): {**EVENT, "channel": PLACE},
    ("group_rename", ""): {**EVENT, "channel": PLACE},
    ("channel_id_changed", ""): {**EVENT, "old_channel_id": _id, "new_channel_id": _id},
    ("user_change", ""): {
        **EVENT,
        "user": {
            **PERSON, "deleted?": _flag, "is_bot?": _flag, "tz?": _text, "profile?": PROFILE, "real_name?": _text,
            "enterprise_user?": {"enterprise_id?": _id},
        },
    },
    ("message", ""): SAID,
    ("message", "message_changed"): {**SAID, "message": MESSAGE},
    ("message", "message_deleted"): {**SAID, "deleted_ts": _moment},
}  # fmt: skip
"""What an event of a type, and perhaps of a subtype, holds besides."""


def fault(body: object) -> str | None:
    """Where a payload does not keep to the contract, by its path; None where it does."""
    if not isinstance(body, dict):
        return "/"
    if _is_too_deep(body):
        return "/…"
    if _holds_nobody(body):
        return "/…/user"
    return next(_faults(body, _shape_of(body), ""), None)


def _holds_nobody(value: object) -> bool:
    """Whether a `user` is neither a name nor an object, where Bolt looks for one: in each of these, however deep it lies."""
    if not isinstance(value, dict):
        return False
    is_somebody = value.get("user") is None or isinstance(value["user"], str | dict)
    return not is_somebody or any(_holds_nobody(value.get(each)) for each in ("event", "message", "previous_message"))


def content_of(body: str, content_type: str) -> object:
    """What a delivery by HTTP says; None where that can't be read. Slack sends JSON, or a form that may hold some."""
    try:
        if content_type.partition(";")[0].strip() == "application/json" or body.startswith("{"):
            return json.loads(body)
        fields = dict(parse_qsl(body, keep_blank_values=True))
        return json.loads(fields["payload"]) if "payload" in fields else fields
    except (ValueError, RecursionError):
        return None


def _shape_of(body: Mapping[str, Any]) -> Shape:
    sort = body.get("type")
    if isinstance(sort, str) and sort in INTERACTIONS:
        return INTERACTIONS[sort]
    if "command" in body:
        return COMMAND
    event = body.get("event")
    if not isinstance(event, dict):
        return {**ANYTHING, "type": _text, ("event" if sort == "event_callback" else "event?"): EVENT}
    words = [each if isinstance(each, str) else "" for each in (event.get("type"), event.get("subtype"))]
    known = EVENTS.get((words[0], words[1])) or EVENTS.get((words[0], "")) or EVENT
    return {**ANYTHING, "type": _text, "event": known, "event_id?": _id}


def _faults(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if isinstance(shape, tuple):
        if all(any(True for _ in _faults(value, each, path)) for each in shape):
            yield path
    elif isinstance(shape, dict):
        yield from _faults_of_object(value, shape, path)
    elif isinstance(shape, list):
        is_right = isinstance(value, list) and (value or path != "/actions")
        yield from _faults_of_all(value, shape[0], f"{path}/-") if is_right else (path,)
    elif isinstance(shape, _Each):
        yield from _faults_of_all(value.values(), shape.shape, f"{path}/*") if isinstance(value, dict) else (path,)
    elif not shape(value):
        yield path


def _faults_of_all(values: Iterable[Any], shape: Shape, path: str) -> Iterator[str]:
    for each in values:
        yield from _faults(each, shape, path)


def _faults_of_object(value: Any, shape: Mapping[str, Shape], path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield path or "/"
        return
    for name, each in shape.items():
        bare = name.rstrip("?!")
        found = value.get(bare)
        if found is not None:
            yield from _faults(found, each, f"{path}/{bare}")
        elif bare == name or (name.endswith("!") and bare in value):
            yield f"{path}/{bare}"


def _is_too_deep(body: object) -> bool:
    level, depth = [body], 0
    while level and depth <= DEEPEST:
        inner = [each.values() if isinstance(each, dict) else each for each in level if isinstance(each, (dict, list))]
        level, depth = [each for some in inner for each in some], depth + 1
    return bool(level)
