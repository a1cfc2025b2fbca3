"""Socket Mode: the connection over which Slack speaks to a bot that nobody can reach from outside."""

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk.errors import SlackClientError

log = logging.getLogger(__name__)

CONCURRENCY = 64
"""How many deliveries are worked on at a time: a slow one must not make the others wait."""
RETRY_PAUSES = (0.5, 1, 2, 5, 10, 30)
"""Seconds between tries to connect at the start; `apps.connections.open` must not be called often."""


class Socket:
    """The connection. `on_connect` is called after each time it was made, also when it was lost in between."""

    def __init__(self, app: App, app_token: str, *, on_connect: Callable[[], None]) -> None:
        self._handler = SocketModeHandler(app, app_token, concurrency=CONCURRENCY)
        self._on_connect = on_connect
        self._stopping = threading.Event()
        self._connect = self._handler.client.connect
        self._handler.client.connect = self._connect_without_delay  # type: ignore[method-assign]

    def start(self) -> None:
        """Connect aside, trying until it works."""
        threading.Thread(target=self._connect_patiently, name="connect", daemon=True).start()

    def is_connected(self) -> bool:
        return bool(self._handler.client.is_connected())

    def stop(self) -> None:
        """Take nothing more. The SDK's own closing waits for its timers' next round, so that goes on aside."""
        self._stopping.set()
        self._handler.client.auto_reconnect_enabled = False
        session = self._handler.client.current_session
        if session is not None and session.sock is not None:
            with suppress(OSError):  # it may be gone already
                session.sock.shutdown(socket.SHUT_RDWR)  # wakes the SDK's reader, which closing would wait 3 s for
        self._handler.client.disconnect()
        threading.Thread(target=self._handler.close, name="disconnect", daemon=True).start()

    def _connect_patiently(self) -> None:
        pauses = iter(RETRY_PAUSES)
        pause = 0.0
        while not self._stopping.is_set():
            try:
                self._handler.client.connect()
            except (SlackClientError, OSError) as error:
                pause = next(pauses, pause)
                log.warning("socket.not_connected", extra={"error": type(error).__name__, "again_in": pause})
                self._stopping.wait(pause)
            else:
                return

    def _connect_without_delay(self) -> None:
        """Connect, and send each acknowledgement at once instead of collecting them (Nagle costs 24 ms each)."""
        self._connect()
        session = self._handler.client.current_session
        if session is not None and session.sock is not None:
            session.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        log.info("socket.connected")
        self._on_connect()
