"""Whether the bot rests when all is over: nothing waits, nothing is held, nothing grew."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.outbox.model import OPEN, OutboxMessage, State
from bot.workflows.alerts.model import AlertDelivery
from tests.soak.stage import Stage

MOST_MEGABYTES = 16
"""How much more memory the process may take after the day than after its first quarter."""
MOST_THREADS, MOST_FILES = 40, 24
"""By how many the threads and open files may grow: pools of both grow to their size, and no further."""
BOUNDED = {"bot.house.memory._said": 5000, "bot.slack._clients": 200}
"""What holds more the longer the bot runs, and how much at most."""
GENEROUS = "scopes it does not need"
"""What the doctor has against the local Slack, which gives every scope there is."""
STEADY = 50
"""By how many things anything else may grow."""


def unrest(stage: Stage) -> Iterator[str]:
    """A line for each thing that waits, is held by somebody who is gone, or failed."""
    with stage.database.read() as session:
        for row in session.scalars(select(OutboxMessage).where(OutboxMessage.state.in_((*OPEN, State.DEAD)))):
            yield f"outbox: {row.key} is {row.state}: {row.last_error}"
        for column in (OutboxMessage.lease, OutboxMessage.second_look_at):
            count = session.scalar(select(func.count()).where(column.is_not(None)))
            if count:
                yield f"outbox: {count} rows have a {column.key}"
        states = session.execute(select(AlertDelivery.state, func.count()).group_by(AlertDelivery.state)).all()
    if [state for state, _ in states] != ["done"]:
        yield f"alerts: {states}"
    journal = Path(stage.bot.environment["SEVBOT_JOURNAL"])
    doctor = stage.person("ada").types("/sev doctor").text
    yield from (
        f"doctor: {each}"
        for each in doctor.splitlines()
        if each.startswith((":x:", ":warning:")) and GENEROUS not in each
    )
    yield from (f"job: {name} failed {count} times" for name, count in stage.bot.figures()["failed"].items())
    yield from (f"journal: {each.name}" for each in journal.rglob("*") if each.is_file() and each.stat().st_size)


def growth(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """A line for each thing of which there is more than there may be, from one look at the process to another."""
    for name, most in (("kilobytes", MOST_MEGABYTES * 1024), ("threads", MOST_THREADS), ("files", MOST_FILES)):
        if after[name] - before[name] > most:
            yield f"{name}: {before[name]}, then {after[name]}"
    for kind in ("held", "cached"):
        for where, count in after[kind].items():
            most = BOUNDED.get(where, before[kind].get(where, 0) + STEADY)
            if count > most:
                yield f"{where}: {before[kind].get(where)}, then {count}"
