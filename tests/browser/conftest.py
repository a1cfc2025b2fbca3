"""What people see: the page of the local Slack in Debian's Chromium, which Playwright drives.

All but a glance is torture: a browser is slow, and in `make test` each second counts.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from bot import demo
from bot.app import Bot
from bot.hearing import event_types
from bot.playground import Playground, install
from bot.slack.manifest import manifest
from tests.browser.desk import Desk
from tests.browser.looking import Eyes, chromium
from tests.conftest import environment_for
from tests.databases import new_sqlite
from tests.environments import at_work
from tests.processes import ROOT
from tests.programs import program


@pytest.fixture(scope="module")
def eyes() -> Iterator[Eyes]:
    """A browser for one module. While it runs, an event loop runs in this thread, and no other may."""
    with chromium(program("chromium")) as found:
        yield found


@pytest.fixture
def page(eyes: Eyes, slack: Playground) -> Iterator[Page]:
    """The local Slack of the test as Ada sees it, in `#general`."""
    with eyes.page(slack.url) as found:
        yield found


@pytest.fixture
def demo_bot(slack: Playground, tmp_path: Path) -> Iterator[Bot]:
    """The bot as the demo runs it, connected to the local Slack of the test."""
    environment = environment_for(slack, new_sqlite(tmp_path), config=ROOT / demo.CONFIG)
    install(slack, manifest(event_types(environment)))
    with at_work(Bot(environment), slack) as bot:
        yield bot


@pytest.fixture(scope="module")
def desk(eyes: Eyes) -> Iterator[Desk]:
    """Ada at her desk, with an app that shows whatever it is told to, and keeps what it hears."""
    with Playground() as slack, eyes.page(slack.url) as page, Desk.laid(slack, page) as found:
        yield found


@pytest.fixture(autouse=True)
def _nothing_is_left_open(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "desk" in request.fixturenames:
        request.getfixturevalue("desk").clears()
