"""The server: one port for the Web API, Socket Mode, response URLs, uploads and the page."""

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlsplit

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.playground import jira_api
from bot.playground.errors import DropConnection
from bot.playground.model import Json
from bot.playground.vendor import Asked, HungUp, Reply

if TYPE_CHECKING:
    from bot.playground.playground import Playground

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

STOP_WITHIN = 5.0


_OURS = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})


def is_local(headers: dict[bytes, bytes]) -> bool:
    """Whether a request names this machine, and comes from a page of this machine if from any.

    Host guards against DNS names that point here, Origin against other sites' pages.
    """
    host = urlsplit(f"//{headers.get(b'host', b'').decode('latin-1')}").hostname or ""
    origin = headers.get(b"origin")
    return host in _OURS and (origin is None or (urlsplit(origin.decode("latin-1")).hostname or "") in _OURS)


class OpenHandedProtocol(H11Protocol):
    """uvicorn's HTTP protocol, handing its transport to the application: faults cut it, Socket Mode writes to it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


async def read_body(receive: Receive) -> bytes:
    """Return the whole body of a request."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise DropConnection
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def send_reply(send: Send, status: int, headers: dict[str, str], body: bytes) -> None:
    """Send a whole response."""
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    raw.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


async def _turn_away(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
    else:
        await send_reply(send, 403, {"content-type": "text/plain"}, b"This Slack serves its own machine only.")


class Application:
    """The ASGI application. The Web API and Socket Mode are served here, the rest by Starlette's routes."""

    def __init__(self, playground: "Playground", routes: Callable[..., Awaitable[None]]) -> None:
        self._playground = playground
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_local(dict(scope["headers"])):
            await _turn_away(scope, receive, send)
            return
        path: str = scope["path"]
        if scope["type"] == "http" and path.startswith("/api/"):
            await self._web_api(path.removeprefix("/api/"), scope, receive, send)
        elif scope["type"] == "http" and path.startswith("/pager/"):
            await _vendor(self._playground.pager.answer, path.removeprefix("/pager/"), scope, receive, send)
        elif scope["type"] == "http" and path.startswith("/jira/"):
            tracker = partial(jira_api.answer, self._playground.jira)
            await _vendor(tracker, path.removeprefix("/jira/"), scope, receive, send)
        elif scope["type"] == "websocket" and path.rstrip("/") == "/link":
            ticket = parse_qs(scope["query_string"].decode()).get("ticket", [""])[0]
            await self._playground.sockets.serve(ticket, scope["state"]["transport"], receive, send)
        else:
            await self._routes(scope, receive, send)

    async def _web_api(self, method: str, scope: Scope, receive: Receive, send: Send) -> None:
        transport: asyncio.Transport = scope["state"]["transport"]

        try:
            body = await read_body(receive)
            headers = dict(scope["headers"])
            reply = await self._playground.web_api.answer(
                method, scope["query_string"], headers, body, lambda: _hung_up(receive)
            )
        except DropConnection:
            transport.abort()
            return
        await send_reply(send, *reply)


async def _vendor(
    answer: Callable[[Asked, HungUp], Awaitable[Reply]], path: str, scope: Scope, receive: Receive, send: Send
) -> None:
    """Serve what is no part of Slack."""
    try:
        headers = dict(scope["headers"])
        asked = Asked(
            method=scope["method"],
            path=path,
            query=parse_qs(scope["query_string"].decode("latin-1")),
            authorization=headers.get(b"authorization", b"").decode("latin-1"),
            content=_content(headers.get(b"content-type", b""), await read_body(receive)),
        )
        reply = await answer(asked, lambda: _hung_up(receive))
    except DropConnection:
        scope["state"]["transport"].abort()
        return
    await send_reply(send, *reply)


def _content(content_type: bytes, body: bytes) -> Json:
    if content_type.startswith(b"application/x-www-form-urlencoded"):
        return {"form": body.decode("utf-8", "replace")}
    return cast("Json", json.loads(body)) if body else {}


async def _hung_up(receive: Receive) -> None:
    """Wait until the other side gives up."""
    while (await receive())["type"] != "http.disconnect":
        continue


class Server:
    """Runs an application in a thread with its own event loop, on loopback only."""

    def __init__(self, application: Application, port: int) -> None:
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self._application = application
        self._started = threading.Event()
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="playground", daemon=True)
        self.loop: asyncio.AbstractEventLoop = asyncio.new_event_loop()

    def start(self) -> None:
        """Start serving; returns once connections are taken."""
        self._thread.start()
        self._started.wait(STOP_WITHIN)

    def stop(self) -> None:
        """Cut all connections and stop."""
        if self._stop is not None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(STOP_WITHIN)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_until_complete(self._serve())
        finally:
            self.loop.close()

    async def _serve(self) -> None:
        config = uvicorn.Config(
            self._application,
            http=OpenHandedProtocol,
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            date_header=False,
            server_header=False,
        )
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        self._stop = asyncio.Event()
        await server.startup(sockets=[self._listener])
        self._started.set()
        # Not uvicorn's own loop: it looks for the end only every 100 ms and takes signals, neither of which suits tests.
        await self._stop.wait()
        for listening in server.servers:
            listening.close()
        for connection in list(server.server_state.connections):
            connection.transport.abort()
        tasks = {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}
        # Most end by themselves, their connection being gone; what a fault keeps hanging is cancelled.
        _, hanging = await asyncio.wait(tasks, timeout=0.05) if tasks else (tasks, tasks)
        for task in hanging:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
