"""A browser, and the pages it opens as people would: wide or on a phone, light or dark."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, ConsoleMessage, Page, StorageState, sync_playwright

WIDE, PHONE = (1400, 900), (390, 844)
PATIENCE_MS = 20_000
"""Milliseconds for which a thing on the page is waited for: the machine may have much else to do."""
Colours = Literal["light", "dark"]


class Eyes:
    """A browser without a window."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    @contextmanager
    def page(
        self, url: str, place: str = "/#/ada/general", *, size: tuple[int, int] = WIDE, colours: Colours = "light",
        state: StorageState | None = None,
    ) -> Iterator[Page]:  # fmt: skip
        """The page at `url`, with a memory of its own, or with `state`. Whatever it complains of in its console is a fault."""
        width, height = size
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=colours, reduced_motion="reduce",
            locale="en-US", timezone_id="Europe/London", has_touch=size == PHONE,
            storage_state=state,
        )  # fmt: skip
        context.set_default_timeout(PATIENCE_MS)
        complaints: list[str] = []
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.extend(_complaint(message)))
        page.goto(f"{url}{place}")
        page.locator("#messages .opening, #home .block, #messages .message").first.wait_for()
        yield page
        context.close()
        assert complaints == []


def _complaint(message: ConsoleMessage) -> list[str]:
    return [message.text] if message.type in ("error", "warning") else []


@contextmanager
def chromium(program: str) -> Iterator[Eyes]:
    """A browser, for as long as it is needed."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield Eyes(browser)
        finally:
            browser.close()
