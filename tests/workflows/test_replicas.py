"""Several replicas, and bots that die: what was delivered is worked off once, and nothing of it is lost."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree

import pytest
import requests
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings, load
from bot.config.heartbeats import Heartbeat
from bot.db import Database
from bot.incidents.model import Incident
from bot.playground import Playground
from bot.workflows.alerts import intake
from bot.workflows.alerts.model import AlertDelivery
from bot.workflows.alerts.sources.table import SOURCES
from bot.workflows.alerts.working_off import Worker
from bot.workflows.heartbeats import beating
from bot.workflows.heartbeats.beating import Ping, What
from bot.workflows.heartbeats.hooks import token_of
from bot.workflows.heartbeats.room import HeartbeatsRoom
from bot.workflows.problems import service as problems
from bot.workflows.problems.model import Problem
from tests.processes import CONFIG, BotProcess
from tests.retaining import forget
from tests.workflows.conftest import BURN, sample

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BODIES = 150
SECRET, OLDER = "a-secret-of-alertmanager", "another-of-alertmanager"


@pytest.fixture
def replicas(database_url: str) -> list[Database]:
    return [Database(database_url) for _ in range(3)]


def test_replicas_work_off_one_queue_once(replicas: list[Database]) -> None:
    body = json.loads(sample("alertmanager/capture_01_firing_first_delivery.json"))
    first, source = replicas[0], SOURCES["alertmanager"]
    contents = [json.dumps({**body, "number": number}).encode() for number in range(BODIES)]
    first.run(lambda session: [intake.keep(session, source, each, now=NOW) for each in contents])
    settings = Settings(CONFIG)
    workers = [Worker(each, Clock(), settings, SOURCES) for each in replicas]
    with ThreadPoolExecutor(len(workers)) as pool:
        list(pool.map(Worker.work_off, workers))
    with first.read() as session:
        assert session.scalars(select(AlertDelivery.state).distinct()).all() == ["done"]
        assert session.execute(select(Problem.episode, Problem.seen_count)).all() == [(1, BODIES)]
    for each in replicas:
        each.close()


def test_replicas_that_see_different_signs_at_once_declare_one_sev(replicas: list[Database]) -> None:
    config = load(CONFIG)
    first, *others = config.workflows
    config = config.model_copy(update={"workflows": (first.model_copy(update={"declares": "SEV2"}), *others)})

    def see(number: int) -> None:
        sign = replace(BURN, key=f"place-order:{number % 4}")
        replicas[number % 3].run(lambda session: problems.seen(session, sign, config=config, now=NOW))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(see, range(24)))
    with replicas[0].read() as session:
        assert session.scalar(select(func.count()).select_from(Incident)) == 1
        assert sorted(session.scalars(select(Problem.seen_count))) == [6, 6, 6, 6]
    for each in replicas:
        each.close()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_bot_that_dies_right_after_its_answer_loses_nothing(slack: Playground, database_url: str) -> None:
    body = sample("alertmanager/capture_01_firing_first_delivery.json")
    bot = BotProcess(slack, database_url, SEVBOT_HOOK_ALERTMANAGER=f"{OLDER}, {SECRET}")
    with bot:
        address = f"http://127.0.0.1:{bot.port}/hooks/alertmanager"
        proof = {"Authorization": f"Bearer {SECRET}"}
        slack.wait_until(lambda: _answers(bot.port), why="the bot serves HTTP")
        assert requests.post(address, data=body, headers=proof, timeout=5).status_code == 202
        bot.kill()
        slack.wait_until(lambda: slack.socket_count() == 0, why="it is gone")
        bot.start()
        ada = slack.person("ada")
        ada.sees("Place order is failing on web-1", in_="#payments", within=20)


@pytest.mark.torture
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_job_whose_failure_was_answered_is_told_of_whoever_dies(
    slack: Playground, database_url: str, tmp_path: Path
) -> None:
    copytree(CONFIG, tmp_path, dirs_exist_ok=True)
    file = tmp_path / "workflows.yaml"
    job = "{key: nightly, name: Nightly statement, cron: 0 3 * * *}"
    file.write_text(file.read_text().replace("name: Place order,", f"name: Place order, heartbeats: [{job}],"))
    bot = BotProcess(slack, database_url, config=tmp_path, SEVBOT_HEARTBEAT_SECRET=SECRET)
    with bot:
        address = f"http://127.0.0.1:{bot.port}/hooks/heartbeat/{token_of(SECRET, 'place-order', 'nightly')}"
        slack.wait_until(lambda: _answers(bot.port), why="the bot serves HTTP")
        assert requests.get(f"{address}/1", timeout=5).status_code == 200
        bot.kill()
        slack.wait_until(lambda: slack.socket_count() == 0, why="it is gone")
        bot.start()
        slack.person("ada").sees("Nightly statement failed", in_="#payments", within=20)


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=1).ok
    except requests.RequestException:
        return False


def test_replicas_tell_of_each_heartbeat_once_whoever_kept_its_ping(replicas: list[Database]) -> None:
    config = load(CONFIG)
    names = [f"job-{number}" for number in range(20)]
    jobs = tuple(Heartbeat(key=each, name=each, every="1h") for each in names)
    first, *others = config.workflows
    config = config.model_copy(update={"workflows": (first.model_copy(update={"heartbeats": jobs}), *others)})
    settings = Settings(CONFIG, config=config)

    def keep(session: Session) -> None:
        for number, name in enumerate(names):
            beating.keep(session, first.key, name, Ping(What.FAIL if number % 2 else What.GOOD), now=NOW)

    replicas[0].run(keep)
    rooms = [HeartbeatsRoom(each, Clock(), settings, ()) for each in replicas[1:] for _ in range(2)]
    with ThreadPoolExecutor(len(rooms)) as pool:
        list(pool.map(HeartbeatsRoom.look, rooms))
    with replicas[0].read() as session:
        told = session.execute(select(Problem.key, Problem.seen_count).order_by(Problem.key)).all()
    assert told == sorted((f"{first.key}/{name}", 1) for name in names[1::2])
    for each in replicas:
        each.close()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_was_worked_off_is_forgotten_in_time_and_what_waits_is_not(replicas: list[Database]) -> None:
    database, config, late = replicas[0], load(CONFIG), NOW + timedelta(days=400)
    source = SOURCES["alertmanager"]
    first, over = (
        sample(f"alertmanager/capture_{each}.json") for each in ("01_firing_first_delivery", "05_resolved")
    )  # fmt: skip
    database.run(
        lambda session: (intake.keep(session, source, first, now=NOW), intake.keep(session, source, over, now=NOW))
    )
    found = [intake.understood(source, each, config) for each in (first, over)]
    assert database.run(lambda session: intake.work_off(session, 1, found[0], config, now=NOW))
    assert database.run(lambda session: intake.work_off(session, 2, found[1], config, now=NOW))
    database.run(lambda session: problems.seen(session, BURN, config=config, now=NOW))
    database.run(lambda session: intake.keep(session, source, b"it waits", now=NOW))
    assert forget(database, "alert_deliveries", now=NOW + timedelta(days=13)) == 0
    assert forget(database, "alert_deliveries", now=late) == 2
    assert forget(database, "problems", now=late) == 1
    with database.read() as session:
        assert session.scalars(select(AlertDelivery.body)).all() == [b"it waits"]
        assert session.scalars(select(Problem.source)).all() == ["burn"]
