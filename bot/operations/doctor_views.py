"""What the doctor found, as operators read it in Slack. Pure."""

from collections.abc import Sequence
from datetime import timedelta

from bot.operations.findings import Finding, Level, length, worst
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.text import mrkdwn

RETRY = "operations.retry_dead"
MARKS = {Level.OK: ":white_check_mark:", Level.WARN: ":warning:", Level.FAULT: ":x:"}
TITLES = {
    Level.OK: "All is well with Sevbot.",
    Level.WARN: "Sevbot works; look at this.",
    Level.FAULT: "Something keeps Sevbot from its work.",
}
ORDER = (Level.FAULT, Level.WARN, Level.OK)
TOGETHER = 4
"""Findings in one section: each may be long."""
LINE = 600


def told(found: Sequence[Finding], *, dead: int, slack_was_asked: timedelta | None) -> tuple[str, list[Block]]:
    """The notification's text and the message.

    `dead` is how many deliveries failed for good, `slack_was_asked` how long ago Slack was asked (None: not yet).
    """
    text = TITLES[worst(found)]
    lines = [_line(each) for level in ORDER for each in found if each.level is level]
    sections = [kit.section("\n".join(lines[start : start + TOGETHER])) for start in range(0, len(lines), TOGETHER)]
    blocks = [kit.section(f"*{text}*"), *sections]
    blocks.append(kit.context(_scope(slack_was_asked)))
    return text, [*blocks, kit.actions([kit.button("Try what failed again", RETRY)])] if dead else blocks


def _scope(slack_was_asked: timedelta | None) -> str:
    of_slack = (
        "Slack was not asked yet about tokens, scopes and channels: that comes within five minutes of the start."
        if slack_was_asked is None
        else f"Slack was asked {length(slack_was_asked)} ago."
    )
    return f"{of_slack} Jobs are those of all instances; the rest is told by the one that answered you, and `sevbot doctor` looks at the one beside it."


def _line(finding: Finding) -> str:
    todo = f" _{mrkdwn(finding.todo, LINE)}_" if finding.todo else ""
    return f"{MARKS[finding.level]} {mrkdwn(finding.text, LINE)}{todo}"
