"""What the API takes and answers, as schemas of its description."""

from typing import Any

from bot.config import Category
from bot.environment import SEE_PRIVATE
from bot.incidents.model import REASON_LIMIT, SUMMARY_LIMIT, TIMES, TITLE_LIMIT, UPDATE_LIMIT
from bot.timeline.logbook import LOG_LIMIT
from bot.web.v1.asked import LONGEST_TEXT, MOST_AT_ONCE
from bot.web.v1.custom_fields import HELD, SAID
from bot.web.v1.incidents import CHANGED
from bot.web.v1.telling import A_WEEK
from bot.workflows.counts.api import LARGEST, MOST_MINUTES
from bot.workflows.counts.model import SOURCE_LIMIT

Schema = dict[str, Any]

MOMENT: Schema = {"type": "string", "format": "date-time"}
KEY: Schema = {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,39}$"}
TEXT: Schema = {"type": "string", "maxLength": LONGEST_TEXT}
LINE: Schema = {"type": "string"}
WHO: Schema = {**LINE, "description": "A user's id in Slack, or api: and a token's name, or sevbot."}
FLAG: Schema = {"type": "boolean"}
SEVERITY: Schema = {"type": "string", "maxLength": LONGEST_TEXT, "examples": ["SEV2"]}
STATUS: Schema = {"type": "string", "maxLength": LONGEST_TEXT, "examples": ["mitigated"]}


def schemas() -> Schema:
    """Each by its name."""
    return {**_sevs(), **_told(), **_counts(), "Problem": _problem()}


def _sevs() -> Schema:
    return {
        "Incident": _object(
            {
                "number": {"type": "integer"}, "name": _line("SEV-42"), "title": LINE, "summary": LINE, "severity": LINE,
                "status": _line("Its key, as the configuration has it: further ones may be added."),
                "category": {"enum": [each.value for each in Category], "description": "What the status means; no other will come."},
                "reason": _line("Why it was cancelled, set back or opened again last."),
                "is_private": FLAG, "is_drill": FLAG, "workflows": _list(_line("A workflow's key.")), "fields": HELD, "declared_by": WHO,
                "channel": _or_none(_line("Its channel's id in Slack; null: it has none yet.")),
                "next_update_at": _or_none({**MOMENT, "description": "When the next status update is due; null: none is."}),
                **{each: _or_none(MOMENT) for each in TIMES},
            }
        ),
        "Incidents": _paged("incidents", "Incident"),
        "Declaration": _object(
            {
                "title": _text(f"One line; {TITLE_LIMIT} characters are possible.", example="checkout is down"),
                "severity": SEVERITY,
                "summary": _text(f"{SUMMARY_LIMIT} characters are possible."),
                "workflows": {**_list({"type": "string"}), "maxItems": MOST_AT_ONCE, "description": "By their keys."},
                "private": {**FLAG, "description": f"Needs the scope {SEE_PRIVATE}."},
                "drill": FLAG,
                "fields": SAID,
            },
            required=("title", "severity"),
        ),
        "Change": _object(
            {
                "title": _text(f"One line; {TITLE_LIMIT} characters are possible."),
                "summary": _text(f"{SUMMARY_LIMIT} characters are possible; empty takes it away."),
                "severity": SEVERITY, "status": STATUS, "fields": SAID,
                "reason": _text(f"Why it is cancelled, set back or opened again; what is beyond {REASON_LIMIT} characters is cut."),
            },
            required=(), anyOf=[{"required": [name]} for name in CHANGED if name != "reason"],
        ),
    }  # fmt: skip


def _told() -> Schema:
    return {
        "Entry": _object(
            {"number": {"type": "integer"}, "kind": LINE, "at": MOMENT, "by": WHO, "text": LINE, "sentence": LINE}
        ),
        "Entries": _paged("entries", "Entry"),
        "NewEntry": _object(
            {
                "text": _text(f"What happened; {LOG_LIMIT} characters are possible.", example="rolled back the release"),
                "at": {**MOMENT, "description": "When it happened; left out: now."},
            },
            required=("text",),
        ),
        "Update": _object(
            {
                "number": {"type": "integer"}, "at": MOMENT, "by": LINE, "text": LINE, "status": _or_none(LINE),
                "next_update_at": _or_none(MOMENT),
            }
        ),
        "Updates": _paged("updates", "Update"),
        "NewUpdate": _object(
            {
                "text": _text(f"{UPDATE_LIMIT} characters are possible.", example="the cause is found"),
                "status": {**STATUS, "description": "The status it brings; left out: it stays."},
                "next_update_in_minutes": {
                    "type": "integer", "minimum": 0, "maximum": A_WEEK,
                    "description": "When the next one is due; 0: none is; left out: after the severity's usual time.",
                },
            },
            required=("text",),
        ),
    }  # fmt: skip


def _counts() -> Schema:
    return {
        "Counts": _object(
            {
                "signal": {"type": "string", "description": "Which of the workflow's signals it is; left out: counts."},
                "source": {"type": "string", "pattern": f"^[A-Za-z0-9._:/-]{{0,{SOURCE_LIMIT}}}$"},
                "counts": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": MOST_MINUTES,
                    "items": _object(
                        {"minute": MOMENT, "good": _count(), "total": _count()}, required=("minute", "good", "total")
                    ),
                },
            },
            required=("counts",),
        ),
        "Counted": _object({"workflow": LINE, "signal": LINE, "minutes": {"type": "integer"}}),
    }


def _problem() -> Schema:
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": LINE, "title": LINE, "status": {"type": "integer"}, "detail": LINE,
            "errors": _list(_object({"pointer": LINE, "detail": LINE})),
        },
    }  # fmt: skip


def _object(properties: Schema, *, required: tuple[str, ...] | None = None, **more: Any) -> Schema:
    """An object with these fields and no others; all of them are there, unless `required` says which."""
    needed = [*properties] if required is None else [*required]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": needed,
        "properties": properties,
        **more,
    }


def _paged(name: str, schema: str) -> Schema:
    cursor = _or_none({"type": "string", "description": "From where the next page goes on; null: this is the last."})
    return _object({name: _list(reference("schemas", schema)), "next_cursor": cursor})


def _text(description: str, *, example: str = "") -> Schema:
    return {**TEXT, "description": description, **({"examples": [example]} if example else {})}


def _line(description: str) -> Schema:
    return {**LINE, "description": description}


def _count() -> Schema:
    return {"type": "integer", "minimum": 0, "maximum": LARGEST}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _or_none(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def reference(where: str, name: str) -> Schema:
    """What stands for a part of the description."""
    return {"$ref": f"#/components/{where}/{name}"}
