"""What a browser remembers: the tour, the hint and what was dismissed, of this workspace and no other."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.playground import Playground
from tests.browser.looking import Eyes

pytestmark = pytest.mark.torture


def _begins_the_tour(page: Page) -> None:
    page.get_by_role("button", name="take the tour").click()
    expect(page.get_by_role("region", name="Tour")).to_contain_text("Declare a SEV")


def test_the_tour_goes_on_in_the_same_workspace_and_is_offered_anew_in_one_that_began_anew(
    eyes: Eyes, tmp_path: Path
) -> None:
    store = tmp_path / "slack.db"
    with Playground(store=store) as slack:
        port = int(slack.url.rpartition(":")[2])
        with eyes.page(slack.url) as page:
            _begins_the_tour(page)
            state = page.context.storage_state()
    for reset in (False, True):
        if reset:
            store.unlink()
        with Playground(port=port, store=store) as slack, eyes.page(slack.url, state=state) as page:
            tour = page.get_by_role("region", name="Tour")
            if reset:
                expect(page.get_by_role("button", name="take the tour")).to_be_visible()
                expect(tour).to_be_hidden()
            else:
                expect(tour).to_contain_text("Declare a SEV")
