"""Where text goes in: every verb and every field of every form, found in the bot's own tables, and driven as Slack would."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.app import Bot
from bot.incidents.model import Incident
from bot.playground import Person, Playground, messages, people
from bot.playground.elements import VALUE_KEYS, all_options, initial_value
from bot.playground.form import action_of, wants_dispatch
from bot.playground.model import Channel, Json, Message, View
from bot.playground.traffic import Delivery
from bot.remediation.model import ActionItem
from bot.workflows.problems import service as problems
from bot.workflows.problems.service import Sign
from tests.anytext.hostile import hostile, moments
from tests.anytext.watching import ADOPTABLE
from tests.databases import UNDELIVERED, has_rows

STATUSES = ("investigating", "mitigated", "resolved", "cancelled")
SHAPES = ("{verb} {text}", "{verb} SEV-{number} {text}", "{verb} SEV3 {text}", "{verb} resolved {text}")
ADOPT = "/sev adopt"
"""Typed where there is no SEV yet."""
ITEM_BUTTONS = {f"item.open_{what}" for what in ("edit", "done", "snooze", "give", "wont_do", "due")}
"""Buttons that are about an item of the SEV's."""
PATIENCE = 30.0
"""Seconds for an answer: what is asked here is what is answered, not how soon."""
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "plain_text_input": hostile,
    "static_select": hostile,
    "multi_static_select": st.lists(hostile, max_size=3),
    "checkboxes": st.lists(hostile, max_size=3),
    "datetimepicker": moments,
    "timepicker": hostile,
    "multi_users_select": st.lists(hostile, max_size=3),
    "datepicker": hostile,
    "users_select": hostile,
}
"""What is put into each type of input. A new type has to be given something here."""


@dataclass(frozen=True)
class Target:
    """One place where text goes in. `drive` puts a drawn value there and returns what Slack delivered."""

    name: str
    values: st.SearchStrategy[Any]
    drive: Callable[[Any], Delivery]


class Driver:
    """Ada, putting anything anywhere. `driven` counts what went where."""

    def __init__(self, slack: Playground, bot: Bot, ada: Person) -> None:
        slack.post.ack_within = PATIENCE
        self.slack = slack
        self.bot = bot
        self.ada = ada
        self.driven: Counter[str] = Counter()
        self.number = 0

    def targets(self) -> list[Target]:
        """Every verb, a verb that is none, every field of every form, and the message a SEV is declared from."""
        self.gets_a_sev()
        return [*self._verbs(), *self._fields(), Target("message", hostile, self._declares_from)]

    def gets_a_sev(self) -> None:
        """A SEV of ada's own to work on, in whose channel she is."""
        self.ada.goes_to("#general")
        with self.bot.database.read() as session:
            self.number = len(session.scalars(select(Incident.id)).all()) + 1
        self.ada.types(f"/sev declare SEV3 something to work on, number {self.number}")
        self.settles()
        self.ada.goes_to(self.slack.workspace.channels[self._sev().channel_id or ""])
        self.ada.types("/sev action add something to do @ada")
        self._sees_a_sign()

    def _sees_a_sign(self) -> None:
        """Something is wrong besides, which bears the SEV's number: buttons are about it, too."""
        sign = Sign(workflow="", source="check", key=f"{self.number}", title=f"trouble number {self.number}")
        config, now = self.bot.settings.current, self.bot.clock.now()
        self.bot.database.run(lambda session: problems.seen(session, sign, config=config, now=now))

    def settles(self) -> None:
        """Wait until Slack shows all that was decided."""
        self.slack.wait_until(self._is_settled, within=60, why="the outbox is empty")
        self.slack.wait_quiet(quiet=0.05)

    def _is_settled(self) -> bool:
        return not has_rows(self.bot.database, UNDELIVERED)

    def _sev(self) -> Incident:
        with self.bot.database.read() as session:
            incident = session.scalars(select(Incident).where(Incident.number == self.number)).one()
            session.expunge_all()
            return incident

    def _is_in(self, status: str) -> None:
        """Bring the SEV into a status at once, and open its items, so that what follows is not always refused alike."""
        statement = update(Incident).where(Incident.number == self.number).values(status=status)
        is_own = ActionItem.incident_id.in_(select(Incident.id).where(Incident.number == self.number))
        opened = update(ActionItem).where(is_own).values(state="open")
        self.bot.database.run(lambda session: (session.execute(statement), session.execute(opened)))

    # Verbs

    def _verbs(self) -> Iterator[Target]:
        drawn = st.tuples(st.sampled_from(SHAPES), hostile, st.sampled_from(STATUSES), st.booleans())
        for verb in (*(command.verb for command in self.bot.rooms.commands.all()), ""):
            yield Target(f"verb {verb or 'none'}", drawn, partial(self._types, verb))

    def _types(self, verb: str, drawn: tuple[str, str, str, bool]) -> Delivery:
        """Type a line. Whether slash text arrives escaped is documented nowhere, so it is tried both ways."""
        shape, text, status, is_raw = drawn
        self._is_in(status)
        line = f"/sev {shape.format(verb=verb, text=text, number=self.number)}"
        with self.slack.workspace.lock:
            channel = self.slack.workspace.channels[self._sev().channel_id or ""]
            typed = line if is_raw else people.typed(self.slack.workspace, line, labels=True)
            delivery, shown = self.slack.client.command(self.ada.user, channel, typed)
        assert delivery is not None
        assert delivery.wait(PATIENCE)
        assert shown or self._stack(), f"neither a sentence nor a form: {delivery.error}"
        return self._done(f"verb {verb or 'none'}", delivery)

    # Forms

    def _fields(self) -> Iterator[Target]:
        seen: set[str] = set()
        for opener in self._openers():
            view = self._opens(opener)
            callback_id = str(view.content["callback_id"])
            for block in view.blocks if callback_id not in seen else []:
                if block["type"] == "input":
                    yield self._field(opener, callback_id, block)
            seen.add(callback_id)
            self._stack().clear()
        assert seen == set(self.bot.rooms.forms), "a form that nobody could open"

    def _openers(self) -> list[str]:
        """Whatever opens a form: shortcuts, buttons, and the verbs that always do."""
        by_verb = [f"/sev {command.verb}" for command in self.bot.rooms.commands.all() if command.form]
        return [*self.bot.rooms.openers, *(line for line in by_verb if line != "/sev adopt"), ADOPT]

    def _field(self, opener: str, callback_id: str, block: Json) -> Target:
        name = f"field {callback_id} {block['block_id']}"
        drawn = st.tuples(VALUES[block["element"]["type"]], st.sampled_from(STATUSES))

        def drive(value: tuple[Any, str]) -> Delivery:
            self._is_in(value[1])
            return self._done(name, self._sends(self._opens(opener), block["block_id"], value[0]))

        return Target(name, drawn, drive)

    def _opens(self, opener: str, on: Message | None = None) -> View:
        """Open a form by its shortcut or its button, and wait until the bot has completed it."""
        client = self.slack.client
        shortcut = next((each for each in client.shortcuts if each.callback_id == opener), None)
        with self.slack.workspace.lock:
            if opener.startswith("/sev "):
                channel = self._war_room() if opener == ADOPT else self.slack.channel(self._sev().channel_id or "")
                delivery = self.slack.client.command(self.ada.user, channel, opener)[0]
            elif shortcut:
                message = on or (self._says_elsewhere("as usual") if shortcut.type == "message" else None)
                delivery = client.shortcut(self.ada.user, shortcut, message)
            else:
                what = f"{self.number}/1" if opener in ITEM_BUTTONS else str(self.number)
                click = {"type": "button", "action_id": opener, "value": what}
                delivery = client.act(self.ada.user, self._card(), "buttons", click)
        assert delivery is not None
        assert delivery.wait(PATIENCE)
        self.slack.wait_until(self._form, why=f"{opener} opens a form")
        return self._stack()[-1]

    def _war_room(self) -> Channel:
        """A channel of ada's own, as long as it is no SEV's."""
        if ADOPTABLE not in self.ada.channels:
            self.ada.creates(ADOPTABLE)
        return self.slack.channel(f"#{ADOPTABLE}")

    def _form(self) -> bool:
        stack = self._stack()
        return bool(stack) and stack[-1].content["callback_id"] in self.bot.rooms.forms

    def _sends(self, view: View, field: str, value: Any) -> Delivery:
        """Send a form with `value` in one field and what it takes in the others; Slack's client checks nothing here."""
        for block in view.blocks:
            if block["type"] != "input":
                continue
            element, name = block["element"], block["block_id"]
            usual = initial_value if name.startswith("field:") else self._usual_state  # not every text is a number
            state = _state(element, value) if name == field else usual(element)
            view.typed.setdefault(name, {})[element["action_id"]] = state
            if name == field and wants_dispatch(block):
                acted = self.slack.client.act(self.ada.user, view, field, action_of(element, state))
                assert acted.wait(PATIENCE)
        with self.slack.workspace.lock:
            delivery = self.slack.client.submit(self.ada.user, view)
        assert delivery.wait(PATIENCE)
        return delivery

    def _usual_state(self, element: Json) -> Json:
        state = initial_value(element)
        if element["type"] == "plain_text_input":
            return state | {"value": state["value"] or f"trouble number {self.driven.total()}"}
        if element["type"] == "static_select" and state["selected_option"] is None:
            options = all_options(element)
            return state | {"selected_option": options[len(options) // 2]}
        return state

    def _declares_from(self, text: str) -> Delivery:
        """Declare a SEV from a message with any text, by sending the form as it opens."""
        view = self._opens("incident.declare_from_message", on=self._says_elsewhere(text))
        return self._done("message", self._sends(view, "", None))

    def _says_elsewhere(self, text: str) -> Message:
        """A message in no SEV's channel."""
        with self.slack.workspace.lock:
            return messages.post(self.slack.workspace, self.slack.channel("#general"), self.ada.id, text)

    def _card(self) -> Message:
        channel = self.slack.workspace.channels[self._sev().channel_id or ""]
        return channel.messages[channel.pins[0]["ts"]]

    def _stack(self) -> list[View]:
        return self.slack.workspace.modals.setdefault(self.ada.id, [])

    def _done(self, name: str, delivery: Delivery) -> Delivery:
        self.driven[name] += 1
        with self.slack.workspace.lock:
            self._stack().clear()
        return delivery


def _state(element: Json, value: Any) -> Json:
    """The state of an element somebody put `value` into. A menu's value need not be among its options any more."""
    key = VALUE_KEYS[element["type"]]
    if key == "selected_option":
        return {"type": element["type"], key: _option(value)}
    if key == "selected_options":
        return {"type": element["type"], key: [_option(each) for each in value]}
    return {"type": element["type"], key: value}


def _option(value: str) -> Json:
    return {"text": {"type": "plain_text", "text": value[:75] or "x"}, "value": value}
