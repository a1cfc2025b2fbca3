"""A Jira to go with the local Slack: issues that live on, colleagues who change them, and webhooks that tell of it.

It is no part of Slack: an app that keeps action items in a tracker needs a tracker.
"""

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from bot.playground.clock import Clock
from bot.playground.model import Json
from bot.playground.vendor import Vendor

EMAIL = "sevbot@example.com"
TOKEN = "l0cal-j1ra-t0ken"
SECRET = "l0cal-j1ra-webh00k-secret"
STATUSES = {
    "To Do": "new", "In Progress": "indeterminate", "In Review": "indeterminate", "Done": "done", "Won't Do": "done",
}  # fmt: skip
"""Each status and its category; every one leads to every other, but for what is in `closed_ways`."""
PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")
PROJECTS = ("PAY", "PLAT", "OPS")
TYPES = ("Task", "Bug", "Story")
PEOPLE = {
    "grace": "Grace Hopper", "linus": "Linus Torvalds", "margaret": "Margaret Hamilton", "barbara": "Barbara Liskov",
    "ada": "Ada Lovelace", "stranger": "Sofia Stranger",
}  # fmt: skip
HOOK_TRIES = 5
HOOK_PAUSE = 0.1


def account_id(name: str) -> str:
    """The id of somebody's account."""
    return f"712020:{name}"


@dataclass(slots=True)
class Ticket:
    """One issue."""

    id: str
    key: str
    summary: str
    issue_type: str
    created: float
    updated: float
    status: str = "To Do"
    assignee: str | None = None
    """A name of `PEOPLE`."""
    duedate: str | None = None
    priority: str = "Medium"
    labels: list[str] = field(default_factory=list)
    description: Json | None = None
    comments: list[Json] = field(default_factory=list)
    former_keys: list[str] = field(default_factory=list)
    written: float = 0.0
    """Machine time of its last change: search knows it only some time after."""


@dataclass(frozen=True)
class Parcel:
    """One delivery of a webhook."""

    identifier: str
    body: bytes
    signature: str


class Jira(Vendor):
    """The site."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.url = ""
        """Its own address."""
        self.on_change: Callable[[], None] = lambda: None
        self.tickets: dict[str, Ticket] = {}
        """By id, those that exist."""
        self.requests: list[Json] = []
        """What it was asked, with what came with it; no credentials."""
        self.not_on_screens: set[str] = set()
        """Fields that no screen of its projects has a place for."""
        self.closed_ways: set[str] = set()
        """Statuses that no transition leads to."""
        self.hides_emails = False
        self.search_lag = 0.0
        """Seconds for which search does not know what was written."""
        self.page_size = 100
        self.hook_url = ""
        self.holds_hooks = False
        """Whether webhooks are kept in `held`, to be delivered by hand, in any order."""
        self.held: list[Parcel] = []
        self._store: Path | None = None
        self._postman = ThreadPoolExecutor(max_workers=1, thread_name_prefix="playground-jira")
        self._on_their_way = 0
        self._count = 0
        self._latest = 0.0

    def keep_in(self, store: Path) -> None:
        """Read the issues back from a file, and keep them there from now on."""
        self._store = store
        if not store.exists():
            return
        kept = json.loads(store.read_text(encoding="utf-8"))
        self.tickets = {each["id"]: Ticket(**each) for each in kept["tickets"]}
        self._count, self._latest = kept["count"], max((each.updated for each in self.tickets.values()), default=0.0)

    def _keep(self) -> None:
        if self._store is not None:
            tickets = [asdict(each) | {"written": 0.0} for each in self.tickets.values()]  # search knows them by then
            new = self._store.with_suffix(".new")
            new.write_text(json.dumps({"tickets": tickets, "count": self._count}), encoding="utf-8")
            new.replace(self._store)

    def close(self) -> None:
        """Deliver nothing more."""
        self._postman.shutdown(wait=False, cancel_futures=True)

    # What colleagues do

    def find(self, key: str) -> Ticket | None:
        """The issue of an id or a key, be it a former one."""
        for ticket in self.tickets.values():
            if key in (ticket.id, ticket.key, *ticket.former_keys):
                return ticket
        return None

    def creates(self, project: str, summary: str, issue_type: str = "Task") -> Ticket:
        """Somebody makes an issue."""
        with self.lock:
            self._count += 1
            now = self.clock.now()
            number = 1 + sum(1 for each in self.tickets.values() if each.key.startswith(f"{project}-"))
            ticket = Ticket(str(10_000 + self._count), f"{project}-{number}", summary, issue_type, now, now)
            self.tickets[ticket.id] = ticket
            self.changed(ticket, "jira:issue_created")
            return ticket

    def moves(self, key: str, status: str) -> None:
        """Somebody changes an issue's status."""
        self._change(key, status=status)

    def assigns(self, key: str, name: str | None) -> None:
        """Somebody gives an issue to somebody, or to nobody."""
        self._change(key, assignee=name)

    def dates(self, key: str, duedate: str | None) -> None:
        """Somebody sets an issue's due date (`2026-12-31`), or takes it away."""
        self._change(key, duedate=duedate)

    def renames(self, key: str, summary: str) -> None:
        """Somebody gives an issue another title."""
        self._change(key, summary=summary)

    def transfers(self, key: str, project: str) -> str:
        """Somebody moves an issue to another project, where it has another key. Returns that."""
        with self.lock:
            ticket = self._ticket(key)
            ticket.former_keys.append(ticket.key)
            ticket.key = f"{project}-{900 + self._count}"
            self.changed(ticket, "jira:issue_updated")
            return ticket.key

    def deletes(self, key: str) -> Ticket:
        """Somebody deletes an issue. Returns it, so that it can be put back."""
        with self.lock:
            ticket = self._ticket(key)
            del self.tickets[ticket.id]
            self.changed(ticket, "jira:issue_deleted")
            return ticket

    def restores(self, ticket: Ticket) -> None:
        """What was deleted, or hidden from the app, is there again."""
        self.tickets[ticket.id] = ticket

    def _change(self, key: str, **values: str | None) -> None:
        with self.lock:
            ticket = self._ticket(key)
            for name, value in values.items():
                setattr(ticket, name, value)
            self.changed(ticket, "jira:issue_updated")

    def _ticket(self, key: str) -> Ticket:
        found = self.find(key)
        if found is None:
            raise LookupError(f"there is no issue {key}")
        return found

    # What is told of it

    def changed(self, ticket: Ticket, event: str) -> None:
        """Note that an issue changed, and tell it to who listens."""
        ticket.updated = self._latest = max(self.clock.now(), self._latest + 0.001)
        ticket.written = time.monotonic()
        self._keep()
        self.on_change()
        if self.hook_url:
            self.tell({"webhookEvent": event, "timestamp": int(ticket.updated * 1000), "issue": self.as_json(ticket)})

    def tell(self, content: Json) -> None:
        """Send a webhook, or keep it to be sent by hand."""
        body = json.dumps(content).encode()
        parcel = Parcel(uuid4().hex, body, signed(body))
        if self.holds_hooks:
            self.held.append(parcel)
            return
        self._on_their_way += 1
        self._postman.submit(self._deliver_patiently, parcel)

    def deliver(self, parcel: Parcel) -> int:
        """Deliver one webhook now. Returns the status it was answered with."""
        parts = urlsplit(self.hook_url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=5)
        headers = {
            "Content-Type": "application/json",
            "X-Atlassian-Webhook-Identifier": parcel.identifier,
            "X-Hub-Signature": parcel.signature,
            "Connection": "close",
        }
        try:
            connection.request("POST", parts.path, parcel.body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def is_quiet(self) -> bool:
        """Whether no webhook is on its way."""
        return self._on_their_way == 0

    def _deliver_patiently(self, parcel: Parcel) -> None:
        """Jira repeats a delivery a few times; what nobody takes then is lost."""
        for _ in range(HOOK_TRIES):
            try:
                if self.deliver(parcel) < 300:
                    break
            except OSError:
                pass
            time.sleep(HOOK_PAUSE)
        self._on_their_way -= 1

    def as_json(self, ticket: Ticket) -> Json:
        """An issue as the REST API and the webhooks show it."""
        status = {"name": ticket.status, "statusCategory": {"key": STATUSES[ticket.status]}}
        fields = {
            "summary": ticket.summary, "status": status, "duedate": ticket.duedate, "labels": ticket.labels,
            "assignee": self.person(ticket.assignee) if ticket.assignee else None,
            "priority": {"name": ticket.priority}, "updated": stamp(ticket.updated), "created": stamp(ticket.created),
        }  # fmt: skip
        return {
            "id": ticket.id,
            "key": ticket.key,
            "self": f"{self.url}/rest/api/3/issue/{ticket.id}",
            "fields": fields,
        }

    def person(self, name: str) -> Json:
        """Somebody's account."""
        shown = {} if self.hides_emails else {"emailAddress": f"{name}@example.com"}
        return {"accountId": account_id(name), "displayName": PEOPLE[name], "active": True, **shown}


def signed(body: bytes, secret: str = SECRET) -> str:
    """The signature of a webhook's body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def stamp(moment: float) -> str:
    """A time as Jira writes it."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "+0000")
