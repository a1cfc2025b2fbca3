"""Requests of checks: one session per run, on connections of `connecting`, with redirects followed here.

Nothing imports this before the first request: see `bot/guarded.py`.
"""

from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from bot.workflows.checks.connecting import Connector, OutOfTime, StepFailed
from bot.workflows.checks.exchange import BODY_LIMIT, Answer, Asked

CHUNK = 64 * 1024
KEEPS_METHOD = (HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT)
SCHEMES = ("http", "https")


class Session:
    """All requests of one run. Cookies are kept from one to the next."""

    def __init__(self, connector: Connector) -> None:
        self._deadline = connector.deadline
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers = requests.structures.CaseInsensitiveDict(
            {"User-Agent": "Sevbot", "Accept": "*/*", "Accept-Encoding": "identity"}
        )
        adapter = _Adapter(connector)
        for scheme in SCHEMES:
            self._session.mount(f"{scheme}://", adapter)

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def cookie(self, name: str) -> str | None:
        """The value of a cookie that was set, whoever set it."""
        found = [each.value for each in self._session.cookies if each.name == name]
        return found[-1] if found else None

    def ask(self, asked: Asked, *, redirects: int) -> Answer:
        """Ask, and follow at most so many redirects. Raises `StepFailed`, or `OutOfTime`."""
        for followed in range(redirects + 1):
            answer = self._ask_once(asked)
            target = answer.headers.get("Location") if 300 <= answer.status < 400 else None
            if not target or not redirects:
                return answer
            if followed < redirects:
                asked = _redirected(asked, answer.status, target)
        raise StepFailed(f"it was redirected more than {redirects} times")

    def _ask_once(self, asked: Asked) -> Answer:
        try:
            with self._session.request(
                asked.method, asked.url, headers=asked.headers, json=asked.content, data=asked.data,
                timeout=self._deadline.left(), allow_redirects=False, stream=True,
            ) as response:  # fmt: skip
                body = bytearray()
                while len(body) <= BODY_LIMIT and (chunk := response.raw.read1(CHUNK)):
                    body += chunk
                is_whole = len(body) <= BODY_LIMIT
                return Answer(response.status_code, response.headers, bytes(body[:BODY_LIMIT]), is_whole)
        except (
            requests.RequestException,
            OSError,
            HTTPError,
            ValueError,
        ) as error:
            if self._deadline.is_over:
                raise OutOfTime from None
            raise StepFailed(_what_failed(error)) from None


def _redirected(asked: Asked, status: int, target: str) -> Asked:
    """The request that follows a redirect. To another server goes nothing that was meant for the first."""
    url = urljoin(asked.url, target)
    if urlsplit(url).scheme not in SCHEMES:
        raise StepFailed("it was redirected to something that is no address of the web")
    stays = _origin(asked.url) == _origin(url)
    headers = asked.headers if stays else {}
    if status in KEEPS_METHOD:
        if asked.has_body and not stays:
            raise StepFailed("it was redirected to another server, which is not sent what was meant for the first")
        return replace(asked, url=url, headers=headers)
    method = asked.method if asked.method == "HEAD" else "GET"
    return Asked(method, url, {name: each for name, each in headers.items() if not name.lower().startswith("content-")})


def _origin(url: str) -> tuple[str, str | None, int | None]:
    found = urlsplit(url)
    return found.scheme, found.hostname, found.port or {"http": 80, "https": 443}.get(found.scheme)


def _what_failed(error: BaseException) -> str:
    """What a failure is called. Its own words may hold what was sent, so that they are not used but for certificates."""
    waiting: list[Any] = [error]
    seen: list[BaseException] = []
    while waiting:
        found = waiting.pop()
        if isinstance(found, BaseException) and found not in seen:
            seen.append(found)
            waiting += [getattr(found, "reason", None), found.__cause__, found.__context__, *found.args]
    for each in seen:
        if reason := getattr(each, "verify_message", None):
            return f"its certificate is not trusted: {reason}"
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema):
        return "its address is none"
    names = [type(each).__name__ for each in seen]
    if "SSLError" in names:
        return "no encrypted connection could be made"
    return "the connection was closed before the answer was whole"


class _Adapter(HTTPAdapter):
    """Makes connections as the connector does."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        super().__init__()

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Certificates are looked at by the connector."""

    def init_poolmanager(self, *args: Any, **named: Any) -> None:
        super().init_poolmanager(*args, **named)
        connector = self._connector

        class Plain(HTTPConnection):
            def connect(self) -> None:
                self.sock = connector.connect(self.host, self.port)

        class Secure(HTTPSConnection):
            def connect(self) -> None:
                self.sock = connector.secured(connector.connect(self.host, self.port), self.host)
                self.is_verified = True

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
