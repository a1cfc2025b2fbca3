"""What the doctor says of the recurring jobs of all bots, by what they wrote down of them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.operations.findings import LATE_JOB, Finding, Level, length, ok
from bot.runs import JobRun, host_of

HEARD_WITHIN = timedelta(minutes=4)
"""A bot writes once a minute; after this long without a word it is not there."""
SEE_LOG = "The log says why, as `job.failed`; or start the bot anew."


def jobs(runs: Sequence[JobRun], *, now: datetime) -> list[Finding]:
    """Whether all jobs of all bots ran when they should. `now` is machine time."""
    by_bot: dict[str, list[JobRun]] = {}
    for run in runs:
        by_bot.setdefault(run.bot, []).append(run)
    alive = {bot: rows for bot, rows in by_bot.items() if _is_alive(rows, now)}
    lost = {bot: rows for bot, rows in by_bot.items() if bot not in alive and not _is_stopped(rows)}
    begun_anew = {host_of(bot) for bot in alive}
    if not by_bot:
        return [Finding(Level.WARN, "No bot has run on this database yet.", "Start it.")]
    if not alive:
        return [_nobody(by_bot.values(), lost, now)]
    shown = len(alive) > 1
    found = [
        finding
        for bot, rows in sorted(alive.items())
        for run in rows
        if (finding := _of_job(run, f" on {host_of(bot)}" if shown else "", now)) is not None
    ]
    found += [_lost(bot, rows, now) for bot, rows in sorted(lost.items()) if host_of(bot) not in begun_anew]
    if found:
        return found
    count = len({run.job for rows in alive.values() for run in rows})
    return [ok(f"All {count} jobs ran when they should{f', in {len(alive)} bots' if shown else ''}.")]


def _of_job(run: JobRun, where: str, now: datetime) -> Finding | None:
    """What is wrong with a job of a bot that is there, if something is."""
    every = timedelta(seconds=run.every)
    late = now - (run.ended_at or run.since) - every
    is_failing = run.failed_at is not None and (run.ended_at is None or run.failed_at > run.ended_at)
    why = f" It failed {length(now - run.failed_at)} ago: {run.reason}." if is_failing and run.failed_at else ""
    if late > LATE_JOB:
        ran = f"last ran to its end {length(now - run.ended_at)} ago" if run.ended_at else "has not run to its end yet"
        return Finding(Level.FAULT, f"The job {run.job}{where} {ran}; it runs every {length(every)}.{why}", SEE_LOG)
    if is_failing:
        return Finding(Level.WARN, f"The job {run.job}{where} failed at its last run: {run.reason}.", SEE_LOG)
    return None


def _nobody(bots: Iterable[list[JobRun]], lost: Mapping[str, list[JobRun]], now: datetime) -> Finding:
    """What is said where no bot is there."""
    ago = length(now - max(_heard(rows) for rows in bots))
    if lost:
        return Finding(
            Level.FAULT, f"No bot runs. The last was heard of {ago} ago, and nobody stopped it.", "Start it."
        )
    return Finding(Level.WARN, f"No bot runs. The last was stopped {ago} ago.", "Start it.")


def _lost(bot: str, rows: list[JobRun], now: datetime) -> Finding:
    ago = length(now - _heard(rows))
    todo = "If another took its place, all is well: a day after its end it is forgotten."
    return Finding(Level.WARN, f"A bot on {host_of(bot)} was last heard of {ago} ago, and nobody stopped it.", todo)


def _heard(rows: Iterable[JobRun]) -> datetime:
    return max(run.noted_at for run in rows)


def _is_alive(rows: list[JobRun], now: datetime) -> bool:
    return not _is_stopped(rows) and now - _heard(rows) <= HEARD_WITHIN


def _is_stopped(rows: list[JobRun]) -> bool:
    return all(run.stopped_at is not None for run in rows)
