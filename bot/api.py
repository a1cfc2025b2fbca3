"""What our HTTP API is made of: calls, replies, problems as RFC 9457 has them, and who may call what."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from bot.environment import ApiToken

PROBLEM = "application/problem+json"
WORDS = {
    HTTPStatus.BAD_REQUEST: "The call can't be understood",
    HTTPStatus.UNAUTHORIZED: "A token is needed",
    HTTPStatus.FORBIDDEN: "The token may not do this",
    HTTPStatus.NOT_FOUND: "There is no such thing",
    HTTPStatus.METHOD_NOT_ALLOWED: "This can't be done here",
    HTTPStatus.CONFLICT: "It is not so that this can be done",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The call is too large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "This is not JSON",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Some of it can't be taken, so none of it was",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many calls",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong in Sevbot",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not now",
}


@dataclass(frozen=True)
class Call:
    """A call from outside: its headers, named in lower case, and its very bytes."""

    headers: Mapping[str, str]
    body: bytes
    line: str = ""
    """Its method and path: `POST /api/v1/incidents`."""
    query: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Reply:
    """What is answered: JSON."""

    status: HTTPStatus
    content: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        return json.dumps(self.content).encode()

    @property
    def media_type(self) -> str:
        return PROBLEM if self.status >= HTTPStatus.BAD_REQUEST else "application/json"


@dataclass(frozen=True)
class Fault:
    """What is wrong at one place of a call: a JSON pointer, and a sentence that says what is possible instead."""

    pointer: str
    detail: str


class Rejected(Exception):  # noqa: N818
    """A call that can't be answered as wanted, and how it is answered instead."""

    def __init__(
        self, status: HTTPStatus, detail: str, *, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        errors = [{"pointer": each.pointer, "detail": each.detail} for each in faults]
        content = {"type": "about:blank", "title": WORDS[status], "status": int(status), "detail": detail}
        self.reply = Reply(status, content | ({"errors": errors} if errors else {}), headers or {})


class Callers:
    """Who may call, by their tokens; and how often."""

    def __init__(
        self, tokens: Sequence[ApiToken], monotonic: Callable[[], float], *, burst: float = 600, per_second: float = 50
    ) -> None:
        self._tokens = tokens
        self._monotonic = monotonic
        self._burst, self._per_second = burst, per_second
        self._left: dict[str, tuple[float, float]] = {}
        """How many calls a token has left, and when that was reckoned."""
        self._lock = threading.Lock()
        self._used: set[str] = set()

    def take_used(self) -> set[str]:
        """The names of the tokens that were used since this was asked last."""
        used, self._used = self._used, set()
        return used

    def admit(self, call: Call) -> ApiToken:
        """Whose token a call bears. Raises `Rejected` where it is nobody's, or they call too often."""
        token = self._token(call)
        self._used.add(token.name)
        if not self._has_room(token):
            raise Rejected(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"This token calls more than {self._per_second:g} times a second. Go on in a second; "
                "counts of many minutes fit into one call.",
                headers={"Retry-After": "1"},
            )
        return token

    def _has_room(self, token: ApiToken) -> bool:
        with self._lock:
            now = self._monotonic()
            left, since = self._left.get(token.name, (self._burst, now))
            left = min(self._burst, left + (now - since) * self._per_second)
            self._left[token.name] = (left - 1 if left >= 1 else left, now)
        return left >= 1

    def _token(self, call: Call) -> ApiToken:
        given = call.headers.get("authorization", "")
        scheme, _, secret = given.partition(" ")
        digest = hashlib.sha256(secret.strip().encode()).hexdigest()
        found = [
            each for each in self._tokens if hmac.compare_digest(each.digest, digest)
        ]  # all: it tells nothing by its time
        if scheme.lower() != "bearer" or not found:
            detail = (
                "Send the header Authorization: Bearer TOKEN."
                if not given
                else "This token is not known here, or not any more."
            )
            raise Rejected(HTTPStatus.UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})
        return found[0]


def require_scope(token: ApiToken, scope: str, subject: str = "") -> None:
    """Raise `Rejected` unless a token has a scope: as a whole, or for that subject (`counts:write/place-order`)."""
    if not {scope, f"{scope}/{subject}"} & token.scopes:
        either = f", or {scope}/{subject}" if subject else ""
        raise Rejected(HTTPStatus.FORBIDDEN, f"The token {token.name} needs the scope {scope}{either}.")
