"""The local Slack: everything wired together, and what tests hold in their hands."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from bot.playground import dump as dumping
from bot.playground import events
from bot.playground.client import Client
from bot.playground.clock import Clock
from bot.playground.delivery import Carrier, Post
from bot.playground.faults import Faults
from bot.playground.http_sender import SIGNING_SECRET, HttpSender
from bot.playground.jira import EMAIL, SECRET, Jira
from bot.playground.jira import TOKEN as JIRA_TOKEN
from bot.playground.modals import Triggers
from bot.playground.model import APP_ID, BOT_USER_ID, TEAM_ID, Channel, Command, Json, Message, Shortcut, User
from bot.playground.pager import GENIE_KEY, ROUTING_KEY, TOKEN, Pager
from bot.playground.person import Person
from bot.playground.response_urls import ResponseUrls
from bot.playground.routes import routes_of
from bot.playground.seed import seed
from bot.playground.server import Application, Server
from bot.playground.sockets import Sockets
from bot.playground.storage import Storage
from bot.playground.traffic import Call, Delivery, Traffic
from bot.playground.web_api import APP_TOKEN, BOT_TOKEN, Hook, WebApi
from bot.playground.workspace import Workspace

T = TypeVar("T")


class Playground:
    """A Slack workspace of one's own on 127.0.0.1, for one app.

    `deliver_to` None means Socket Mode; an address means signed HTTP to it. `port` 0 takes a free one; `store` keeps
    the workspace in a file.
    """

    bot_token = BOT_TOKEN
    app_token = APP_TOKEN
    signing_secret = SIGNING_SECRET
    bot_user_id = BOT_USER_ID
    app_id = APP_ID
    team_id = TEAM_ID

    def __init__(
        self,
        *,
        port: int = 0,
        store: Path | None = None,
        deliver_to: str | None = None,
        commands: Iterable[Command | tuple[str, str, str]] = (),
        shortcuts: Iterable[Shortcut] = (),
    ) -> None:
        self.clock = Clock()
        self.workspace = Workspace(self.clock)
        self.faults = Faults()
        self.pager = Pager(self.clock)
        self.pager.on_change = lambda: self.workspace.touch("state")
        self.jira = Jira(self.clock)
        self.jira.on_change = self.pager.on_change
        self.neighbours: dict[str, str] = {}
        """What else runs beside it: the names of their pages, and where those are."""
        self.traffic = Traffic()
        self.post = Post(self.workspace, self.faults, self.traffic)
        self.sockets = Sockets(self.post)
        self.expected: set[Message] = set()
        self.patience = 5.0
        """Seconds for which people wait for a modal to show the input or button they want."""
        self._expected_until = ""
        triggers = Triggers()
        self.response_urls = ResponseUrls(self.workspace)
        self.client = Client(self.workspace, self.post, triggers, self.response_urls)
        for command in commands:
            made = command if isinstance(command, Command) else Command(*command)
            self.client.commands[made.name] = made
        self.client.shortcuts = tuple(shortcuts) or self.client.shortcuts
        self.web_api = WebApi(self.workspace, self.faults, self.traffic, self._new_link, triggers)
        self.workspace.on_event = self.post.event
        self.post.carrier = self._carrier
        self._http: HttpSender | None = None
        self.deliver_to = deliver_to
        self._storage = self._opened(store) if store else None
        if not self.workspace.users:
            seed(self.workspace)
        self._server = Server(Application(self, routes_of(self)), port)
        self.post.loop = self._server.loop
        self.workspace.url = self.url
        self.jira.url = f"{self.url}/jira"
        self.workspace.persist()

    def _opened(self, store: Path) -> Storage:
        """Read the workspace back from its file, and keep it there from now on."""
        storage = Storage(store, self.workspace)
        storage.load()
        self.workspace.storing = True
        self.workspace.persist = storage.flush
        return storage

    # Running

    def start(self) -> Self:
        """Start serving."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop serving and cut every connection."""
        self.post.loop = None
        self._server.stop()
        self.jira.close()
        self.web_api.close()
        if self._http is not None:
            self._http.close()
        if self._storage is not None:
            self._storage.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def api_url(self) -> str:
        """What the app is given as SLACK_API_URL."""
        return f"{self.url}/api/"

    @property
    def pager_variables(self) -> dict[str, str]:
        """What the app's environment is given so that its pages come here."""
        pagerduty, opsgenie = (f"{self.url}/pager/{each}" for each in ("pagerduty", "opsgenie"))
        return {
            "PAGERDUTY_EVENTS_URL": pagerduty, "PAGERDUTY_API_URL": pagerduty, "OPSGENIE_API_URL": opsgenie,
            "PAGERDUTY_API_TOKEN": TOKEN, "OPSGENIE_API_KEY": GENIE_KEY,
            "SEVBOT_PAGER_PAYMENTS": ROUTING_KEY, "SEVBOT_PAGER_PLATFORM": GENIE_KEY,
        }  # fmt: skip

    @property
    def jira_variables(self) -> dict[str, str]:
        """What the app's environment is given so that its action items are kept in the local Jira."""
        return {"JIRA_URL": self.jira.url, "JIRA_EMAIL": EMAIL, "JIRA_TOKEN": JIRA_TOKEN, "JIRA_WEBHOOK_SECRET": SECRET}

    @property
    def deliver_to(self) -> str | None:
        """The address for signed HTTP delivery, or None for Socket Mode. May be set at any time."""
        return self._deliver_to

    @deliver_to.setter
    def deliver_to(self, address: str | None) -> None:
        self._deliver_to = address
        if self._http is not None:
            self._http.close()
        self._http = HttpSender(address, self.post) if address else None

    @property
    def rate_limits(self) -> bool:
        """Whether Slack's documented rate limits are enforced."""
        return self.web_api.enforce_limits

    @rate_limits.setter
    def rate_limits(self, enforced: bool) -> None:
        self.web_api.enforce_limits = enforced

    @property
    def redelivery_delays(self) -> tuple[float, ...]:
        """Seconds from an unacked attempt at an event to the next one."""
        return self.post.redelivery_delays

    @redelivery_delays.setter
    def redelivery_delays(self, delays: tuple[float, ...]) -> None:
        self.post.redelivery_delays = delays

    def _carrier(self) -> Carrier:
        return self._http or self.sockets

    def _new_link(self) -> str:
        return self.sockets.new_link(f"127.0.0.1:{self._server.port}")

    def advance_clock(self, seconds: float) -> None:
        """Move business time forward."""
        self.clock.advance(seconds)
        self.workspace.persist()
        self.workspace.touch("state")

    # What the app did

    @property
    def calls(self) -> list[Call]:
        """Every Web API call so far."""
        return self.web_api.calls

    @property
    def hooks(self) -> list[Hook]:
        """Functions called with (call, "before" | "after") around each call's effect. They may raise DropConnection."""
        return self.web_api.hooks

    @property
    def rejections(self) -> list[str]:
        """What was wrong with answers of the app that Slack refused: views and blocks in acks, error keys."""
        return self.client.rejections

    def dump(self) -> dict[str, Any]:
        """Return the final visible state, comparable between two runs."""
        return dumping.dump(self.workspace)

    def transcript(self, channel: Channel | str) -> list[str]:
        """Return a channel as one reads it."""
        return dumping.transcript(self.workspace, self.channel(channel) if isinstance(channel, str) else channel)

    def unexpected(self) -> list[str]:
        """Return what the bot said that no `sees` or reply matched, since the start or `expect_all`."""
        return dumping.unexpected(self.workspace, self.expected, self._expected_until)

    def expect_all(self) -> None:
        """Take everything said so far as expected."""
        self._expected_until = self.clock.next_ts()

    # People and places

    def person(self, name: str) -> Person:
        """Return a person by name."""
        user = self.workspace.user_named(name)
        if user is None:
            raise KeyError(name)
        return Person(self, user)

    def channel(self, name_or_id: str) -> Channel:
        """Return a channel by name or id; raises KeyError."""
        channel = self.workspace.channel_named(name_or_id)
        if channel is None:
            raise KeyError(name_or_id)
        return channel

    def direct(self, name: str) -> Channel:
        """Return the direct messages between the bot and a person."""
        return self.workspace.open_direct(self.person(name).id, BOT_USER_ID)

    def add_person(self, name: str, real_name: str, *, tz: str = "UTC", guest: bool = False) -> Person:
        """Let somebody new join the team; they are in no channel yet."""
        with self.workspace.lock:
            user = User(self.workspace.next_id("U"), name, real_name, tz, f"{name}@acme.example", is_restricted=guest)
            self.workspace.users[user.id] = user
            self.workspace.save(user)
            events.person(self.workspace, "team_join", user)
            self.workspace.touch("state")
        return Person(self, user)

    def change_person(self, name: str, **changes: Any) -> None:
        """Change fields of a user, such as `deleted=True` or `tz="Asia/Tokyo"`, and tell the app."""
        with self.workspace.lock:
            user = self.person(name).user
            for field, value in changes.items():
                setattr(user, field, value)
            user.updated = int(self.clock.now())
            self.workspace.naming += 1
            self.workspace.save(user)
            events.person(self.workspace, "user_change", user)
            self.workspace.touch("state")

    # Waiting

    def wait_until(
        self,
        predicate: Callable[[], T | None],
        *,
        within: float = 10.0,
        why: str = "",
        seen: Callable[[], str] | None = None,
    ) -> T:
        """Return the first true value of `predicate`, tried on every change and every 10 ms; raises AssertionError."""
        deadline = time.monotonic() + within
        while True:
            version = self.workspace.version
            value = predicate()
            if value:
                return value
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"not within {within:g} s: {why or predicate}" + (f"\n{seen()}" if seen else ""))
            with self.workspace.changed:
                if self.workspace.version == version:
                    self.workspace.changed.wait(min(0.01, left))

    def wait_quiet(self, *, quiet: float = 0.3, within: float = 10.0) -> None:
        """Wait until no Web API call is in flight and none was made for `quiet` seconds."""
        self.wait_until(
            lambda: not self.web_api.busy and time.monotonic() - self.web_api.last_at >= quiet,
            within=within,
            why="quiet",
        )

    # Deliveries

    def socket_count(self) -> int:
        """Return how many Socket Mode connections are open."""
        return len(self.sockets.connections)

    def send_event(self, event: Json, *, event_id: str | None = None) -> Delivery:
        """Deliver an event as it is, past all checks of membership and subscription."""
        return self.post.event(event, event_id=event_id)

    def drop_sockets(self) -> None:
        """Cut every Socket Mode connection without a word."""
        self.sockets.drop()

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to reconnect, as Slack does every few hours."""
        self.sockets.disconnect(reason)
