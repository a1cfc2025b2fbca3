"""Prometheus's HTTP API, as far as it is asked for numbers over time. Thanos, Mimir and VictoriaMetrics speak it too."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from bot.errors import CallFailed
from bot.http import Http

QUERY_RANGE = "/api/v1/query_range"
SAID_LIMIT = 200
"""Characters of what Prometheus says that are passed on."""
WHY = {
    "not_connected": "Prometheus can't be reached",
    "answer_too_slow": "Prometheus did not answer in time",
    "answer_too_long": "Prometheus's answer is too long",
    "ratelimited": "Prometheus says that it is asked too often",
    "http_503": "Prometheus can't answer for now (503)",
    "http_401": "Prometheus does not know us (401): look at PROMETHEUS_TOKEN, or PROMETHEUS_USER and PROMETHEUS_PASSWORD",
    "http_403": "Prometheus lets us not ask (403): look at PROMETHEUS_TOKEN, or PROMETHEUS_USER and PROMETHEUS_PASSWORD",
    "address_not_allowed": "Prometheus's address may not be spoken to: look at prometheus.url",
    "address_unusable": "Prometheus's address can't be used: look at prometheus.url",
    "redirected": "Prometheus's address leads elsewhere: give prometheus.url as it is in the end",
}
"""What it means for us that a call failed."""


class NotAnswered(Exception):  # noqa: N818 - the field's word
    """Prometheus gave no answer that can be used. Its text says why, without a full stop."""


@dataclass(frozen=True)
class Answer:
    """What an expression gave."""

    series: int
    """How many series it gave."""
    points: Mapping[int, float] = field(default_factory=dict)
    """The number at each moment, in seconds since 1970; those of the first series."""
    warning: str = ""
    """What Prometheus warns of: the answer may not be whole."""


@dataclass(frozen=True, kw_only=True)
class Prometheus:
    """One Prometheus."""

    http: Http
    url: str
    token: str = field(default="", repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    def ask(self, expression: str, *, first: int, last: int, step: int) -> Answer:
        """What an expression gives at each step from the first moment to the last, all in seconds. Raises `NotAnswered`."""
        query = [("query", expression), ("start", str(first)), ("end", str(last)), ("step", str(step))]
        try:
            reply = self.http.call("GET", f"{self.url.rstrip('/')}{QUERY_RANGE}", headers=self._proof(), query=query)
        except CallFailed as failure:
            raise NotAnswered(_why(failure)) from None
        if reply.status == HTTPStatus.NOT_FOUND:
            raise NotAnswered(f"there is no {QUERY_RANGE} at Prometheus's address: look at prometheus.url")
        content = reply.data
        if content.get("status") == "error":
            raise NotAnswered(f"Prometheus says: {str(content.get('error') or content.get('errorType'))[:SAID_LIMIT]}")
        try:
            return _answer(content)
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError):
            raise NotAnswered("what answers is no Prometheus: look at prometheus.url") from None

    def _proof(self) -> Mapping[str, str]:
        if self.token:
            return {"Authorization": f"Bearer {self.token}"}
        if self.user:
            return {"Authorization": f"Basic {base64.b64encode(f'{self.user}:{self.password}'.encode()).decode()}"}
        return {}


def _answer(content: Mapping[str, Any]) -> Answer:
    if content["data"]["resultType"] != "matrix":
        raise ValueError
    series = content["data"]["result"]
    points = {int(moment): float(number) for moment, number in series[0].get("values", ())} if series else {}
    return Answer(len(series), points, "; ".join(map(str, content.get("warnings") or ()))[:SAID_LIMIT])


def _why(failure: CallFailed) -> str:
    if "Timeout" in failure.detail:
        return WHY["answer_too_slow"] if failure.code != "not_connected" else WHY["not_connected"]
    return WHY.get(failure.code) or f"Prometheus failed ({failure.code})"
