"""Socket Mode: connections of the app, and one envelope to one of them at a time.

Frames are written straight to the transport, not through the server's message queue: an unmasked text frame is a
few header bytes before the payload, and thousands of events a second must leave room for the app under test.
asyncio sets TCP_NODELAY on every connection, so acks that overlap never wait for each other.
"""

import asyncio
import json
import struct
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from bot.playground.delivery import Post
from bot.playground.model import APP_ID, Json
from bot.playground.traffic import Delivery

CONNECTIONS_LIMIT = 10

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


def text_frame(text: str) -> bytes:
    """Return a WebSocket text frame as a server sends it (RFC 6455, section 5.2)."""
    payload = text.encode()
    if len(payload) < 126:
        return bytes((0x81, len(payload))) + payload
    if len(payload) < 65536:
        return struct.pack("!BBH", 0x81, 126, len(payload)) + payload
    return struct.pack("!BBQ", 0x81, 127, len(payload)) + payload


class Sockets:
    """The app's open connections. Implements Carrier."""

    first_retry = float("inf")

    def __init__(self, post: Post) -> None:
        self.connections: list[asyncio.Transport] = []
        self._post = post
        self._turn = 0
        self._tickets: set[str] = set()
        self._ticket_numbers = count(1)
        self._envelope_numbers = count(1)
        self._pending: dict[str, Delivery] = {}
        self._outgoing: deque[tuple[asyncio.Transport, bytes, Delivery | None]] = deque()
        self._flushing = False

    def new_link(self, address: str) -> str:
        """Return the address of a connection, good for one use; `address` is host:port."""
        ticket = f"ticket-{next(self._ticket_numbers)}"
        self._tickets.add(ticket)
        return f"ws://{address}/link/?ticket={ticket}&app_id={APP_ID}"

    async def serve(self, ticket: str, transport: asyncio.Transport, receive: Receive, send: Send) -> None:
        """Serve one WebSocket connection until it closes."""
        await receive()
        if ticket not in self._tickets or len(self.connections) >= CONNECTIONS_LIMIT:
            await send({"type": "websocket.close", "code": 1008})
            return
        self._tickets.discard(ticket)
        await send({"type": "websocket.accept"})
        self.connections.append(transport)
        self._write(transport, self._hello())
        try:
            await self._listen(receive)
        finally:
            if transport in self.connections:
                self.connections.remove(transport)

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {"host": "playground", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": APP_ID},
        }

    async def _listen(self, receive: Receive) -> None:
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if text is not None:
                self._take(text)

    def _take(self, text: str) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            return
        delivery = self._pending.pop(frame.get("envelope_id", ""), None)
        if delivery is not None:
            self._post.acked(delivery, frame.get("payload"))

    def send(self, delivery: Delivery) -> bool:
        """Send a delivery to one connection, in turn; False when the app is not connected."""
        connections = [transport for transport in self.connections if not transport.is_closing()]
        if not connections:
            return False
        self._turn += 1
        transport = connections[self._turn % len(connections)]
        envelope_id = f"{next(self._envelope_numbers):08x}-0000-4000-8000-000000000000"
        self._pending[envelope_id] = delivery
        envelope: Json = {"envelope_id": envelope_id, "type": delivery.kind}
        envelope["accepts_response_payload"] = delivery.payload.get("type") not in ("event_callback", "block_actions")
        if delivery.kind == "events_api":
            envelope |= {"retry_attempt": delivery.attempts - 1, "retry_reason": delivery.reason}
        envelope["payload"] = delivery.payload
        self._queue(transport, text_frame(json.dumps(envelope)), delivery)
        return True

    def disconnect(self, reason: str) -> None:
        """Tell every connection to go, as Slack does: warning, refresh_requested or link_disabled."""
        for transport in list(self.connections):
            self._write(transport, {"type": "disconnect", "reason": reason, "debug_info": {"host": "playground"}})
            if reason != "warning":
                self.connections.remove(transport)

    def drop(self) -> None:
        """Cut every connection without a word."""
        for transport in list(self.connections):
            self.connections.remove(transport)
            if self._post.loop is not None:
                self._post.loop.call_soon_threadsafe(transport.abort)

    def _write(self, transport: asyncio.Transport, frame: Json) -> None:
        self._queue(transport, text_frame(json.dumps(frame)), None)

    def _queue(self, transport: asyncio.Transport, frame: bytes, delivery: Delivery | None) -> None:
        """Hand a frame to the event loop. One wake-up serves all frames that come before it runs."""
        self._outgoing.append((transport, frame, delivery))
        if not self._flushing and self._post.loop is not None:
            self._flushing = True
            self._post.loop.call_soon_threadsafe(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        now = self._post.now()
        while self._outgoing:
            transport, frame, delivery = self._outgoing.popleft()
            if delivery is not None:
                delivery.sent_at = now
            if not transport.is_closing():
                transport.write(frame)
