import logging
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk import WebClient

from bot.playground import Person, Playground

TITLE = {"type": "plain_text", "text": "Declare a SEV"}


@pytest.fixture
def slack() -> Iterator[Playground]:
    with Playground() as running:
        yield running


@pytest.fixture
def ada(slack: Playground) -> Person:
    return slack.person("ada")


@pytest.fixture
def grace(slack: Playground) -> Person:
    return slack.person("grace")


@pytest.fixture
def web(slack: Playground) -> WebClient:
    return WebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])


def declare_view(**changes: Any) -> dict[str, Any]:
    """A modal with one input of each common kind."""
    severities = [{"text": {"type": "plain_text", "text": f"SEV{n}"}, "value": str(n)} for n in (1, 2, 3)]
    workflows = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("Place order", "Pay")]
    private = {"text": {"type": "mrkdwn", "text": "*Private*"}, "value": "yes"}
    return {
        "type": "modal",
        "callback_id": "declare",
        "title": TITLE,
        "submit": {"type": "plain_text", "text": "Declare"},
        "blocks": [
            _input("title", "Title", {"type": "plain_text_input", "min_length": 3, "max_length": 150}),
            _input("severity", "Severity", {"type": "static_select", "options": severities}, dispatch_action=True),
            _input(
                "workflows", "Workflows affected", {"type": "multi_static_select", "options": workflows}, optional=True
            ),
            _input("private", "Private", {"type": "checkboxes", "options": [private]}, optional=True),
            _input("at", "Detected at", {"type": "datetimepicker"}, optional=True),
        ],
    } | changes


def _input(name: str, label: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    element = element | {"action_id": f"declare.{name}"}
    return {
        "type": "input",
        "block_id": name,
        "label": {"type": "plain_text", "text": label},
        "element": element,
    } | more


class TinyBot:
    """A Bolt app that answers everything the tests do, and keeps what it was told."""

    def __init__(self, slack: Playground) -> None:
        self.heard: list[dict[str, Any]] = []
        client = WebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        self.app = App(client=client, process_before_response=True)
        self.app.command("/sev")(self.on_command)
        self.app.event("message")(self.on_event)
        for name in (
            "app_mention",
            "app_home_opened",
            "reaction_added",
            "member_joined_channel",
            "team_join",
            "user_change",
        ):
            self.app.event(name)(self.on_event)
        self.app.shortcut("incident.declare")(self.on_shortcut)
        self.app.shortcut("incident.declare_from_message")(self.on_action)
        self.app.action("declare.severity")(self.on_action)
        self.app.action("resolve")(self.on_action)
        self.app.view("declare")(self.on_submission)
        self.submission_ack: dict[str, Any] = {}
        self.handler = SocketModeHandler(self.app, slack.app_token)

    def on_command(self, ack: Any, body: dict[str, Any], client: WebClient) -> None:
        self.heard.append(body)
        if body["text"] == "open":
            client.views_open(trigger_id=body["trigger_id"], view=declare_view())
            ack()
        elif body["text"] == "sleep":
            pass
        else:
            ack(f"you said *{body['text']}*")

    def on_event(self, event: dict[str, Any]) -> None:
        self.heard.append(event)

    def on_shortcut(self, ack: Any, shortcut: dict[str, Any], client: WebClient) -> None:
        self.heard.append(shortcut)
        client.views_open(trigger_id=shortcut["trigger_id"], view=declare_view())
        ack()

    def on_action(self, ack: Any, body: dict[str, Any]) -> None:
        self.heard.append(body)
        ack()

    def on_submission(self, ack: Any, body: dict[str, Any]) -> None:
        self.heard.append(body)
        ack(**self.submission_ack)

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.heard if one.get("type") == kind]


@pytest.fixture
def bot(slack: Playground) -> Iterator[TinyBot]:
    logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)
    logging.getLogger("slack_sdk").setLevel(logging.CRITICAL)
    tiny = TinyBot(slack)
    tiny.handler.connect()  # type: ignore[no-untyped-call]
    slack.wait_until(slack.socket_count, why="a socket")
    yield tiny
    # Not the handler's close: it joins threads that sleep for a second. They end by themselves when told so.
    client = tiny.handler.client
    client.auto_reconnect_enabled = False
    client.closed = client.current_session_state.terminated = True
    for thread in (client.current_session_runner, client.current_app_monitor, client.message_processor):
        thread.event.set()
    slack.drop_sockets()  # before the disconnect, which waits until nobody reads any more
    client.disconnect()
