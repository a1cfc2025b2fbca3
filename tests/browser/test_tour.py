"""The tour, taken in a real browser: each step sees by itself that it was done, to the next morning's digest."""

import re

import pytest
from playwright.sync_api import Page, expect

from bot.app import Bot
from tests.browser.looking import PATIENCE_MS

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
UNTIL_THE_DIGEST_MS = 90_000


@pytest.mark.torture
def test_the_tour_leads_from_a_sev_to_the_next_mornings_digest(demo_bot: Bot, page: Page) -> None:
    demo_bot.house.digests.send_due()  # so that they begin today: the tour is quicker than the loop
    page.get_by_role("button", name="Tour", exact=True).click()
    tour = page.get_by_role("region", name="Tour")
    for title, offer, is_typed in STEPS:
        expect(tour.locator("strong")).to_have_text(title, timeout=PATIENCE_MS)
        tour.get_by_role("button", name=offer).click()
        if is_typed:
            field = page.locator("#foot textarea")
            expect(field).to_have_value(re.compile("^/sev"))
            field.press("Enter")
    expect(tour.locator("strong")).to_contain_text("That was a SEV", timeout=UNTIL_THE_DIGEST_MS)
    expect(page.locator("#messages")).to_contain_text("Daily digest")
    tour.get_by_role("button", name="Finish").click()
    expect(tour).to_be_hidden()
