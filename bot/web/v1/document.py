"""The API's description, as OpenAPI 3.1 has it: every path, field and answer, with the limits the code keeps.

Written here and not drawn from the code's types, which would cost the bot memory for what is seldom read;
`tests/web/test_described.py` holds the two against each other.
"""

from collections.abc import Mapping

from bot.api import PROBLEM
from bot.environment import PUSH_COUNTS, READ_INCIDENTS, WRITE_INCIDENTS
from bot.web.v1.asked import MOST_AT_ONCE, USUALLY_AT_ONCE
from bot.web.v1.once import REPLAYED
from bot.web.v1.schemas import KEY, LINE, MOMENT, Schema, reference, schemas

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
            "schemas": schemas(),
            "responses": {status: _problem(status, says) for status, says in PROBLEMS.items()},
        },
    }


def _paths() -> Schema:
    number = _in_path(
        "number", {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}, "The SEV's number: 42 of SEV-42."
    )
    page = [
        _in_query("limit", {"type": "integer", "minimum": 1, "maximum": MOST_AT_ONCE, "default": USUALLY_AT_ONCE}, "How many at most."),
        _in_query("cursor", LINE, "What next_cursor of the page before was, all else being asked alike; left out, the first page."),
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
                "responses": {"200": _answer({"type": "object"}, "The description."), "413": reference("responses", "413")},
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
        "responses": {"200": _answer(reference("schemas", schema), summary), **_problems(told)},
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
    done = _answer(reference("schemas", schema), "It is done, and kept.", headers={**(headers or {}), REPLAYED: LINE})
    if links:
        names = ("readIncident", "changeIncident", "addEntry", "postUpdate", "listEntries", "listUpdates")
        done["links"] = {each: {"operationId": each, "parameters": links} for each in names}
    again = _answer(
        reference("schemas", schema), "It was so already: the same was said just before.", headers={REPLAYED: LINE}
    )
    answers = {statuses[0]: done} | dict.fromkeys(statuses[1:], again)
    return {
        "summary": summary, "operationId": name, "description": f"Needs the scope {WRITE_INCIDENTS}.",
        "parameters": [{
            "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
            "description": "A name for the call. Sent again with it, it is not done again, and gets the same answer.",
        }],
        "requestBody": {"required": True, "content": {"application/json": {"schema": reference("schemas", body)}}},
        "responses": {**answers, **_problems(told)},
    }  # fmt: skip


def _counts() -> Schema:
    called = _does("Say how often a workflow did well", "pushCounts", "Counts", "Counted", "200", of_one=True)
    del called["responses"]["409"], called["responses"]["415"]
    return called | {"description": f"Needs the scope {PUSH_COUNTS}. See docs/counts.md."}


def _answer(schema: Schema, description: str, *, headers: Mapping[str, Schema] | None = None) -> Schema:
    told = {name: {"schema": each} for name, each in (headers or {}).items()}
    return {"description": description, "content": {"application/json": {"schema": schema}}} | (
        {"headers": told} if told else {}
    )


def _problem(status: str, description: str) -> Schema:
    headers = {"429": "Retry-After", "503": "Retry-After", "401": "WWW-Authenticate"}
    named = {headers[status]: {"schema": LINE, "required": True}} if status in headers else {}
    content = {PROBLEM: {"schema": reference("schemas", "Problem")}}
    return {"description": description, "content": content} | ({"headers": named} if named else {})


def _problems(statuses: tuple[str, ...]) -> Schema:
    return {status: reference("responses", status) for status in sorted(statuses)}


def _in_path(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": schema, "description": description}


def _in_query(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "query", "schema": schema, "description": description}
