"""Declaring while the database is down: from memory and configuration, with a journal in the place of the database.

The journal is written before the first call to Slack, and after each effect. Whatever line it crashes at, the next start
goes on from there: each step first looks for what an earlier try may have left. Once the database is back, the declaration
is taken into it (`recovery.py`), and all else follows as usual.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime

from bot.clock import Clock
from bot.config import Config, Settings
from bot.db import UNAVAILABLE, CommitUnknown, Database
from bot.directory.people import Actor, Standing
from bot.directory.permissions import require
from bot.errors import CallFailed, Permanent
from bot.incidents import emergency_steps as steps
from bot.incidents import forms, recovery, service
from bot.incidents.emergency_steps import EmergencyStep, JournalAttempt
from bot.incidents.field_values import as_json
from bot.incidents.jobs import RESPONSE_URL_LIFE
from bot.incidents.journal import Entry, Journal, moment
from bot.incidents.naming import emergency_name
from bot.incidents.words import checked_severity, checked_summary, checked_title
from bot.slack.client import Slack
from bot.slack.listeners import NOT_KEPT
from bot.slack.text import channel as channel_mention
from bot.slack.visit import Visit

log = logging.getLogger(__name__)

KEPT = (
    "Sevbot can't reach its database right now, so this SEV has no number yet, but it is kept, and its channel is being "
    "set up. The rest follows by itself once the database is back."
)


@dataclass(frozen=True)
class WayBack:
    """How to tell a declarer where they are. It holds an address that is a secret, so it is never written to a file."""

    answer: dict[str, str]
    since: datetime
    """Machine time."""


class Emergencies:
    """Takes declarations while the database is down, does what can be done, and brings them in when it is back."""

    def __init__(
        self,
        journal: Journal,
        database: Database,
        slack: Slack,
        clock: Clock,
        settings: Settings,
        *,
        standing: Callable[[str], Standing],
        pages: Sequence[EmergencyStep] = (),
    ) -> None:
        self.journal = journal
        self._database = database
        self._slack = slack
        self._clock = clock
        self._settings = settings
        self._standing = standing
        self._steps = steps.all_steps(slack, pages)
        self._ways_back: dict[str, WayBack] = {}
        self._first_tries: set[str] = set()
        """Declarations whose steps were never tried before: nothing needs to be looked for."""
        self._busy: set[str] = set()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="emergency")

    def start(self) -> None:
        """Read what an earlier run left behind. A recurring job goes on with it."""
        self.journal.open()

    def stop(self) -> None:
        """Begin nothing more. What is under way is found again by the journal."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def declare(self, said: service.Declaration, visit: Visit) -> str:
        """Keep a declaration in the journal, begin with what can be done, and return what the person is told.

        Raises `Refused`. Where the journal can't be written either, nothing is begun.
        """
        new = self._entry(said, visit)
        try:
            entry = self.journal.add(new, within=service.SAME_WORDS_WITHIN)
        except OSError as error:
            log.error("emergency.journal_not_written", extra={"error": type(error).__name__})  # noqa: TRY400 - its text names a path
            return NOT_KEPT
        if entry is not new:
            return _already(entry)
        log.error("emergency.declared", extra={"entry": entry.id})
        self._first_tries.add(entry.id)
        if said.answer:
            self._ways_back[entry.id] = WayBack(said.answer, self._clock.machine())
        self._pool.submit(self._begin, entry.id)
        return KEPT

    def already(self, said: service.Declaration, visit: Visit) -> str | None:
        """What somebody is told who declares again what the journal holds: the database came back a moment ago."""
        if not (waiting := self.journal.all()):
            return None
        new = self._entry(said, visit)
        same = (each for each in waiting if each.says_the_same(new, within=service.SAME_WORDS_WITHIN))
        return next((_already(each) for each in same), None)

    def carry_on(self) -> None:
        """Take every declaration into the database if that is possible now, else go on with its steps.

        A recurring job calls this.
        """
        is_back = True
        for entry in self.journal.all():
            with self._alone_with(entry.id) as is_free:
                if is_free:
                    is_back = is_back and self._bring_in(entry.id)
                    if not is_back:
                        self._do_steps(entry.id)

    def _entry(self, said: service.Declaration, visit: Visit) -> Entry:
        config = self._settings.current
        actor = Actor(user_id=visit.user_id, standing=self._standing(visit.user_id), door=visit.door)
        require(config, actor, "declare")
        title = checked_title(said.title)
        return Entry(
            declared_at=moment(visit.now),
            declared_by=visit.user_id,
            door=visit.door,
            delivery_key=visit.delivery_key,
            title=title,
            severity=checked_severity(config, said.severity),
            summary=checked_summary(said.summary),
            workflows=tuple(key for key in dict.fromkeys(said.workflows) if config.workflow(key)),
            is_private=said.is_private,
            is_drill=said.is_drill,
            fields=tuple(as_json(each) for each in said.fields),
            source=asdict(said.source) if said.source else None,
            channel_name=emergency_name(title=title, is_private=said.is_private, at=visit.now),
        )

    @contextmanager
    def _alone_with(self, entry_id: str) -> Iterator[bool]:
        """Whether nobody else works on it; then nobody will during the block."""
        with self._lock:
            is_free = entry_id not in self._busy
            if is_free:
                self._busy.add(entry_id)
        try:
            yield is_free
        finally:
            if is_free:
                with self._lock:
                    self._busy.discard(entry_id)

    def _begin(self, entry_id: str) -> None:
        with self._alone_with(entry_id) as is_free:
            if is_free:
                self._do_steps(entry_id)
                self._tell(entry_id)

    def _do_steps(self, entry_id: str) -> None:
        """Every step that is neither done nor hopeless, once, in order. What fails for now is tried again later."""
        is_first_try = entry_id in self._first_tries
        self._first_tries.discard(entry_id)
        for step in self._steps:
            entry = self.journal.get(entry_id)
            if entry is None or step.name in (*entry.done, *entry.failed) or not step.is_wanted(entry):
                continue
            attempt = JournalAttempt(look_first=not is_first_try)
            try:
                done = step.run(steps.Work(entry, self._config, self.journal, attempt))
            except Permanent as error:
                log.warning("emergency.step_failed", extra={"entry": entry_id, "step": step.name, "error": error.code})
                self._keep(entry_id, failed={step.name: error.code})
            except CallFailed as error:
                log.warning("emergency.step_waits", extra={"entry": entry_id, "step": step.name, "error": error.code})
                is_first_try = False
            else:
                self._keep(entry_id, done={step.name: done})

    @property
    def _config(self) -> Config:
        return self._settings.current

    def _keep(self, entry_id: str, *, done: dict[str, str] | None = None, failed: dict[str, str] | None = None) -> None:
        entry = self.journal.get(entry_id)
        if entry is not None:
            self.journal.update(entry_id, done=entry.done | (done or {}), failed=entry.failed | (failed or {}))

    def _tell(self, entry_id: str) -> None:
        """Tell the declarer, where they are, what was done and what was not."""
        entry, way = self.journal.get(entry_id), self._ways_back.get(entry_id)
        if entry is None or way is None:
            return
        text = steps.account(entry)
        try:
            if view_id := way.answer.get("view_id"):
                self._slack.call("views.update", kind=steps.KIND, view_id=view_id, view=forms.declared(text))
            elif url := way.answer.get("response_url"):
                self._slack.respond(url, text=text, blocks=None)
        except CallFailed as error:
            log.warning("emergency.not_told", extra={"entry": entry_id, "error": str(error)})

    def _bring_in(self, entry_id: str) -> bool:
        """Take it into the database; False where that is still down. A declaration that can't be taken stays, told loudly."""
        entry = self.journal.get(entry_id)
        if entry is None:
            return True
        way = self._ways_back.get(entry_id)
        is_fresh = way is not None and self._clock.machine() - way.since < RESPONSE_URL_LIFE
        answer = way.answer if way and is_fresh else {}
        now = self._clock.now()
        try:
            self._database.run(
                lambda session: recovery.bring_in(session, entry, answer=answer, config=self._config, now=now)
            )
        except (*UNAVAILABLE, CommitUnknown) as error:
            log.warning("emergency.waits_for_database", extra={"entry": entry_id, "error": type(error).__name__})
            return False
        self.journal.remove(entry_id)
        self._ways_back.pop(entry_id, None)
        log.info("emergency.brought_in", extra={"entry": entry_id})
        return True


def _already(entry: Entry) -> str:
    place = f": {channel_mention(entry.channel_id)}" if entry.channel_id else "; its channel is being set up"
    return f"That SEV is declared already{place}. It gets its number once the database is back."
