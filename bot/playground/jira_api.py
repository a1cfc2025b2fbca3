"""The local Jira's REST API (v3), as far as the app speaks it, with the errors Jira answers."""

import re
import time
from base64 import b64encode
from datetime import date
from typing import Any
from uuid import uuid4

from bot.playground.jira import EMAIL, PEOPLE, PRIORITIES, PROJECTS, STATUSES, TOKEN, TYPES, Jira, Ticket, account_id
from bot.playground.jira_page import page
from bot.playground.model import Json
from bot.playground.vendor import Asked, HungUp, Reply, reply

API = "rest/api/3/"
CREDENTIALS = "Basic " + b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()
SUMMARY_LIMIT = 255
LABEL = re.compile(r"\S{1,255}")
CLAUSE = re.compile(r'labels = "(?P<label>[^"]+)"|updated >= "-(?P<minutes>\d+)m"')
MOST_RESULTS = 100


class Refusal(Exception):  # noqa: N818
    """What Jira answers instead."""

    def __init__(self, status: int, *messages: str, **errors: str) -> None:
        self.reply = reply(status, {"errorMessages": list(messages), "errors": errors})


async def answer(jira: Jira, asked: Asked, hung_up: HungUp) -> Reply:
    """Answer one request."""
    return await jira.suffer(lambda each: _work_out(jira, each), asked, hung_up)


def _work_out(jira: Jira, asked: Asked) -> Reply:
    if not asked.path.startswith(API):
        return page(jira, asked)
    if asked.authorization != CREDENTIALS:
        return reply(401, {"message": "Client must be authenticated to access this resource."})
    path = asked.path.removeprefix(API)
    jira.requests.append({"path": f"{asked.method} {path}", "content": asked.content})
    try:
        return _route(jira, asked, path)
    except Refusal as refusal:
        return refusal.reply


def _route(jira: Jira, asked: Asked, path: str) -> Reply:
    if asked.line == f"POST {API}issue":
        return _create(jira, asked.content)
    if asked.line == f"POST {API}search/jql":
        return _search(jira, asked.content)
    if path == "user/search":
        return _people(jira, asked.query.get("query", [""])[0])
    found = re.fullmatch(r"issue/([^/]+)(/transitions|/comment)?", path)
    ticket = jira.find(found[1]) if found else None
    if found is None or ticket is None:
        raise Refusal(404, "Issue does not exist or you do not have permission to see it.")
    if found[2] == "/transitions":
        return _transitions(jira, asked, ticket)
    if found[2] == "/comment":
        return _comments(jira, asked, ticket)
    if asked.method == "PUT":
        _write(jira, ticket, asked.content.get("fields", {}), asked.content.get("update", {}))
        return reply(204)
    return reply(200, jira.as_json(ticket))


def _create(jira: Jira, content: Json) -> Reply:
    fields = dict(content.get("fields", {}))
    project, issue_type = fields.pop("project", {}).get("key"), fields.pop("issuetype", {}).get("name")
    if project not in PROJECTS:
        raise Refusal(400, project="valid project is required")
    if issue_type not in TYPES:
        raise Refusal(400, issuetype="Specify a valid issue type")
    _check(jira, fields)
    hooks, jira.hook_url = jira.hook_url, ""  # one webhook tells of all of it
    ticket = jira.creates(project, fields["summary"], issue_type)
    _set(ticket, fields)
    jira.hook_url = hooks
    jira.changed(ticket, "jira:issue_created")
    return reply(201, {"id": ticket.id, "key": ticket.key, "self": f"{jira.url}/rest/api/3/issue/{ticket.id}"})


def _write(jira: Jira, ticket: Ticket, fields: Json, update: Json) -> None:
    _check(jira, {**fields, **update}, is_new=False)
    before = (ticket.summary, ticket.assignee, ticket.duedate, list(ticket.labels))
    _set(ticket, fields)
    for each in update.get("labels", []):
        if each["add"] not in ticket.labels:
            ticket.labels.append(each["add"])
    if before != (ticket.summary, ticket.assignee, ticket.duedate, ticket.labels):
        jira.changed(ticket, "jira:issue_updated")


def _check(jira: Jira, fields: Json, *, is_new: bool = True) -> None:
    """Refuse what Jira would refuse, with all that is wrong at once."""
    errors = {
        name: f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
        for name in fields
        if name in jira.not_on_screens
    }
    summary = fields.get("summary")
    if (is_new or "summary" in fields) and not (isinstance(summary, str) and 0 < len(summary) <= SUMMARY_LIMIT):
        errors["summary"] = "You must specify a summary of the issue."
    account = (fields.get("assignee") or {}).get("accountId")
    if account is not None and account not in map(account_id, PEOPLE):
        errors["assignee"] = f"User '{account}' does not exist."
    if "priority" in fields and fields["priority"]["name"] not in PRIORITIES:
        errors["priority"] = "Specify the Priority (name) in the string format"
    if not all(isinstance(each, dict) or LABEL.fullmatch(each) for each in fields.get("labels", [])):
        errors["labels"] = "The label contains spaces which is invalid."
    if fields.get("duedate") is not None and not _is_date(fields["duedate"]):
        errors["duedate"] = "Error parsing date string"
    if "description" in fields and not _is_document(fields["description"]):
        errors["description"] = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
    if errors:
        raise Refusal(400, **errors)


def _set(ticket: Ticket, fields: Json) -> None:
    for name, value in fields.items():
        if name == "assignee":
            ticket.assignee = (value["accountId"] or "").removeprefix(account_id("")) or None
        elif name == "priority":
            ticket.priority = value["name"]
        else:
            setattr(ticket, name, value)


def _transitions(jira: Jira, asked: Asked, ticket: Ticket) -> Reply:
    possible = {str(10 * (place + 1)): name for place, name in enumerate(STATUSES) if name not in jira.closed_ways}
    if asked.method == "GET":
        listed = [
            {"id": number, "name": f"To {name}", "to": {"name": name, "statusCategory": {"key": STATUSES[name]}}}
            for number, name in possible.items()
        ]
        return reply(200, {"transitions": listed})
    status = possible.get(str(asked.content.get("transition", {}).get("id")))
    if status is None:
        raise Refusal(400, "Transition id is not valid for this issue.")
    ticket.status = status
    jira.changed(ticket, "jira:issue_updated")
    return reply(204)


def _comments(jira: Jira, asked: Asked, ticket: Ticket) -> Reply:
    if asked.method == "GET":
        return reply(200, {"comments": ticket.comments[::-1], "total": len(ticket.comments)})
    if not _is_document(asked.content.get("body")):
        raise Refusal(400, "Comment body is not valid!")
    ticket.comments.append({"id": uuid4().hex, "body": asked.content["body"], "author": {"displayName": "Sevbot"}})
    jira.changed(ticket, "comment_created")
    return reply(201, ticket.comments[-1])


def _search(jira: Jira, content: Json) -> Reply:
    where, _, order = content.get("jql", "").partition(" ORDER BY ")
    clauses = [CLAUSE.fullmatch(each) for each in where.split(" AND ")]
    if order not in ("created ASC", "updated ASC") or not all(clauses):
        raise Refusal(400, "Error in the JQL Query.")
    found = [ticket for ticket in jira.tickets.values() if time.monotonic() - ticket.written >= jira.search_lag]
    for clause in clauses:
        if clause and clause["label"]:
            found = [each for each in found if clause["label"] in each.labels]
        elif clause:
            since = jira.clock.now() - 60 * int(clause["minutes"])
            found = [each for each in found if each.updated >= since]
    found.sort(key=lambda each: each.created if order.startswith("created") else each.updated)
    start = int(content.get("nextPageToken") or 0)
    end = start + min(int(content.get("maxResults", 50)), MOST_RESULTS, jira.page_size)
    shown = [jira.as_json(each) for each in found[start:end]]
    wanted = content.get("fields") or []
    issues = [each | {"fields": {name: each["fields"].get(name) for name in wanted}} for each in shown]
    return reply(200, {"issues": issues, "isLast": end >= len(found)} | _next(end, len(found)))


def _next(end: int, count: int) -> Json:
    return {"nextPageToken": str(end)} if end < count else {}


def _people(jira: Jira, query: str) -> Reply:
    found = [name for name in PEOPLE if query.casefold() in (f"{name}@example.com", PEOPLE[name].casefold())]
    return reply(200, [jira.person(name) for name in found])


def _is_date(value: Any) -> bool:
    try:
        return bool(date.fromisoformat(value))
    except (TypeError, ValueError):
        return False


def _is_document(value: Any) -> bool:
    """Whether it is a document: Jira refuses one whose texts are empty."""
    if not isinstance(value, dict) or (value.get("type"), value.get("version")) != ("doc", 1):
        return False
    return all(_is_node(each) for each in value.get("content", []))


def _is_node(node: Json) -> bool:
    if node.get("type") == "text":
        return bool(node.get("text"))
    return node.get("type") in ("paragraph", "hardBreak") and all(_is_node(each) for each in node.get("content", []))
