"""The bot's HTTP server, in a thread of its own."""

import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI


class Server:
    """Serves the routes. They are made, and what serves them is imported, in its thread: nobody else waits for that."""

    def __init__(self, routes: "Callable[[], FastAPI]", *, host: str, port: int) -> None:
        self._routes = routes
        self._socket = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.port: int = self._socket.getsockname()[1]
        self._server: uvicorn.Server | None = None
        self._made = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="web", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, *, within: float) -> None:
        """Answer what is being asked, for `within` seconds at most, and nothing more."""
        if self._thread.is_alive() and self._made.wait(timeout=within) and self._server is not None:
            self._server.should_exit = True
            self._thread.join(timeout=within)
        if not self._thread.is_alive():  # else it closes it itself, as soon as it comes to that
            self._socket.close()

    def _serve(self) -> None:
        import uvicorn

        config = uvicorn.Config(self._routes(), log_config=None, access_log=False, ws="none", lifespan="off")
        self._server = uvicorn.Server(config)
        self._made.set()
        self._server.run([self._socket])
