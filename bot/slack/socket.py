"""Socket Mode: the connection over which Slack speaks to a bot that nobody can reach from outside."""

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from prometheus_client import Gauge
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode.builtin.client import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.errors import CallFailed
from bot.slack import contract

log = logging.getLogger(__name__)

CONNECTED = Gauge("sevbot_socket_connected_seconds", "When the socket to Slack was opened, in seconds since 1970.")

CONCURRENCY = 64
"""How many deliveries are worked on at a time: a slow one must not make the others wait."""
READ_AT_ONCE = 65536
"""Bytes per read. The SDK reads 1,024 by default and calls itself for each more: a large form would exceed Python's recursion limit."""
PING_INTERVAL = 5.0
"""Seconds between pings; a peer that is gone without a word is noticed after four."""
RETRY_PAUSES = (0.5, 1, 2, 5, 10, 30)
"""Seconds between tries to connect at the start; `apps.connections.open` must not be called often."""


class Line:
    """A socket that fails once the other side has hung up: the SDK would read on from it for ever, at full speed."""

    def __init__(self, inner: socket.socket) -> None:
        self._inner = inner

    def recv(self, size: int) -> bytes:
        received = self._inner.recv(size)
        if not received:
            raise ConnectionResetError("Slack has hung up")
        return received

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class Door(SocketModeHandler):
    """Lets in what keeps to the contract. The rest is acknowledged, for Slack would but send the same again."""

    def __init__(self, app: App, app_token: str) -> None:
        super().__init__(
            app, app_token, concurrency=CONCURRENCY, ping_interval=PING_INTERVAL, receive_buffer_size=READ_AT_ONCE
        )
        self._inside = 0
        self._is_closed = False
        self._changed = threading.Condition()

    def close_behind(self, *, within: float) -> None:
        """Let nothing more in, and what is inside get its acknowledgement, for `within` seconds at most.

        Whoever comes too late is not acknowledged: Slack sends an event again, and tells a person that it did not work.
        """
        with self._changed:
            self._is_closed = True
            self._changed.wait_for(lambda: self._inside == 0, timeout=within)

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # its base has no types
        with self._changed:
            if self._is_closed:
                return
            self._inside += 1
        try:
            self._let_in(client, req)
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def _let_in(self, client: SocketModeClient, req: SocketModeRequest) -> None:
        wrong = contract.fault(req.payload)
        if wrong is None:
            super().handle(client, req)
            return
        log.warning("slack.not_understood", extra={"kind": req.type, "at": wrong})
        client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))


class Socket:
    """The connection.

    `before` is called ahead of each try, and may fail with `CallFailed` where trying would be in vain. `on_connect` is
    called after each time it was made, also when it was lost in between.
    """

    def __init__(
        self, app: App, app_token: str, *, before: Callable[[], object], on_connect: Callable[[], None]
    ) -> None:
        self._handler = Door(app, app_token)
        self._handler.client.on_error_listeners.append(self._lost)
        self._before = before
        self._on_connect = on_connect
        self._stopping = threading.Event()
        self._connect = self._handler.client.connect
        self._handler.client.connect = self._connect_without_delay  # type: ignore[method-assign]

    def start(self) -> None:
        """Connect aside, trying until it works."""
        threading.Thread(target=self._connect_patiently, name="connect", daemon=True).start()

    def is_connected(self) -> bool:
        return bool(self._handler.client.is_connected())

    def stop(self, *, within: float) -> None:
        """Take nothing more, and hang up once those who did something have their answer, or after so many seconds.

        The SDK's own closing waits for its timers' next round, so that goes on aside.
        """
        self._stopping.set()
        self._handler.close_behind(within=within)
        client = self._handler.client
        client.auto_reconnect_enabled = False
        client.closed = True
        session = client.current_session
        if session is not None and session.sock is not None:
            client.current_session_state.terminated = True
            with suppress(OSError):  # it may be gone already
                session.sock.shutdown(socket.SHUT_RDWR)  # wakes the SDK's reader, which closing would wait 3 s for
        threading.Thread(target=self._close, name="disconnect", daemon=True).start()

    def _close(self) -> None:
        client = self._handler.client
        with suppress(AttributeError):  # the SDK's reader may close the same connection beside it
            self._handler.close()  # type: ignore[no-untyped-call]
        # What the SDK did not come to then: one of its timers looks for messages a thousand times a second, for ever.
        for timer in (client.current_session_runner, client.current_app_monitor, client.message_processor):
            timer.event.set()
        client.message_workers.shutdown(wait=False)

    def _connect_patiently(self) -> None:
        pauses = iter(RETRY_PAUSES)
        pause = 0.0
        while not self._stopping.is_set():
            try:
                self._before()
                self._handler.client.connect_to_new_endpoint(force=True)
            except (SlackClientError, CallFailed, OSError) as error:
                pause = next(pauses, pause)
                log.warning("socket.not_connected", extra={"error": type(error).__name__, "again_in": pause})
                self._stopping.wait(pause)
            else:
                return

    def _lost(self, _error: Exception) -> None:
        """The SDK lets go of a broken connection, but looks for a new one only at its next ping."""
        if not self._stopping.is_set():
            log.warning("socket.lost")
            self.start()

    def _connect_without_delay(self) -> None:
        """Connect, and send each acknowledgement at once instead of collecting them (Nagle costs 24 ms each)."""
        self._connect()
        session = self._handler.client.current_session
        if session is not None and session.sock is not None:
            session.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            session.sock = Line(session.sock)  # type: ignore[assignment]  # the SDK names one kind; it only calls it
        CONNECTED.set_to_current_time()
        log.info("socket.connected")
        self._on_connect()
