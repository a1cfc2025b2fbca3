"""Opsgenie: the Alert API to page (an integration's key for each team), schedules to see who is on call (one key)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from bot.http import Http
from bot.integrations.pager import PEOPLE_AT_MOST, PHONES_AT_MOST, Action, Alarm, Person, clipped

API_URL = "https://api.opsgenie.com"
MESSAGE_LIMIT = 130
DESCRIPTION_LIMIT = 15_000
LOWEST_PRIORITY = 5
DEEDS = {Action.ACKNOWLEDGE: "acknowledge", Action.RESOLVE: "close"}
PHONES = ("voice", "mobile", "sms")


@dataclass(frozen=True, kw_only=True)
class Opsgenie:
    """One team's door."""

    http: Http
    key: str = field(repr=False)
    api_key: str = field(repr=False)
    """Of an API integration that may read schedules and users."""
    responder: str | None = None
    """The team's name there; without it the key's own team is called."""
    api_url: str = API_URL

    @property
    def longest(self) -> float:
        return self.http.longest

    def tell(self, action: Action, alarm: Alarm) -> None:
        """Make, acknowledge or close an alert. Opsgenie joins alerts of one alias, as long as they are open."""
        if action is Action.TRIGGER:
            self._post("/v2/alerts", self._alert(alarm))
        else:
            path = f"/v2/alerts/{quote(alarm.key, safe='')}/{DEEDS[action]}?identifierType=alias"
            self._post(path, {"source": "Sevbot"}, gone_is_done=True)

    def _alert(self, alarm: Alarm) -> dict[str, Any]:
        alert = {
            "message": clipped(alarm.summary, MESSAGE_LIMIT),
            "alias": alarm.key,
            "description": clipped(
                "\n".join([alarm.summary, *([alarm.link] if alarm.link else [])]), DESCRIPTION_LIMIT
            ),
            "priority": f"P{min(max(alarm.level, 1), LOWEST_PRIORITY)}",
            "tags": ["sevbot"],
            "details": dict(alarm.details),
            "source": "Sevbot",
        }
        return alert | ({"responders": [{"name": self.responder, "type": "team"}]} if self.responder else {})

    def _post(self, path: str, content: Mapping[str, Any], *, gone_is_done: bool = False) -> None:
        headers = {"Authorization": f"GenieKey {self.key}"}
        reply = self.http.call("POST", f"{self.api_url}{path}", headers=headers, content=content)
        if not reply.is_success and not (gone_is_done and reply.status == HTTPStatus.NOT_FOUND):
            raise reply.refusal("invalid_alert" if reply.status == HTTPStatus.UNPROCESSABLE_ENTITY else "")

    def on_call(self, schedule: str) -> tuple[Person, ...]:
        """Who is on call by a schedule (its name). The answer names people by address; each is asked for one by one."""
        query = [("scheduleIdentifierType", "name"), ("flat", "true")]
        found = self._get(f"/v2/schedules/{quote(schedule, safe='')}/on-calls", *query)
        recipients = (found.get("data") or {}).get("onCallRecipients") or []
        return tuple(self._person(str(each)) for each in recipients[:PEOPLE_AT_MOST])

    def _person(self, address: str) -> Person:
        data = self._get(f"/v2/users/{quote(address, safe='')}", ("expand", "contact")).get("data") or {}
        phones = [
            f"+{contact['to'].replace('-', ' ')}"
            for contact in data.get("userContacts") or []
            if contact.get("contactMethod") in PHONES and contact.get("enabled", True) and contact.get("to")
        ]
        return Person(str(data.get("fullName") or address), tuple(dict.fromkeys(phones))[:PHONES_AT_MOST])

    def _get(self, path: str, *query: tuple[str, str]) -> dict[str, Any]:
        headers = {"Authorization": f"GenieKey {self.api_key}"}
        reply = self.http.call("GET", f"{self.api_url}{path}", headers=headers, query=query)
        if not reply.is_success:
            raise reply.refusal()
        return reply.data
