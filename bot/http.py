"""Speaks HTTP with vendors, but for the checks, whose requests the operator wrote himself.

It decides what no vendor's file should have to: how long to wait, how much to read, which addresses may be spoken to, and
what each failure means. Nothing of a request (its address, headers or content) gets into an error or a log.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from prometheus_client import Counter

from bot.addresses import AddressRefused, Reach
from bot.errors import Blame, OutcomeUnknown, Permanent, Temporary

if TYPE_CHECKING:
    import requests

CALLS = Counter("sevbot_http_calls", "Calls to vendors by vendor and outcome.", ["vendor", "outcome"])
BODY_LIMIT = 1_000_000
"""Bytes of an answer that are read at most."""
CHUNK = 64 * 1024
LONGEST_WAIT = timedelta(days=1)
"""Nothing sensible asks to wait longer."""
CONNECT_SHARE = 0.4
WAIT_SHARE = 0.6
"""How much of a call's time connecting may take, and each wait for bytes."""


@dataclass(frozen=True)
class Reply:
    """An answer that is one: a success, or a refusal (4xx) in the vendor's words."""

    status: int
    body: bytes

    @property
    def is_success(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def data(self) -> dict[str, Any]:
        """Its content, where that is a JSON object; else nothing."""
        found = self._content()
        return found if isinstance(found, dict) else {}

    @property
    def rows(self) -> list[dict[str, Any]] | None:
        """Its content, where that is a JSON list of objects."""
        found = self._content()
        return found if isinstance(found, list) and all(isinstance(each, dict) for each in found) else None

    def _content(self) -> Any:
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):  # no JSON, or nested without end
            return None

    def refusal(self, code: str = "", *, blame: Blame | None = None) -> Permanent:
        """The refusal as an error. Who is to blame follows from its status where the vendor did not say."""
        usual = Blame.GONE if self.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE) else Blame.OURS
        return Permanent(code or f"http_{self.status}", blame=blame or usual)


@dataclass(frozen=True, kw_only=True)
class Http:
    """Calls one vendor, once per call: repeating is the outbox's decision, never this layer's."""

    vendor: str
    timeout: timedelta
    """For all of a call; one that trickles in may take a little longer, see `longest`."""
    reach: Reach = Reach.PUBLIC
    follow_redirects: bool = False
    body_limit: int = BODY_LIMIT

    @property
    def longest(self) -> float:
        """Seconds that a call may take at the very most: its last wait for bytes may begin just before its time is over."""
        return (1 + WAIT_SHARE) * self.timeout.total_seconds()

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: Mapping[str, Any] | bytes | None = None,
        query: Sequence[tuple[str, str]] = (),
    ) -> Reply:
        """Send `content` as JSON (what is in bytes, as it is), and return the answer.

        Raises `Temporary` (no effect), `OutcomeUnknown` (perhaps an effect), or `Permanent` where the operator has to mend
        something: an address that is not allowed, or credentials that are refused.
        """
        try:
            reply = self._call(method, url, headers, content, query)
        except (Temporary, OutcomeUnknown, Permanent) as failure:
            CALLS.labels(self.vendor, failure.code).inc()
            raise
        CALLS.labels(self.vendor, str(reply.status)).inc()
        return reply

    def _call(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: Mapping[str, Any] | bytes | None,
        query: Sequence[tuple[str, str]],
    ) -> Reply:
        from bot import guarded  # late: see there

        seconds = self.timeout.total_seconds()
        until = time.monotonic() + seconds
        try:
            with guarded.session(self.reach) as session, session.request(
                method, url,
                headers={"Accept-Encoding": "identity", "User-Agent": "Sevbot", **headers},
                **({"data": content} if isinstance(content, bytes) else {"json": content}), params=list(query), timeout=(CONNECT_SHARE * seconds, WAIT_SHARE * seconds),
                allow_redirects=self.follow_redirects, stream=True,
            ) as response:  # fmt: skip
                _raise_for(response)
                return Reply(response.status_code, self._read(response, until))
        except AddressRefused:
            raise Permanent("address_not_allowed", blame=Blame.OPERATOR) from None
        except guarded.UNUSABLE as error:
            raise Permanent("address_unusable", type(error).__name__, blame=Blame.OPERATOR) from None
        except guarded.FAILED as error:
            cause = next((each for each in _causes(error) if isinstance(each, guarded.NEVER_CONNECTED)), None)
            if cause is not None:
                raise Temporary("not_connected", type(cause).__name__) from None
            raise OutcomeUnknown("connection_failed", type(error).__name__) from None

    def _read(self, response: "requests.Response", until: float) -> bytes:
        """The answer's body. A slow one, or one without end, is given up: nobody can tell what it would have said."""
        body = bytearray()
        while chunk := response.raw.read1(CHUNK):
            body += chunk
            if len(body) > self.body_limit:
                raise OutcomeUnknown("answer_too_long")
            if time.monotonic() > until:
                raise OutcomeUnknown("answer_too_slow")
        return bytes(body)


def _raise_for(response: "requests.Response") -> None:
    """Raise for what means the same with every vendor."""
    status = response.status_code
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        code = "ratelimited" if status == HTTPStatus.TOO_MANY_REQUESTS else f"http_{status}"
        raise Temporary(code, retry_after=_asked_to_wait(response.headers.get("Retry-After", "")))
    if status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY):
        raise Temporary(f"http_{status}")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise OutcomeUnknown(f"http_{status}")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN):
        raise Permanent(f"http_{status}", blame=Blame.OPERATOR)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise Permanent("redirected", str(status), blame=Blame.OPERATOR)


def _asked_to_wait(header: str) -> timedelta | None:
    """What `Retry-After` asks for, in seconds or as a date."""
    if header.strip().isdecimal():
        return min(timedelta(seconds=int(header.strip()[:9])), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(min(moment - datetime.now(UTC), LONGEST_WAIT), timedelta())


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what lies behind it: each library wraps it in a way of its own."""
    seen: list[BaseException] = []
    waiting: list[Any] = [error]
    while waiting:
        found = waiting.pop()
        if isinstance(found, BaseException) and found not in seen:
            seen.append(found)
            waiting += [getattr(found, "reason", None), found.__cause__, found.__context__, *found.args]
    yield from seen
