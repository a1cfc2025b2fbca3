"""The page for everybody: with a keyboard, with a screen reader, in the dark, and on a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from bot.app import Bot
from bot.playground import Playground
from tests.browser.looking import PHONE, Colours, Eyes

pytestmark = pytest.mark.torture
INTERACTIVE = "button, a[href], input, select, textarea, [role=option], [role^=menuitem], [role=tab]"
NAMELESS = re.compile(r"^\s*- (?:button|link|textbox|searchbox|combobox|checkbox|radio|option|menuitem\w*|img|dialog|menu|listbox)(?: \[[^\]]*\])*:?\s*$", re.MULTILINE)  # fmt: skip
"""In the tree that a screen reader reads, a thing that has a role and no name."""
UNREACHED = """() => {
  const seen = window.reached;
  return [...document.querySelectorAll('%s')].filter((node) => node.checkVisibility() && node.tabIndex >= 0 && !seen.has(node))
    .map((node) => node.outerHTML.slice(0, 160));
}"""
PALE = """(least) => {
  const rgb = (text) => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return { r, g, b, a }; };
  const over = (top, under) => Object.fromEntries(['r', 'g', 'b'].map((each) => [each, top[each] * top.a + under[each] * (1 - top.a)]));
  const ground = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.push(rgb(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), { r: 255, g: 255, b: 255 });
  };
  const light = ({ r, g, b }) => [r, g, b].map((each) => each / 255)
    .map((each) => (each <= 0.03928 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
    .reduce((sum, each, index) => sum + each * [0.2126, 0.7152, 0.0722][index], 0);
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !node.checkVisibility({ opacityProperty: true }) || node.closest('.avatar, [disabled], .sr-only, noscript')) continue;
    const under = ground(node);
    const [one, other] = [light(over(rgb(getComputedStyle(node).color), under)), light(under)].sort((a, b) => b - a);
    const contrast = (one + 0.05) / (other + 0.05);
    if (contrast < least) found.push(`${contrast.toFixed(2)} ${node.className || node.tagName}: ${walker.currentNode.textContent.trim().slice(0, 40)}`);
  }
  return [...new Set(found)];
}"""
"""Texts whose contrast with what is behind them is less than WCAG asks for (AA: 4.5)."""
LEAST_CONTRAST = 4.5
MOST_PRESSES = 500
"""A message that has the focus offers what can be done with it: each of these is a stop too."""


@pytest.fixture
def places(slack: Playground, demo_bot: Bot) -> tuple[str, ...]:  # noqa: ARG001 -- it answers
    """Where one may look: a SEV's channel with its card, a channel that is told of it, and Home."""
    ada = slack.person("ada")
    ada.types("/sev declare SEV2 cards are declined")
    slack.wait_until(
        lambda: any(name.startswith("sev-1") for name in ada.channels), why="the SEV has a channel", within=20
    )
    slack.wait_quiet()
    return ("general", "sev-1-cards-are-declined", "incidents", "home")


def _looks_around(page: Page, places: tuple[str, ...]) -> Iterator[str]:
    """Every place, and everything that opens there."""
    for place in places:
        page.goto(f"{page.url.partition('#')[0]}#/ada/{place}")
        page.locator(".message, #home .block").last.wait_for()
        yield place
    for tool in ("Traffic", "Faults"):
        page.get_by_role("button", name=tool, exact=True).click()
        page.get_by_role("complementary").wait_for()
        yield tool
    page.get_by_role("button", name="Chat").click()
    for opens in (re.compile("^Business time"), re.compile("^You are Ada")):
        page.get_by_role("button", name=opens).click()
        page.get_by_role("menu").wait_for()
        yield str(opens.pattern)
        page.keyboard.press("Escape")


def _opens_the_form(page: Page) -> None:
    page.goto(f"{page.url.partition('#')[0]}#/ada/general")
    field = page.get_by_label("Message #general")
    field.fill("/sev declare")
    field.press("Enter")
    page.get_by_role("dialog", name="Declare a SEV").get_by_label("Title").wait_for()


def test_everything_one_can_use_has_a_name(page: Page, places: tuple[str, ...]) -> None:
    for place in _looks_around(page, places):
        assert NAMELESS.findall(page.locator("body").aria_snapshot()) == [], place
    _opens_the_form(page)
    assert NAMELESS.findall(page.locator("body").aria_snapshot()) == []


def test_everything_one_can_use_is_reached_by_the_tab_key(page: Page, places: tuple[str, ...]) -> None:
    page.goto(f"{page.url.partition('#')[0]}#/ada/{places[1]}")
    page.locator(".message").last.wait_for()
    page.evaluate("""() => {
      window.reached = new Set();
      window.rounds = 0;
      document.addEventListener('focusin', ({ target }) => {
        window.reached.add(target);
        window.rounds += target.matches('.skip');
      });
    }""")
    for _ in range(MOST_PRESSES):
        page.keyboard.press("Tab")
        if page.evaluate("window.rounds > 1"):
            break
    assert page.evaluate(UNREACHED % INTERACTIVE) == []


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_everything_can_be_read(eyes: Eyes, slack: Playground, places: tuple[str, ...], colours: Colours) -> None:
    with eyes.page(slack.url, colours=colours) as page:
        for place in _looks_around(page, places):
            assert page.evaluate(PALE, LEAST_CONTRAST) == [], place
        _opens_the_form(page)
        page.get_by_role("button", name="Declare", exact=True).click()
        page.get_by_text("Please complete this required field.").first.wait_for()
        assert page.evaluate(PALE, LEAST_CONTRAST) == []


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"))


def test_it_is_used_on_a_phone(eyes: Eyes, slack: Playground, places: tuple[str, ...]) -> None:
    with eyes.page(slack.url, f"/#/ada/{places[1]}", size=PHONE) as page:
        page.locator(".message.pinned").wait_for()
        assert _fits(page)
        sidebar = page.get_by_role("navigation", name="Channels and people")
        expect(sidebar.get_by_role("button", name="general")).not_to_be_in_viewport()
        page.get_by_role("button", name="Channels", exact=True).tap()
        sidebar.get_by_role("button", name="general").tap()
        field = page.get_by_label("Message #general")
        expect(field).to_be_in_viewport()
        field.fill("/sev declare")
        page.get_by_role("button", name="Send message").tap()
        form = page.get_by_role("dialog", name="Declare a SEV")
        form.get_by_label("Title").fill("sign-in is slow")
        assert _fits(page)
        form.get_by_role("button", name="Severity").tap()
        page.get_by_role("option", name="SEV3").tap()
        expect(form.get_by_role("button", name="Declare", exact=True)).to_be_in_viewport()
        form.get_by_role("button", name="Declare", exact=True).tap()
        expect(page.get_by_role("dialog", name="SEV declared")).to_contain_text("sev-2-sign-in-is-slow")


def test_a_thread_fills_a_phone_and_leads_back(eyes: Eyes, slack: Playground) -> None:
    ada = slack.person("ada")
    said = ada.says("who is on it?", in_="#general")
    ada.says("I am", thread=said, in_="#general")
    with eyes.page(slack.url, size=PHONE) as page:
        page.get_by_role("button", name="1 reply").tap()
        pane = page.get_by_role("complementary", name="Thread")
        expect(pane.get_by_text("I am")).to_be_in_viewport()
        assert _fits(page)
        pane.get_by_role("button", name="Close Thread").tap()
        expect(page.get_by_label("Message #general")).to_be_in_viewport()
