"""How the health of many workflows is told in few lines of mrkdwn. Pure."""

from collections.abc import Sequence
from datetime import datetime

from bot.config import Config
from bot.slack.commands import NAME
from bot.slack.text import mrkdwn, one_line, when
from bot.workflows.checks.reading import Expiring, Failing
from bot.workflows.health import views
from bot.workflows.health.brief import Brief, Week
from bot.workflows.health.burned_views import share, title_of
from bot.workflows.health.spending import Spending
from bot.workflows.heartbeats.reading import Troubled
from bot.workflows.heartbeats.views import WORDS as HEARTBEATS
from bot.workflows.slos.words import percent

MOST_OF_A_KIND = 4
SAID_SHOWN = 150
SOURCES = {"alert": "alerts", "burn": "burning budgets", "check": "checks", "heartbeat": "heartbeats"}
HEALTH = f"{NAME} workflows"


def ill(brief: Brief, now: datetime) -> list[str]:
    """Two lines for each workflow that is not well: how it does, what is left of its budget, and what was."""
    ago = "a week ago" if brief.week else "a day ago"
    return [
        views.standing(each, now, before=_before(brief.left_before.get(each.workflow.key), ago)) for each in brief.ill
    ]


def _before(left: float | None, ago: str) -> str:
    return "" if left is None else f"{ago} {percent(round(left, 3))}"


def signs(config: Config, brief: Brief, now: datetime) -> list[str]:
    """A line for each check that fails, heartbeat that is not heard, and certificate that expires."""
    shown = [_failing(config, each) for each in brief.failing[:MOST_OF_A_KIND]]
    shown += _more(brief.failing, "failing checks")
    shown += [_late(config, each) for each in brief.late[:MOST_OF_A_KIND]]
    shown += _more(brief.late, "heartbeats that are not well")
    shown += [_expiring(config, each, now) for each in brief.expiring[:MOST_OF_A_KIND]]
    return shown + _more(brief.expiring, "certificates that expire soon")


def _failing(config: Config, check: Failing) -> str:
    said = f": {mrkdwn(one_line(check.said), SAID_SHOWN)}" if check.said else ""
    return f":red_circle: {_name(config, check.workflow)}: check *{mrkdwn(check.name, 200)}* fails since {when(check.since)}{said}"


def _late(config: Config, heartbeat: Troubled) -> str:
    emoji, word = HEARTBEATS[heartbeat.trouble]
    since = f" since {when(heartbeat.since)}" if heartbeat.since else ""
    return f"{emoji} {_name(config, heartbeat.workflow)}: heartbeat *{mrkdwn(heartbeat.name, 200)}* {word}{since}"


def _expiring(config: Config, certificate: Expiring, now: datetime) -> str:
    verb = "expired" if certificate.expires_at <= now else "expires"
    name = mrkdwn(certificate.name, 200)
    return f":hourglass: {_name(config, certificate.workflow)}: the certificate of *{name}* {verb} {when(certificate.expires_at)}"


def _more(found: Sequence[object], what: str) -> list[str]:
    left = len(found) - MOST_OF_A_KIND
    return [f"… and {left} more {what}: `{HEALTH}`"] if left > 0 else []


def week(config: Config, found: Week) -> list[str]:
    """What burned most, and what led to nothing."""
    lines = [_burned(config, each) for each in found.burned] or ["• No error budget was burned."]
    noise = found.noise
    if noise.of:
        split = ", ".join(f"{SOURCES.get(source, source)} {count}" for source, count in (noise.by_source or {}).items())
        ignored = f", {noise.ignored} of them ignored" if noise.ignored else ""
        lines.append(
            f"• Signs of trouble that led to no SEV: *{noise.led_to_nothing}* of {noise.of}"
            f"{f' ({split})' if split else ''}{ignored}"
        )
        lines += [
            f"    {count} times: {_of(config, key)}{mrkdwn(title, 200)}" for key, title, count in noise.most_often
        ]
    return lines


def _burned(config: Config, spent: Spending) -> str:
    before = "" if spent.left_then is None else f", a week ago {percent(round(spent.left_then, 3))}"
    name = mrkdwn(title_of(config, *spent.watched.key), 200)
    return (
        f"• *{name}* burned *{share(spent.burned)}* of its error budget: {percent(round(spent.left, 3))} left{before}"
    )


def _of(config: Config, key: str) -> str:
    return f"{_name(config, key)}: " if key else ""


def _name(config: Config, key: str) -> str:
    found = config.workflow(key)
    return mrkdwn(found.name if found else key, 200)
