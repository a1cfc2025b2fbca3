"""What every test may ask for: a local Slack, its people, a database of each engine, and the bot running on them."""

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from zlib import crc32

import hypothesis
import pytest

from bot.app import Bot
from bot.environment import Environment, pager_access, tracker_access
from bot.playground import Person, Playground
from tests.databases import (
    SHARED,
    PostgresServer,
    new_sqlite,
    quick_folder,
    share_compiled_statements,
    shared_folder,
    shared_server,
)
from tests.environments import at_work
from tests.processes import CONFIG
from tests.shell import Sevbot, shell
from tests.webhooks.receiver import VARIABLES

STORIES = (
    "tests/scenarios/", "tests/paging/", "tests/postmortems/", "tests/timeline/", "tests/anytext/", "tests/remediation/",
    "tests/tracking/", "tests/workflows/test_problems", "tests/workflows/test_intake", "tests/workflows/test_declaring",
    "tests/workflows/test_heartbeats", "tests/workflows/checks/test_loop", "tests/workflows/checks/test_told",
    "tests/workflows/checks/test_probes", "tests/workflows/test_queries",
    "tests/workflows/test_health", "tests/workflows/test_many_problems", "tests/workflows/test_charts",
    "tests/workflows/test_burned", "tests/web/test_incidents_api", "tests/web/test_described",
    "tests/webhooks/", "tests/digest/", "tests/operations/test_ages",
)  # fmt: skip
"""Where what a person sees is tried. It does not depend on the engine, so that PostgreSQL needs but a sample of it at once."""
ONE_IN = 20
TOLD_LATER = 10
"""How many more of twenty `make torture` tells."""
LONGEST = ("tests/anytext/", "tests/remediation/test_reminding_many", "tests/web/test_described")
"""Where each test tries very much: on PostgreSQL, none of it at once."""
FIRST = (
    "tests/soak/",
    "tests/torture/test_kill",
    "tests/golden/",
    "tests/nudges/test_nobody",
    "tests/operations/test_image",
)
"""What takes long, some of it waiting for minutes: it begins first, so that nothing waits for it in the end."""
HOOK_SECRETS = {name: (f"the secret of {name}",) for name in ("alertmanager", "grafana", "pagerduty", "generic")}
"""With what alerts are delivered to the bots of the tests."""
HEARTBEAT_SECRET = "the secret of heartbeats"
REDELIVERY_DELAYS = (0.5, 1.0, 3.0)
"""Slack's own are 4 s, a minute and five: what it says before the bot is connected comes too late for a story."""


hypothesis.settings.register_profile("untimed", deadline=None)  # the machine is shared, and a slow example is no fault
hypothesis.settings.load_profile("untimed")


gc.disable()  # while all is imported and collected, nothing becomes garbage that is worth looking for


def pytest_configure(config: pytest.Config) -> None:
    """Let the processes of this run share a server and a migrated database: each needs seconds to make its own."""
    if SHARED not in os.environ:
        stack = ExitStack()
        stack.enter_context(shared_folder())
        config.add_cleanup(stack.close)
    sys.setswitchinterval(0.05)  # threads that wait for the interpreter wake up less often: there are many


def pytest_collection_finish() -> None:
    """Leave what is there now alone, and look through the rest less often: that took a twelfth of all tests' time."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 100)
    gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave most stories on PostgreSQL to `make torture`, which tells some of them; by name, each can be told."""
    left_out = []
    for item in items:
        turn = crc32(item.nodeid.encode()) % ONE_IN
        if "postgresql" not in item.name or not item.nodeid.startswith(STORIES):
            continue
        if turn or item.nodeid.startswith(LONGEST):
            item.add_marker(pytest.mark.torture)
        if turn > TOLD_LATER and config.getoption("markexpr") == "torture":
            left_out.append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = sorted(
        (item for item in items if item not in left_out), key=lambda item: not item.nodeid.startswith(FIRST)
    )


def pytest_sessionfinish() -> None:
    """Spare the ten looks for garbage with which pytest ends: they take a second and a half of each process."""
    gc.freeze()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The PostgreSQL server of this run."""
    with shared_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Both engines: what uses the database is tried on each."""
    return str(request.param)


@pytest.fixture(scope="session", autouse=True)
def _quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        share_compiled_statements(patch)
        yield


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database of the test's own."""
    if engine == "sqlite":
        with quick_folder() as folder:
            yield new_sqlite(folder)
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.new_database()
        yield url
        server.drop(url)


@pytest.fixture
def slack() -> Iterator[Playground]:
    """A local Slack of the test's own."""
    with Playground() as playground:
        yield playground


def environment_for(
    slack: Playground, database_url: str, *, config: Path = CONFIG, http: bool = False, journal: Path | None = None
) -> Environment:
    """How a bot is told to run on the local Slack."""
    return Environment(
        database_url=database_url,
        config_folder=config,
        http_host="127.0.0.1",
        http_port=0,
        log_format="text",
        slack_bot_token=slack.bot_token,
        slack_app_token="" if http else slack.app_token,
        slack_signing_secret=slack.signing_secret,
        slack_api_url=slack.api_url,
        metrics_token="",
        journal_folder=journal or Path(tempfile.mkdtemp(prefix="sevbot-journal-")),
        pagers=pager_access(slack.pager_variables, []),
        tracker=tracker_access(slack.jira_variables, []),
        hooks=HOOK_SECRETS,
        webhooks=VARIABLES,
        heartbeat_secrets=(HEARTBEAT_SECRET,),
    )


@pytest.fixture
def is_new() -> bool:
    """Whether the bot starts for the first time: a module that is about that says so."""
    return False


@pytest.fixture
def sevbot(slack: Playground, database_url: str, *, is_new: bool) -> Iterator[Bot]:
    """The bot, running in this process and connected."""
    slack.redelivery_delays = REDELIVERY_DELAYS
    with at_work(Bot(environment_for(slack, database_url)), slack, is_new=is_new) as bot:
        yield bot


@pytest.fixture
def sevbot_cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sevbot:
    """`sevbot …`, as operators type it."""
    return shell(monkeypatch, tmp_path)


@pytest.fixture
def ada(slack: Playground) -> Person:
    return slack.person("ada")


@pytest.fixture
def grace(slack: Playground) -> Person:
    return slack.person("grace")


@pytest.fixture
def linus(slack: Playground) -> Person:
    return slack.person("linus")


@pytest.fixture
def barbara(slack: Playground) -> Person:
    return slack.person("barbara")


@pytest.fixture
def edsger(slack: Playground) -> Person:
    """A guest."""
    return slack.person("edsger")
