"""What a SEV burned, in words: on its card, and in its postmortem. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.config import Config
from bot.slack.commands import NAME
from bot.slack.text import mrkdwn, when
from bot.workflows.health.burned import Burned
from bot.workflows.health.model import Standing
from bot.workflows.slos.slo import EPSILON
from bot.workflows.slos.words import plain_time

MARKS = {
    Standing.OUTSIDE: ":red_circle:",
    Standing.WITHIN: ":large_green_circle:",
    Standing.SILENT: ":white_circle:",
    None: ":white_circle:",
}
MOST_ON_CARD = 4


def card_lines(config: Config, found: Sequence[Burned], *, is_open: bool) -> list[str]:
    """A line for each SLO, the most burned first, as many as there is room for."""
    lines = [
        f"{MARKS[each.standing]} *{mrkdwn(title_of(config, *each.key), 200)}*: {burned(each, is_open=is_open)}. {recovery(each, when)}"
        for each in found[:MOST_ON_CARD]
    ]
    left = len(found) - MOST_ON_CARD
    return [*lines, *([f"and {left} more error budgets: `{NAME} workflows`"] if left > 0 else [])]


def title_of(config: Config, key: str, slo: str) -> str:
    """`Place order`; where it has several SLOs, `Place order (Orders are fast)`. Plain."""
    workflow = config.workflow(key)
    if workflow is None:
        return key
    name = next((each.name for each in workflow.slos if each.key == slo), slo)
    return workflow.name if len(workflow.slos) == 1 else f"{workflow.name} ({name})"


def burned(found: Burned, *, is_open: bool) -> str:
    """`15 min of its 43 min error budget burned so far (35 %)`."""
    whole, so_far = plain_time(found.whole), " so far" if is_open else ""
    if found.share < EPSILON:
        return f"nothing of its {whole} error budget burned{so_far}"
    return f"{_time(found.whole * found.share)} of its {whole} error budget burned{so_far} ({share(found.share)})"


def share(ratio: float) -> str:
    """`35 %`, `140 %`; a little is never nothing."""
    return f"{ratio:,.0%}".replace("%", " %") if ratio >= 0.01 else "less than 1 %"


def recovery(found: Burned, moment: Callable[[datetime], str]) -> str:
    """Whether it works again, as a sentence of mrkdwn. `moment` says a time."""
    match found.standing:
        case Standing.OUTSIDE:
            return "Not recovered: it is still outside its target."
        case Standing.WITHIN if found.within_since:
            return f"Recovered: within its target since {moment(found.within_since)}."
        case Standing.WITHIN:
            return "It is within its target."
        case _:
            return "Nothing is counted, so nobody knows whether it works."


def _time(length: timedelta) -> str:
    return plain_time(length) if length >= timedelta(minutes=1) else "less than a minute"
