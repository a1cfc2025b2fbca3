"""Real payloads of Slack's, and what becomes of them when nobody keeps to the contract."""

import asyncio
import copy
import json
import logging
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from fastapi import FastAPI
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.app import Bot
from bot.playground import Person, Playground
from bot.playground.http_sender import SIGNING_SECRET, signature
from bot.playground.traffic import Delivery
from bot.web.routes import Health, build

Json = Any
ODD: tuple[Json, ...] = (
    None, True, 0, -1, 1.5, 10**30, "", " ", "\u0000", "\ud800", "\u202e", "🦄" * 50, "x" * 100_000, "<!channel>", "SEV-1", "[]",
    '{"number": "x"}', "1e999", [], [None], ["x"], [[]], [{}], {}, {"": None}, {"value": {}}, {"id": None}, {"values": []},
)  # fmt: skip
"""What may stand where something else should."""


def deep(levels: int = 80) -> Json:
    """Something that is nested without sense."""
    found: Json = "x"
    for level in range(levels):
        found = [found] if level % 2 else {"value": found}
    return found


def samples(slack: Playground, ada: Person) -> list[Delivery]:
    """A short story's deliveries of every sort: commands, clicks, forms, shortcuts, events."""
    ada.goes_to("#general")
    ada.types("/sev declare SEV2 checkout is down")
    channel = "#sev-1-checkout-is-down"
    slack.wait_until(lambda: _is_in(slack, ada, channel), why="the channel is there, and she in it")
    slack.wait_quiet()
    ada.goes_to(channel)
    for line in (
        "severity SEV1",
        "take ic",
        "update 45m rolled back",
        "log 10:02 it began",
        "action add a breaker",
        "timeline",
    ):
        ada.types(f"/sev {line}")
    message = ada.says("Rolled back.", in_=channel)
    ada.reacts("pushpin", to=message)
    ada.edits(message, "Rolled back again.")
    ada.uses_message_shortcut("Add to timeline", on=message)
    ada.uses_shortcut("Declare a SEV")
    ada.fills(Title="sign-in is slow", Severity="SEV3")
    ada.submits()
    ada.types("/sev update")
    slack.wait_quiet()
    ada.fills(**{"What is new": "all is well"})
    ada.submits()
    slack.person("grace").joins(channel)
    ada.unreacts("pushpin", to=message)
    ada.opens_home()
    ada.archives(channel)
    slack.wait_quiet()
    return [what for _, what in slack.traffic._entries if isinstance(what, Delivery)]


def _is_in(slack: Playground, person: Person, channel: str) -> bool:
    found = [each for each in list(slack.workspace.channels.values()) if f"#{each.name}" == channel]
    return any(person.id in each.members for each in found)


def mutated(payload: Json, chance: random.Random) -> Json:
    """The payload with one to three things about it wrong: missing, of another type, huge, nested, or somebody else's."""
    found = copy.deepcopy(payload)
    for _ in range(chance.randint(1, 3)):
        places = [*_places(found)]
        if not places:
            return found
        inside, key = chance.choice(places)
        match chance.randrange(5):
            case 0:
                del inside[key]
            case 1:
                inside[key] = deep()
            case 2:
                inside[key] = copy.deepcopy(chance.choice(places)[0])
            case _:
                inside[key] = copy.deepcopy(chance.choice(ODD))
    return found


def _places(value: Json) -> Iterator[tuple[Any, Any]]:
    """Every place of a payload: what it is in, and under which key."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in [*pairs]:
        yield value, key
        yield from _places(each)


class Client:
    """What the SDK answers through."""

    logger = logging.getLogger("the SDK's")

    def __init__(self) -> None:
        self.answers: list[Any] = []

    def send_socket_mode_response(self, answer: Any) -> None:
        self.answers.append(answer)


@dataclass(frozen=True)
class Doors:
    """The two doors at which Slack delivers."""

    bot: Bot
    api: FastAPI

    @classmethod
    def of(cls, bot: Bot) -> "Doors":
        return cls(bot, build(Health({}), slack=bot.bolt, metrics_token="", hooks={}))

    def by_socket(self, kind: str, payload: Json) -> int:
        """Over the socket, as the SDK hands it on. Returns the status of the answer."""
        assert self.bot.socket is not None
        client: Any = Client()
        self.bot.socket._handler.handle(client, SocketModeRequest(type=kind, envelope_id="e", payload=payload))
        return 200 if client.answers else 404  # what nobody listens for is not answered there

    def by_http(self, kind: str, payload: Json) -> int:
        """By a signed call. Returns the status of the answer."""
        if kind == "events_api":
            body, sort = json.dumps(payload).encode(), "application/json"
        else:
            form = (
                payload if kind == "slash_commands" and isinstance(payload, dict) else {"payload": json.dumps(payload)}
            )
            flat = {str(name): str(value) for name, value in form.items()}
            body = urlencode(flat, errors="surrogatepass").encode()
            sort = "application/x-www-form-urlencoded"
        return self.by_bytes(body, sort)

    def by_bytes(self, body: bytes, sort: str) -> int:
        """The very bytes of a signed call."""
        stamp = str(int(time.time()))
        headers = {
            "content-type": sort, "x-slack-request-timestamp": stamp,
            "x-slack-signature": signature(SIGNING_SECRET, stamp, body.decode("utf-8", "replace").encode()),
        }  # fmt: skip

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.api)
            async with httpx.AsyncClient(transport=transport, base_url="http://sevbot.test") as slack:
                return await slack.post("/slack/events", content=body, headers=headers)

        return asyncio.run(ask()).status_code
