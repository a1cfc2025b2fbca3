"""Reading a SEV's channel for what events may have missed: messages, edits, deletions, reactions, files, people.

Slack stops redelivering an event after some minutes, and with no connection events are lost. So the channel is read from
where it was last read to its end, with an overlap, since people react to, edit and delete older messages too. What is older
than the overlap is left as it is.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.errors import Permanent
from bot.incidents import membership
from bot.incidents.model import Incident, TimelineEntry
from bot.incidents.reading import incident_of
from bot.incidents.troubles import show_trouble
from bot.outbox.kinds import Attempt, Kind, Kinds, LeaseLost, Nature, Result, Skip
from bot.outbox.model import OutboxMessage
from bot.slack.client import Calls, Slack
from bot.timeline import capture, surfaces, tagging
from bot.timeline.deliveries import Address, message_at
from bot.timeline.memory import Memory
from bot.timeline.model import Reading, Tag
from bot.timeline.said import Json, earlier, moment, order, read
from bot.timeline.tagging import Ground

OVERLAP = 24 * 3600
"""Seconds before the newest message seen, from which on everything is read again."""
THREADS_OVERLAP = 3600
"""Seconds: threads without an entry are read again only where a reply is that young."""
PAGE = 200
THREAD_PAGES = 10
SAVE_EVERY = 10.0
"""Seconds between two savings of how far it was read."""
CLOSED = frozenset({"channel_not_found", "is_archived", "not_in_channel"})
"""There is nothing to read; that something is wrong with the channel is noticed, and told, by who looks after it."""
JOINS = frozenset({"channel_join", "group_join"})


@dataclass(frozen=True)
class Plan:
    """What is to be read: everything in the channel after `oldest`."""

    incident_id: int
    channel_id: str
    oldest: str
    seen_until: str
    threads: frozenset[str]
    """Threads in which something is on the timeline."""

    def wants_thread(self, message: Json) -> bool:
        """Whether the thread under a message may hold news."""
        if not message.get("reply_count"):
            return False
        since = earlier(self.seen_until, THREADS_OVERLAP)
        return message["ts"] in self.threads or order(message.get("latest_reply") or "") > order(since)


@dataclass
class Progress:
    """How far one try has come."""

    saved_to: str
    saved_at: float
    newest: str
    reached: str = ""
    """Up to where all was read; empty while that can't be said, since pages may also come the newest first."""
    seen: set[str] = field(default_factory=set)
    """The messages read after `saved_to`."""
    threads: set[str] = field(default_factory=set)
    """The threads read to their end."""
    _last: str = ""

    def passes(self, page: Sequence[Json]) -> None:
        """A page of the channel was read, its oldest message first. Which way pages go shows with the second one."""
        if page:
            is_rising = self._last and order(page[0]["ts"]) > order(self._last)
            self.reached = page[-1]["ts"] if is_rising else ""
            self._last = page[-1]["ts"]


Seen = Callable[[Session, Incident, str, Sequence[Json]], None]
"""What another room does about messages of a SEV's channel, as they were read from Slack. The SEV's row is locked."""


class CatchUp:
    """The kind that reads channels. A try ends when its time is over, and the next one goes on where it was saved."""

    def __init__(
        self,
        slack: Slack,
        clock: Clock,
        settings: Settings,
        kinds: Kinds,
        memory: Memory,
        *,
        also: tuple[Seen, ...] = (),
    ) -> None:
        self._slack = slack
        self._clock = clock
        self._settings = settings
        self._kinds = kinds
        self._memory = memory
        self._also = also

    def register(self) -> None:
        """Add the kind to the table."""
        self._kinds.add(
            Kind(
                name=surfaces.CATCH_UP,
                nature=Nature.IDEMPOTENT,
                label="Catch up with the channel",
                load=self._load,
                send=self._read,
                on_trouble=show_trouble(self._settings),
            )
        )

    def _load(self, session: Session, message: OutboxMessage) -> Plan | Skip:
        incident = incident_of(session, message)
        if incident.working_channel is None:
            return Skip("it has no channel to read")
        reading = session.get(Reading, incident.id) or Reading(seen_until="", resume_from="")
        entries = session.scalars(_entries(incident.id, incident.working_channel, since=""))
        return Plan(
            incident.id,
            incident.working_channel,
            oldest=reading.resume_from or earlier(reading.seen_until, OVERLAP),
            seen_until=reading.seen_until,
            threads=frozenset(each.data["thread_ts"] for each in entries if "thread_ts" in each.data),
        )

    def _read(self, plan: Plan, attempt: Attempt) -> Result:
        calls = self._slack.during(attempt)
        progress = Progress(plan.oldest, self._clock.monotonic(), newest=plan.seen_until)
        try:
            for page, since in self._pages(calls, "conversations.history", plan.channel_id, oldest=plan.oldest):
                self._take(plan, page, attempt, progress, since)
                for parent in filter(plan.wants_thread, page):
                    self._read_thread(plan, parent["ts"], attempt, progress)
                progress.passes(page)
                if progress.reached and self._clock.monotonic() - progress.saved_at >= SAVE_EVERY:
                    self._save(plan, attempt, progress, until=progress.reached)
            self._save(plan, attempt, progress, until=None)
        except LeaseLost:
            if progress.reached:  # what is gone in between is seen the next time
                self._keep(plan, attempt, progress, until=progress.reached, gone=[])
            raise
        except Permanent as error:
            if error.code not in CLOSED:
                raise
        return {}

    def _pages(self, calls: Calls, method: str, channel_id: str, **where: str) -> Iterator[tuple[list[Json], datetime]]:
        """Pages of messages, each from its oldest to its newest, with the moment before it was asked for."""
        cursor = ""
        while True:
            since = self._clock.now()
            more = {"cursor": cursor} if cursor else {}
            answer = calls.call(method, channel=channel_id, limit=PAGE, **where, **more)
            yield sorted(answer.get("messages", []), key=lambda each: order(each["ts"])), since
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _read_thread(self, plan: Plan, ts: str, attempt: Attempt, progress: Progress) -> None:
        pages = self._pages(self._slack.during(attempt), "conversations.replies", plan.channel_id, ts=ts)
        try:
            for number, (page, since) in enumerate(pages, 1):
                self._take(plan, [each for each in page if each["ts"] != ts], attempt, progress, since)
                if number == THREAD_PAGES:
                    return
        except Permanent as error:
            if error.code != "thread_not_found":
                raise
        progress.threads.add(ts)

    def _take(self, plan: Plan, page: Sequence[Json], attempt: Attempt, progress: Progress, since: datetime) -> None:
        """Bring the timeline in line with a page, in one transaction that writes only what differs."""
        progress.seen |= {each["ts"] for each in page}
        in_channel = [each["ts"] for each in page if each.get("thread_ts", each["ts"]) == each["ts"]]
        progress.newest = max([progress.newest, *in_channel], key=order)
        for each in page:
            self._memory.remember(read(plan.channel_id, each))

        def take(session: Session) -> None:
            incident = membership.lock(session, plan.incident_id)
            known = _known(session, plan, [each["ts"] for each in page])
            for message in page:
                if message["ts"] in known or self._is_news(message):
                    self._apply(session, incident, message, since)
            for room in self._also:
                room(session, incident, plan.channel_id, page)

        if page:
            attempt.commit(take)

    def _is_news(self, message: Json) -> bool:
        """Whether a message that nothing is known of may belong on the timeline."""
        names = [str(each.get("name", "")) for each in message.get("reactions") or []]
        is_tagged = any(tagging.is_tag(self._settings.current, name) for name in names)
        return is_tagged or bool(message.get("files")) or message.get("subtype") in JOINS

    def _apply(self, session: Session, incident: Incident, message: Json, since: datetime) -> None:
        now, channel_id = self._clock.now(), str(incident.channel_id)
        said = read(channel_id, message)
        bot = self._slack.identity()
        is_own = bot.user_id == message.get("user") or bot.bot_id == message.get("bot_id")
        if message.get("subtype") == "tombstone":
            tagging.message_deleted(session, incident, channel_id, said.ts, now=now)
            return
        if message.get("subtype") in JOINS:
            if not is_own:
                capture.joined(session, incident, said.author, at=moment(said.ts), now=now)
            return
        capture.follow_edit(session, incident, said, now=now)
        if said.files and not is_own:
            capture.shared(session, incident, said, permalink=self._slack.permalink, now=now)
        ground = Ground(self._settings.current, self._memory, self._slack.permalink)
        tagging.believe(session, incident, said, message.get("reactions") or [], since=since, ground=ground, now=now)

    def _save(self, plan: Plan, attempt: Attempt, progress: Progress, *, until: str | None) -> None:
        """Keep how far it was read, None being the end; what should have been there and was not, was deleted."""
        self._keep(plan, attempt, progress, until=until, gone=self._gone(plan, attempt, progress, until))
        if until:
            progress.saved_to, progress.saved_at, progress.seen = until, self._clock.monotonic(), set()

    def _keep(
        self, plan: Plan, attempt: Attempt, progress: Progress, *, until: str | None, gone: Sequence[str]
    ) -> None:
        def save(session: Session) -> None:
            incident = membership.lock(session, plan.incident_id)
            for ts in gone:
                self._memory.forget(plan.channel_id, ts)
                tagging.message_deleted(session, incident, plan.channel_id, ts, now=self._clock.now())
            reading = session.get(Reading, plan.incident_id)
            if reading is None:
                reading = Reading(incident_id=plan.incident_id, seen_until="", resume_from="")
                session.add(reading)
            reading.resume_from = until or ""
            reading.seen_until = reading.seen_until if until else progress.newest

        attempt.commit(save)

    def _gone(self, plan: Plan, attempt: Attempt, progress: Progress, until: str | None) -> list[str]:
        """The messages on the timeline that are not where they were; each is looked for once more before it is believed."""
        missed: list[str] = []

        def look(session: Session) -> None:
            for entry in session.scalars(_entries(plan.incident_id, plan.channel_id, since=progress.saved_to)):
                ts, thread = str(entry.source_ts), entry.data.get("thread_ts")
                was_read = thread in progress.threads if thread else until is None or order(ts) <= order(until)
                if was_read and ts not in progress.seen and capture.DELETED not in entry.data:
                    missed.append(ts)

        attempt.commit(look)
        calls = self._slack.during(attempt)
        return [ts for ts in missed if message_at(calls, Address(plan.channel_id, ts)) is None]


def _entries(incident_id: int, channel_id: str, *, since: str) -> Select[TimelineEntry]:
    """The entries that came from messages of a channel, said after `since`. Slack's `ts` are ordered as texts are."""
    return select(TimelineEntry).where(
        TimelineEntry.incident_id == incident_id,
        TimelineEntry.source_channel == channel_id,
        TimelineEntry.source_ts > since,
    )


def _known(session: Session, plan: Plan, page: Sequence[str]) -> set[str]:
    """Which of the messages of a page somebody tagged, or are on the timeline."""
    tags = select(Tag.ts).where(
        Tag.incident_id == plan.incident_id, Tag.channel_id == plan.channel_id, Tag.ts.in_(page)
    )
    entries = select(TimelineEntry.source_ts).where(
        TimelineEntry.incident_id == plan.incident_id,
        TimelineEntry.source_channel == plan.channel_id,
        TimelineEntry.source_ts.in_(page),
    )
    return {*session.scalars(tags), *(ts for ts in session.scalars(entries) if ts)}
