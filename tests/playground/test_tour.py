"""The tour, taken in a real browser: each step sees by itself that it was done, to the next morning's digest."""

from pathlib import Path

import pytest

from bot import demo
from bot.app import Bot
from bot.playground import Playground
from tests.conftest import environment_for
from tests.databases import new_sqlite
from tests.playground.browser import CHROMIUM, Browser
from tests.processes import ROOT

STEPS = (
    ("Declare a SEV", "Type it for me", True),
    ("Go to its channel", "Open the channel", False),
    ("Put a message on the timeline", "Say and pin it", False),
    ("Tell the others", "Type it for me", True),
    ("Resolve it", "Type it for me", True),
    ("Write down what must not be forgotten", "Type it for me", True),
    ("See what the next morning brings", "Move the clock", False),
)
"""What each says, what it offers, and whether that is sent with Enter."""


@pytest.mark.torture
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
def test_the_tour_leads_from_a_sev_to_the_next_mornings_digest(slack: Playground, tmp_path: Path) -> None:
    bot = Bot(environment_for(slack, new_sqlite(tmp_path), config=ROOT / demo.CONFIG))
    bot.start()
    slack.wait_until(lambda: slack.socket_count() == 1, why="the bot connects")
    bot.house.digests.send_due()  # so that they begin today: the tour is quicker than the loop
    with Browser(tmp_path / "browser", f"{slack.url}/#/ada/general") as page:
        page.clicks("Tour")
        for title, offer, is_typed in STEPS:
            page.waits(f"document.querySelector('#tour strong')?.textContent === {title!r}")
            page.clicks(offer, in_="#tour")
            if is_typed:
                page.waits("document.querySelector('#foot textarea')?.value.startsWith('/sev')")
                page.presses_enter()
        page.waits("document.querySelector('#tour strong').textContent.startsWith('That was a SEV')", within=90)
        assert page.finds("document.querySelector('#messages').innerText.includes('Daily digest')")
        page.clicks("Finish", in_="#tour")
        assert page.waits("document.querySelector('#tour').hidden")
    bot.stop()
