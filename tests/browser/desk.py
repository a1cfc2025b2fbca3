"""A desk to try the page at: Ada before it, and an app that shows whatever it is told to and keeps what it hears."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from playwright.sync_api import Locator, Page
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk import WebClient

from bot.playground import Playground
from bot.slack import blocks

Payload = dict[str, Any]
CALLBACK = "desk.form"
EVERYTHING = re.compile(".*")
GENERAL = "#general"


class Desk:
    """What is on the page, and what of it reached the app."""

    def __init__(self, slack: Playground, page: Page) -> None:
        self.slack, self.page = slack, page
        self.web = WebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        self.clicks: list[Payload] = []
        self.sent: list[Payload] = []
        """The views that were submitted."""
        self.answer: dict[str, Any] = {}
        """What the app acks a submission with."""
        self.on_click: Any = None
        """What the app does about a click: called with its payload."""
        self._view: dict[str, Any] = {}

    @classmethod
    @contextmanager
    def laid(cls, slack: Playground, page: Page) -> Iterator[Self]:
        """The desk, with its app connected."""
        logging.getLogger("slack_sdk").setLevel(logging.CRITICAL)
        desk = cls(slack, page)
        app = App(client=desk.web, process_before_response=True)
        app.command("/sev")(desk._opens)
        app.action(EVERYTHING)(desk._is_clicked)
        app.view(EVERYTHING)(desk._takes)
        app.event("message")(lambda ack: ack())
        app.event("app_home_opened")(lambda ack: ack())
        app.shortcut(EVERYTHING)(desk._is_clicked)
        handler = SocketModeHandler(app, slack.app_token)
        handler.connect()  # type: ignore[no-untyped-call]
        slack.wait_until(slack.socket_count, why="the app connects")
        desk.web.conversations_join(channel=desk.channel)
        yield desk
        client = handler.client
        client.auto_reconnect_enabled = False
        client.closed = client.current_session_state.terminated = True
        for thread in (client.current_session_runner, client.current_app_monitor, client.message_processor):
            thread.event.set()
        slack.drop_sockets()
        client.disconnect()

    # What the app does

    def _opens(self, ack: Any, body: Payload, client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=self._view)
        ack()

    def _is_clicked(self, ack: Any, body: Payload) -> None:
        self.clicks.append(body)
        if self.on_click:
            self.on_click(body)
        ack()

    def _takes(self, ack: Any, view: Payload) -> None:
        self.sent.append(view)
        ack(**self.answer)

    # What people do and see

    def form(self, *content: dict[str, Any], title: str = "A form", submit: str | None = "Send") -> Locator:
        """Open a form, as a command does."""
        self._view = blocks.modal(CALLBACK, title, content, submit=submit)
        self.slack.person("ada").types("/sev")
        return self.dialog(title)

    def dialog(self, title: str) -> Locator:
        return self.page.get_by_role("dialog", name=title)

    def sidebar(self, name: str) -> Locator:
        """A channel, a person or the app, on the left."""
        return self.page.get_by_role("navigation", name="Channels and people").get_by_role("button", name=name)

    def message(self, *content: dict[str, Any], text: str = "What the app says", ephemeral: bool = False) -> Locator:
        """Let the app say something; where that stands."""
        if ephemeral:
            ada = self.slack.person("ada").id
            ts = self.web.chat_postEphemeral(channel=self.channel, user=ada, text=text, blocks=content)["message_ts"]
        else:
            ts = self.web.chat_postMessage(channel=self.channel, text=text, blocks=content)["ts"]
        return self.page.locator(f'#messages .message[data-ts="{ts}"]')

    @property
    def channel(self) -> str:
        return self.slack.channel(GENERAL).id

    def value(self, name: str) -> dict[str, Any]:
        """What the app was sent of a field."""
        self.waits_for(self.sent)
        ((_, state),) = self.sent[-1]["state"]["values"][name].items()
        found: dict[str, Any] = state
        return found

    def click(self) -> dict[str, Any]:
        """What the app was told of the last click."""
        self.waits_for(self.clicks)
        found: dict[str, Any] = self.clicks[-1]["actions"][0]
        return found

    def waits_for(self, heard: list[Payload]) -> None:
        """Until the app has heard something of this kind."""
        self.slack.wait_until(lambda: bool(heard), why="the app hears of it", within=20)

    def tabs_to(self, target: Locator, *, most: int = 40) -> None:
        """Press Tab until something has the focus, as those do who use no mouse."""
        for _ in range(most):
            if target.evaluate("node => node === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError("the Tab key does not lead there")

    def clears(self) -> None:
        """Leave the desk as it was found."""
        self.slack.client.close_all(self.slack.workspace.users[self.slack.person("ada").id])
        self.page.get_by_role("dialog").wait_for(state="detached")
        if not self.page.get_by_label("Message #general").is_visible():
            self.sidebar("general").click()
        self.clicks.clear()
        self.sent.clear()
        self.answer, self.on_click = {}, None
