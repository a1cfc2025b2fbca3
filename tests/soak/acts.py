"""What people and services do about SEVs, each until it is taken; and what then must be told of it."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from bot.playground import Delivery, Impossible, Person
from bot.playground.model import BOT_USER_ID, Message
from tests.soak import company
from tests.soak.plan import NEGLECTED, Act, Sev
from tests.soak.stage import NOT_KEPT, WITHIN, Stage
from tests.soak.told import STATUS_LABELS, Told

SERVICE = "api:ci"
COMMANDER = "Incident commander"
NEGLECTED_AFTER = (60, 120)
SHORT_FORMS = {"mitigated": "mitigate", "resolved": "resolve", "closed": "close"}


class Acting:
    """One act on its way. It knows who acts, on which SEV, and what is to be said."""

    def __init__(self, stage: Stage, act: Act) -> None:
        self.stage = stage
        self.act = act
        self.sev: Sev = stage.plan.sevs[act.sev]
        self.told: Told = stage.told[act.sev]
        self.person: Person = stage.person(act.who)

    def happens(self) -> None:
        """Do it. What is about a SEV that is not there is not done."""
        deed = ACTS.get(self.act.what)
        if deed is not None:
            deed(self)
        else:
            self._typed_status()

    @property
    def words(self) -> str:
        return self.act.words

    def types(self, line: str, *sentences: str, events: tuple[str, ...] = ()) -> str:
        """They type a line, of which the timeline must tell the sentences then."""
        expected = [*self.told.sentences, *sentences]
        said = self.stage.types(
            self.act.who, line, lambda: all(self._is_told(each, expected.count(each)) for each in sentences)
        )
        self.told.says(*sentences, events=events)
        return said

    def _is_told(self, sentence: str, times: int) -> bool:
        return self.stage.sentences(self.told.number).count(sentence) >= times

    # How a SEV begins

    def declare(self) -> None:
        """It is declared, one way or another."""
        ways: Mapping[str, Callable[[], None]] = {
            "form": self._by_form, "service": self._by_service, "message": self._from_message,
        }  # fmt: skip
        ways.get(self.sev.way, self._by_words)()
        self.stage.holds(self._has_number)
        assert self.told.number, f"{self.told.title!r} is not declared"
        self._was_declared(SERVICE if self.sev.way == "service" else self.person.id)

    def _has_number(self) -> bool:
        self.told.number = self.stage.number_of(self.told.title)
        return bool(self.told.number)

    def _was_declared(self, by: str) -> None:
        told = self.told
        told.by, told.declared_at = by, self.stage.now
        if self.sev.way == NEGLECTED:
            told.reminded_after += NEGLECTED_AFTER
        told.says(f"{by} declared it as {told.severity}.", events=("incident.declared",))

    def _by_words(self) -> None:
        sev = self.sev
        flags = f"{' --private' if sev.is_private else ''}{' --drill' if sev.is_drill else ''}"
        line = f"/sev declare {sev.severity} {sev.title}{flags}"
        self.stage.types(self.act.who, line, lambda: bool(self.stage.number_of(sev.title)))

    def _by_form(self) -> None:
        self._opens_form(lambda: self.person.types("/sev declare"))
        self.person.fills(Title=self.sev.title, Severity=self.sev.severity, Summary="as the form says")
        self._submits()

    def _from_message(self) -> None:
        report = self.person.says(self.sev.title, in_="#random")
        self._opens_form(lambda: self.person.uses_message_shortcut("Declare a SEV from this message", on=report))
        self.person.fills(Severity=self.sev.severity)
        self._submits()
        self.told.says(f"{self.person.id}: {self.sev.title}")

    def _opens_form(self, open_it: Callable[[], object]) -> None:
        def opened() -> Delivery | None:
            found = None if self.person.modal else open_it()
            return None if self.person.modal else _refused(found)

        self.stage.insists(opened, lambda: self.person.modal is not None)

    def _submits(self) -> None:
        title = self.told.title

        def submit() -> Delivery | None:
            try:
                sent = self.person.submits()
            except Impossible:  # the form gave way to what came of it: it arrived, whatever Slack said
                return None
            if any(NOT_KEPT in each for each in sent.errors.values()):
                sent.error = NOT_KEPT
            else:
                assert not sent.errors, sent.errors
            return sent

        self.stage.insists(submit, lambda: bool(self.stage.number_of(title)))
        if self.person.modal:
            self.person.closes_modal()
        self.stage.notes(f"{self.act.who} declares {title!r} by a form")

    def _by_service(self) -> None:
        content = {"title": self.sev.title, "severity": self.sev.severity, "summary": "as a service says"}
        self._calls_twice("POST", "", content, HTTPStatus.CREATED)

    def alert(self) -> None:
        """A monitoring notices something."""
        self.stage.delivers(self._alert("down"))

    def declare_from_alert(self) -> None:
        """Somebody makes a SEV of it. (Who does is in the channel of those who own what is wrong.)"""
        self.stage.slack.faults.clear()  # what Slack does not show nobody can click
        self.person = self.stage.person("ada" if self.act.sev % 20 > 10 else "grace")
        message = self.stage.slack.wait_until(self._message_of_alert, within=WITHIN, why="the alert is told")
        self._opens_form(lambda: self.person.clicks("Declare SEV", in_=company.OWNERS, message=message))
        self.person.fills(Severity=self.sev.severity)
        self.told.title, sign = f"Service {self.act.sev}: {self.sev.title}", self.sev.title
        self._submits()
        self.stage.holds(self._has_number)
        self.told.detected_by = "alert"
        self.told.says(f"An alert detected it: {sign}")
        self._was_declared(self.person.id)

    def _message_of_alert(self) -> Message | None:
        self.stage.loops()
        with self.stage.slack.workspace.lock:
            posted = list(self.stage.slack.channel(company.OWNERS).messages.values())
        return next((each for each in posted if each.by_app and self.sev.title in str(each.blocks)), None)

    def alert_is_over(self) -> None:
        """What was noticed is over."""
        self.stage.delivers(self._alert("ok"))
        self.told.says(f"The alert is over: {self.sev.title}")

    def _alert(self, state: str) -> dict[str, str]:
        return {
            "key": f"alert-{self.act.sev}", "title": self.sev.title, "workflow": company.alerting(self.act.sev),
            "urgency": "critical", "state": state,
        }  # fmt: skip

    # What is done about it

    def take(self) -> None:
        """They take command."""
        self.types(f"/sev take {self.told.name} commander", f"{self.person.id} took the role: {COMMANDER}.")

    def note(self) -> None:
        """They write something down."""
        self.types(f"/sev log {self.told.name} {self.words}", f"{self.person.id}: {self.words}")

    def update(self) -> None:
        """They tell everybody how it stands."""
        self.types(
            f"/sev update {self.told.name} {self.words}", f"{self.person.id} gave an update: {self.words}",
            events=("incident.update",),
        )  # fmt: skip

    def title(self) -> None:
        """They find a better title."""
        self.types(
            f"/sev title {self.told.name} {self.words}", f"{self.person.id} changed the title to “{self.words}”.",
            events=("incident.title",),
        )  # fmt: skip
        self.told.title = self.words

    def summary(self) -> None:
        """They sum it up."""
        self.types(
            f"/sev summary {self.told.name} {self.words}", f"{self.person.id} changed the summary: {self.words}",
            events=("incident.summary",),
        )  # fmt: skip

    def severity(self) -> None:
        """They think it is worse, or not so bad."""
        before, after = self.told.severity, self.words
        if before == after:
            return
        sentence = f"{self.person.id} changed the severity from {before} to {after}."
        self.types(f"/sev severity {self.told.name} {after}", sentence, events=("incident.severity",))
        self.told.severity = after

    def item(self) -> None:
        """Something is to be done afterwards."""
        self._item_is_added(by_typing=True)

    def _item_is_added(self, *, by_typing: bool) -> None:
        sentence = f"{self.person.id} added the action item {self.told.name} “{self.words}”"
        if by_typing:
            self.types(f"/sev action {self.told.name} add {self.words}", sentence)
        else:
            self.told.says(sentence)
        self.told.items[self.words] = "open"

    def item_done(self) -> None:
        """The first of what was to be done is done."""
        open_ones = [title for title, state in self.told.items.items() if state == "open"]
        if not open_ones:
            return
        self.stage.holds(lambda: self._number_of_item(open_ones[0]) > 0)
        name = f"{self.told.name}/{self._number_of_item(open_ones[0])}"
        self.types(
            f"/sev action done {name} {self.words}", f"{self.person.id} did {name} “{open_ones[0]}”: {self.words}"
        )
        self.told.items[open_ones[0]] = "done"

    def _number_of_item(self, title: str) -> int:
        return self.stage.slack.wait_until(
            lambda: self.stage.number_of_item(title), within=WITHIN, why="the item is there"
        )

    def pin(self) -> None:
        """They say something that belongs on the timeline."""
        said = self._says_there()
        self.person.reacts("pushpin", to=said)
        self.told.says(f"{self.person.id}: {self.words}")
        self.stage.notes(f"{self.act.who} pins {self.words!r} to {self.told.name}")

    def item_by_reaction(self) -> None:
        """They say something that is to be done."""
        said = self._says_there()
        self.person.reacts("hammer_and_wrench", to=said)
        self._item_is_added(by_typing=False)
        self.stage.notes(f"{self.act.who} makes {self.words!r} an item of {self.told.name}")

    def _says_there(self) -> Message:
        channel = self.stage.channel_of(self.told)
        if self.person.id not in channel.members:
            self.person.joins(channel)
        return self.person.says(self.words, in_=channel)

    def service_note(self) -> None:
        """A service writes something down; of a private SEV it knows nothing."""
        if self.told.is_private:
            self.note()
            return
        self._calls_twice("POST", f"/{self.told.number}/timeline", {"text": self.words}, HTTPStatus.CREATED)
        self.told.says(f"{SERVICE}: {self.words}")

    def _calls_twice(self, method: str, path: str, content: object, wanted: HTTPStatus) -> None:
        """A service calls, and again, since it did not wait for the answer."""
        key = f"{self.stage.plan.seed}-{self.act.sev}-{self.act.turn}"
        answers = [self.stage.asks(method, path, content, **{"Idempotency-Key": key}) for _ in range(2)]
        assert [each.status_code for each in answers] == [wanted, wanted], answers[0].text
        assert answers[0].json() == answers[1].json()
        self.stage.notes(f"{SERVICE} calls {method} {path or '/'} {content}")

    # How it goes on and ends

    def _typed_status(self) -> None:
        status = self.act.what
        word = SHORT_FORMS.get(status, f"status {status}")
        verb, _, rest = word.partition(" ")
        line = f"/sev {verb} {self.told.name}{f' {rest}' if rest else ''}"
        self._comes_to(status, line, f"{self.person.id} set the status to {STATUS_LABELS[status]}.")

    def _comes_to(self, status: str, line: str, sentence: str) -> None:
        event = "incident.resolved" if status == "resolved" else "incident.status"
        self.types(line, sentence, events=(event,))
        self.told.status = status
        if not self.told.is_open:
            self.told.over_at = self.told.over_at or self.stage.now

    def cancel(self) -> None:
        """It was none."""
        sentence = f"{self.person.id} set the status to Cancelled: {self.words}"
        self._comes_to("cancelled", f"/sev cancel {self.told.name} {self.words}", sentence)

    def reopen(self) -> None:
        """It is not over."""
        sentence = f"{self.person.id} reopened it: {self.words}"
        self.types(f"/sev reopen {self.told.name} {self.words}", sentence, events=("incident.reopened",))
        self.told.status, self.told.was_reopened = "investigating", True

    def postmortem(self) -> None:
        """They begin to learn from it."""
        self.types(f"/sev postmortem {self.told.name}", f"{self.person.id} began the postmortem.")


def _refused(found: object) -> Delivery:
    """A delivery that opened nothing."""
    delivery = found if isinstance(found, Delivery) else getattr(found, "delivery", None)
    assert isinstance(delivery, Delivery)
    delivery.error = delivery.error or "no form opened"
    return delivery


BOT = BOT_USER_ID
ACTS: Mapping[str, Callable[[Acting], None]] = {
    name: getattr(Acting, name)
    for name in (
        "declare", "alert", "declare_from_alert", "alert_is_over", "take", "note", "update", "title", "summary",
        "severity", "item", "item_done", "pin", "item_by_reaction", "service_note", "cancel", "reopen", "postmortem",
    )
}  # fmt: skip
