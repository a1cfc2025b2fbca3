"""Records what Sevbot writes for a visit, so that a plain bot can write the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from slack_bolt import BoltRequest
from sqlalchemy import event

from bot.app import Bot
from bot.environment import Environment
from bot.incidents.model import Incident
from tests.bench.recipes import Recipe, Step, generalise, name_of
from tests.bench.visits import Caught, Makes, Visit, joined
from tests.conftest import environment_for

FIRST = 500_000
"""Visits for recording bear numbers of their own."""
WRITES = ("INSERT", "UPDATE", "DELETE")


class Recorder:
    """Sevbot in this process, on a database of its own and with its dispatcher at rest: it answers visits, nothing else."""

    def __init__(self, environment: Environment, caught: Caught) -> None:
        self._bot = Bot(environment)
        self._caught = caught

    def record(self) -> dict[str, Recipe]:
        """The recipes of all visits that write. The database is left as the last of them left it."""
        self._prepare()
        made: tuple[Makes, ...] = (
            self._caught.severity, self._caught.click, joined(self._caught.channel), self._caught.declare,
            self._caught.form,
        )  # fmt: skip
        recipes = {}
        for makes in made:
            self._answers(makes(FIRST))  # the first of its kind writes more: who it is, for one
            recipe = generalise(self._writes(makes(FIRST + 1)), self._writes(makes(FIRST + 2)))
            recipes[name_of(makes(FIRST).payload)] = recipe
        return recipes

    def close(self) -> None:
        """Let go of the database and the port."""
        self._bot.stop()

    def _prepare(self) -> None:
        """SEV-1, in its channel."""
        self._answers(self._caught.declare(FIRST - 1))

        def place(session: Any) -> None:
            session.get_one(Incident, 1).channel_id = self._caught.channel

        self._bot.database.run(place)

    def _answers(self, visit: Visit) -> None:
        answer = self._bot.bolt.dispatch(BoltRequest(mode="socket_mode", body=visit.payload))
        assert answer.status == 200, answer.body

    def _writes(self, visit: Visit) -> list[Step]:
        with self._listening() as steps:
            self._answers(visit)
        assert steps, f"{name_of(visit.payload)} writes nothing"
        return steps

    @contextmanager
    def _listening(self) -> Iterator[list[Step]]:
        steps: list[Step] = []

        def note(_connection: Any, _cursor: Any, sql: str, rows: Any, _context: Any, executemany: bool) -> None:
            if sql.startswith(WRITES):
                steps.append(Step(sql, tuple(rows) if executemany else (rows,), executemany))

        engine = self._bot.database.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield steps
        finally:
            event.remove(engine, "before_cursor_execute", note)


@contextmanager
def recorder(caught: Caught, slack: Any, database_url: str) -> Iterator[Recorder]:
    """A recorder on `database_url`, which asks `slack` who people are."""
    recording = Recorder(environment_for(slack, database_url), caught)
    try:
        yield recording
    finally:
        recording.close()
