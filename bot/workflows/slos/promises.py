"""What the settings promise of each workflow, as SLOs to reckon with; and what about them deserves a word."""

from collections.abc import Iterator
from datetime import timedelta

from bot.config import Burn, Config, Objective, Settings, Workflow
from bot.workflows.slos.periods import Calendar, Rolling, Unit
from bot.workflows.slos.slo import (
    LowTraffic,
    Method,
    Pair,
    Slo,
    Urgency,
    feasible,
    highest_burn_rate,
    share_spent,
)
from bot.workflows.slos.words import percent, plain_time, times

COARSE = 0.05
"""A single bad slice that takes more of the budget than this is worth a word."""


def slo_of(config: Config, workflow: Workflow, objective: Objective) -> Slo:
    """One SLO of a workflow. Raises `ValueError` for settings that `load` refuses."""
    target = workflow.target_of(objective)
    if target is None:
        raise ValueError(f"{workflow.key}.{objective.key} has no target")
    period: Rolling | Calendar
    if isinstance(objective.period, timedelta):
        period = Rolling(objective.period)
    else:
        period = Calendar(Unit(objective.period), objective.time_zone or config.nudges.time_zone)
    return Slo(
        key=objective.key, target=target, period=period, method=Method(objective.method), slice_length=objective.slice,
        slice_target=objective.slice_target, low_traffic=LowTraffic(objective.low_traffic),
        min_bad_events=objective.min_bad_events, pairs=_pairs(objective.burns),
    )  # fmt: skip


def _pairs(burns: tuple[Burn, ...]) -> tuple[Pair, ...]:
    """The most urgent first, and of equally urgent ones the fastest: that one speaks for those below it."""
    pairs = [Pair(each.over, each.short, each.rate, Urgency(each.urgency)) for each in burns]
    return tuple(sorted(pairs, key=lambda each: (each.urgency is not Urgency.PAGE, each.long)))


def not_used(settings: Settings) -> list[str]:
    """Everything in the configuration in force that does nothing, or not what somebody expects, with file and place."""
    return [*settings.notices, *(f"{settings.folder.name}/{each}" for each in notices(settings.current))]


def notices(config: Config) -> Iterator[str]:
    """What can be used, but may not do what somebody expects of it, each with its place."""
    for workflow in config.workflows:
        for objective in workflow.slos:
            slo = slo_of(config, workflow, objective)
            place = f"workflows.yaml: workflows.{workflow.key}.slos.{objective.key}"
            yield from (f"{place}: {each}" for each in (*_coarse(slo), *_silent(slo)))


def _coarse(slo: Slo) -> Iterator[str]:
    """Of slices so long that a single bad one takes a good part of the budget."""
    share = share_spent(highest_burn_rate(slo.target), slo.slice_length, slo.period.length)
    if slo.method is Method.TIMESLICES and share > COARSE:
        burns = highest_burn_rate(slo.target) * (slo.slice_length / timedelta(hours=1))
        yield (
            f"one bad slice of {plain_time(slo.slice_length)} takes {percent(share)} of the budget, and for an hour it "
            f"burns {times(burns)} as fast as it may: give shorter slices or a lower target"
        )


def _silent(slo: Slo) -> Iterator[str]:
    """Of the workbook's pairs that so low a target can never set off."""
    silent = [each.name for each in slo.watched if not feasible(slo.target, each.rate)]
    if silent:
        highest = highest_burn_rate(slo.target)
        yield (
            f"with a target of {slo.target:g} the budget burns {times(highest)} as fast as it may at most, so "
            f"{' and '.join(silent)} can never be exceeded: give burns with lower rates if that is too late"
        )
