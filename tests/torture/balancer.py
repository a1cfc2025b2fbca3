"""A balancer, as there is one before several replicas: each connection goes to the next of them that takes it."""

import selectors
import socket
import socketserver
import threading
from typing import Self

CONNECTS_WITHIN = 1.0
LONGEST = 20.0
"""Seconds for which it carries what is said on one connection."""


class Balancer:
    """Spreads connections evenly over ports of this machine. Who doesn't take a connection is passed over."""

    def __init__(self) -> None:
        self._ports: list[int] = []
        self._turn = 0
        self._lock = threading.Lock()
        balancer = self

        class Connection(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                balancer._carry(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 64

        self._server = Server(("127.0.0.1", 0), Connection)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="balancer", daemon=True)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def add(self, port: int) -> None:
        """Send some of it there from now on."""
        with self._lock:
            self._ports.append(port)

    def remove(self, port: int) -> None:
        """Send nothing new there any more."""
        with self._lock:
            self._ports.remove(port)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _carry(self, client: socket.socket) -> None:
        replica = self._connect()
        if replica is None:
            return
        with replica, selectors.DefaultSelector() as waiting:
            waiting.register(client, selectors.EVENT_READ, replica)
            waiting.register(replica, selectors.EVENT_READ, client)
            while ready := waiting.select(LONGEST):
                for key, _ in ready:
                    source, sink = key.fileobj, key.data
                    try:
                        said = source.recv(65536)  # type: ignore[union-attr]  # only sockets are registered
                        sink.sendall(said)
                    except OSError:  # one of them was killed
                        return
                    if not said:
                        return

    def _connect(self) -> socket.socket | None:
        with self._lock:
            self._turn += 1
            first = self._turn % max(len(self._ports), 1)
            ports = [*self._ports[first:], *self._ports[:first]]
        for port in ports:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=CONNECTS_WITHIN)
            except OSError:
                continue
        return None
