"""The bot's HTTP server, in a thread of its own."""

import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from bot.web.serving import PromptServer


HERE = ("127.0.0.1", "::1", "::ffff:127.0.0.1")
"""This machine, as it looks to who is asked; the last is the first where both versions are listened to."""


class Server:
    """Serves the routes. They are made, and what serves them is imported, in its thread: nobody else waits for that."""

    def __init__(self, routes: "Callable[[], FastAPI]", *, host: str, port: int) -> None:
        self._routes = routes
        self._socket = _listening(host, port)
        self.port: int = self._socket.getsockname()[1]
        self._server: PromptServer | None = None
        self._made = threading.Event()
        self._is_over = False
        self._thread = threading.Thread(target=self._serve, name="web", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, *, within: float) -> None:
        """Answer what is being asked, for `within` seconds at most, and nothing more."""
        self._is_over = True
        if self._thread.is_alive() and self._made.wait(timeout=within) and self._server is not None:
            self._server.end()
            self._thread.join(timeout=within)
        if not self._thread.is_alive():  # else the thread closes it, as soon as it comes to that
            self._socket.close()

    def _serve(self) -> None:
        import uvicorn

        from bot.web.serving import PromptServer

        config = uvicorn.Config(
            self._routes(), log_config=None, access_log=False, ws="none", lifespan="off",
            forwarded_allow_ips=[*HERE],  # a proxy there is believed about for whom it asks
        )  # fmt: skip
        self._server = PromptServer(config)
        self._made.set()
        if self._is_over:  # stopped before all it takes was imported
            self._socket.close()
            return
        self._server.run([self._socket])


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens. At `::` it listens at all of this machine's addresses, of both versions."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    is_both = host == "::" and socket.has_dualstack_ipv6()
    return socket.create_server((host, port), family=family, dualstack_ipv6=is_both)
