"""Jira Cloud: REST API v3, with the address and API token of one account.

What its reference says, and where it was not tried against a real site, stands in `docs/jira.md`.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from http import HTTPStatus
from typing import Any, NoReturn
from urllib.parse import quote

from bot.errors import Blame, OutcomeUnknown, Temporary
from bot.http import Http, Reply
from bot.integrations import adf
from bot.integrations.tracker import Account, Draft, Edits, Field, Goal, Issue, News, Progress

LABEL = "sevbot"
"""Every issue that belongs to an action item bears it, so that changes can be asked for in one question."""
TITLE_LIMIT = 255
PAGE = 100
PAGES = 5
COMMENTS = 50
"""How many of the latest comments a look back reads."""
KEY = re.compile(r"[A-Z][A-Z0-9_]{0,49}-[1-9][0-9]{0,17}")
PROGRESS = {"new": Progress.TODO, "indeterminate": Progress.DOING, "done": Progress.DONE}
"""By the key of a status category; there are these, and `undefined`."""
NAMES = {Field.TITLE: "summary", Field.DUE: "duedate", Field.ASSIGNEE: "assignee"}
WANTED = "summary,status,assignee,duedate,updated"
OPTIONAL = {"priority": "priority", "assignee": "assignee", "duedate": "due date"}
"""What an issue can do without, and what people call it."""


@dataclass(frozen=True, kw_only=True)
class Jira:
    """One site's door."""

    http: Http
    site: str
    email: str = field(repr=False)
    token: str = field(repr=False)
    require: Callable[[float], object] = field(default=lambda _seconds: None, repr=False)
    """Asked before each call, with the seconds it may take."""

    def during(self, require: Callable[[float], object]) -> "Jira":
        return replace(self, require=require)

    def create(self, draft: Draft) -> tuple[str, Sequence[str]]:
        """Make an issue; what of it a project's screens have no place for is left out, but for its labels."""
        fields: dict[str, Any] = {
            "project": {"key": draft.project},
            "issuetype": {"name": draft.issue_type},
            "summary": draft.title[:TITLE_LIMIT],
            "labels": [LABEL, draft.mark],
            "description": adf.document(draft.paragraphs),
            **({"priority": {"name": draft.priority}} if draft.priority else {}),
            **({"assignee": {"accountId": draft.assignee}} if draft.assignee else {}),
            **({"duedate": draft.due_on.isoformat()} if draft.due_on else {}),
        }
        reply = self._call("POST", "issue", {"fields": fields})
        left_out = [name for name in _refused(reply) if name in OPTIONAL]
        if left_out:
            fields = {name: value for name, value in fields.items() if name not in left_out}
            reply = self._call("POST", "issue", {"fields": fields})
        if not reply.is_success:
            raise _refusal(reply)
        key = reply.data.get("key")
        if not isinstance(key, str) or not KEY.fullmatch(key):
            raise OutcomeUnknown("answer_not_understood")
        return key, [OPTIONAL[name] for name in left_out]

    def find(self, mark: str) -> str | None:
        """The key of the issue with that label. Jira's search runs some seconds behind what was written."""
        found, _ = self._search(f'labels = "{mark}" ORDER BY created ASC', limit=1)
        return _text(found[0], "key") if found else None

    def adopt(self, key: str) -> None:
        """Add our label. A project whose screens have no labels goes without: it is read from time to time instead."""
        reply = self._call("PUT", f"issue/{quote(key, safe='')}", {"update": {"labels": [{"add": LABEL}]}})
        if not reply.is_success and "labels" not in _refused(reply):
            raise _refusal(reply)

    def read(self, key: str) -> Issue:
        """An issue. Asked for by a key it had before it was moved, it comes with its new one."""
        return self._issue(self._get(f"issue/{quote(key, safe='')}", ("fields", WANTED)).data)

    def edit(self, key: str, edits: Edits) -> frozenset[Field]:
        """Write fields; where some have no place on the project's screens, the others alone."""
        written = {NAMES[each]: _as_written(each, value) for each, value in edits.items()}
        path = f"issue/{quote(key, safe='')}"
        reply = self._call("PUT", path, {"fields": written})
        refused = set(_refused(reply)) & set(written)
        if refused and refused != set(written):
            rest = {name: value for name, value in written.items() if name not in refused}
            reply = self._call("PUT", path, {"fields": rest})
            refused |= set(_refused(reply)) & set(rest)
        if not reply.is_success and not refused:
            raise _refusal(reply)
        return frozenset(each for each in edits if NAMES[each] in refused)

    def move(self, key: str, goal: Goal) -> bool:
        """Take the first transition that leads to the goal: which there are depends on the present status."""
        path = f"issue/{quote(key, safe='')}/transitions"
        found = [each for each in _list(self._get(path).data, "transitions") if _text(each, "id")]
        names, others = ({name.casefold() for name in each} for each in (goal.names, goal.not_to))
        by_name = [each for each in found if _text(each.get("to"), "name").casefold() in names]
        by_progress = [
            each
            for each in found
            if _progress(each.get("to")) is goal.progress and _text(each.get("to"), "name").casefold() not in others
        ]
        chosen = next(iter([*by_name, *by_progress]), None)
        if chosen is None:
            return False
        reply = self._call("POST", path, {"transition": {"id": chosen["id"]}})
        if reply.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT):
            return False  # a screen of the transition asks for more, or somebody else moved it meanwhile
        if not reply.is_success:
            raise _refusal(reply)
        return True

    def comment(self, key: str, text: str, *, look_first: bool) -> None:
        """Comment. Whether it is there already shows in the words alone: a comment bears no key that can be read back."""
        path = f"issue/{quote(key, safe='')}/comment"
        if look_first:
            query = (("orderBy", "-created"), ("maxResults", str(COMMENTS)))
            said = [adf.text(each.get("body")) for each in _list(self._get(path, *query).data, "comments")]
            if text in said:
                return
        reply = self._call("POST", path, {"body": adf.document((text,))})
        if not reply.is_success:
            raise _refusal(reply)

    def account_of(self, email: str) -> Account | None:
        """Who has that address. An account that hides its own is found by it all the same, if it is the only one found."""
        reply = self._call("GET", "user/search", None, (("query", email), ("maxResults", "10")))
        if not reply.is_success:
            raise reply.refusal(blame=Blame.OPERATOR)
        if reply.rows is None:
            _not_understood()
        found = [account for each in reply.rows if (account := _account(each))]
        exact = [account for account in found if account.email.casefold() == email.casefold()]
        hidden = [account for account in found if not account.email]
        return next(iter(exact), hidden[0] if len(found) == len(hidden) == 1 else None)

    def changed_within(self, minutes: int) -> News:
        """Which issues with our label changed. Minutes ago mean the same in every time zone; JQL's dates do not."""
        jql = f'labels = "{LABEL}" AND updated >= "-{minutes}m" ORDER BY updated ASC'
        found, is_all = self._search(jql, limit=PAGE * PAGES)
        changed = []
        for each in found:
            moment = _moment(_text(each.get("fields"), "updated"))
            if moment is not None and _text(each, "id"):
                changed.append((_text(each, "id"), moment))
        return News(changed=tuple(changed), is_all=is_all)

    def _search(self, jql: str, *, limit: int) -> tuple[list[Mapping[str, Any]], bool]:
        """The first issues a question finds, and whether they are all."""
        found: list[Mapping[str, Any]] = []
        token = ""
        while True:
            content = {"jql": jql, "fields": ["updated"], "maxResults": min(PAGE, limit)}
            reply = self._call("POST", "search/jql", content | ({"nextPageToken": token} if token else {}))
            if not reply.is_success:
                raise _refusal(reply)
            issues = _list(reply.data, "issues")
            found += issues
            token = _text(reply.data, "nextPageToken")
            if not token or not issues:
                return found, True
            if len(found) >= limit:
                return found, False

    def _get(self, path: str, *query: tuple[str, str]) -> Reply:
        reply = self._call("GET", path, None, query)
        if not reply.is_success:
            raise _refusal(reply)
        return reply

    def _call(
        self, method: str, path: str, content: Mapping[str, Any] | None, query: Sequence[tuple[str, str]] = ()
    ) -> Reply:
        credentials = b64encode(f"{self.email}:{self.token}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}", "Accept": "application/json"}
        self.require(self.http.longest)
        return self.http.call(method, f"{self.site}/rest/api/3/{path}", headers=headers, content=content, query=query)

    def _issue(self, data: Mapping[str, Any]) -> Issue:
        fields = data.get("fields")
        key, updated_at = _text(data, "key"), _moment(_text(fields, "updated"))
        if not isinstance(fields, dict) or updated_at is None or not KEY.fullmatch(key) or not _text(data, "id"):
            _not_understood()
        progress, due = _progress(fields.get("status")), fields.get("duedate")
        if progress is None or not _text(fields, "summary"):
            _not_understood()
        try:
            due_on = date.fromisoformat(due) if due else None
        except (TypeError, ValueError):
            _not_understood()
        return Issue(
            id=_text(data, "id"), key=key, url=f"{self.site}/browse/{key}", title=_text(fields, "summary"),
            status=_text(fields["status"], "name"), progress=progress, assignee=_account(fields.get("assignee")),
            due_on=due_on, updated_at=updated_at,
        )  # fmt: skip


def _as_written(what: Field, value: str | date | None) -> Any:
    if what is Field.ASSIGNEE:
        return {"accountId": value}
    return value.isoformat() if isinstance(value, date) else value


def _refused(reply: Reply) -> list[str]:
    """The names of the fields that made Jira refuse a request."""
    errors = reply.data.get("errors") if reply.status == HTTPStatus.BAD_REQUEST else None
    return list(errors) if isinstance(errors, dict) else []


def _refusal(reply: Reply) -> Exception:
    """A refusal as an error: the names of the fields that were wrong, and nothing of what they held."""
    fields = sorted(re.sub(r"[^a-z]", "", name.lower())[:20] for name in _refused(reply))
    if fields:  # a screen, a project or an issue type that is not as the configuration says
        return reply.refusal("_".join(["invalid_issue", *fields[:5]]), blame=Blame.OPERATOR)
    return reply.refusal()


def _account(data: object) -> Account | None:
    if not _text(data, "accountId"):
        return None
    name = _text(data, "displayName") or "somebody"
    return Account(id=_text(data, "accountId"), name=name[:100], email=_text(data, "emailAddress"))


def _progress(status: object) -> Progress | None:
    category = status.get("statusCategory") if isinstance(status, dict) else None
    return PROGRESS.get(_text(category, "key"))


def _text(data: object, name: str) -> str:
    """A text of an object in an answer; empty where there is none."""
    value = data.get(name) if isinstance(data, dict) else None
    return value if isinstance(value, str) else ""


def _list(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list in an answer, which must be there."""
    value = data.get(name)
    if not isinstance(value, list):
        _not_understood()
    return [each for each in value if isinstance(each, dict)]


def _moment(text: str) -> datetime | None:
    """A time as Jira writes it, `2026-11-26T10:15:00.000+0000`; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _not_understood() -> NoReturn:
    raise Temporary("answer_not_understood")
