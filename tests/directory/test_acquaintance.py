from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.db import Database
from bot.directory import people
from bot.directory.people import FRESH_FOR, Acquaintance, Person, Standing, is_outsider
from bot.playground import Playground
from bot.slack.client import Identity, Slack
from bot.slack.visit import Door, Visit
from tests.outbox.clocks import NOON, MovableClock

HERE = Identity(user_id="U0BOT", bot_id="B0BOT", team_id="T1", enterprise_id="E1", url="https://x.example/")
ADA, EDSGER = "U01ADA", "U04EDSGER"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def gateway(slack: Playground, clock: MovableClock) -> Slack:
    return Slack(slack.bot_token, slack.api_url, clock)


@pytest.fixture
def acquaintance(database: Database, clock: MovableClock, gateway: Slack) -> Acquaintance:
    return Acquaintance(database, clock, gateway)


def standing(database: Database, user_id: str) -> Standing:
    visit = Visit(door=Door.COMMAND, user_id=user_id, team_id="T1", now=datetime.now(UTC), delivery_key="k")
    with database.read() as session:
        return people.actor_of(session, visit).standing


def questions(slack: Playground) -> int:
    return sum(call.method == "users.info" for call in slack.calls)


@pytest.mark.parametrize(
    ("user", "is_one"),
    [
        ({"team_id": "T1"}, False),
        ({}, False),
        ({"team_id": "T1", "is_restricted": True}, True),
        ({"team_id": "T1", "is_ultra_restricted": True}, True),
        ({"team_id": "T1", "is_stranger": True}, True),
        ({"team_id": "T2"}, True),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E2"}}, True),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}}, False),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}, "is_restricted": True}, True),
    ],
)
def test_guests_and_people_of_other_organisations_are_outsiders(user: dict[str, Any], is_one: bool) -> None:
    assert is_outsider(user, HERE) is is_one


def test_without_an_organisation_every_other_workspace_is_outside() -> None:
    alone = Identity(user_id="U0BOT", bot_id="B0BOT", team_id="T1", enterprise_id="", url="https://x.example/")
    assert is_outsider({"team_id": "T2", "enterprise_user": {"enterprise_id": ""}}, alone)


def test_slack_is_asked_once_however_many_ask_at_the_same_time(
    acquaintance: Acquaintance, database: Database, slack: Playground
) -> None:
    slack.faults.latency_ms = 50
    with ThreadPoolExecutor(10) as askers:
        list(askers.map(acquaintance.learn, [ADA] * 10))
    assert questions(slack) == 1
    assert standing(database, ADA) is Standing.MEMBER


def test_a_guest_is_known_as_one(acquaintance: Acquaintance, database: Database) -> None:
    acquaintance.learn(EDSGER)
    assert standing(database, EDSGER) is Standing.GUEST


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_the_database_remembers_is_not_asked_again(
    acquaintance: Acquaintance, database: Database, slack: Playground, clock: MovableClock, gateway: Slack
) -> None:
    acquaintance.learn(ADA)
    clock.passes(seconds=FRESH_FOR + 1)
    acquaintance.learn(ADA)
    Acquaintance(database, clock, gateway).learn(ADA)
    assert questions(slack) == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fault", ["fatal_error", "429", "user_not_found", "drop_before"])
def test_somebody_stays_unknown_while_slack_does_not_answer(
    acquaintance: Acquaintance, database: Database, slack: Playground, clock: MovableClock, fault: str
) -> None:
    slack.faults.add("users.info", fault)
    acquaintance.learn(ADA)
    assert standing(database, ADA) is Standing.UNKNOWN
    clock.passes(seconds=2)
    acquaintance.learn(ADA)
    assert standing(database, ADA) is Standing.MEMBER


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_somebody_stays_unknown_while_slack_does_not_say_whose_workspace_it_is(
    acquaintance: Acquaintance, database: Database, slack: Playground
) -> None:
    slack.faults.add("auth.test", "fatal_error")
    acquaintance.learn(ADA)
    assert standing(database, ADA) is Standing.UNKNOWN
    acquaintance.learn(ADA)
    assert standing(database, ADA) is Standing.MEMBER


def test_a_change_is_kept_of_those_who_are_known_and_of_nobody_else(
    acquaintance: Acquaintance, database: Database, gateway: Slack
) -> None:
    (rule,) = people.event_rules(gateway, acquaintance.is_asking)

    def changes(user_id: str) -> bool:
        event = {
            "type": "user_change",
            "user": {"id": user_id, "name": "new", "tz": "Asia/Tokyo", "is_restricted": True},
        }
        assert rule.concerns(event)
        return database.run(lambda session: rule.apply(session, event, NOON))

    acquaintance.learn(ADA)
    assert [changes(ADA), changes("U02GRACE")] == [True, False]
    assert standing(database, ADA) is Standing.GUEST
    with database.read() as session:
        kept = session.get(Person, ADA)
        assert kept is not None
        assert (kept.name, kept.time_zone) == ("new", "Asia/Tokyo")
        assert session.get(Person, "U02GRACE") is None


@pytest.mark.parametrize("event", [{}, {"user": "U1"}, {"user": {}}])
def test_an_event_about_nobody_concerns_nobody(
    event: dict[str, Any], gateway: Slack, acquaintance: Acquaintance
) -> None:
    assert not people.event_rules(gateway, acquaintance.is_asking)[0].concerns(event)


def test_who_leaves_while_slack_is_asked_about_them_has_left(
    acquaintance: Acquaintance, database: Database, gateway: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    (rule,) = people.event_rules(gateway, acquaintance.is_asking)
    event = {"type": "user_change", "user": {"id": ADA, "name": "ada", "deleted": True}}
    ask = gateway.call

    def answers_late(method: str, **arguments: Any) -> Any:
        answer = ask(method, **arguments)
        if method == "users.info":
            assert database.run(lambda session: rule.apply(session, event, NOON))
        return answer

    monkeypatch.setattr(gateway, "call", answers_late)
    acquaintance.learn(ADA)
    assert standing(database, ADA) is Standing.DEACTIVATED
