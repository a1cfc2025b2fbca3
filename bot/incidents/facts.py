"""A SEV as machines are told of it: by the HTTP API and by webhooks alike. Pure."""

from datetime import datetime
from typing import Any

from bot.config import Config
from bot.incidents.field_values import for_machines, held
from bot.incidents.model import TIMES, Incident


def moment(at: datetime | None) -> str | None:
    """A moment as RFC 3339 has it, in UTC."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def facts(incident: Incident, config: Config) -> dict[str, Any]:
    """All that is told of a SEV to whom may see it."""
    return {
        "number": incident.number,
        "name": incident.name,
        "title": incident.title,
        "summary": incident.summary,
        "severity": incident.severity,
        "status": incident.status,
        "category": config.status(incident.status).category.value,
        "reason": incident.reason,
        "is_private": incident.is_private,
        "is_drill": incident.is_drill,
        "workflows": [*incident.workflow_keys],
        "fields": {key: for_machines(holds) for key, holds in held(incident.fields).items()},
        "declared_by": incident.declared_by,
        "channel": incident.channel_id,
        "next_update_at": moment(incident.next_update_at),
        **{name: moment(getattr(incident, name)) for name in TIMES},
    }


def withheld(incident: Incident) -> dict[str, Any]:
    """All that is told of a private SEV outside Slack: that there is one of this number."""
    return {
        "number": incident.number,
        "name": incident.name,
        "title": f"Private {incident.name}",
        "is_private": True,
        "is_drill": incident.is_drill,
    }
