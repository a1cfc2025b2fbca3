"""Which custom fields a SEV needs, and from when on. Pure."""

from bot.config import Category, Config, CustomField, Status
from bot.errors import Refused
from bot.incidents import lifecycle
from bot.incidents.model import Incident


class Missing(Refused):
    """It can't be resolved: fields it needs are not known."""


def at_once(config: Config, severity: str) -> list[CustomField]:
    """What people are asked for as soon as a SEV of that severity is declared."""
    return [each for each in config.fields if each.required_at == "declare" and each.belongs_to(severity)]


def required(config: Config, incident: Incident) -> list[CustomField]:
    """What must be known of a SEV before it is resolved, and is not."""
    needed = [each for each in config.fields if each.required_at and each.belongs_to(incident.severity)]
    known = {each.field for each in incident.fields} if needed else set()
    return [each for each in needed if each.key not in known]


def required_now(config: Config, incident: Incident) -> list[CustomField]:
    """What people are asked for while the SEV is open: what is needed for resolving it, once it is mitigated."""
    category = config.status(incident.status).category
    if category not in lifecycle.OPEN:
        return []
    at_last = category is Category.MITIGATED
    return [each for each in required(config, incident) if at_last or each.required_at == "declare"]


def require_known(config: Config, incident: Incident, target: Status) -> None:
    """Raise `Missing` where an open SEV would be resolved or closed while a field it needs is not known."""
    if target.category not in (Category.RESOLVED, Category.CLOSED) or not lifecycle.is_open(config, incident):
        return
    names = [each.name for each in required(config, incident)]
    if names:
        told = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
        what = "them" if len(names) > 1 else "it"
        raise Missing(
            f"Before {incident.name} can be {target.label.lower()}, say {told}: `/sev field` asks for {what}.",
            field="status",
        )


def asked_at_resolve(config: Config, incident: Incident) -> list[CustomField]:
    """What the form asks for with which a SEV is resolved; nothing: it is resolved without one."""
    needed = required(config, incident)
    return [
        each
        for each in config.fields
        if each in needed or (each.asked_at == "resolve" and each.belongs_to(incident.severity))
    ]
