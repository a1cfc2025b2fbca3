"""What is left after a load, held against what was promised: nothing is lost, nothing is there twice, all alike."""

import difflib
import json
import re
from collections import Counter
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.engine import Connection

from bot.audit import AuditRecord
from bot.digest.model import DigestIssue
from bot.incidents.model import Counter as Numbers
from bot.incidents.model import Incident, TimelineEntry
from bot.nudges.model import Nudge
from bot.outbox.model import OPEN, OutboxMessage, State
from bot.paging.model import Page
from bot.playground import Channel, Message, Playground
from bot.playground.reading import message_words
from bot.remediation.model import ActionItem
from bot.slack.posts import Post
from bot.workflows.alerts.model import AlertDelivery, Progress
from bot.workflows.problems.model import Problem
from tests.torture.kill_story import Ledger
from tests.torture.loads import Load, Sev

SETTLES_WITHIN = 60.0
DIGEST = "Daily digest"
REMINDER = "Nobody is in command"
A_NUMBER = re.compile(r"\d+")
A_DAY = re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d+ [A-Z][a-z]+ \d+")


class Account:
    """The books at the end, of the database and of Slack."""

    def __init__(self, ledger: Ledger, slack: Playground, load: Load) -> None:
        self._ledger = ledger
        self._slack = slack
        self._load = load

    def settles(self) -> None:
        """Wait until all is delivered and worked off, and looked at twice."""

        def waiting() -> str:
            return str(self._ledger.waiting())

        self._slack.wait_until(self._is_settled, within=SETTLES_WITHIN, why="all is done", seen=waiting)

    def _is_settled(self) -> bool:
        with self._ledger.connection.begin():
            kept = self._count(AlertDelivery.state == Progress.KEPT)
        looked = self._ledger.is_looked_at_twice()
        return not kept and looked and self._slack.traffic.is_heard and self._ledger.is_settled()

    def faults(self) -> list[str]:
        """What was lost, is there twice, or is not as it is where nothing happened."""
        with self._ledger.connection.begin():
            return [
                *self._faults_of_outbox(),
                *self._faults_of_posts(),
                *self._faults_of_numbers(),
                *(fault for sev in self._load.sevs for fault in self._faults_of_sev(sev)),
                *self._faults_of_services(),
                *self._faults_of_jobs(),
                *self._unlike(),
                *self._slack.rejections,
            ]

    @property
    def copies_taken_away(self) -> int:
        """How many second copies were there, and are no more."""
        return sum(call.method == "chat.delete" and bool(call.answer.get("ok")) for call in self._slack.calls)

    def _faults_of_outbox(self) -> list[str]:
        """Whatever was asked for was done, or was not needed any more."""
        query = select(OutboxMessage.key, OutboxMessage.state, OutboxMessage.last_error)
        rows = self._connection.execute(query.where(OutboxMessage.state.in_((*OPEN, State.DEAD))))
        return [f"not delivered: {key} is {state}, {error}" for key, state, error in rows]

    def _faults_of_posts(self) -> list[str]:
        """Whatever the bot posted is there once."""
        times = Counter(token for channel in self._channels for token in self._tokens(channel))
        doubled = [f"said {n} times: {self._key_of(token)}" for token, n in times.items() if n > 1]
        places = {channel.id: channel for channel in self._channels}
        posts = self._connection.execute(select(Post.key, Post.channel_id, Post.ts))
        return [*doubled, *(f"not there: {key}" for key, channel, ts in posts if ts not in places[channel].messages)]

    def _faults_of_numbers(self) -> list[str]:
        """SEVs are counted without gaps, and each has a channel of its own."""
        numbers = self._connection.scalars(select(Incident.number).order_by(Incident.number)).all()
        counted = self._connection.scalar(select(Numbers.value))
        named = Counter(A_NUMBER.findall(each.name)[0] for each in self._channels if each.name.startswith("sev-"))
        faults = [] if [*numbers] == list(range(1, len(numbers) + 1)) else [f"numbers with gaps: {numbers}"]
        faults += [] if counted == len(numbers) else [f"{counted} were counted, and {len(numbers)} are there"]
        return faults + [f"SEV-{n} has {named[str(n)]} channels" for n in numbers if named[str(n)] != 1]

    def _faults_of_sev(self, sev: Sev) -> list[str]:
        """All that was accepted of it is there once."""
        called = select(Incident.id, Incident.number, Incident.declared_at).where(Incident.title == sev.title)
        found = self._connection.execute(called).all()
        if len(found) != 1:
            return [f"{len(found)} SEVs are called {sev.title}: {found}"]
        incident = found[0].id
        entries = self._counted(TimelineEntry.text, TimelineEntry.incident_id == incident)
        items = self._counted(ActionItem.title, ActionItem.incident_id == incident)
        n = sev.number
        said = [f"checkout {n} is looked at", f"restarted checkout {n}", f"checkout {n} has no memory left"]
        promised = [f"give checkout {n} more memory", f"an alert on memory of checkout {n}"]
        return [
            *(f"{text!r} is on the timeline {entries[text]} times" for text in said if entries[text] != 1),
            *(f"{title!r} was promised {items[title]} times" for title in promised if items[title] != 1),
        ]

    def _faults_of_services(self) -> list[str]:
        """What services were told is so."""
        numbers = self._counted(Incident.number, Incident.title.like("release %"))
        titles = {row.number: row.title for row in self._connection.execute(select(Incident.number, Incident.title))}
        problems = self._counted(Problem.title, Problem.recovered_at.is_not(None))
        shown = [self._words(each) for each in self._in("payments")]
        alerts = [f"Orders fail on web-{key.removeprefix('alert-')}" for key in self._load.alerts]
        lost = [n for n in self._load.declared.values() if n not in numbers]
        faults = [f"SEV-{n} was declared by a service, and is lost" for n in lost]
        wrong = {n: titles.get(number) for n, number in self._load.declared.items()}
        faults += [f"{n} became {title!r}" for n, title in wrong.items() if title != f"release {n} fails"]
        faults += [] if len(numbers) == len(self._load.declared) else ["services declared what nobody asked them for"]
        faults += [f"{title!r} is there {problems[title]} times" for title in alerts if problems[title] != 1]
        told = {title: sum(re.search(rf"{title}\b", words) is not None for words in shown) for title in alerts}
        faults += [f"{title!r} was told {times} times" for title, times in told.items() if times != 1]
        return faults + self._faults_of_pages()

    def _faults_of_pages(self) -> list[str]:
        """Each rang once. (One that was over before anybody knew that it rang is not said to have been sent.)"""
        rang = {alert.key: alert.rings for alert in self._slack.pager.alerts.values()}
        asked = set(self._connection.scalars(select(Page.alert_key)))
        sent = set(self._connection.scalars(select(Page.alert_key).where(Page.sent_at.is_not(None))))
        faults = [f"the page {key} rang {times} times" for key, times in rang.items() if times != 1 or key not in asked]
        return faults + [f"the page {key} did not ring" for key in sent - rang.keys()]

    def _faults_of_jobs(self) -> list[str]:
        """Of each digest there is one; and nobody was reminded of the same thing twice."""
        issues = self._counted(DigestIssue.day, DigestIssue.posted_at.is_not(None))
        told = sum(DIGEST in self._words(each) for each in self._in("incidents"))
        faults = [] if told == len(issues) else [f"{told} digests were told, of {len(issues)}"]
        reminded = self._counted(Nudge.subject, Nudge.progress == "delivered")
        said = sum(REMINDER in self._words(each) for channel in self._channels for each in self._said_in(channel))
        return faults + ([] if said == reminded.total() else [f"{said} reminders, of {reminded.total()}"])

    # All SEVs that were run in the same way end alike

    def _unlike(self) -> list[str]:
        faults = []
        for is_mitigated in (True, False):
            shapes = {sev.title: self._shape(sev) for sev in self._load.sevs if sev.is_mitigated is is_mitigated}
            usual = next(iter(shapes.values()), "")  # of the first one, before anything happened
            faults += [f"{title}\n{_difference(usual, found)}" for title, found in shapes.items() if found != usual]
        return faults

    def _shape(self, sev: Sev) -> str:
        """What is left of one SEV, without what tells it from another."""
        incident = self._connection.execute(
            select(Incident.id, Incident.number, Incident.channel_id, Incident.status, Incident.severity)
            .where(Incident.title == sev.title)
        ).first()  # fmt: skip
        assert incident is not None
        entries = self._connection.execute(
            select(TimelineEntry.kind, TimelineEntry.text).where(TimelineEntry.incident_id == incident.id)
        )
        audit = self._connection.scalars(
            select(AuditRecord.action).where(AuditRecord.subject == f"incident:{incident.id}")
        )
        channel = self._slack.workspace.channels[incident.channel_id]
        said = (self._words(each) for each in self._said_in(channel))
        left: dict[str, Any] = {
            "status": [incident.status, incident.severity],
            "entries": sorted(f"{kind} {text}" for kind, text in entries if kind != "nudged"),
            "audit": sorted(audit),
            "said": sorted(words for words in said if REMINDER not in words),
            "pins": len(channel.pins),
            "bookmarks": sorted(each["title"] for each in channel.bookmarks),
            "topic": channel.topic["value"],
            "members": len(channel.members),
        }
        shape = A_DAY.sub("some day", json.dumps(left, indent=1, ensure_ascii=False))
        return A_NUMBER.sub("N", shape.replace("Grace Hopper", "Ada Lovelace"))

    # Looking things up

    @property
    def _connection(self) -> Connection:
        return self._ledger.connection

    @property
    def _channels(self) -> list[Channel]:
        return list(self._slack.workspace.channels.values())

    def _in(self, name: str) -> list[Message]:
        return self._said_in(self._slack.channel(f"#{name}"))

    @staticmethod
    def _said_in(channel: Channel) -> list[Message]:
        return [each for each in channel.messages.values() if each.by_app and not each.subtype]

    def _words(self, message: Message) -> str:
        return message_words(self._slack.workspace, message)

    def _tokens(self, channel: Channel) -> list[str]:
        payloads = ((each.metadata or {}).get("event_payload") or {} for each in channel.messages.values())
        return [payload["key"] for payload in payloads if "key" in payload]

    def _key_of(self, token: str) -> str | None:
        return self._connection.scalar(select(OutboxMessage.key).where(OutboxMessage.token == token))

    def _count(self, condition: ColumnElement[bool]) -> int:
        return self._connection.scalar(select(func.count()).where(condition)) or 0

    def _counted(self, column: Any, condition: ColumnElement[bool]) -> Counter[Any]:
        return Counter(self._connection.scalars(select(column).where(condition)).all())


def _difference(usual: str, found: str) -> str:
    return "\n".join(difflib.unified_diff(usual.splitlines(), found.splitlines(), lineterm="", n=1))
