"""Heartbeats: jobs say over real HTTP that they ran, and people read in Slack where one did not."""

from collections.abc import Iterator
from datetime import time, timedelta
from functools import partial
from http import HTTPStatus

import pytest
import requests

from bot.app import Bot
from bot.config import Workflow
from bot.config.heartbeats import Heartbeat
from bot.config.maintenance import Maintenance
from bot.config.nudges import DAYS
from bot.playground import Person, Playground
from bot.workflows.heartbeats import listening
from bot.workflows.heartbeats.hooks import token_of
from bot.workflows.heartbeats.model import HeartbeatRow, HeartbeatWatch
from bot.workflows.heartbeats.times import next_expected
from tests.conftest import HEARTBEAT_SECRET
from tests.outages import Outage
from tests.workflows.conftest import TroubleStage

HOURLY = Heartbeat(key="settle", name="Settlement", every="1h")
NIGHTLY = Heartbeat(key="nightly", name="Nightly statement", cron="0 3 * * *", time_zone="Europe/London")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class Jobs:
    """The jobs of a workflow, and the loop that looks at them."""

    def __init__(self, stage: TroubleStage, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stage, self.bot = stage, stage.bot
        self._away = timedelta()
        machine = self.bot.clock.machine
        monkeypatch.setattr(self.bot.clock, "machine", lambda: machine() + self._away)
        self.are(HOURLY)
        self.looks()

    def are(self, *heartbeats: Heartbeat, key: str = "place-order") -> None:
        """These are configured."""
        workflow = Workflow(key=key, name="Place order", owner="payments", heartbeats=heartbeats)
        self.bot.settings.current = self.bot.settings.current.model_copy(update={"workflows": (workflow,)})

    def call(self, action: str = "", *, method: str = "POST", said: str = "", key: str = "settle") -> requests.Response:
        """A job calls its address."""
        token = token_of(HEARTBEAT_SECRET, "place-order", key)
        address = f"http://127.0.0.1:{self.bot.server.port}/hooks/heartbeat/{token}{action}"
        return requests.request(method, address, data=said.encode(), timeout=10)

    def says(self, action: str = "", *, said: str = "", key: str = "settle") -> None:
        """A job says something, it is kept, and the loop looks at it."""
        answer = self.call(action, said=said, key=key)
        assert (answer.status_code, answer.text) == (HTTPStatus.OK, "OK\n")
        self.looks()

    def looks(self, *, after: timedelta = timedelta()) -> None:
        """It is later, and the loop looks."""
        if after:
            self.stage.slack.advance_clock(after.total_seconds())
            self.bot.slack.call("auth.test")
        self.bot.house.workflows.heartbeats.look()
        self.stage.settles()

    def nobody_listens(self, length: timedelta) -> None:
        """The bot is down for so long."""
        self._away += length
        self.looks()

    def row(self, key: str = "settle") -> HeartbeatRow | None:
        with self.bot.database.read() as session:
            found = session.get(HeartbeatRow, ("place-order", key))
            session.expunge_all()
            return found


@pytest.fixture
def jobs(trouble: TroubleStage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    monkeypatch.setattr(listening, "LEAP", timedelta.max)  # the time that passes here is lived through
    yield Jobs(trouble, monkeypatch)
    trouble.slack.expected.update(trouble.messages())


def titles(stage: TroubleStage) -> list[tuple[str, bool]]:
    return [(each.title, each.recovered_at is not None) for each in stage.problems()]


def test_one_that_is_late_is_told_once_and_recovers_with_the_next(jobs: Jobs, trouble: TroubleStage) -> None:
    jobs.looks(after=48 * HOUR)
    assert jobs.row() is None
    jobs.says()
    jobs.looks(after=HOUR + 9 * MINUTE)
    assert trouble.problems() == []
    jobs.looks(after=2 * MINUTE)
    said = trouble.message()
    assert said.startswith(":warning: Place order: Settlement is late\nIt was to succeed at ")
    jobs.looks(after=5 * HOUR)
    assert [(each.key, each.seen_count) for each in trouble.problems()] == [("place-order/settle", 1)]
    jobs.says("/start")
    assert titles(trouble) == [("Settlement is late", False)]
    jobs.says("/0")
    assert trouble.message().startswith(":white_check_mark: Place order: Settlement is late")
    jobs.looks(after=HOUR + 11 * MINUTE)
    assert [each.episode for each in trouble.problems()] == [1, 2]


def test_one_that_fails_says_so_at_once_and_what_it_said_is_shown_as_it_is(jobs: Jobs, trouble: TroubleStage) -> None:
    jobs.says("/3", said="x" * 9_000 + "\n<!channel> disk \x00full")
    said = trouble.message()
    assert said.startswith(":warning: Place order: Settlement failed\nIt ended with exit code 3. It said: xxx")
    assert "@channel disk full" in said
    row = jobs.row()
    assert row is not None
    assert len(row.said) <= 1000
    jobs.says("/fail")
    assert [(each.detail, each.seen_count) for each in trouble.problems()] == [("It said so itself.", 2)]
    jobs.says()
    assert titles(trouble) == [("Settlement failed", True)]


def test_a_failure_is_told_even_where_a_success_came_before_anybody_looked(jobs: Jobs, trouble: TroubleStage) -> None:
    jobs.call("/fail")
    jobs.call()
    jobs.looks()
    assert titles(trouble) == [("Settlement failed", True)]


def test_a_run_that_began_and_does_not_end_hangs(jobs: Jobs, trouble: TroubleStage) -> None:
    jobs.says("/start")
    jobs.looks(after=9 * MINUTE)
    jobs.says("/log", said="still at it")
    assert trouble.problems() == []
    jobs.looks(after=2 * MINUTE)
    assert trouble.message().startswith(":warning: Place order: Settlement hangs\nIt began at ")
    jobs.says()
    assert titles(trouble) == [("Settlement hangs", True)]
    row = jobs.row()
    assert row is not None
    assert row.took_seconds == pytest.approx(660, abs=30)


def test_what_was_expected_while_the_bot_was_down_is_unknown_and_not_late(jobs: Jobs, trouble: TroubleStage) -> None:
    jobs.are(HOURLY, NIGHTLY)
    jobs.says()
    jobs.says(key="nightly")
    jobs.call("/start")
    trouble.slack.advance_clock(24 * 3600)
    trouble.bot.slack.call("auth.test")
    jobs.nobody_listens(24 * HOUR)
    jobs.looks(after=HOUR + 9 * MINUTE)
    assert trouble.problems() == []
    jobs.looks(after=2 * MINUTE)
    assert titles(trouble) == [("Settlement is late", False)]
    jobs.nobody_listens(24 * HOUR)
    assert titles(trouble) == [("Settlement is late", False)]


def test_a_replica_that_begins_while_another_listens_changes_nothing(jobs: Jobs, trouble: TroubleStage) -> None:
    jobs.says()
    with trouble.bot.database.read() as session:
        before = session.get_one(HeartbeatWatch, 1).up_since
    jobs.nobody_listens(timedelta(seconds=20))
    with trouble.bot.database.read() as session:
        assert session.get_one(HeartbeatWatch, 1).up_since == before


@pytest.mark.parametrize("is_whole", [True, False])
def test_what_is_taken_out_of_the_settings_is_over(jobs: Jobs, trouble: TroubleStage, *, is_whole: bool) -> None:
    jobs.says()
    jobs.looks(after=2 * HOUR)
    jobs.are(*([HOURLY] if is_whole else [NIGHTLY]), key="deposit" if is_whole else "place-order")
    jobs.looks()
    assert titles(trouble) == [("Settlement is late", True)]
    assert jobs.row() is None
    assert jobs.call().status_code == HTTPStatus.NOT_FOUND


def test_a_shorter_period_holds_at_once(jobs: Jobs, trouble: TroubleStage) -> None:
    jobs.says()
    jobs.looks(after=30 * MINUTE)
    jobs.are(Heartbeat(key="settle", name="Settlement", every="15m", urgency="critical"))
    jobs.looks()
    assert trouble.message().startswith(":rotating_light: Place order: Settlement is late")


def test_a_workflows_page_shows_its_heartbeats_the_worst_first(jobs: Jobs, ada: Person) -> None:
    jobs.are(
        HOURLY, NIGHTLY, Heartbeat(key="hourly", name="Backup", every="1h"), Heartbeat(key="x", name="X", every="1d")
    )
    jobs.says(said="12 orders")
    jobs.says("/start", key="nightly")
    jobs.says("/fail", key="hourly")
    shown = [line for line in str(ada.types("/sev workflow place-order").text).splitlines() if "Heartbeat" in line]
    assert [line.split("  ")[0].partition(" since")[0] for line in shown] == [
        ":red_circle: failed", ":white_circle: waiting for the first", ":large_green_circle: running",
        ":large_green_circle: on time",
    ]  # fmt: skip
    assert "Heartbeat Backup: last ping " in shown[0]
    assert shown[1].endswith("Heartbeat X")
    assert "Heartbeat Settlement: last ping " in shown[3]
    assert ", next expected " in shown[3]
    assert shown[3].endswith(", it said: 12 orders")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_curl_may_say(jobs: Jobs, method: str) -> None:
    for action in ("", "/start", "/log", "/0"):
        assert jobs.call(action, method=method).status_code == HTTPStatus.OK
    for action in ("/256", "/-1", "/stop", "/good", "/\u0663", "/start/again"):
        assert jobs.call(action, method=method).status_code == HTTPStatus.NOT_FOUND
    assert jobs.call(key="another").status_code == HTTPStatus.NOT_FOUND


def test_a_text_without_end_does_not_lose_the_ping(jobs: Jobs) -> None:
    assert jobs.call(said="y" * 3_000_000 + "the end").status_code == HTTPStatus.OK
    row = jobs.row()
    assert row is not None
    assert row.said.endswith("ythe end")


def test_while_the_database_is_away_the_job_is_asked_to_come_again(
    slack: Playground, sevbot: Bot, database_url: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = TroubleStage(slack, sevbot)
    stage.begins()
    jobs = Jobs(stage, monkeypatch)
    outage = Outage(database_url, request.getfixturevalue("postgres") if "postgresql" in database_url else None)
    outage.begins()
    answer = jobs.call("/fail")
    outage.ends()
    assert (answer.status_code, answer.headers["Retry-After"]) == (HTTPStatus.SERVICE_UNAVAILABLE, "5")
    assert jobs.row() is None
    jobs.says("/fail")
    assert "Settlement failed" in stage.message()


def test_a_page_full_of_heartbeats_with_the_longest_texts_is_still_shown(jobs: Jobs, ada: Person) -> None:
    jobs.are(*(Heartbeat(key=f"job-{number}", name="<&>" * 20, every="1h") for number in range(20)))
    for number in range(8):
        jobs.call("/start", key=f"job-{number}")
        jobs.call("/1", said="<!here> &" * 500, key=f"job-{number}")
    jobs.looks()
    shown = str(ada.types("/sev workflow place-order").text)
    assert shown.count("Heartbeat <&>") == 6
    assert "And 14 more heartbeats, none of them worse." in shown
    assert "<!here>" not in shown
    jobs.stage.slack.expect_all()


def test_a_clock_that_is_moved_makes_nothing_late(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "LEAP", timedelta(seconds=30))
    jobs.says()
    jobs.says("/start")
    jobs.looks(after=15 * HOUR)
    assert jobs.stage.problems() == []
    jobs.looks(after=timedelta(seconds=20))
    assert jobs.stage.problems() == []
    monkeypatch.setattr(listening, "LEAP", timedelta.max)
    jobs.looks(after=HOUR + 11 * MINUTE)
    assert titles(jobs.stage) == [("Settlement is late", False)]


def is_worked_on(jobs: Jobs, *, since: timedelta = timedelta(), until: timedelta) -> None:
    """The workflow is under maintenance from then on, until some time from now."""
    now, current = jobs.bot.clock.now(), jobs.bot.settings.current
    window = Maintenance(begins=now + since, ends=now + until)
    workflows = tuple(each.model_copy(update={"maintenance": (window,)}) for each in current.workflows)
    jobs.bot.settings.current = current.model_copy(update={"workflows": workflows})


def test_what_is_expected_or_fails_during_maintenance_is_no_trouble(trouble: TroubleStage, jobs: Jobs) -> None:
    jobs.says()
    is_worked_on(jobs, until=3 * HOUR)
    jobs.says("/fail", said="the database is away")
    jobs.looks(after=2 * HOUR)
    jobs.looks(after=HOUR + 50 * MINUTE)
    assert titles(trouble) == []
    jobs.looks(after=30 * MINUTE)  # it was to be heard of an hour after the maintenance was over, or ten minutes later
    assert titles(trouble) == [("Settlement is late", False)]


def test_what_was_late_before_is_told_when_the_maintenance_is_over(trouble: TroubleStage, jobs: Jobs) -> None:
    jobs.says()
    is_worked_on(jobs, since=HOUR + 5 * MINUTE, until=3 * HOUR)
    jobs.looks(after=2 * HOUR)
    assert titles(trouble) == []
    jobs.looks(after=HOUR + MINUTE)
    assert titles(trouble) == [("Settlement is late", False)]


def test_maintenance_without_an_end_is_borne(jobs: Jobs) -> None:
    always = Maintenance(days=DAYS, start=time(0), end=time(0))
    good_at = jobs.bot.clock.now()
    for each in (HOURLY, NIGHTLY, Heartbeat(key="often", name="Often", every="10s")):
        found = next_expected(
            HeartbeatRow(good_at=good_at),
            each,
            zone="UTC",
            up_since=good_at,
            excused=partial(always.covers, zone="UTC"),
        )
        assert found
        assert found > good_at


def test_a_run_that_hangs_during_maintenance_is_told_after_it(trouble: TroubleStage, jobs: Jobs) -> None:
    jobs.says()
    jobs.says("/start")
    is_worked_on(jobs, until=30 * MINUTE)
    jobs.looks(after=20 * MINUTE)
    assert titles(trouble) == []
    jobs.looks(after=11 * MINUTE)
    assert titles(trouble) == [("Settlement hangs", False)]
