"""Signed HTTP delivery: Slack's Request URL mode."""

import hashlib
import hmac
import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode, urlsplit

from bot.playground.delivery import Post
from bot.playground.model import Json
from bot.playground.traffic import Delivery

SIGNING_SECRET = "playground-signing-secret"
SENDERS = 32


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the X-Slack-Signature of a body sent at `timestamp` (Unix seconds as text)."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


class HttpSender:
    """Posts deliveries to one address, as many at once as there are threads. Implements Carrier."""

    first_retry = 1.0

    def __init__(self, address: str, post: Post) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._path = parts.path or "/"
        self._post = post
        self._threads = ThreadPoolExecutor(max_workers=SENDERS, thread_name_prefix="playground-http")

    def close(self) -> None:
        """Send nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def send(self, delivery: Delivery) -> bool:
        """Queue a delivery; there is always somebody to try."""
        self._threads.submit(self._deliver, delivery, delivery.attempts)
        return True

    def _deliver(self, delivery: Delivery, attempt: int) -> None:
        body, content_type = _encoded(delivery)
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(SIGNING_SECRET, timestamp, body),
        }
        if attempt > 1:
            headers |= {"X-Slack-Retry-Num": str(attempt - 1), "X-Slack-Retry-Reason": delivery.reason}
        delivery.sent_at = time.monotonic()
        try:
            status, answer_headers, answer = self._request(body, headers)
        except TimeoutError:
            self._post.failed(delivery, "operation_timeout", reason="http_timeout")
        except (OSError, http.client.HTTPException):
            self._post.failed(delivery, "dispatch_failed", reason="connection_failed")
        else:
            if 200 <= status < 300:
                self._post.acked(delivery, _decoded(answer_headers.get("content-type", ""), answer))
            else:
                retry = answer_headers.get("x-slack-no-retry") != "1"
                self._post.failed(delivery, "dispatch_failed", reason="http_error", retry=retry)

    def _request(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Post on a connection of its own: a kept-alive one could be stale, and asking twice is not Slack's way."""
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._post.ack_within)
        try:
            connection.request("POST", self._path, body, headers | {"Connection": "close"})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()


def _encoded(delivery: Delivery) -> tuple[bytes, str]:
    """Return body and content type: events are JSON, commands a form, interactions a form with one JSON field."""
    if delivery.kind == "events_api":
        return json.dumps(delivery.payload).encode(), "application/json"
    form: Json = delivery.payload
    if delivery.kind == "interactive":
        form = {"payload": json.dumps(delivery.payload)}
    else:
        form = {name: str(value).lower() if isinstance(value, bool) else value for name, value in form.items()}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


def _decoded(content_type: str, body: bytes) -> Any:
    """Return the ack's payload: JSON, or text as a message, or None."""
    if not body:
        return None
    if "json" in content_type:
        try:
            return json.loads(body)
        except ValueError:
            return None
    return {"text": body.decode(errors="replace")}
