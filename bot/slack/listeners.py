"""From Slack to a room and back: one transaction around each visit, and the answer only after it was committed.

A failed event is answered with an error, so that Slack delivers it again. A failed command, click or form never comes
again: it is rolled back, acknowledged, and the person is told in a sentence.
"""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

from prometheus_client import Histogram
from slack_bolt import App, BoltResponse
from slack_bolt.context.ack import Ack
from slack_bolt.request import BoltRequest
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.db import UNAVAILABLE, CommitUnknown, Database, log_failure
from bot.errors import CallFailed, Refused
from bot.outbox.enqueue import PENDING_ENQUEUES
from bot.slack import answers
from bot.slack import visit as visits
from bot.slack.client import MODAL_TIMEOUT, Slack
from bot.slack.commands import NAME, Form
from bot.slack.recent import RecentKeys, Turns
from bot.slack.rooms import Rooms, no_such_form
from bot.slack.text import escape, mentioned_users
from bot.slack.visit import Answer, View, Visit

log = logging.getLogger(__name__)

ACKS = Histogram(
    "sevbot_ack_seconds", "Time from a request's arrival to its answer.", ["what"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 3),
)  # fmt: skip

UNSURE = "Sevbot lost its database in that very moment, and can't say whether this was kept. Look before you repeat it."
NOT_KEPT = "Sevbot can't reach its database right now, so nothing was changed. Please try again in a moment."
BROKEN = "Something went wrong in Sevbot, and nothing was changed. Please try again; if it stays, tell its operators."
KEPT = "Slack does not take what Sevbot posts at the moment: this is kept, and shows when Slack is back."
NO_FORM = f"Slack did not open the form in time. Try again, or do it at once: `{NAME} declare SEV2 what is wrong`."

T = TypeVar("T")
LEARN_WITHIN = 1.2
"""Seconds for getting to know the people somebody mentions: they wait for it."""
MOST_LEARNED = 30
"""How many of them at most: Slack lets one ask about so many at once."""


class Listeners:
    """Attaches the rooms to a Bolt app."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        slack: Slack,
        rooms: Rooms,
        *,
        learn: Callable[[str], None],
        all_must_be_known: Callable[[], bool],
        is_behind: Callable[[], bool],
    ) -> None:
        self._database = database
        self._clock = clock
        self._slack = slack
        self._rooms = rooms
        self._learn = learn
        """Gets to know a person, over the network if need be, before the transaction."""
        self._all_must_be_known = all_must_be_known
        """Whether also those who only look must be known, since not everybody may."""
        self._is_behind = is_behind
        """Whether what is asked for now will show late, since Slack takes nothing."""
        self._sent = RecentKeys()
        self._turns = Turns()
        """Forms that were sent: what is still under way to them must not take the place of the answer."""
        self._aside = ThreadPoolExecutor(32, thread_name_prefix="aside")

    def attach(self, app: App) -> None:
        """Register one listener per kind of delivery; which room it is for is looked up in our own tables."""
        anything = re.compile(".*")
        app.event(anything)(self._on_event)  # first, since they are the most, and Bolt asks in this order
        app.command(NAME)(self._on_command)
        app.action(anything)(self._on_click)
        app.view_submission(anything)(self._on_form)
        app.view_closed(anything)(_accept)
        app.shortcut(anything)(self._on_shortcut)
        app.error(self._on_error)

    def stop(self) -> None:
        """Begin nothing more aside. What is under way there (a form's update) is nobody's loss if it is cut off."""
        self._aside.shutdown(wait=False, cancel_futures=True)

    def _on_event(self, body: dict[str, Any]) -> None:
        with ACKS.labels("event").time():
            self._rooms.events.take(body, now=self._clock.now())

    def _on_command(self, ack: Ack, body: dict[str, Any]) -> None:
        with ACKS.labels("command").time():
            visit = visits.from_command(body, now=self._clock.now())
            answer = self._tell(lambda: self._command(visit, body.get("text") or ""))
            if answer.text or answer.blocks:
                ack(text=answer.text, blocks=answer.blocks)
            else:
                ack()

    def _command(self, visit: Visit, text: str) -> Answer:
        command, line = self._rooms.commands.find(text)
        form = command.form(visit, line) if command.form else None
        if form:
            return self._open(form, visit)
        if command.names_people:
            self._learn_all(mentioned_users(line.text)[:MOST_LEARNED])
        asked: list[bool] = []

        def run(session: Session) -> Answer:
            answer = command.run(session, visit, line)
            asked[:] = [bool(session.info.get(PENDING_ENQUEUES))]
            return answer

        alone = partial(command.alone, visit, line) if command.alone else None
        answer = self._run(run, visit, changes=command.changes, alone=alone)
        if any(asked) and answer.text and not answer.blocks and self._is_behind():
            return replace(answer, text=f"{answer.text}\n{KEPT}")
        return answer

    def _on_click(self, ack: Ack, body: dict[str, Any]) -> None:
        with ACKS.labels("click").time():
            visit = visits.from_interaction(body, now=self._clock.now())
            self._sent.discard(visit.view_id)
            turn = self._turns.take(visit.view_id)
            name = _room_verb(body)
            answer = self._tell(lambda: self._click(name, visit))
            ack()
        if answer.view and visit.view_id:
            self._aside.submit(self._update, visit.view_id, answer.view, visit.view_hash, turn=turn)
        if (answer.text or answer.blocks) and visit.response_url:
            self._aside.submit(answers.respond, self._slack, visit.response_url, answer)
        elif answer.text and (body.get("view") or {}).get("type") == "home":
            self._aside.submit(answers.show, self._slack, visit.trigger_id, answer)

    def _click(self, name: str, visit: Visit) -> Answer:
        opens = self._rooms.openers.get(name)
        if opens:
            return self._open(opens(visit), visit)
        click = self._rooms.clicks.get(name)
        if click is None:
            return visits.DONE  # a link, or a field whose value is read when the form is sent
        changes = name not in self._rooms.free_clicks
        return self._run(lambda session: click(session, visit), visit, changes=changes, alone=self._alone(name, visit))

    def _on_shortcut(self, ack: Ack, body: dict[str, Any]) -> None:
        with ACKS.labels("shortcut").time():
            visit = visits.from_interaction(body, now=self._clock.now())
            answer = self._tell(lambda: self._shortcut(body["callback_id"], visit))
            ack()
        if answer.text and visit.response_url:
            self._aside.submit(answers.respond, self._slack, visit.response_url, answer)

    def _shortcut(self, name: str, visit: Visit) -> Answer:
        does = self._rooms.shortcuts.get(name)
        done = self._run(lambda session: does(session, visit), visit, changes=True) if does else None
        opens = self._rooms.openers.get(name) if done is None else None
        return self._open(opens(visit), visit) if opens else done or visits.DONE

    def _on_form(self, ack: Ack, body: dict[str, Any]) -> None:
        with ACKS.labels("form").time():
            visit = visits.from_interaction(body, now=self._clock.now())
            name = body["view"]["callback_id"]
            form, alone = self._rooms.forms.get(name, no_such_form), self._alone(name, visit)
            self._sent.add(visit.view_id)
            self._learn_all(visit.people[:MOST_LEARNED])
            answer = self._tell(
                lambda: self._run(lambda session: form(session, visit), visit, changes=True, alone=alone)
            )
            if answer.errors:
                ack(response_action="errors", errors=answer.errors)
            elif answer.keeps_form:
                ack(**visits.sent_back(body, answer.text))
            elif answer.view or answer.text:
                ack(response_action="update", view=answer.view or visits.notice("Sevbot", escape(answer.text)))
            else:
                ack()

    def _alone(self, name: str, visit: Visit) -> Callable[[], Answer] | None:
        alone = self._rooms.alone.get(name)
        return partial(alone, visit) if alone else None

    def _run(
        self, work: Callable[[Session], T], visit: Visit, *, changes: bool, alone: Callable[[], T] | None = None
    ) -> T:
        """Do it; where the database is down, do what can be done `alone`."""
        try:
            return self._run_in_database(work, visit, changes=changes)
        except UNAVAILABLE as error:
            if alone is None:
                raise
            log_failure(log, "visit.without_database", error)
            return alone()

    def _run_in_database(self, work: Callable[[Session], T], visit: Visit, *, changes: bool) -> T:
        """Do it: in a transaction where it changes something, else beside all who write."""
        if changes or self._all_must_be_known():
            self._learn(visit.user_id)
        else:
            self._aside.submit(self._learn, visit.user_id)  # so that it is known when they come to change something
        if changes:
            return self._database.run(work)
        with self._database.read() as session:
            return work(session)

    def _learn_all(self, user_ids: Sequence[str]) -> None:
        """Get to know several people at once. Who is not known in time stays unknown; the visit goes on."""
        wait([self._aside.submit(self._learn, user_id) for user_id in user_ids], timeout=LEARN_WITHIN)

    def _tell(self, work: Callable[[], Answer]) -> Answer:
        """Do it, and turn what cannot be done into a sentence."""
        try:
            return work()
        except Refused as refusal:
            return Answer(text=refusal.sentence, errors={refusal.field: refusal.sentence} if refusal.field else {})
        except CommitUnknown:
            log.exception("visit.commit_unknown")
            return Answer(text=UNSURE, keeps_form=True)  # what was kept is not done again for the same form
        except SQLAlchemyError as error:
            log_failure(log, "visit.not_kept", error)
            return Answer(text=NOT_KEPT, keeps_form=True)

    def _open(self, form: Form, visit: Visit) -> Answer:
        """Open a modal with what is in memory, and complete it from the database aside. Raises `Refused`."""
        self._aside.submit(self._learn, visit.user_id)
        try:
            answer = self._slack.call(
                "views.open", kind="form", trigger_id=visit.trigger_id, view=form.view, timeout=MODAL_TIMEOUT
            )
        except CallFailed as error:
            log.warning("visit.form_not_opened", extra={"error": str(error)})
            raise Refused(NO_FORM) from None
        if form.complete:
            self._aside.submit(self._complete, answer["view"], form)
        return visits.DONE

    def _complete(self, opened: View, form: Form) -> None:
        assert form.complete is not None  # noqa: S101 - only then there is something to complete
        try:
            with self._database.read() as session:
                view = form.complete(session)
        except Refused as refusal:
            view = visits.notice("Sevbot", refusal.sentence)
        except SQLAlchemyError as error:
            log_failure(log, "visit.form_not_completed", error)
            if form.works_alone:
                return
            view = visits.notice("Sevbot", NOT_KEPT)
        self._update(opened["id"], view, opened["hash"])

    def _update(self, view_id: str, view: View, seen: str | None, *, turn: int = 0) -> None:
        """Show another view in its place, unless it was sent meanwhile, or is not the one `seen` any more (by its hash).

        `turn` is a click's: where the view was changed before that, this one is newer, and where a later click came, it is not.
        """
        if view_id in self._sent or (turn and self._turns.is_over(view_id, turn)):
            return
        try:
            self._slack.call("views.update", kind="form", view_id=view_id, view=view, hash=seen, timeout=MODAL_TIMEOUT)
        except CallFailed as error:  # it was closed, sent or changed meanwhile, or Slack is away: it serves as it is
            if error.code == "hash_conflict" and turn and view_id not in self._sent:
                self._update(view_id, view, None, turn=turn)
                return
            log.warning("visit.form_not_updated", extra={"error": str(error)})

    def _on_error(self, error: Exception, request: BoltRequest) -> BoltResponse:
        """The last resort for what no listener foresaw. An event fails, to be delivered again; a person is told."""
        log_failure(log, "visit.failed", error)
        kind = (request.body or {}).get("type")
        if kind == "event_callback":
            return BoltResponse(status=HTTPStatus.INTERNAL_SERVER_ERROR)
        if kind == "view_submission":
            return BoltResponse(status=HTTPStatus.OK, body=visits.sent_back(request.body, BROKEN))
        if kind is None:
            return BoltResponse(status=HTTPStatus.OK, body={"text": BROKEN})
        response_url = (request.body or {}).get("response_url")
        if response_url:
            self._aside.submit(answers.respond, self._slack, response_url, Answer(text=BROKEN))
        return BoltResponse(status=HTTPStatus.OK)


def _room_verb(body: Mapping[str, Any]) -> str:
    return str(body["actions"][0]["action_id"]).partition(":")[0]


def _accept(ack: Ack) -> None:
    ack()
