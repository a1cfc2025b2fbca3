"""A pager to go with the local Slack: PagerDuty and Opsgenie as far as the app speaks to them, with alerts that live on.

It is no part of Slack: an app that pages needs somebody who rings.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

from bot.playground.clock import Clock
from bot.playground.model import Json
from bot.playground.vendor import Asked, HungUp, Reply, Vendor
from bot.playground.vendor import reply as _reply

ROUTING_KEY = "R0UT1NGKEY0FTHEL0CALPAGER0123456"
GENIE_KEY = "11111111-2222-3333-4444-555555555555"
TOKEN = "l0cal-pager-t0ken"
ACTIONS = ("trigger", "acknowledge", "resolve")
SEVERITIES = ("critical", "error", "warning", "info")
PEOPLE = {
    "grace": ("PGRACE", "Grace Hopper", "5550101"),
    "margaret": ("PMARGRT", "Margaret Hamilton", "5550102"),
    "barbara": ("PBARBAR", "Barbara Liskov", "5550106"),
}


@dataclass(slots=True)
class Alert:
    """One alert. `rings` counts how often it called somebody."""

    key: str
    service: str
    summary: str
    at: float
    content: Json
    state: str = "triggered"
    rings: int = 1
    log: list[str] = field(default_factory=list)

    def as_json(self) -> Json:
        """Return it for the page."""
        return {"key": self.key, "service": self.service, "summary": self.summary, "state": self.state, "at": self.at}


class Pager(Vendor):
    """Takes alerts, and knows who is on call."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.on_change: Callable[[], None] = lambda: None
        self.alerts: dict[str, Alert] = {}
        self.requests: list[Json] = []
        """What it was asked, with what came with it; no credentials."""
        self.on_call = {"PAYMENTS": ["grace"], "Platform": ["barbara"]}
        """Who is on call, by the schedule's id at PagerDuty or its name at Opsgenie."""

    async def answer(self, asked: Asked, hung_up: HungUp) -> Reply:
        """Answer one request. `hung_up` waits until the caller has gone away."""
        return await self.suffer(self._work_out, asked, hung_up)

    def _work_out(self, asked: Asked) -> Reply:
        self.requests.append({"path": asked.line, "content": asked.content})
        return self._route(asked)

    def _route(self, asked: Asked) -> Reply:
        if (asked.method, asked.path) == ("POST", "pagerduty/v2/enqueue"):
            return self._enqueue(asked.content)
        if asked.path.startswith("pagerduty/"):
            if asked.authorization != f"Token token={TOKEN}":
                return _reply(401, {"error": {"message": "Unauthorized", "code": 2006}})
            return self._pagerduty(asked.path.removeprefix("pagerduty/"), asked.query)
        if asked.authorization != f"GenieKey {GENIE_KEY}":
            return _reply(401, {"message": "Could not authenticate", "took": 0.0})
        return self._opsgenie(asked.method, asked.path.removeprefix("opsgenie/v2/"), asked.content)

    def _enqueue(self, event: Json) -> Reply:
        errors = _errors(event)
        if errors:
            return _reply(400, {"status": "invalid event", "message": "Event object is invalid", "errors": errors})
        key, payload = event["dedup_key"], event.get("payload", {})
        self._tell(event["event_action"], key, "PagerDuty", payload.get("summary", ""), payload)
        return _reply(202, {"status": "success", "message": "Event processed", "dedup_key": key})

    def _pagerduty(self, path: str, query: dict[str, list[str]]) -> Reply:
        if path == "oncalls":
            names = [name for schedule in query.get("schedule_ids[]", []) for name in self.on_call.get(schedule, [])]
            shifts = [
                {
                    "escalation_level": level,
                    "user": {"id": PEOPLE[name][0], "type": "user", "name": PEOPLE[name][1]},
                }
                for level, name in enumerate(names, 1)
            ]
            return _reply(200, {"oncalls": shifts, "limit": 100, "offset": 0, "more": False})
        found = re.fullmatch(r"users/(\w+)/contact_methods", path)
        phones = [phone for user_id, _name, phone in PEOPLE.values() if found and user_id == found[1]]
        if not phones:
            return _reply(404, {"error": {"message": "Not Found", "code": 2100}})
        method = {"type": "phone_contact_method", "country_code": 1, "address": phones[0], "label": "Mobile"}
        return _reply(200, {"contact_methods": [method, {"type": "email_contact_method", "address": "x@example.com"}]})

    def _opsgenie(self, method: str, path: str, content: Json) -> Reply:
        accepted = {"result": "Request will be processed", "took": 0.1, "requestId": f"request-{len(self.requests)}"}
        if (method, path) == ("POST", "alerts"):
            if not content.get("message") or len(content["message"]) > 130:
                return _reply(422, {"message": "Request body is not processable.", "errors": {"message": "length"}})
            self._tell("trigger", content["alias"], "Opsgenie", content["message"], content)
            return _reply(202, accepted)
        told = re.fullmatch(r"alerts/([^/]+)/(acknowledge|close)", path)
        if method == "POST" and told:
            self._tell("resolve" if told[2] == "close" else told[2], unquote(told[1]), "Opsgenie", "", content)
            return _reply(202, accepted)
        schedule = re.fullmatch(r"schedules/([^/]+)/on-calls", path)
        if schedule:
            names = self.on_call.get(unquote(schedule[1]), [])
            return _reply(200, {"data": {"onCallRecipients": [f"{name}@example.com" for name in names]}})
        user = PEOPLE.get(unquote(path.removeprefix("users/")).partition("@")[0])
        if user is None:
            return _reply(404, {"message": "User not found"})
        contacts = [{"contactMethod": "voice", "to": f"1-{user[2]}", "enabled": True}]
        return _reply(200, {"data": {"fullName": user[1], "userContacts": contacts}})

    def _tell(self, action: str, key: str, service: str, summary: str, content: Json) -> None:
        """Join what is said of one key, as both vendors do: an alert that was resolved rings anew when it is triggered."""
        alert = self.alerts.get(key)
        if action == "trigger":
            if alert is None:
                alert = self.alerts[key] = Alert(key, service, summary, self._clock.now(), content)
            elif alert.state == "resolved":
                alert.state, alert.rings = "triggered", alert.rings + 1
        elif alert is not None and alert.state != "resolved":
            alert.state = {"acknowledge": "acknowledged", "resolve": "resolved"}[action]
        if alert is not None:
            alert.log.append(action)
        self.on_change()

    def as_json(self) -> list[Json]:
        """Return its alerts for the page, the newest first."""
        with self.lock:
            return [alert.as_json() for alert in reversed(self.alerts.values())]


def _errors(event: Json) -> list[str]:
    """What PagerDuty would find wrong with an event."""
    errors = []
    if len(event.get("routing_key", "")) != 32:
        errors.append("Length of 'routing_key' is incorrect (should be 32 characters)")
    if event.get("event_action") not in ACTIONS:
        errors.append("'event_action' is missing or invalid")
    if not 0 < len(event.get("dedup_key", "")) <= 255:
        errors.append("'dedup_key' is missing or too long")
    payload = event.get("payload", {})
    if event.get("event_action") == "trigger" and not (
        0 < len(payload.get("summary", "")) <= 1024 and payload.get("source") and payload.get("severity") in SEVERITIES
    ):
        errors.append("'payload.summary', 'payload.source' or 'payload.severity' is missing or invalid")
    return errors
