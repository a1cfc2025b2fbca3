"""A SEV declared while the database is down ends as if it had been up: the whole of what is left is compared."""

import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from bot.app import Bot
from bot.playground import Playground
from tests.conftest import environment_for
from tests.databases import PostgresServer, new_sqlite, quick_folder
from tests.outages import Outage
from tests.scenarios.stories import Stage
from tests.torture.kill_dumps import difference, dump
from tests.torture.kill_story import Ledger

Left = dict[str, Any]

TRACES = (
    "declared_without_database", "channel_renamed", "has renamed the channel", "incident.name", ":recovered:",
    "while Sevbot could not reach its database", '"source": "journal"',
)  # fmt: skip
"""What tells of the outage itself: that there was one, and that the channel got its name afterwards."""
ITS_CHANNEL = ("state", "last_error", "confirmed_at")
"""How it went that a channel was made: there was one already."""


def lived_through(slack: Playground, url: str, outage: Outage | None) -> Left:
    """A SEV from its declaration to its end, the declaration without a database if there is an outage."""
    slack.redelivery_delays = (0.5, 1.0, 1.0, 1.0)
    bot = Bot(environment_for(slack, url))
    stage, ada, grace = Stage(slack, bot), slack.person("ada"), slack.person("grace")
    bot.start()
    try:
        slack.wait_until(lambda: slack.socket_count() == 1, why="the bot connects")
        for person in (ada, grace):
            person.types("/sev status")
        stage.settles()
        if outage:
            outage.begins()
        ada.types("/sev declare SEV1 checkout is down")
        if outage:
            grace.sees("Work on it here: nothing of it is lost")
            outage.ends()
            slack.wait_until(lambda: not bot.house.emergencies.journal.all(), why="it is brought in")
        stage.hears()
        grace.goes_to(stage.sev(1).place)
        for words in ("take commander", "update All payments fail", "resolve"):
            grace.types(f"/sev {words}")
            stage.hears()
        with closing(Ledger(url)) as ledger:
            return dump(ledger, slack)
    finally:
        bot.stop()


def without_traces(left: Left) -> Left:
    """What is left, without what tells of the outage itself."""
    for row in left["database"]["outbox_messages"]:
        if row["kind"] == "incident.create_channel":
            row.update(dict.fromkeys(ITS_CHANNEL))
    kept: Left = _filtered(left, lambda each: not any(trace in json.dumps(each) for trace in TRACES))
    for table, rows in kept["database"].items():
        kept["database"][table] = sorted(rows, key=json.dumps)
    return kept


def _filtered(left: Any, keep: Callable[[Any], bool]) -> Any:
    """The same without any part of it, as small as it may be, that is not to be kept."""
    if isinstance(left, dict):
        return {key: _filtered(each, keep) for key, each in left.items() if keep(key)}
    if not isinstance(left, list):
        return left
    return [_filtered(each, keep) for each in left if keep(each)]


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.torture)])
def test_after_the_outage_all_is_as_if_there_had_been_none(engine: str, request: pytest.FixtureRequest) -> None:
    server: PostgresServer | None = request.getfixturevalue("postgres") if engine == "postgresql" else None
    with quick_folder() as folder, Playground() as undisturbed, Playground() as disturbed:
        urls = [server.new_database() if server else new_sqlite(folder) for _ in range(2)]
        expected = lived_through(undisturbed, urls[0], None)
        found = lived_through(disturbed, urls[1], Outage(urls[1], server))
    assert any(trace in json.dumps(found) for trace in TRACES)
    assert difference(without_traces(expected), without_traces(found)) == ""
