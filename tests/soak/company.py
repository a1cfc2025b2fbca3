"""The company of a soak: its settings, its people, and what it lets the bot know of itself."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from tests.processes import CONFIG
from tests.torture.faulting import config_with
from tests.web.services import secret

PEOPLE = ("ada", "grace", "linus", "margaret", "barbara")
"""Who does something; each has a client of their own, so all can at once."""
PAYROLL, HOOKS, STATUS_PAGE = (
    "the-secret-of-the-payroll-job",
    "the-secret-of-the-alerts",
    "the-secret-of-the-status-page",
)
SETTLEMENT = ("settlement", "hourly")
"""The workflow that declares a SEV by itself, and its heartbeat."""
AUTOMATIC = "SEV2"
DIGEST_AT, WEEK_AT = "20:00", "23:00"
PLACE, OWNERS = "#incidents", "#payments"
SERVICES = {
    "ci": "incidents:read,incidents:write,counts:write",
    "auditor": "incidents:read,incidents:private",
}
ALWAYS = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": "00:00", "end": "00:00"}


def alerting(number: int) -> str:
    """The workflow that the alert is about from which the story's SEV of that number is declared."""
    return f"service-{number}"


def settings_in(folder: Path, *, alerting_sevs: tuple[int, ...], webhook: str) -> Path:
    """The settings, in a folder: those of all tests, and what a day of a whole company needs besides."""
    given = yaml.safe_load((CONFIG / "sevbot.yaml").read_text())
    workflows = yaml.safe_load((CONFIG / "workflows.yaml").read_text())["workflows"]
    changes: dict[str, Any] = {
        "delivery": given["delivery"] | {"call_timeout": "2s", "attempt_limit": "8s"},
        "teams": _teams(given["teams"]),
        "updates": {},
        "nudges": {
            **dict.fromkeys(("update_overdue", "open_too_long", "status_stuck"), "never"),
            "working_hours": ALWAYS, "items": given["nudges"]["items"], "postmortems": given["nudges"]["postmortems"],
            "no_commander": {"after": {"SEV1": "1h", "other": "never"}, "steps": [{"tell": "channel", "every": "1h", "times": 2}]},
        },
        "digests": [
            {"key": "daily", "channel": "#leadership", "at": DIGEST_AT, "time_zone": "UTC", "picture": "none"},
            {"key": "weekly", "channel": "#leadership", "rhythm": "weekly", "at": WEEK_AT, "time_zone": "UTC", "days": ["mon"]},
        ],
        "webhooks": [{"key": "status-page", "url": webhook}],
        "workflows": [*workflows, _settlement(), *map(_service, alerting_sevs)],
    }  # fmt: skip
    return config_with(folder, changes)


def environment() -> Mapping[str, str]:
    """By what the services know the bot, and it knows them."""
    tokens = [
        f"{name} {scopes} sha256:{sha256(secret(name).encode()).hexdigest()}" for name, scopes in SERVICES.items()
    ]
    return {
        "SEVBOT_API_TOKENS": "\n".join(tokens),
        "SEVBOT_HEARTBEAT_SECRET": PAYROLL,
        "SEVBOT_HOOK_GENERIC": HOOKS,
        "SEVBOT_WEBHOOK_STATUS_PAGE": STATUS_PAGE,
    }


def _teams(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    pager = {"service": "pagerduty", "key": "PAYMENTS", "schedule": "PAYMENTS"}
    return [each | ({"pager": pager} if each["key"] == "payments" else {}) for each in given]


def _service(number: int) -> dict[str, Any]:
    return {"key": alerting(number), "name": f"Service {number}", "owner": "payments", "tier": 2}


def _settlement() -> dict[str, Any]:
    workflow, key = SETTLEMENT
    beat = {"key": key, "name": "Hourly settlement", "every": "1h", "grace": "10m", "urgency": "critical"}
    return {
        "key": workflow,
        "name": "Settlement",
        "owner": "payments",
        "tier": 1,
        "declares": AUTOMATIC,
        "heartbeats": [beat],
    }
