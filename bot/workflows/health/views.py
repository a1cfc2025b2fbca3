"""How the health of workflows looks: all of them, the worst first, and one by itself. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.config import Config, Objective, Workflow
from bot.incidents import views
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.commands import NAME
from bot.slack.text import link, mrkdwn, when
from bot.workflows.counts.model import SloState
from bot.workflows.evaluation.watching import SILENT_AFTER, Finding
from bot.workflows.health.portrait import FAILING, PAGE, Fare, HealthPage, Portrait, Signs, Standing
from bot.workflows.slos.budgets import Budget
from bot.workflows.slos.burning import Reason, State
from bot.workflows.slos.periods import Rolling
from bot.workflows.slos.slo import Counts, short_time
from bot.workflows.slos.words import budget_left, percent, times

TURN = "workflow.turn"
WORDS: Mapping[Fare, tuple[str, str]] = {
    State.PAGE: (":red_circle:", "burning fast"),
    FAILING: (":red_circle:", "failing"),
    State.TICKET: (":large_orange_circle:", "burning slowly"),
    State.SPENT: (":black_circle:", "out of budget"),
    State.NO_DATA: (":white_circle:", "no data"),
    State.OK: (":large_green_circle:", "healthy"),
    None: (":heavy_minus_sign:", "not measured"),
}
"""A state in a picture and in words: colour never says it alone."""
WITHIN_BUDGET = ":large_green_circle: *within budget*"
"""An SLO that does well: its workflow is healthy only where its checks and heartbeats are well too."""
MOST_NAMED = 3


def fare_text(fare: Fare) -> str:
    """`:red_circle: *burning fast*`."""
    emoji, word = WORDS[fare]
    return f"{emoji} *{word}*"


def summary(page: HealthPage) -> str:
    """`2 burning fast, 1 no data, 97 healthy`."""
    return ", ".join(f"{page.by_fare[fare]} {word}" for fare, (_, word) in WORDS.items() if page.by_fare.get(fare))


def health(config: Config, page: HealthPage, *, team: str | None, now: datetime) -> list[Block]:
    """A page of all workflows, the worst first."""
    if not page.count:
        whose = " of that team" if team else ""
        return [kit.section(f"There are no workflows{whose} yet. They are listed in `config/workflows.yaml`.")]
    title = f"*Workflow health{_of_team(config, team)}*: {summary(page)}"
    shown = [kit.section(title), *(kit.section(standing(each, now)) for each in page.standings)]
    turns = _turns(page, team)
    shown += [kit.actions(turns)] if turns else []
    return [*shown, kit.context(f"`{NAME} workflow {page.standings[0].workflow.key}` tells more of one.")]


def _of_team(config: Config, key: str | None) -> str:
    team = config.team(key) if key else None
    return f" of {mrkdwn(team.name, 200)}" if team else ""


def standing(found: Standing, now: datetime, *, before: str = "") -> str:
    """How a workflow fares, in two lines. `before` is what was left of its budget earlier, in words."""
    workflow, worst = found.workflow, found.worst
    sevs = ", ".join(f"SEV-{number}" for number in found.sevs[:MOST_NAMED])
    more = f" and {len(found.sevs) - MOST_NAMED} more" if len(found.sevs) > MOST_NAMED else ""
    first = [f"{fare_text(found.fare)}  *{mrkdwn(workflow.name, 200)}*  `{workflow.key}`"]
    first += [signs_text(found.signs)] if found.signs else []
    first += [f":rotating_light: {sevs}{more}"] if sevs else []
    return "  ".join(first) + (f"\n{_figures(workflow, worst, now, before)}" if worst else "")


def signs_text(signs: Signs) -> str:
    """`1 check fails, 2 heartbeats are not well`."""
    parts = [f"{signs.checks} check{' fails' if signs.checks == 1 else 's fail'}"] if signs.checks else []
    number = signs.heartbeats
    parts += [f"{number} heartbeat{' is' if number == 1 else 's are'} not well"] if number else []
    return ", ".join(parts)


def _figures(workflow: Workflow, worst: SloState, now: datetime, before: str) -> str:
    if worst.newest_at is None:
        return f"*{_silence(None, now)}*"
    parts = [f"today {_ratio(worst.sli_today)}", f"{_period(_objective(workflow, worst.slo))} {_ratio(worst.sli)}"]
    if worst.budget_left is not None and worst.budget_seconds is not None:
        whole = timedelta(seconds=worst.budget_seconds)
        parts.append(_left(worst.budget_left, whole))
        parts += [before] if before else []
    silent = _silence(worst.newest_at, now)
    return "  |  ".join([*parts, *([f"*{silent}*"] if silent else [])])


def _objective(workflow: Workflow, key: str) -> Objective:
    return next(each for each in workflow.slos if each.key == key)


def _period(objective: Objective) -> str:
    """`last 30 days`, `this month`."""
    return str(Rolling(objective.period)) if isinstance(objective.period, timedelta) else f"this {objective.period}"


def _left(share: float, whole: timedelta) -> str:
    return budget_left(Budget(1.0, 1.0 - share, whole))


def _ratio(ratio: float | None) -> str:
    return "nothing counted" if ratio is None else percent(ratio)


def _silence(newest: datetime | None, now: datetime) -> str:
    """Since when nobody counts any more; empty while somebody does."""
    if newest is None:
        return "nothing was counted yet"
    return f"no counts since {when(newest)}" if now - newest > SILENT_AFTER else ""


def _turns(page: HealthPage, team: str | None) -> list[Any]:
    buttons = []
    if page.start:
        buttons.append(kit.button("First page", f"{TURN}:first", value=f"0 {team or ''}".strip()))
    if page.has_more:
        further = page.start + PAGE
        label = f"More ({page.count - further} left)"
        buttons.append(kit.button(label, f"{TURN}:more", value=f"{further} {team or ''}".strip()))
    return buttons


def workflow(config: Config, found: Portrait, buttons: Sequence[Any], *, now: datetime) -> list[Block]:
    """One workflow: how each of its SLOs fares, its SEVs, what is owed, and where to look."""
    shown = [kit.header(found.workflow.name), kit.section(_about(config, found.workflow))]
    if found.signs:
        shown.append(kit.section(f"{fare_text(FAILING)}: {signs_text(found.signs)}, see below."))
    if found.workflow.is_in_maintenance(now, zone=config.nudges.time_zone):
        shown.append(kit.section(":construction: *Under maintenance*: what is counted now counts as up."))
    shown += [
        kit.section(_slo(found.workflow, each, found.states.get(each.watched.slo.key), now)) for each in found.findings
    ]
    if not found.findings:
        shown.append(
            kit.section(
                "It promises nothing yet, so its health is not measured: give it `slos` in `config/workflows.yaml`."
            )
        )
    shown += [kit.section(each) for each in paragraphs([*_sevs(config, found), *found.lines])]
    return [*shown, kit.actions(buttons)] if buttons else shown


def _about(config: Config, workflow: Workflow) -> str:
    team = config.team(workflow.owner) if workflow.owner else None
    parts = [f"`{workflow.key}`", f"tier {workflow.tier}"]
    parts += [mrkdwn(team.name, 200)] if team else []
    parts += [link(workflow.runbook, "runbook")] if workflow.runbook else []
    parts += [link(each.url, each.label) for each in workflow.dashboards]
    return mrkdwn_joined(parts)


def mrkdwn_joined(parts: Sequence[str], limit: int = 2900) -> str:
    """Parts side by side, as many as there is room for."""
    shown: list[str] = []
    for part in parts:
        if len("  |  ".join([*shown, part])) > limit:
            break
        shown.append(part)
    return "  |  ".join(shown)


def _slo(workflow: Workflow, finding: Finding, state: SloState | None, now: datetime) -> str:
    slo, verdict = finding.watched.slo, finding.verdict
    objective, silence = _objective(workflow, slo.key), _silence(finding.newest, now)
    is_same = state is not None and state.state == verdict.state.value
    since = f" since {when(state.since)}" if state and is_same and verdict.state is not State.OK else ""
    fares = WITHIN_BUDGET if verdict.state is State.OK else fare_text(verdict.state)
    lines = [f"{fares}{since}  *{mrkdwn(objective.name, 200)}*: {percent(slo.target)}, {slo.period}"]
    if silence:
        lines.append(f"{_capital(silence)}.")
    elif verdict.reason is not Reason.WITHIN_BUDGET or verdict.budget is None:  # else the budget says it
        lines.append(mrkdwn(verdict.sentence, 600))
    if finding.newest is not None:
        lines.append(f"Today: {_counted(finding.today)}. {_capital(str(slo.period))}: {_counted(finding.period)}.")
    if verdict.budget is not None:
        lines.append(f"Budget: {budget_left(verdict.budget)}.")
    burns = [
        f"{times(rate).removesuffix(' times')} over {short_time(pair.long)}{' :rotating_light:' if verdict.pair == pair else ''}"
        for pair, rate in finding.burns
        if rate is not None
    ]
    lines += [f"Burn rate: {', '.join(burns)}."] if burns else []
    lines += [f"Last counts: {when(finding.newest)}."] if finding.newest else []
    return "\n".join(lines)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _counted(counts: Counts | None) -> str:
    if counts is None or counts.ratio is None:
        return "nothing was counted"
    return f"{percent(counts.ratio)} ({counts.good:,.0f} of {counts.total:,.0f})"


def paragraphs(lines: Sequence[str], limit: int = 2900) -> list[str]:
    """Lines put together, as many as there is room for in each paragraph. None is longer than that by itself."""
    shown: list[str] = []
    for line in lines:
        if shown and len(shown[-1]) + 1 + len(line) <= limit:
            shown[-1] += f"\n{line}"
        else:
            shown.append(line)
    return shown


def _sevs(config: Config, found: Portrait) -> list[str]:
    lines = [views.brief(config, each) for each in found.open_sevs] or ["No SEV of it is open."]
    if found.past_count:
        named = ", ".join(each.name for each in found.past_sevs)
        lines.append(f"Over: {found.past_count}, the newest {named}. `{NAME} list {found.workflow.key}`")
    return lines
