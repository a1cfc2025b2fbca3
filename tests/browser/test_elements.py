"""Every element the bot lets people fill in or press: by mouse and by keyboard, and what of it the app is told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from bot.slack import blocks
from tests.browser.desk import Desk

LABEL, HINT = "What it is called", "What it is for"
WAYS = [blocks.option("Place order", "place-order"), blocks.option("Sign in", "sign-in", description="Everybody"), blocks.option("Deposit", "deposit")]  # fmt: skip
ADA, GRACE, BARBARA = "U01ADA", "U02GRACE", "U06BARBARA"
By = Callable[[Desk, Locator], None]


@dataclass(frozen=True)
class Field:
    """An element of a form, and how people work with it."""

    element: Any
    role: Any
    by_mouse: By
    by_keyboard: By
    value: Any
    """What the app is told then, under the key Slack has for it."""
    key: str = "value"


def _writes(text: str) -> By:
    def by_mouse(desk: Desk, field: Locator) -> None:
        field.click()
        desk.page.keyboard.type(text)

    return by_mouse


def _types(keys: str, *more: str) -> By:
    """Go there and type; the arrow leads on to the next part of a date."""

    def by_keyboard(desk: Desk, field: Locator) -> None:
        desk.tabs_to(field)
        desk.page.keyboard.type(keys)
        for each in more:
            desk.page.keyboard.press("ArrowRight")
            desk.page.keyboard.type(each)

    return by_keyboard


def _fills(text: str) -> By:
    """Dates are picked from the browser's own calendar, which no page can reach."""

    def by_mouse(_desk: Desk, field: Locator) -> None:
        field.click()
        field.fill(text)

    return by_mouse


def _picks(*names: str) -> By:
    def by_mouse(desk: Desk, field: Locator) -> None:
        for name in names:
            field.click()
            desk.page.get_by_role("option", name=name).click()

    return by_mouse


def _presses(*rounds: tuple[str, ...]) -> By:
    """Open it with Enter and press keys, for each round."""

    def by_keyboard(desk: Desk, field: Locator) -> None:
        for keys in rounds:
            desk.tabs_to(field)
            desk.page.keyboard.press("Enter")
            expect(desk.page.get_by_role("listbox")).to_be_visible()
            for key in keys:
                desk.page.keyboard.press(key)
            expect(desk.page.get_by_role("listbox")).to_be_hidden()

    return by_keyboard


def _ticks(role: Any, *names: str) -> By:
    def by_mouse(_desk: Desk, field: Locator) -> None:
        for name in names:
            field.get_by_role(role, name=name).click()

    return by_mouse


def _ticks_with_space(role: Any, *names: str) -> By:
    def by_keyboard(desk: Desk, field: Locator) -> None:
        for name in names:
            desk.tabs_to(field.get_by_role(role, name=name))
            desk.page.keyboard.press("Space")

    return by_keyboard


def _moves_down(desk: Desk, field: Locator) -> None:
    """Among radio buttons arrows choose."""
    desk.tabs_to(field.get_by_role("radio").first)
    desk.page.keyboard.press("ArrowDown")


def _select(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "action_id": "try.it", "placeholder": {"type": "plain_text", "text": "Choose"}, **more}


FIELDS = {
    "plain_text_input": Field(
        blocks.text_input("try.it", limit=150), "textbox", _writes("Checkout is down"), _types("Checkout is down"), "Checkout is down",
    ),
    "plain_text_input of many lines": Field(
        blocks.text_input("try.it", limit=3000, multiline=True), "textbox", _writes("one\ntwo"), _types("one\ntwo"), "one\ntwo",
    ),
    "static_select": Field(
        blocks.menu("Choose", "try.it", WAYS), "button", _picks("Sign in"), _presses(("ArrowDown", "Enter")), "sign-in", "selected_option",
    ),
    "multi_static_select": Field(
        blocks.many("Choose", "try.it", WAYS), "button", _picks("Place order", "Deposit"),
        _presses(("p", "Enter"), ("End", "ArrowUp", "Enter")), ["place-order", "deposit"], "selected_options",
    ),
    "users_select": Field(
        blocks.person_menu("Choose", "try.it"), "button", _picks("Grace Hopper"), _presses(("g", "Enter")), GRACE, "selected_user",
    ),
    "multi_users_select": Field(
        blocks.people("Choose", "try.it", most=2), "button", _picks("Grace", "Barbara"), _presses(("g", "Enter"), ("b", "Enter")),
        [GRACE, BARBARA], "selected_users",
    ),
    "checkboxes": Field(
        blocks.ticks("try.it", WAYS), "group", _ticks("checkbox", "Place order", "Sign in"),
        _ticks_with_space("checkbox", "Place order", "Sign in"), ["place-order", "sign-in"], "selected_options",
    ),
    "datepicker": Field(blocks.day_input("try.it", None), "textbox", _fills("2026-12-24"), _types("12242026"), "2026-12-24", "selected_date"),
    "timepicker": Field(blocks.time_input("try.it", "08:00"), "textbox", _fills("17:05"), _types("0505PM"), "17:05", "selected_time"),
    "datetimepicker": Field(
        blocks.moment_input("try.it", None), "textbox", _fills("2026-12-24T17:05"), _types("12242026", "0505PM"), 1798131900, "selected_date_time",
    ),
    "number_input": Field(_select("number_input", is_decimal_allowed=False), "textbox", _writes("42"), _types("42"), "42"),
    "email_text_input": Field(_select("email_text_input"), "textbox", _writes("ada@acme.example"), _types("ada@acme.example"), "ada@acme.example"),
    "url_text_input": Field(_select("url_text_input"), "textbox", _writes("https://a.example"), _types("https://a.example"), "https://a.example"),
    "radio_buttons": Field(
        {"type": "radio_buttons", "action_id": "try.it", "options": [each.to_dict() for each in WAYS]}, "radiogroup", _ticks("radio", "Sign in"),
        _moves_down, "sign-in", "selected_option",
    ),
    "conversations_select": Field(
        _select("conversations_select"), "button", _picks("payments"), _presses((*"payments", "Enter")), "C04PAYMENTS", "selected_conversation",
    ),
    "channels_select": Field(
        _select("channels_select"), "button", _picks("payments"), _presses(("p", "Enter")), "C04PAYMENTS", "selected_channel",
    ),
}  # fmt: skip
"""Each element that asks for something, as the bot makes it; and those that it may use one day."""
GLANCED_AT = {"Title": "plain_text_input", "Severity": "static_select"}
torture = pytest.mark.torture


def _asks(desk: Desk, kind: str) -> Locator:
    """A form with this field; the field, found by its label as a screen reader does."""
    field = FIELDS[kind]
    dialog = desk.form(blocks.field("it", LABEL, field.element, hint=HINT))
    return dialog.get_by_role(field.role, name=LABEL) if field.role != "textbox" else dialog.get_by_label(LABEL)


def _told(desk: Desk, kind: str) -> Any:
    """What the app was sent; of options, their values."""
    told = desk.value("it")[FIELDS[kind].key]
    if isinstance(told, dict):
        return told["value"]
    return [each["value"] if isinstance(each, dict) else each for each in told] if isinstance(told, list) else told


def _sends(desk: Desk) -> None:
    desk.dialog("A form").get_by_role("button", name="Send").click()
    desk.page.get_by_role("dialog").wait_for(state="detached")


def test_a_form_is_filled_in_and_sent(desk: Desk) -> None:
    """The one glance at a real browser that is taken before each commit."""
    text, severity = (blocks.field(name, name, FIELDS[kind].element) for name, kind in GLANCED_AT.items())
    dialog = desk.form(text, severity)
    for name, kind in GLANCED_AT.items():
        field = FIELDS[kind]
        field.by_mouse(desk, dialog.get_by_label(name))
    _sends(desk)
    assert desk.value("Title")["value"] == FIELDS["plain_text_input"].value
    assert desk.value("Severity")["selected_option"]["value"] == FIELDS["static_select"].value


@torture
@pytest.mark.parametrize("kind", FIELDS)
def test_a_field_is_filled_in_with_the_mouse(desk: Desk, kind: str) -> None:
    field = _asks(desk, kind)
    expect(desk.page.get_by_text(HINT)).to_be_visible()
    FIELDS[kind].by_mouse(desk, field)
    _sends(desk)
    assert _told(desk, kind) == FIELDS[kind].value


@torture
@pytest.mark.parametrize("kind", FIELDS)
def test_a_field_is_filled_in_with_the_keyboard_alone(desk: Desk, kind: str) -> None:
    field = _asks(desk, kind)
    FIELDS[kind].by_keyboard(desk, field)
    desk.tabs_to(desk.dialog("A form").get_by_role("button", name="Send"))
    desk.page.keyboard.press("Enter")
    assert _told(desk, kind) == FIELDS[kind].value


@torture
@pytest.mark.parametrize("kind", FIELDS)
def test_what_is_wrong_with_a_field_is_said_at_the_field(desk: Desk, kind: str) -> None:
    desk.answer = {"response_action": "errors", "errors": {"it": "Not like this."}}
    field = _asks(desk, kind)
    FIELDS[kind].by_mouse(desk, field)
    desk.dialog("A form").get_by_role("button", name="Send").click()
    block = desk.page.locator('.block.input[data-block="it"]')
    expect(block.locator(".field-error")).to_have_text("Not like this.")
    expect(field).to_have_accessible_description(f"{HINT} Not like this.")
    assert block.evaluate("node => node.contains(document.activeElement)"), "the focus is where the fault is"
    expect(block.locator("[aria-invalid]").first).to_be_visible()


@torture
@pytest.mark.parametrize("kind", sorted(FIELDS.keys() - {"timepicker"}))  # which always has a time to begin with
def test_a_field_that_is_needed_is_asked_for_before_anything_is_sent(desk: Desk, kind: str) -> None:
    _asks(desk, kind)
    desk.dialog("A form").get_by_role("button", name="Send").click()
    expect(desk.page.locator(".field-error")).to_have_text("Please complete this required field.")
    assert desk.sent == []
