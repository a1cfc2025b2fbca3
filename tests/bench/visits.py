"""What people send to a bot: payloads of the local Slack, caught once and made anew for each measurement."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from bot.playground import Playground
from bot.playground.traffic import Delivery

Json = dict[str, Any]
SEVERITIES = ("SEV2", "SEV3")
"""What severities change between. Neither invites nor pages anybody."""
ACK_WITHIN = 10.0


@dataclass(frozen=True)
class Visit:
    """One delivery to be: its kind in Socket Mode's words, and its payload (for events, the event)."""

    kind: str
    payload: Json


Makes = Callable[[int], Visit]


def send(slack: Playground, visit: Visit) -> Delivery:
    """Send it, without waiting."""
    if visit.kind == "events_api":
        return slack.send_event(visit.payload["event"], event_id=visit.payload["event_id"])
    return slack.post.interact(visit.kind, visit.payload, lambda _delivery: None)


def acked(slack: Playground, visit: Visit) -> float:
    """Send it, and return the seconds until it was acknowledged."""
    delivery = send(slack, visit)
    assert delivery.wait(ACK_WITHIN), delivery.error
    return delivery.latency


def event(number: int, **fields: Any) -> Visit:
    """An event of the Events API."""
    about: Json = {"event_ts": f"1700000000.{number:06d}", **fields}
    return Visit("events_api", {"type": "event_callback", "event_id": f"EvBench{number:08d}", "event": about})


def message(channel: str) -> Makes:
    """Somebody says something in a channel."""
    words = "I see the same here: checkout hangs after the payment step. "
    return lambda number: event(
        number, type="message", channel=channel, user="U02GRACE", text=words * (1 + number % 3),
        ts=f"1700000000.{number:06d}", channel_type="channel", team="T0ACME",
    )  # fmt: skip


def joined(channel: str) -> Makes:
    """Somebody new joins a channel."""
    return lambda number: event(
        number, type="member_joined_channel", channel=channel, user=f"U9{number:06d}", channel_type="C", team="T0ACME"
    )


def reacted(channel: str) -> Makes:
    """Somebody reacts to a message in a channel."""
    return lambda number: event(
        number, type="reaction_added", user="U02GRACE", reaction="pushpin", item_user="U01ADA",
        item={"type": "message", "channel": channel, "ts": f"1700000000.{number:06d}"},
    )  # fmt: skip


class Caught:
    """Payloads that a person's acts made, and that can be sent again as new acts. Needs a bot that runs."""

    def __init__(self, slack: Playground) -> None:
        self._slack = slack
        ada = slack.person("ada")
        command = ada.types("/sev declare SEV3 the first of many").delivery
        ada.sees("the first of many", in_="#sev-1-the-first-of-many")
        slack.wait_quiet()
        self.channel = slack.channel("#sev-1-the-first-of-many").id
        click = ada.picks("Change severity", "SEV2", in_=self.channel)
        ada.uses_shortcut("Declare a SEV")
        slack.wait_quiet()
        ada.fills(Title="told by a form", Severity="SEV3")
        form = ada.submits()
        assert command.acked, command.error
        assert click.acked, click.error
        assert form.acked, form.error
        slack.wait_quiet()
        self._command, self._click, self._form = command.payload, click.payload, form.payload

    def severity(self, number: int) -> Visit:
        """`/sev severity SEV-1 …`."""
        return self._typed(number, f"severity SEV-1 {SEVERITIES[number % 2]}")

    def declare(self, number: int) -> Visit:
        """`/sev declare SEV3 …`, of something new."""
        return self._typed(number, f"declare SEV3 outage number {number} of many")

    def _typed(self, number: int, text: str) -> Visit:
        return Visit("slash_commands", self._command | {"text": text, "trigger_id": f"{number}.command.{id(self):x}"})

    def click(self, number: int) -> Visit:
        """Another severity is picked from the card's menu."""
        payload = deepcopy(self._click)
        payload["trigger_id"] = f"{number}.click.{id(self):x}"
        payload["actions"][0]["selected_option"]["value"] = f"1:{SEVERITIES[number % 2]}"
        return Visit("interactive", payload)

    def form(self, number: int) -> Visit:
        """The form *Declare a SEV* is sent, of something new."""
        payload = deepcopy(self._form)
        payload["view"]["id"] = f"VBENCH{number}"
        for block in payload["view"]["state"]["values"].values():
            for element in block.values():
                if element.get("value") == "told by a form":
                    element["value"] = f"told by form number {number}"
        return Visit("interactive", payload)
