"""Services that call the HTTP API, over real HTTP, and a bot for them to call."""

import hashlib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
from sqlalchemy import select

from bot.app import Bot
from bot.environment import Environment, api_tokens
from bot.incidents.model import Incident
from tests.environments import without_slack

SCOPES = {
    "ci": "incidents:read,incidents:write",
    "reader": "incidents:read",
    "writer": "incidents:write",
    "auditor": "incidents:read,incidents:write,incidents:private",
    "counter": "counts:write",
    "everything": "incidents:read,incidents:write,counts:write",
}
"""What the tokens of the tests may do. Each token's secret is made of its name."""
SEVS = "/api/v1/incidents"
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Calls over loopback need none; the usual one takes longer to make than the call."""


def secret(name: str) -> str:
    return f"the-secret-of-{name}"


def with_tokens(environment: Environment, scopes: Mapping[str, str] = SCOPES) -> Environment:
    """An environment in which services have tokens."""
    entries = [
        f"{name} {each} sha256:{hashlib.sha256(secret(name).encode()).hexdigest()}" for name, each in scopes.items()
    ]
    faults: list[str] = []
    found = api_tokens({"SEVBOT_API_TOKENS": "\n".join(entries)}, faults)
    assert faults == []
    return replace(environment, api_tokens=found)


@dataclass(frozen=True)
class Service:
    """One service, by its token's name; nobody has no token."""

    bot: Bot
    name: str = "ci"

    def asks(self, method: str, path: str = "", content: Any = None, **headers: str) -> httpx.Response:
        """One call; `path` is what follows `/api/v1/incidents`, unless it begins with `/api`."""
        body: dict[str, Any] = {"content": content} if isinstance(content, bytes) else {"json": content}
        bearer = {"Authorization": f"Bearer {secret(self.name)}"} if self.name else {}
        url = f"http://127.0.0.1:{self.bot.server.port}{path if path.startswith('/api') else SEVS + path}"
        if isinstance(content, bytes):
            headers.setdefault("Content-Type", "application/json")
        if content is None:
            body = {}
        return httpx.request(method, url, headers=bearer | headers, timeout=20, verify=NO_TLS, **body)

    def declares(self, title: str = "checkout is down", severity: str = "SEV2", **more: Any) -> httpx.Response:
        return self.asks("POST", content={"title": title, "severity": severity, **more})

    def named(self, name: str) -> "Service":
        """Another service of the same bot."""
        return Service(self.bot, name)

    def kept(self) -> list[Incident]:
        """The SEVs there are."""
        with self.bot.database.read() as session:
            found = [*session.scalars(select(Incident).order_by(Incident.number))]
            session.expunge_all()
            return found


@contextmanager
def serving(database_url: str, scopes: Mapping[str, str] = SCOPES) -> Iterator[Service]:
    """A bot that answers services, and the first of them. Nothing listens at Slack's address, and nothing is delivered."""
    bot = Bot(with_tokens(without_slack(database_url), scopes))
    bot.server.start()
    try:
        yield Service(bot)
    finally:
        bot.stop()


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    """What a refusal says: it is a problem as RFC 9457 has them."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    content: dict[str, Any] = answer.json()
    assert (content["status"], content["type"]) == (status, "about:blank")
    assert content["title"]
    assert content["detail"]
    return content
