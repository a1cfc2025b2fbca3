"""How figures on demand look. Pure."""

from collections import Counter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.config import Config
from bot.digest import figure_words as words
from bot.digest import figures
from bot.digest.figures import Measure, Sev
from bot.incidents.briefs import duration
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.commands import NAME
from bot.slack.text import mrkdwn

if TYPE_CHECKING:
    from bot.digest.stats import Account

PICTURE = "digest.picture_asked"
MOST_WORKFLOWS = 5
MOST_NAMED = 3
PICTURES = {"sevs": "SEVs per week", "mitigate": "Time to mitigate"}
"""The pictures that can be asked for."""


def account(config: Config, found: "Account") -> list[Block]:
    """How many, how long, what changed, on what it rests, and where the list is."""
    about = found.asked.about(config)
    title = f"The last {words.number(found.asked.days, 'day')}{f': {about}' if about else ''}"
    durations = "\n".join(_duration(found, measure) for measure in Measure)
    shown = [kit.header(title), kit.section(_counts(found)), kit.section(durations)]
    rows = _by_workflow(config, found)
    shown += [kit.section("\n".join(rows))] if rows else []
    shown.append(kit.context(_definitions(found)))
    buttons = [
        kit.button(f"Picture: {label}", f"{PICTURE}:{kind}", value=f"{kind}:{found.asked.words}")
        for kind, label in PICTURES.items()
    ]
    return [*shown, kit.actions(buttons)]


def _counts(found: "Account") -> str:
    by_severity = sorted(Counter(each.severity for each in found.sevs).items())
    split = f" ({', '.join(f'{key} {count}' for key, count in by_severity)})" if by_severity else ""
    reopened = sum(each.was_reopened for each in found.sevs)
    noticed = figures.detection(found.sevs)
    narrowed = found.asked.severity or found.asked.workflow or "all"
    before = f"in the {words.number(found.asked.days, 'day')} before: {len(found.before)}"
    lines = [
        f"• SEVs: *{len(found.sevs)}*{split}; {before}. `{NAME} list {narrowed}`",
        f"• Reopened: *{reopened}* of {len(found.sevs)}",
        *([f"• Noticed {words.detection(noticed)}"] if noticed.n else []),
        f"• Overdue action items: *{found.overdue}*. `{NAME} items overdue`",
    ]
    private = sum(each.is_private for each in found.sevs)
    if private:
        lines.append(f"• :lock: {words.number(private, 'private SEV')} of yours: counted above, and not measured below")
    return "\n".join(lines)


def _duration(found: "Account", measure: Measure) -> str:
    """A duration with what it rests on, whether it changed, and which SEVs took longest."""
    spread = figures.spread(found.sevs, measure)
    line = f"• {words.spread(measure, spread)}"
    if spread.mean is None:
        return line
    before, now = (figures.durations(each, measure) for each in (found.before, found.sevs))
    change = words.change(figures.change(before, now))
    return (
        f"{line}\n    Mean {duration(spread.mean)}. Longest: {', '.join(_longest(found.sevs, measure))}. "
        f"Against the {words.number(found.asked.days, 'day')} before (n = {len(before)}): *{change}*."
    )


def _longest(sevs: tuple[Sev, ...], measure: Measure) -> list[str]:
    took = [(length, each) for each in sevs if (length := measure.of(each)) is not None]
    took.sort(key=lambda pair: (-pair[0], pair[1].number))
    return [f"SEV-{each.number} {duration(length)}" for length, each in took[:MOST_NAMED]]


def _by_workflow(config: Config, found: "Account") -> list[str]:
    """The workflows with the most SEVs, and how far apart these began."""
    affected = Counter(key for each in found.sevs for key in each.workflows)
    lines = []
    for key, count in sorted(affected.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_WORKFLOWS]:
        workflow = config.workflow(key)
        n, gap = figures.between_starts([each for each in found.sevs if key in each.workflows])
        apart = f", one every {duration(gap)} (mean time between starts, n = {n})" if gap else ""
        lines.append(f"• {mrkdwn(workflow.name if workflow else key, 200)}: *{count}*{apart}. `{NAME} stats {key}`")
    return lines


def _definitions(found: "Account") -> str:
    since = words.day(found.span.since.astimezone(ZoneInfo(found.zone)).date())
    return (
        f"Declared since {since}. Drills and cancelled SEVs are left out. p90: nine in ten took no longer. A change is called "
        "clear only where it is more than noise (an 80 % interval of the difference of medians without 0)."
    )
