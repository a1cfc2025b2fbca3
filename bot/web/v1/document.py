"""The API's description, as OpenAPI 3.1 has it: every path, field and answer, with the limits the code keeps.

Written here and not drawn from the code's types, which would cost the bot memory for what is seldom read;
`tests/web/test_described.py` holds the two against each other.
"""

from collections.abc import Mapping
from typing import Any

from bot.api import PROBLEM
from bot.config import Category
from bot.environment import PUSH_COUNTS, READ_INCIDENTS, SEE_PRIVATE, WRITE_INCIDENTS
from bot.incidents.model import REASON_LIMIT, SUMMARY_LIMIT, TIMES, TITLE_LIMIT, UPDATE_LIMIT
from bot.timeline.logbook import LOG_LIMIT
from bot.web.v1.asked import LONGEST_TEXT, MOST_AT_ONCE, USUALLY_AT_ONCE
from bot.web.v1.custom_fields import HELD, SAID
from bot.web.v1.incidents import CHANGED
from bot.web.v1.once import REPLAYED
from bot.web.v1.telling import A_WEEK
from bot.workflows.counts.api import LARGEST, MOST_MINUTES
from bot.workflows.counts.model import SOURCE_LIMIT

Schema = dict[str, Any]

MOMENT: Schema = {"type": "string", "format": "date-time"}
KEY: Schema = {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,39}$"}
TEXT: Schema = {"type": "string", "maxLength": LONGEST_TEXT}
LINE: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
PROBLEMS = {
    "400": "The body, or the Idempotency-Key, can't be understood.",
    "401": "There is no token that is known here.",
    "403": "The token has not the scope, or the configuration lets nobody do this.",
    "404": "There is nothing of this number or key that the token may see.",
    "409": "The SEV is not so that this can be done: the detail says what is possible instead.",
    "413": "The body is too large.",
    "415": "The body is no JSON by its Content-Type.",
    "422": "Something given can't be taken, so nothing was: errors says what, and where.",
    "429": "This token calls too often: Retry-After says when to go on.",
    "500": "Something went wrong in Sevbot, and nothing was changed.",
    "503": "The database is away: Retry-After says when to send it again.",
}
ALWAYS = ("401", "403", "429", "500", "503", "413")
ASKING = (*ALWAYS, "422")
CHANGING = (*ASKING, "400", "415", "409")


def document() -> Schema:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sevbot",
            "version": "1",
            "description": "SEVs for services: see docs/api.md. Times are RFC 3339; errors are problems as RFC 9457 has them.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
            "responses": {status: _problem(status, says) for status, says in PROBLEMS.items()},
        },
    }


def _paths() -> Schema:
    number = _in_path(
        "number", {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}, "The SEV's number: 42 of SEV-42."
    )
    page = [
        _in_query("limit", {"type": "integer", "minimum": 1, "maximum": MOST_AT_ONCE, "default": USUALLY_AT_ONCE}, "How many at most."),
        _in_query("cursor", {"type": "string"}, "What next_cursor of the page before was; left out, the first page."),
    ]  # fmt: skip
    filters = [
        _in_query("status", {"type": "string"}, "A status by its key, or `open` for all in which a SEV is open."),
        _in_query("severity", {"type": "string"}, "A severity, such as SEV1."),
        _in_query("workflow", KEY, "The key of a workflow that is affected."),
        _in_query("field", {"type": "string"}, "A custom field and what it holds: region=eu."),
        _in_query("since", MOMENT, "Declared then or later."),
    ]
    return {
        "/api/v1/incidents": {
            "get": _asks("List SEVs, the newest first", "listIncidents", "Incidents", [*filters, *page]),
            "post": _does(
                "Declare a SEV", "declareIncident", "Declaration", "Incident", "201", "200", headers={"Location": LINE},
                links={"number": "$response.body#/number"},
            ),
        },
        "/api/v1/incidents/{number}": {
            "parameters": [number],
            "get": _asks("Read a SEV", "readIncident", "Incident", [], of_one=True, says_422=False),
            "patch": _does("Change a SEV", "changeIncident", "Change", "Incident", "200", of_one=True),
        },
        "/api/v1/incidents/{number}/timeline": {
            "parameters": [number],
            "get": _asks("Read a SEV's timeline, the latest first", "listEntries", "Entries", page, of_one=True),
            "post": _does("Write down what happened", "addEntry", "NewEntry", "Entry", "201", of_one=True),
        },
        "/api/v1/incidents/{number}/updates": {
            "parameters": [number],
            "get": _asks("Read a SEV's status updates, the latest first", "listUpdates", "Updates", page, of_one=True),
            "post": _does("Post a status update", "postUpdate", "NewUpdate", "Update", "201", "200", of_one=True),
        },
        "/api/v1/workflows/{key}/counts": {
            "parameters": [_in_path("key", KEY, "The workflow's key.")],
            "post": _counts(),
        },
        "/api/v1/openapi.json": {
            "get": {
                "summary": "Read this description", "operationId": "readDescription", "security": [],
                "responses": {"200": _answer({"type": "object"}, "The description."), "413": _ref("responses", "413")},
            }
        },
    }  # fmt: skip


def _asks(
    summary: str, name: str, schema: str, query: list[Schema], *, of_one: bool = False, says_422: bool = True
) -> Schema:
    told = (*(ASKING if says_422 else ALWAYS), *(("404",) if of_one else ()))
    return {
        "summary": summary, "operationId": name, "description": f"Needs the scope {READ_INCIDENTS}.",
        "parameters": query,
        "responses": {"200": _answer(_ref("schemas", schema), summary), **_problems(told)},
    }  # fmt: skip


def _does(
    summary: str,
    name: str,
    body: str,
    schema: str,
    *statuses: str,
    of_one: bool = False,
    headers: Mapping[str, Schema] | None = None,
    links: Mapping[str, str] | None = None,
) -> Schema:
    told = (*CHANGING, *(("404",) if of_one else ()))
    done = _answer(_ref("schemas", schema), "It is done, and kept.", headers={**(headers or {}), REPLAYED: LINE})
    if links:
        names = ("readIncident", "changeIncident", "addEntry", "postUpdate", "listEntries", "listUpdates")
        done["links"] = {each: {"operationId": each, "parameters": links} for each in names}
    again = _answer(
        _ref("schemas", schema), "It was so already: the same was said just before.", headers={REPLAYED: LINE}
    )
    answers = {statuses[0]: done} | dict.fromkeys(statuses[1:], again)
    return {
        "summary": summary, "operationId": name, "description": f"Needs the scope {WRITE_INCIDENTS}.",
        "parameters": [{
            "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
            "description": "A name for the call. Sent again with it, it is not done again, and gets the same answer.",
        }],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("schemas", body)}}},
        "responses": {**answers, **_problems(told)},
    }  # fmt: skip


def _counts() -> Schema:
    called = _does("Say how often a workflow did well", "pushCounts", "Counts", "Counted", "200", of_one=True)
    del called["responses"]["409"], called["responses"]["415"]
    return called | {"description": f"Needs the scope {PUSH_COUNTS}. See docs/counts.md."}


def _schemas() -> Schema:
    severity = {"type": "string", "maxLength": LONGEST_TEXT, "examples": ["SEV2"]}
    status = {"type": "string", "maxLength": LONGEST_TEXT, "examples": ["mitigated"]}
    return {
        "Incident": _object(
            {
                "number": {"type": "integer"}, "name": LINE, "title": LINE, "summary": LINE, "severity": LINE,
                "status": LINE, "category": {"enum": [each.value for each in Category]}, "reason": LINE,
                "is_private": FLAG, "is_drill": FLAG, "workflows": _list(LINE), "fields": HELD, "declared_by": LINE,
                "channel": _or_none(LINE), "next_update_at": _or_none(MOMENT),
                **{each: _or_none(MOMENT) for each in TIMES},
            }
        ),
        "Incidents": _paged("incidents", "Incident"),
        "Declaration": _object(
            {
                "title": _text(f"One line; {TITLE_LIMIT} characters are possible.", example="checkout is down"),
                "severity": severity,
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
                "severity": severity, "status": status, "fields": SAID,
                "reason": _text(f"Why it is cancelled, set back or opened again; what is beyond {REASON_LIMIT} characters is cut."),
            },
            required=(), anyOf=[{"required": [name]} for name in CHANGED if name != "reason"],
        ),
        "Entry": _object(
            {"number": {"type": "integer"}, "kind": LINE, "at": MOMENT, "by": LINE, "text": LINE, "sentence": LINE}
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
                "status": {**status, "description": "The status it brings; left out: it stays."},
                "next_update_in_minutes": {
                    "type": "integer", "minimum": 0, "maximum": A_WEEK,
                    "description": "When the next one is due; 0: none is; left out: after the severity's usual time.",
                },
            },
            required=("text",),
        ),
        "Counts": _object(
            {
                "signal": {"type": "string", "description": "Which of the workflow's signals it is; left out: counts."},
                "source": {"type": "string", "pattern": f"^[A-Za-z0-9._:/-]{{0,{SOURCE_LIMIT}}}$"},
                "counts": {
                    "type": "array", "minItems": 1, "maxItems": MOST_MINUTES,
                    "items": _object(
                        {"minute": MOMENT, "good": _count(), "total": _count()}, required=("minute", "good", "total")
                    ),
                },
            },
            required=("counts",),
        ),
        "Counted": _object({"workflow": LINE, "signal": LINE, "minutes": {"type": "integer"}}),
        "Problem": {
            "type": "object",
            "required": ["type", "title", "status", "detail"],
            "properties": {
                "type": LINE, "title": LINE, "status": {"type": "integer"}, "detail": LINE,
                "errors": _list(_object({"pointer": LINE, "detail": LINE})),
            },
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
    return _object({name: _list(_ref("schemas", schema)), "next_cursor": cursor})


def _text(description: str, *, example: str = "") -> Schema:
    return {**TEXT, "description": description, **({"examples": [example]} if example else {})}


def _count() -> Schema:
    return {"type": "integer", "minimum": 0, "maximum": LARGEST}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _or_none(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _ref(where: str, name: str) -> Schema:
    return {"$ref": f"#/components/{where}/{name}"}


def _answer(schema: Schema, description: str, *, headers: Mapping[str, Schema] | None = None) -> Schema:
    told = {name: {"schema": each} for name, each in (headers or {}).items()}
    return {"description": description, "content": {"application/json": {"schema": schema}}} | (
        {"headers": told} if told else {}
    )


def _problem(status: str, description: str) -> Schema:
    headers = {"429": "Retry-After", "503": "Retry-After", "401": "WWW-Authenticate"}
    named = {headers[status]: {"schema": LINE, "required": True}} if status in headers else {}
    content = {PROBLEM: {"schema": _ref("schemas", "Problem")}}
    return {"description": description, "content": content} | ({"headers": named} if named else {})


def _problems(statuses: tuple[str, ...]) -> Schema:
    return {status: _ref("responses", status) for status in sorted(statuses)}


def _in_path(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": schema, "description": description}


def _in_query(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "query", "schema": schema, "description": description}
