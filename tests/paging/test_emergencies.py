"""The database is down: whoever a SEV calls for is paged at once nevertheless, and is not paged again when it is back."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.playground import Person
from tests.databases import PostgresServer
from tests.outages import Outage
from tests.paging.conftest import PAYMENTS, PLATFORM, PagingStage
from tests.scenarios.stories import Sev

SAID = "SEV1: checkout is down (declared without Sevbot's database)"


@pytest.fixture
def outage(database_url: str, engine: str, request: pytest.FixtureRequest) -> Outage:
    server: PostgresServer | None = request.getfixturevalue("postgres") if engine == "postgresql" else None
    return Outage(database_url, server)


@pytest.fixture
def settings() -> dict[str, Any]:
    """A severity that calls for two teams, each with a pager of another vendor."""
    sev1 = {"key": "SEV1", "meaning": "Customers can't pay", "invite": ["payments"], "page": ["payments", "platform"]}
    return {"teams": [PAYMENTS, PLATFORM], "severities": [sev1], "private": {"invite": [], "page": ["platform"]}}


@pytest.fixture
def stage(troubled_stage: PagingStage, ada: Person, outage: Outage) -> Iterator[PagingStage]:
    """The database went down, and the bot knows ada. What it says in an outage is looked at by each story."""
    ada.types("/sev status")
    troubled_stage.begins()
    outage.begins()
    yield troubled_stage
    troubled_stage.begins()


def rings(stage: PagingStage) -> set[tuple[str, str]]:
    """What rings: by whose pager, and what people read on their phones."""
    return {(alert.service, alert.summary) for alert in list(stage.slack.pager.alerts.values())}


def recovers(stage: PagingStage, outage: Outage) -> Sev:
    """The database comes back, and the SEV gets its number."""
    outage.ends()
    stage.slack.wait_until(lambda: not stage.bot.house.emergencies.journal.all(), why="it is brought in")
    stage.settles()
    return stage.sev(1)


def test_teams_are_paged_at_once_and_after_recovery_it_is_the_same_alert(
    stage: PagingStage, outage: Outage, ada: Person
) -> None:
    ada.types("/sev declare SEV1 checkout is down")
    ada.sees("Declared while Sevbot can't reach its database. Payments is paged. Platform is paged. Its channel is")
    assert rings(stage) == {("PagerDuty", SAID), ("Opsgenie", SAID)}
    (place,) = [f"#{name}" for name in ada.channels if name.startswith("sev-new-")]
    ada.sees("checkout is down\nPayments is paged. Platform is paged.", in_=place)

    sev = recovers(stage, outage)
    alerts = stage.slack.pager.alerts.values()
    assert [entry.data["team"] for entry in sev.timeline if entry.kind == "paged"] == ["payments", "platform"]
    assert [({*alert.log}, alert.rings) for alert in alerts] == [({"trigger"}, 1)] * 2
    assert all(len(alert.log) >= 2 for alert in alerts)  # told anew, under the key it had
    assert sum("paged by" in line for line in sev.lines) == 2
    ada.types("/sev take SEV-1 ic")
    stage.settles()
    assert {alert.state for alert in alerts} == {"acknowledged"}
    ada.types("/sev resolve SEV-1")
    stage.settles()
    assert {alert.state for alert in alerts} == {"resolved"}


def test_a_pager_that_refuses_keeps_nobody_from_being_paged_and_is_told_of(
    stage: PagingStage, outage: Outage, ada: Person
) -> None:
    stage.slack.pager.faults.append(("/enqueue", "400"))
    ada.types("/sev declare SEV1 checkout is down")
    ada.sees("Payments could not be paged (invalid_event). Platform is paged. Its channel is")
    assert rings(stage) == {("Opsgenie", SAID)}
    recovers(stage, outage)
    assert [alert.rings for alert in stage.slack.pager.alerts.values()] == [1, 1]


def test_where_all_refuse_the_channel_says_so(stage: PagingStage, outage: Outage, ada: Person) -> None:
    stage.slack.pager.faults += [("/enqueue", "400"), ("/alerts", "403")]
    ada.types("/sev declare SEV1 checkout is down")
    ada.sees(":warning: Teams could not be paged (")
    assert rings(stage) == set()
    recovers(stage, outage)
    assert len(rings(stage)) == 2


def test_a_pager_that_is_away_is_tried_again(stage: PagingStage, outage: Outage, ada: Person) -> None:
    stage.slack.pager.faults += [("/enqueue", "400"), ("/alerts", "503")]
    ada.types("/sev declare SEV1 checkout is down")
    stage.slack.wait_until(lambda: len(rings(stage)) == 2, why="both ring, though the database is down still")
    recovers(stage, outage)
    assert [alert.rings for alert in stage.slack.pager.alerts.values()] == [1, 1]


def test_of_a_private_one_nothing_is_said_outside(stage: PagingStage, outage: Outage, ada: Person) -> None:
    ada.types("/sev declare SEV1 salaries are public --private")
    ada.sees("Platform is paged. Its channel is")
    assert rings(stage) == {("Opsgenie", "Private SEV (declared without Sevbot's database)")}
    recovers(stage, outage)
    assert [alert.rings for alert in stage.slack.pager.alerts.values()] == [1]
    assert "salaries" not in str(stage.slack.pager.requests)
