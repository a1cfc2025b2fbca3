"""What people may write about a SEV: each is made plain, checked, and refused at the field it concerns. Pure."""

from bot.config import Config
from bot.errors import Refused
from bot.incidents.model import REASON_LIMIT, SUMMARY_LIMIT, TITLE_LIMIT, UPDATE_LIMIT, Incident
from bot.slack.text import clip, length, one_line, plain, visible

SIGNS = {
    "alert": "an alert",
    "burn": "a burning error budget",
    "check": "a failing check",
    "heartbeat": "a missing heartbeat",
}
"""What may notice a SEV before people do, by the sources of problems."""


def noticed_by(incident: Incident) -> str:
    """What noticed it: `an alert`; `people` where no sign of trouble did."""
    return SIGNS.get(incident.detected_by or "", "monitoring") if incident.detected_by else "people"


def checked_title(text: str) -> str:
    """A title fit to be stored. Raises `Refused` at the title's field."""
    title = one_line(text)
    if not visible(title):
        raise Refused("Give the SEV a title: a few words on what is wrong, such as `checkout is down`.", field="title")
    if length(title) > TITLE_LIMIT:
        raise Refused(
            f"This title has {length(title)} characters; {TITLE_LIMIT} are possible. Put the rest into the summary.",
            field="title",
        )
    return title


def checked_summary(text: str) -> str:
    """A summary fit to be stored; it may be empty. Raises `Refused` at the summary's field."""
    summary = plain(text)
    if length(summary) > SUMMARY_LIMIT:
        raise Refused(
            f"This summary has {length(summary)} characters; {SUMMARY_LIMIT} are possible. Shorten it, or post the rest.",
            field="summary",
        )
    return summary if visible(summary) else ""


def checked_update(text: str) -> str:
    """A status update fit to be stored. Raises `Refused` at the text's field."""
    update = plain(text)
    if not visible(update):
        raise Refused("Say how it goes: what is known, what is done, who is still hurt.", field="text")
    if length(update) > UPDATE_LIMIT:
        raise Refused(
            f"This update has {length(update)} characters; {UPDATE_LIMIT} are possible. Shorten it, or post the rest.",
            field="text",
        )
    return update


def checked_severity(config: Config, text: str) -> str:
    """A severity's key as the configuration writes it. Raises `Refused` at the severity's field."""
    found = config.severity(text)
    if found is None:
        raise Refused(f"There is no such severity. Possible are: {severities(config)}.", field="severity")
    return found.key


def severities(config: Config) -> str:
    """All severities there are, as part of a sentence."""
    return ", ".join(each.key for each in config.severities)


def checked_reason(text: str) -> str:
    """A reason fit to be stored, or nothing where a reader would see nothing."""
    reason = one_line(text)
    return clip(reason, REASON_LIMIT) if visible(reason) else ""
