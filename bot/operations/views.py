"""How the bot accounts for what it told people, and for what it did not. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.incidents import nudge_views
from bot.nudges.deciding import CHANNEL, NUDGES, PAGE, TEAM, Reason
from bot.nudges.model import Nudge, Progress
from bot.nudges.reading import Outlook
from bot.outbox.model import OutboxMessage, State
from bot.postmortems import ladders as postmortem_ladders
from bot.remediation import ladders
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.text import author, mrkdwn, user, when
from bot.slack.text import channel as channel_mention

RULES = nudge_views.RULES | ladders.RULES | postmortem_ladders.RULES
"""Each rule, as people read it."""
RULES_SHOWN = 12
"""How many steps of rules one answer tells."""
WHY = {
    Reason.FIRST: "it was due",
    Reason.ESCALATED: "telling others had not helped",
    Reason.REPEAT_DUE: "it was due again",
    Reason.NOT_YET: "it is not due yet",
    Reason.ON_ITS_WAY: "the last one is on its way",
    Reason.NOTHING_NEW: "it was said as often as it may be",
    Reason.MUTED: "it is muted",
    Reason.SNOOZED: "it is snoozed",
    Reason.RECENTLY_TOUCHED: "somebody had just done something about it",
    Reason.QUIET_HOURS: "it is outside working hours there",
    Reason.HOLIDAY: "it is a holiday there",
    Reason.AWAY: "their status says that they are away",
    Reason.TOLD_TODAY: "they had today's message already",
    Reason.OVERTAKEN: "a later one says it",
    Reason.NOBODY: "there is nobody to tell",
    Reason.ENDED: "nothing is wrong any more",
}


@dataclass(frozen=True)
class Fact:
    """One thing that was said, or was not, as a line."""

    at: datetime
    text: str


def of_nudge(nudge: Nudge, *, error: str | None = None, about: str = "") -> Fact:
    """A decision of the reminder engine. `error` is what the outbox says of it; `about` names the SEV."""
    rule = RULES.get(nudge.rule, nudge.rule)
    head = f"{when(nudge.decided_at)}  {about}_{mrkdwn(rule, 100)}_"
    reason = WHY[Reason(nudge.reason)]
    if nudge.reason == Reason.ENDED:
        return Fact(nudge.decided_at, f"{head}: {reason}")
    if nudge.reason not in NUDGES:
        return Fact(nudge.decided_at, f"{head}: {_to(nudge.audience)} not reminded, since {reason}")
    return Fact(
        nudge.decided_at,
        f"{head}: {_to(nudge.audience)} reminded, since {reason}; {_arrival(nudge, error)}{_acted(nudge)}",
    )


def of_message(row: OutboxMessage, label: str) -> Fact:
    """Anything else that was said."""
    to = f" ({_to(row.audience)})" if row.audience else ""
    rule = f"  _{mrkdwn(row.rule, 100)}_" if row.rule else ""
    return Fact(row.decided_at, f"{when(row.decided_at)}{rule}  {mrkdwn(label, 150)}{to}: {_outcome(row)}")


def of_outlook(each: Outlook) -> str:
    """What a rule has in mind, as a line."""
    until = f", until {when(each.decision.ask_again_at)}" if each.decision.ask_again_at else ""
    reason = "it is due now" if each.decision.is_nudge else WHY[each.decision.reason]
    return f"_{mrkdwn(RULES.get(each.rule, each.rule), 100)}_, {_to(each.to or '')}: {reason}{until}"


def account(title: str, facts: Sequence[Fact], ahead: Sequence[str], *, older: str) -> list[Block]:
    """The answer to *why*: what comes next, then what was, the newest first. `older` says how to see more, if there is."""
    shown: list[Block] = [kit.section(f"*{title}*")]
    if ahead:
        shown.append(kit.context("\n".join(["Reminders from here on:", *ahead[:RULES_SHOWN]])))
    shown += [kit.section(fact.text) for fact in facts] or [kit.section("Nothing yet.")]
    return [*shown, kit.context(older)] if older else shown


def _to(audience: str) -> str:
    if audience[:1] in {"U", "W"}:
        return user(audience)
    if audience[:1] in {"C", "G"}:
        return channel_mention(audience)
    if audience.startswith(TEAM):
        return f"the team {mrkdwn(audience.removeprefix(TEAM), 100)}"
    return {CHANNEL: "the channel", PAGE: "a page", "": "nobody"}.get(audience) or mrkdwn(audience, 200)


def _arrival(nudge: Nudge, error: str | None) -> str:
    if nudge.delivered_at:
        return f"it arrived {when(nudge.delivered_at)}"
    reason = f" ({mrkdwn(error, 300)})" if error else ""
    return {
        Progress.DROPPED: f"it did not hold any more when its turn came{reason}",
        Progress.FAILED: f"it could not be delivered{reason}",
    }.get(Progress(nudge.progress), f"it is on its way{reason}")


def _acted(nudge: Nudge) -> str:
    if nudge.acted_by and nudge.acted_at:
        how = nudge.acted_how.partition(".")[2] or nudge.acted_how
        return f"; {author(nudge.acted_by)} answered it {when(nudge.acted_at)} ({mrkdwn(how.replace('_', ' '), 100)})"
    return "; it ended by itself" if nudge.ended_at else "; nobody answered it yet"


def _outcome(row: OutboxMessage) -> str:
    reason = f" ({mrkdwn(row.last_error, 300)})" if row.last_error else ""
    if row.state == State.SENT:
        return f"arrived {when(row.confirmed_at)}" if row.confirmed_at else "arrived"
    return {State.SKIPPED: f"not sent{reason}", State.DEAD: f"failed{reason}"}.get(
        State(row.state), f"on its way{reason}"
    )
