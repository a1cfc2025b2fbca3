"""The local Jira as a person sees it: a page for each issue, on which everything can be changed."""

from html import escape
from urllib.parse import parse_qs

from bot.playground.jira import PEOPLE, STATUSES, Jira, Ticket
from bot.playground.vendor import Asked, Reply

STYLE = (
    "body{font:16px/1.5 system-ui;max-width:40rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "label{display:block;margin:.75rem 0 .25rem}input,select{font:inherit;width:100%;box-sizing:border-box;padding:.4rem}"
    "button{font:inherit;margin-top:1rem;padding:.4rem 1rem}"
)


def page(jira: Jira, asked: Asked) -> Reply:
    """An issue's page, or the list of all; a form that was sent changes the issue first."""
    ticket = jira.find(asked.path.removeprefix("browse/"))
    if ticket is None:
        rows = "".join(f'<li><a href="/jira/browse/{each.key}">{each.key}</a> {escape(each.summary)}</li>'
                       for each in jira.tickets.values())  # fmt: skip
        return _html("Jira", f"<h1>Jira</h1><ul>{rows or '<li>There is no issue yet.</li>'}</ul>")
    if asked.method == "POST":
        _change(jira, ticket, {name: values[0] for name, values in parse_qs(asked.content.get("form", "")).items()})
    comments = "".join(f"<p>{escape(_words(each['body']))}</p>" for each in ticket.comments)
    return _html(
        ticket.key, f"<p><a href='/jira/'>Jira</a> / {ticket.key}</p>{_form(ticket)}<h2>Comments</h2>{comments}"
    )


def _form(ticket: Ticket) -> str:
    statuses = _options(list(STATUSES), ticket.status)
    people = _options(["", *PEOPLE], ticket.assignee or "")
    return (
        f'<form method="post"><label for="summary">Title</label><input id="summary" name="summary" '
        f'value="{escape(ticket.summary, quote=True)}"><label for="status">Status</label>'
        f'<select id="status" name="status">{statuses}</select><label for="assignee">Assignee</label>'
        f'<select id="assignee" name="assignee">{people}</select><label for="duedate">Due date</label>'
        f'<input id="duedate" name="duedate" type="date" value="{ticket.duedate or ""}"><button>Save</button></form>'
    )


def _options(values: list[str], chosen: str) -> str:
    shown = {value: PEOPLE.get(value, value or "Unassigned") for value in values}
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(label)}</option>'
        for value, label in shown.items()
    )


def _change(jira: Jira, ticket: Ticket, given: dict[str, str]) -> None:
    if given.get("status") in STATUSES and given["status"] != ticket.status:
        jira.moves(ticket.key, given["status"])
    if given.get("summary", ticket.summary) != ticket.summary:
        jira.renames(ticket.key, given["summary"])
    if given.get("assignee", "") != (ticket.assignee or "") and given.get("assignee", "") in {"", *PEOPLE}:
        jira.assigns(ticket.key, given.get("assignee") or None)
    if given.get("duedate", "") != (ticket.duedate or ""):
        jira.dates(ticket.key, given.get("duedate") or None)


def _words(node: object) -> str:
    if not isinstance(node, dict):
        return ""
    return str(node.get("text", "")) + "".join(_words(each) for each in node.get("content", []))


def _html(title: str, body: str) -> Reply:
    content = (
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{escape(title)}</title><style>{STYLE}</style>{body}</html>"
    )
    return 200, {"content-type": "text/html; charset=utf-8"}, content.encode()
