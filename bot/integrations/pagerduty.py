"""PagerDuty: Events API v2 to page (a routing key for each service), REST API v2 to see who is on call (one token)."""

import re
from dataclasses import dataclass, field
from typing import Any

from bot.errors import Blame
from bot.http import Http, Reply
from bot.integrations.pager import PEOPLE_AT_MOST, PHONES_AT_MOST, Action, Alarm, Person, clipped

EVENTS_URL = "https://events.pagerduty.com"
API_URL = "https://api.pagerduty.com"
SUMMARY_LIMIT = 1024
SEVERITIES = ("critical", "critical", "error", "warning")
"""By the SEV's level; what is milder is `info`."""
FIELD = re.compile(r"routing_key|event_action|dedup_key|payload|summary|source|severity|links")


@dataclass(frozen=True, kw_only=True)
class PagerDuty:
    """One service's door."""

    events: Http
    rest: Http
    routing_key: str = field(repr=False)
    token: str = field(repr=False)
    events_url: str = EVENTS_URL
    api_url: str = API_URL

    @property
    def longest(self) -> float:
        return max(self.events.longest, self.rest.longest)

    def tell(self, action: Action, alarm: Alarm) -> None:
        """Send an event. PagerDuty joins events of one key, as long as its alert is not resolved."""
        event: dict[str, Any] = {"routing_key": self.routing_key, "event_action": action, "dedup_key": alarm.key}
        if action is Action.TRIGGER:
            event |= {
                "client": "Sevbot",
                "payload": {
                    "summary": clipped(alarm.summary, SUMMARY_LIMIT),
                    "source": "Sevbot",
                    "severity": SEVERITIES[alarm.level] if alarm.level < len(SEVERITIES) else "info",
                    "custom_details": dict(alarm.details),
                },
            }
            if alarm.link:
                event |= {"client_url": alarm.link, "links": [{"href": alarm.link, "text": "Its channel in Slack"}]}
        reply = self.events.call("POST", f"{self.events_url}/v2/enqueue", headers={}, content=event)
        if not reply.is_success:
            raise _refusal(reply)

    def on_call(self, schedule: str) -> tuple[Person, ...]:
        """Who is on call by a schedule (its id, `P…`). The answer names people; their numbers are asked for one by one."""
        query = [("schedule_ids[]", schedule), ("include[]", "users"), ("earliest", "true"), ("limit", "100")]
        shifts = self._get("/oncalls", *query).get("oncalls") or []
        ranked = sorted(shifts, key=lambda each: each.get("escalation_level") or 0)
        users = {each["user"]["id"]: each["user"] for each in ranked if (each.get("user") or {}).get("id")}
        return tuple(
            Person(str(user.get("name") or user.get("summary") or "somebody"), self._phones(user_id))
            for user_id, user in list(users.items())[:PEOPLE_AT_MOST]
        )

    def _phones(self, user_id: str) -> tuple[str, ...]:
        methods = self._get(f"/users/{user_id}/contact_methods").get("contact_methods") or []
        found = [
            f"+{each.get('country_code', '')} {each['address']}"
            for each in methods
            if each.get("type") == "phone_contact_method" and each.get("address")
        ]
        return tuple(dict.fromkeys(found))[:PHONES_AT_MOST]

    def _get(self, path: str, *query: tuple[str, str]) -> dict[str, Any]:
        headers = {
            "Authorization": f"Token token={self.token}",
            "Accept": "application/vnd.pagerduty+json;version=2",
        }
        reply = self.rest.call("GET", f"{self.api_url}{path}", headers=headers, query=query)
        if not reply.is_success:
            raise reply.refusal()
        return reply.data


def _refusal(reply: Reply) -> Exception:
    """A refused event. PagerDuty says which fields are wrong; their names are kept, and nothing of what they held."""
    fields = sorted(set(FIELD.findall(str(reply.data.get("errors") or ""))))
    if "routing_key" in fields:
        return reply.refusal("invalid_routing_key", blame=Blame.OPERATOR)
    return reply.refusal("_".join(["invalid_event", *fields]))
