"""What a page says outside Slack. Of a private SEV that is its number, and no more. Pure."""

import re

from bot.config import Config
from bot.incidents.model import Incident
from bot.integrations.pager import Alarm
from bot.paging.model import Page, Reason

SUMMARY_LIMIT = 1000
MILDEST = 4
REASONS = {
    Reason.SEVERITY: "its severity calls for this team",
    Reason.REOPENED: "it is open again",
    Reason.ASKED: "somebody asked for this team",
    Reason.NO_COMMANDER: "nobody is in command",
}


def alarm(config: Config, incident: Incident, page: Page) -> Alarm:
    """The alert for one page of a SEV, as the SEV is now."""
    level = int(re.sub(r"\D", "", incident.severity) or MILDEST)
    drill = "DRILL " if incident.is_drill else ""
    if incident.is_private:
        return Alarm(key=page.alert_key, summary=f"{drill}Private {incident.name}", level=level)
    severity = config.severity(incident.severity)
    details = {
        "Severity": f"{incident.severity}: {severity.meaning}" if severity else incident.severity,
        "Why": page.why or REASONS[Reason(page.reason)],
        "Summary": incident.summary[:SUMMARY_LIMIT],
    }
    return Alarm(
        key=page.alert_key,
        summary=f"{drill}{incident.name} {incident.severity}: {incident.title}",
        level=level,
        details={name: text for name, text in details.items() if text},
        link=f"https://slack.com/app_redirect?channel={incident.channel_id}" if incident.channel_id else None,
    )
