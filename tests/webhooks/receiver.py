"""Somebody who is told of SEVs by webhooks: checks every signature, keeps what came, and fails when told to."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "the secret of the status page"
VARIABLES = {"STATUS_PAGE": (SECRET,)}


@dataclass
class Receiver:
    """What came, and what goes wrong with the next calls: a status, or `timeout_before`, `drop_after` and the like."""

    url: str = ""
    secret: str = SECRET
    taken: list[dict[str, Any]] = field(default_factory=list)
    """What was understood, in its order; the same delivery again is taken but once."""
    calls: list[dict[str, str]] = field(default_factory=list)
    """The headers of every call that arrived whole."""
    faults: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def take(self, headers: dict[str, str], body: bytes) -> None:
        """Take a call as docs/webhooks.md says to."""
        signed = headers["sevbot-timestamp"].encode() + b"." + body
        wanted = "v1=" + hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
        assert any(hmac.compare_digest(wanted, each) for each in headers["sevbot-signature"].split(","))
        self.calls.append(headers)
        content = json.loads(body)
        assert content["delivery"] == headers["sevbot-delivery"]
        if content["delivery"] not in [each["delivery"] for each in self.taken]:
            self.taken.append(content)

    def events(self) -> list[str]:
        return [each["event"] for each in self.taken]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            fault = receiver.faults.pop(0) if receiver.faults else ""
            if fault.endswith("_after") or not fault:
                receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
            if fault.startswith("timeout"):
                receiver.closing.wait(3)
            if fault.startswith(("timeout", "drop")):
                self.close_connection = True
                return
            self.send_response(int(fault or 204))
            self.send_header("Location", receiver.url)
            self.send_header("Retry-After", "0")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}/sevbot"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
