"""A private SEV leaves no trace for others: whatever they type, click, send or ask for, and wherever they look.

What there is to try is taken from the bot's own tables, so a new verb, click, form, event or route is tried too.
"""

import ast
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from pythonjsonlogger.json import JsonFormatter
from sqlalchemy import text

from bot.app import Bot
from bot.logs import LEVELS, TextFormatter
from bot.playground import Person
from bot.playground.model import Message, View
from tests.architecture.source import BOT, bot_files, place, tree
from tests.scenarios import leak_register
from tests.scenarios.stories import Sev, Stage

CANARY = "quetzal"
"""The word that only the private SEV knows."""
SECRETS = f"salaries of the {CANARY} project are public"


@dataclass
class Snoop:
    """Somebody who may not see the private SEV, and tries everything. `answers` is what they were told."""

    stage: Stage
    person: Person
    beside: Message
    """A message of the bot that they can see, whose buttons they misuse."""
    answers: list[str] = field(default_factory=list)

    def types_every_verb(self, number: int) -> None:
        for command in self.stage.bot.rooms.commands.all():
            for words in (
                "",
                f"SEV-{number}",
                f"SEV-{number} SEV2",
                f"SEV-{number} because I can",
                f"sev-{number} resolved",
                f"SEV-{number + 1} SEV-{number}",
                f"SEV-{number} scribe @{self.person.name}",
            ):
                reply = self.person.types(f"/sev {command.verb} {words}")
                self.answers.append(reply.text)
                self._closes_what_opened()
        for words in (
            "",
            "list all",
            "list mine",
            "list SEV1",
            "list place-order",
            f"list vendor={CANARY}",
            f"help SEV-{number}",
        ):
            self.answers.append(self.person.types(f"/sev {words}").text)

    def clicks_every_button(self, number: int) -> None:
        rooms = self.stage.bot.rooms
        for name in (*rooms.clicks, *rooms.openers):
            for value in (f"{number}", f"{number}:SEV4", f"{number}:resolved", f"{number}:scribe", f"{number}:1"):
                action = {
                    "type": "button",
                    "action_id": name,
                    "value": value,
                    "text": {"type": "plain_text", "text": "x"},
                }
                with self.stage.slack.workspace.lock:
                    delivery = self.stage.slack.client.act(self.person.user, self.beside, "buttons", action)
                assert delivery.wait()
                self._closes_what_opened()

    def sends_every_form(self, number: int) -> None:
        for callback_id in self.stage.bot.rooms.forms:
            content = {
                "type": "modal",
                "callback_id": callback_id,
                "blocks": [],
                "private_metadata": f'{{"number":{number}}}',
            }
            view = View(id=f"V{callback_id}", user=self.person.id, content=content, hash="1", root_id="V1")
            with self.stage.slack.workspace.lock:
                delivery = self.stage.slack.client.submit(self.person.user, view)
            assert delivery.wait()
            self.answers.append(json.dumps(delivery.ack))

    def uses_every_shortcut(self) -> None:
        client = self.stage.slack.client
        for shortcut in client.shortcuts:
            with self.stage.slack.workspace.lock:
                message = self.beside if shortcut.type == "message" else None
                delivery = client.shortcut(self.person.user, shortcut, message)
            assert delivery.wait()
            self._closes_what_opened()

    def opens_home(self) -> None:
        """App Home, as far as the bot shows anything there."""
        self.person.opens_home()
        self.stage.settles()
        home = self.person.home
        self.answers.append(home.text() if home else "")

    def causes_every_event(self) -> None:
        types = {name for rule in self.stage.bot.rooms.events._rules for name in rule.types}
        for name in sorted(types - {"user_change", "channel_id_changed"}):
            event = {"type": name, "user": self.person.id, "channel": self.beside.channel_id, "ts": "1.0", "text": "x"}
            if "rename" in name:
                event["channel"] = {"id": self.beside.channel_id, "name": "x"}  # type: ignore[assignment]
            assert self.stage.slack.send_event(event).wait()

    def _closes_what_opened(self) -> None:
        screen = self.person.modal
        if screen is None:
            return
        if screen.callback_id == "incident.loading":
            self.stage.slack.wait_until(self._is_complete, why="the form is complete")
        self.answers.append(screen.text())
        self.stage.slack.workspace.modals[self.person.id].clear()

    def _is_complete(self) -> bool:
        screen = self.person.modal
        return screen is not None and screen.callback_id != "incident.loading"


@pytest.fixture
def secret(troubled_stage: Stage, ada: Person) -> Sev:
    """A private SEV of ada's, in which everything a SEV can hold holds the canary."""
    stage = troubled_stage
    board = ada.creates("the-board", private=True)
    report = ada.says(f"Look: {SECRETS}.", in_=board)
    ada.uses_message_shortcut("Declare a SEV from this message", on=report)
    ada.fills(Title=SECRETS, Severity="SEV1", Kind=["Private"], Summary=f"Who leaked the {CANARY}?")
    ada.sees("Invited: you. Announced in: no channel.")
    ada.fills(**{"Workflows affected": ["Place order"]})
    ada.submits()
    stage.begins()
    ada.closes_modal()
    for words in (
        "mitigate",
        f"status SEV-1 investigating the {CANARY} is back",
        f"title SEV-1 {SECRETS}!",
        "severity SEV-1 SEV2",
        f"update SEV-1 the {CANARY} was seen",
        "subscribe SEV-1",
        f"bridge SEV-1 https://meet.example.com/{CANARY}",
        f"link SEV-1 https://wiki.example.com/{CANARY} the {CANARY} papers",
        "take SEV-1 ic",
        f"field SEV-1 vendor {CANARY}",
        f"field SEV-1 workaround feed the {CANARY}",
    ):
        ada.types(f"/sev {words}" if "SEV-1" in words else f"/sev {words} SEV-1")
    stage.begins()
    return stage.sev(1)


@pytest.fixture
def beside(troubled_stage: Stage, secret: Sev, ada: Person) -> Message:
    """The announcement of a public SEV, for snoops to misuse."""
    public = troubled_stage.declared(ada, "SEV2 checkout is down")
    assert public.number == secret.number + 1
    return troubled_stage.said_in("#incidents", containing=public.name)[0]


@pytest.mark.parametrize("name", ["grace", pytest.param("edsger", marks=pytest.mark.torture)])
def test_others_find_nothing_whatever_they_try(
    troubled_stage: Stage, secret: Sev, beside: Message, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    stage = troubled_stage
    before = secret.kept
    person = stage.slack.person(name).goes_to("#payments")
    snoop = Snoop(stage, person, beside)
    with everything_logged(caplog) as logged:
        snoop.types_every_verb(secret.number)
        snoop.clicks_every_button(secret.number)
        snoop.sends_every_form(secret.number)
        snoop.uses_every_shortcut()
        snoop.causes_every_event()
        snoop.opens_home()
        stage.settles()
    assert [answer for answer in snoop.answers if CANARY in answer.lower()] == []
    assert shown_to_others(stage, secret) == []
    assert CANARY not in "\n".join(logged).lower()
    after = secret.kept
    assert (after.title, after.severity, after.status) == (before.title, before.severity, before.status)
    stage.slack.expect_all()


def test_who_has_left_finds_nothing_either(
    troubled_stage: Stage, secret: Sev, beside: Message, grace: Person, ada: Person
) -> None:
    stage = troubled_stage
    ada.invites(grace, to=secret.channel)
    stage.slack.wait_until(lambda: CANARY in grace.types("/sev show SEV-1").text, why="grace is a member")
    grace.leaves(secret.channel)
    stage.slack.wait_until(lambda: CANARY not in grace.types("/sev show SEV-1").text, why="grace is none any more")
    with stage.slack.workspace.lock:
        for channel in stage.slack.workspace.channels.values():
            channel.ephemerals.clear()  # what she was shown as a member
    snoop = Snoop(stage, grace, beside)
    snoop.types_every_verb(secret.number)
    snoop.clicks_every_button(secret.number)
    snoop.sends_every_form(secret.number)
    snoop.opens_home()
    stage.settles()
    assert [answer for answer in snoop.answers if CANARY in answer.lower()] == []
    stage.slack.expect_all()


@pytest.mark.parametrize("engine", ["sqlite"])
def test_every_surface_says_in_the_register_why_it_betrays_nothing(sevbot: Bot) -> None:
    rooms = sevbot.rooms
    present = {
        "VERBS": {command.verb for command in rooms.commands.all()},
        "CLICKS": set(rooms.clicks),
        "FORMS": set(rooms.forms),
        "OPENERS": set(rooms.openers),
        "EVENTS": {name for rule in rooms.events._rules for name in rule.types},
        "KINDS": set(sevbot.kinds.names()),
        "JOBS": {job.name for job in sevbot.schedule.jobs},
        "ROUTES": {
            path
            for file in (BOT / "web").glob("*.py")
            for path in re.findall(r'@api\.\w+\("([^"]+)"', file.read_text())
        }
        | {route.path for route in sevbot.server._routes().routes if isinstance(route, APIRoute)},
        "VIEWS": {f"{path.stem}.{name}" for path in bot_files() for name in drawing(path)},
    }
    listed = {name: set(getattr(leak_register, name)) for name in present}
    assert {name: sorted(present[name] ^ listed[name]) for name in present if present[name] != listed[name]} == {}


def drawing(path: Path) -> Iterator[str]:
    """The public functions of a module that draw something for people."""
    if place(path).startswith("bot/slack/"):
        return
    functions = [node for node in tree(path).body if isinstance(node, ast.FunctionDef) and node.returns is not None]
    for node in functions:
        if not node.name.startswith("_") and re.search(r"\b(View|Blocks?)\b", ast.unparse(node.returns or node)):
            yield node.name


@pytest.mark.usefixtures("secret")
def test_the_bots_own_pages_say_nothing(stage: Stage) -> None:
    routes = [route for route in stage.bot.server._routes().routes if isinstance(route, APIRoute)]
    assert {"/healthz", "/readyz", "/metrics"} <= {route.path for route in routes}
    for route in routes:
        connection = HTTPConnection("127.0.0.1", stage.bot.server.port, timeout=5)
        connection.request("GET", route.path)
        page = connection.getresponse().read().decode()
        connection.close()
        assert CANARY not in page.lower(), route.path


def test_what_goes_wrong_is_not_told_to_others_nor_to_the_log(
    troubled_stage: Stage, secret: Sev, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    stage = troubled_stage
    with everything_logged(caplog) as logged:
        for method in ("chat.update", "conversations.setTopic", "chat.postMessage"):
            stage.slack.faults.add(method, "invalid_blocks", times=2)
        ada.types(f"/sev title SEV-1 the {CANARY} flies")
        stage.settles()
        stage.slack.faults.clear()
        with a_table_less(stage, "timeline_entries"):
            told = ada.types(f"/sev title SEV-1 the {CANARY} has flown").text
    assert told == "Sevbot can't reach its database right now, so nothing was changed. Please try again in a moment."
    assert any("visit.not_kept" in line for line in logged)
    assert CANARY not in "\n".join(logged).lower()
    assert shown_to_others(stage, secret) == []
    stage.slack.expect_all()


def test_a_private_sev_without_a_channel_is_told_to_its_declarer_alone(troubled_stage: Stage, ada: Person) -> None:
    stage = troubled_stage
    stage.slack.faults.add("conversations.create", "restricted_action", times=1000)
    ada.types(f"/sev declare SEV1 {SECRETS} --private")
    ada.sees(f"The channel of SEV-1 ({SECRETS}) could not be made", in_="@sevbot")
    ada.sees("SEV-1 is declared, but its channel could not be made yet.")
    told = [message for message in stage.everything_said() if CANARY in stage.words(message).lower()]
    assert {message.channel_id for message in told} == {stage.slack.direct("ada").id}
    stage.slack.faults.clear()
    ada.goes_to("@sevbot").clicks("Retry")
    ada.sees(SECRETS, in_="#sev-1")
    stage.begins()


def test_a_declarer_who_was_removed_is_told_no_more(
    troubled_stage: Stage, secret: Sev, ada: Person, grace: Person
) -> None:
    stage = troubled_stage
    ada.invites(grace, to=secret.channel)
    stage.slack.wait_until(lambda: CANARY in grace.types("/sev show SEV-1").text, why="grace is a member")
    place = secret.channel
    grace.removes(ada, from_=place)
    stage.slack.wait_until(lambda: CANARY not in ada.types("/sev show SEV-1").text, why="ada is none any more")
    grace.types("/sev title SEV-1 the heron is in the nest")
    stage.settles()
    grace.archives(place)
    stage.slack.wait_until(lambda: secret.kept.channel_trouble == "archived", why="it is known")
    stage.settles()
    heard = [message.channel_id for message in stage.everything_said() if "heron" in stage.words(message)]
    assert set(heard) == {place.id}
    stage.slack.expect_all()


def test_a_declarer_who_cannot_be_invited_can_still_see_and_retry(troubled_stage: Stage, ada: Person) -> None:
    stage = troubled_stage
    stage.slack.faults.add("conversations.invite", "user_is_restricted", times=1000)
    ada.types(f"/sev declare SEV1 {SECRETS} --private")
    ada.sees("Invite people failed (user_is_restricted: U01ADA)", in_="@sevbot")
    stage.bot.reconcile()
    stage.settles()
    stage.slack.faults.clear()
    ada.goes_to("@sevbot").clicks("Retry")
    ada.sees(SECRETS, in_="#sev-1")
    stage.begins()


def shown_to_others(stage: Stage, secret: Sev) -> list[str]:
    """Where the canary shows to anybody but ada: said, shown, answered or sent."""
    slack, ada = stage.slack, stage.slack.person("ada")
    own = {secret.channel.id, slack.direct("ada").id, slack.channel("#the-board").id}
    names = {secret.channel.name, "dm-ada-sevbot", "the-board"}
    with slack.workspace.lock:
        views = {user: [*stack] for user, stack in slack.workspace.modals.items()}
        for user, home in slack.workspace.homes.items():
            views.setdefault(user, []).append(home)
        shown = {
            "said": [channel for name, channel in slack.dump()["channels"].items() if name not in names],
            "whispered": [each.text for channel in slack.workspace.channels.values() for each in channel.ephemerals
                          if each.ephemeral_to != ada.id],
            "opened": [view.content for user, opened in views.items() if user != ada.id for view in opened],
        }  # fmt: skip
    shown["sent"] = [call.args for call in slack.calls if "channel" in call.args and call.args["channel"] not in own]
    shown["answered"] = [
        entry["answer"]
        for entry in slack.traffic.after(0)
        if entry["direction"] == "out" and ada.id not in str(entry["args"])
    ]
    return [kind for kind, things in shown.items() if CANARY in json.dumps(things).lower()]


@contextmanager
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """Whatever an operator would find in the log, in both formats; the list fills at the end."""
    formats = (TextFormatter("%(levelname)s %(name)s %(message)s"), JsonFormatter("%(levelname)s %(name)s %(message)s"))
    lines: list[str] = []
    caplog.set_level(logging.DEBUG)
    for name, level in LEVELS.items():
        caplog.set_level(level, logger=name)
    yield lines
    lines += [each.format(record) for record in caplog.get_records("call") for each in formats]


@contextmanager
def a_table_less(stage: Stage, table: str) -> Iterator[None]:
    """While this lasts, the database refuses to write to a table."""
    stage.bot.database.run(lambda session: session.execute(text(f"ALTER TABLE {table} RENAME TO lost_{table}")))
    yield
    stage.bot.database.run(lambda session: session.execute(text(f"ALTER TABLE lost_{table} RENAME TO {table}")))
