"""Every block the bot shows, and everything people press on it: in messages, in forms and at Home."""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect
from slack_sdk.models import blocks as models

import bot
from bot.playground.blockkit.blocks import BLOCKS
from bot.playground.blockkit.elements import ELEMENTS
from bot.slack import blocks
from bot.slack.text import mrkdwn
from tests.browser.desk import Desk
from tests.browser.test_elements import FIELDS, WAYS

torture = pytest.mark.torture
NOON = 1_798_113_600
"""24 December 2026, 12:00 in London."""


def drawing(width: int = 60, height: int = 40) -> bytes:
    """A picture, as a file."""
    file = BytesIO()
    Image.new("RGB", (width, height), "#2eb67d").save(file, "PNG")
    return file.getvalue()


def uploaded(desk: Desk) -> str:
    """A picture that the app has uploaded; its id."""
    found: str = desk.web.files_upload_v2(content=drawing(), filename="chart.png")["files"][0]["id"]
    return found


# What is shown


def _sees_section(block: Locator) -> None:
    expect(block.locator("strong")).to_have_text("SEV-42")
    expect(block.locator("code")).to_have_text("/sev")
    expect(block.locator("em")).to_have_text("now")
    expect(block.get_by_role("link", name="runbook")).to_have_attribute("href", "https://wiki.example/run?a=1&b=2")
    expect(block.get_by_role("button", name="@Grace Hopper")).to_be_visible()
    expect(block.get_by_role("button", name="#payments")).to_be_visible()
    expect(block.locator("time")).to_have_text("12:00")
    expect(block.locator("blockquote")).to_have_text("quoted & <plain>")
    expect(block.get_by_role("img", name="pushpin")).to_be_visible()
    expect(block).to_contain_text("<!channel>")


def _sees_fields(block: Locator) -> None:
    columns = [block.get_by_text(text, exact=True).bounding_box() for text in ("Severity", "Commander")]
    assert columns[0]
    assert columns[1]
    assert columns[0]["x"] < columns[1]["x"]
    assert columns[0]["y"] == columns[1]["y"], "two columns, side by side"


def _sees_picture(block: Locator) -> None:
    picture = block.get_by_role("img", name="A chart of error budgets")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 60)


def _sees_rich_text(block: Locator) -> None:
    expect(block.locator("strong")).to_have_text("bold")
    expect(block.get_by_role("listitem")).to_have_text(["one", "two"])


def _sees_table(block: Locator) -> None:
    expect(block.get_by_role("columnheader")).to_have_text(["Workflow", "Budget"])
    expect(block.get_by_role("cell")).to_have_text(["Deposit", "12%"])


def _text(words: str) -> Callable[[Locator], None]:
    return lambda block: expect(block).to_have_text(words)


@dataclass(frozen=True)
class Shown:
    """A block, and how one sees that it is drawn. `make` is given the desk where it has to upload something."""

    make: Callable[[Desk], dict[str, Any]]
    seen: Callable[[Locator], None]
    where: str = ".block"


RICH = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "bold", "style": {"bold": True}}]},
        {
            "type": "rich_text_list", "style": "bullet",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": each}]} for each in ("one", "two")],
        },
    ],
}  # fmt: skip
TABLE = {
    "type": "table",
    "rows": [[{"type": "raw_text", "text": each} for each in row] for row in (("Workflow", "Budget"), ("Deposit", "12%"))],
}  # fmt: skip
WORDS = (
    "*SEV-42* `/sev` _now_ <https://wiki.example/run?a=1&amp;b=2|runbook> <@U02GRACE> <#C04PAYMENTS> "
    f"<!date^{NOON}^{{time}}|noon> :pushpin: {mrkdwn('<!channel>', 20)}\n&gt; quoted &amp; &lt;plain&gt;"
)
SHOWN = {
    "section": Shown(lambda _: blocks.section(WORDS), _sees_section),
    "section of fields": Shown(lambda _: blocks.fields(["Severity", "Commander"]), _sees_fields),
    "header": Shown(lambda _: blocks.header("Workflows"), _text("Workflows"), "role=heading"),
    "context": Shown(lambda _: blocks.context("said by *Ada*"), _text("said by Ada")),
    "divider": Shown(lambda _: blocks.divider(), lambda block: expect(block).to_be_visible(), "role=separator"),
    "image": Shown(lambda desk: blocks.picture(uploaded(desk), "A chart of error budgets"), _sees_picture),
    "rich_text": Shown(lambda _: RICH, _sees_rich_text),
    "table": Shown(lambda _: TABLE, _sees_table),
}
"""Each block that says something, as the bot makes it; and those that it may use one day."""


@torture
@pytest.mark.parametrize("kind", SHOWN)
def test_a_block_is_drawn(desk: Desk, kind: str) -> None:
    shown = SHOWN[kind]
    message = desk.message(shown.make(desk))
    shown.seen(message.locator(shown.where).first)


# What is pressed


def _clicks(_desk: Desk, control: Locator) -> None:
    control.click()


def _presses_enter(desk: Desk, control: Locator) -> None:
    desk.tabs_to(control, most=100)
    desk.page.keyboard.press("Enter")


def _picks(role: Any, name: str) -> Callable[[Desk, Locator], None]:
    def by_mouse(desk: Desk, control: Locator) -> None:
        control.click()
        desk.page.get_by_role(role, name=name).click()

    return by_mouse


def _goes_to(*keys: str) -> Callable[[Desk, Locator], None]:
    def by_keyboard(desk: Desk, control: Locator) -> None:
        _presses_enter(desk, control)
        for key in keys:
            desk.page.keyboard.press(key)

    return by_keyboard


def _confirms(desk: Desk, control: Locator) -> None:
    """They think better of it first: then nothing happens."""
    control.click()
    question = desk.page.get_by_role("dialog", name="Really?")
    expect(question).to_contain_text("Everybody will be told.")
    question.get_by_role("button", name="Not yet").click()
    expect(question).to_be_hidden()
    assert desk.clicks == []
    control.click()
    desk.page.get_by_role("button", name="Yes, do").click()


def _confirms_with_enter(desk: Desk, control: Locator) -> None:
    _presses_enter(desk, control)
    desk.page.keyboard.press("Escape")
    expect(desk.page.get_by_role("dialog", name="Really?")).to_be_hidden()
    assert desk.clicks == []
    _presses_enter(desk, control)
    desk.page.keyboard.press("Enter")


def _follows(desk: Desk, control: Locator) -> None:
    with desk.page.context.expect_page() as opened:
        control.click()
    opened.value.close()


def _follows_with_enter(desk: Desk, control: Locator) -> None:
    with desk.page.context.expect_page() as opened:
        _presses_enter(desk, control)
    opened.value.close()


@dataclass(frozen=True)
class Pressed:
    """An element that does something at once: its name, how people use it, and what the app is told each time."""

    element: Callable[[Desk], Any]
    name: str
    by_mouse: Callable[[Desk, Locator], None]
    by_keyboard: Callable[[Desk, Locator], None]
    told: tuple[Any, Any]
    key: str = "value"


PRESSED = {
    "button": Pressed(
        lambda _: blocks.button("Mitigate", "try.it", value="42", style="primary"), "Mitigate", _clicks, _presses_enter, ("42", "42"),
    ),
    "button that asks first": Pressed(
        lambda _: blocks.button("Resolve", "try.it", value="42", confirm=blocks.confirm("Really?", "Everybody will be told.", yes="Yes, do")),
        "Resolve", _confirms, _confirms_with_enter, ("42", "42"),
    ),
    "button that leads elsewhere": Pressed(
        lambda desk: blocks.button("Open", "try.it", url=f"{desk.slack.url}/static/icon.svg"), "Open", _follows, _follows_with_enter, (None, None),
    ),
    "static_select": Pressed(
        lambda _: blocks.menu("Change it", "try.it", WAYS), "Change it", _picks("option", "Sign in"), _goes_to("d", "Enter"),
        ("sign-in", "deposit"), "selected_option",
    ),
    "users_select": Pressed(
        lambda _: blocks.person_menu("Give it to", "try.it"), "Give it to", _picks("option", "Grace Hopper"), _goes_to("b", "Enter"),
        ("U02GRACE", "U06BARBARA"), "selected_user",
    ),
    "overflow": Pressed(
        lambda _: models.OverflowMenuElement(action_id="try.it", options=WAYS), "More actions", _picks("menuitem", "Sign in"), _goes_to("ArrowDown", "ArrowDown", "Enter"),
        ("sign-in", "deposit"), "selected_option",
    ),
}  # fmt: skip
"""Each element that stands beside text or in a row of actions, as the bot makes it; and one that it may use one day."""


def _in_message(desk: Desk, block: dict[str, Any]) -> Locator:
    return desk.message(block)


def _in_form(desk: Desk, block: dict[str, Any]) -> Locator:
    return desk.form(block, submit=None)


def _at_home(desk: Desk, block: dict[str, Any]) -> Locator:
    desk.web.views_publish(user_id=desk.slack.person("ada").id, view={"type": "home", "blocks": [block]})
    desk.sidebar("Sevbot").click()
    return desk.page.get_by_role("region", name="App Home")


SURFACES = {"message": _in_message, "form": _in_form, "home": _at_home}


@torture
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("kind", PRESSED)
def test_what_is_pressed_reaches_the_app(desk: Desk, kind: str, surface: str) -> None:
    pressed = PRESSED[kind]
    place = SURFACES[surface](desk, blocks.actions([pressed.element(desk)]))
    control = place.locator(".block").get_by_role("button", name=pressed.name).last
    for act, told in zip((pressed.by_mouse, pressed.by_keyboard), pressed.told, strict=True):
        desk.clicks.clear()
        act(desk, control)
        found = desk.click().get(pressed.key)
        assert (found["value"] if isinstance(found, dict) else found) == told
        control = place.locator(".block button").last  # a menu shows what was chosen, no longer its placeholder


@torture
@pytest.mark.parametrize("kind", PRESSED)
def test_an_element_beside_text_reaches_the_app(desk: Desk, kind: str) -> None:
    pressed = PRESSED[kind]
    message = desk.message(blocks.section("*SEV-42* checkout is down", accessory=pressed.element(desk)))
    expect(message).to_contain_text("SEV-42 checkout is down")
    pressed.by_mouse(desk, message.locator(".accessory button").last)
    found = desk.click().get(pressed.key)
    assert (found["value"] if isinstance(found, dict) else found) == pressed.told[0]


# Nothing is left out


def kinds_used() -> set[str]:
    """What kinds of blocks and elements the bot makes: of Slack's models, or by hand."""
    known = BLOCKS.keys() | ELEMENTS.keys()
    found = set()
    for path in Path(bot.__file__).parent.rglob("*.py"):
        text = path.read_text()
        if not {"playground", "acme"} & set(path.parts) and ("slack_sdk.models" in text or '"type"' in text):
            found |= {kind for node in ast.walk(ast.parse(text)) if (kind := _kind_of(node)) in known}
    return found


def _kind_of(node: ast.AST) -> str:
    if isinstance(node, ast.Name | ast.Attribute):
        made = getattr(models, node.id if isinstance(node, ast.Name) else node.attr, None)
        return str(getattr(made, "type", "")) if isinstance(made, type) else ""
    if isinstance(node, ast.Dict):
        given = {
            key.value: value for key, value in zip(node.keys, node.values, strict=True) if isinstance(key, ast.Constant)
        }
        kind = given.get("type")
        return str(kind.value) if isinstance(kind, ast.Constant) else ""
    return ""


def test_every_kind_of_block_and_element_the_bot_uses_is_worked_with_in_a_browser() -> None:
    used = kinds_used()
    assert {"section", "actions", "input", "button", "plain_text_input", "multi_users_select", "image"} <= used
    worked_with = {kind.split()[0] for kind in (*FIELDS, *SHOWN, *PRESSED)} | {"input", "actions"}  # where those stand
    assert used <= worked_with, "add what is missing to FIELDS, SHOWN or PRESSED"
