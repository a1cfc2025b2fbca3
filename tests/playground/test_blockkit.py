from typing import Any

import pytest

from bot.playground.blockkit import fit_for_message, message_problems, view_problems

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(text: str = "One", value: str = "1") -> Json:
    return {"text": plain(text), "value": value}


def section(**keys: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}} | keys


def button(**keys: Any) -> Json:
    return {"type": "button", "text": plain("Go"), "action_id": "go"} | keys


def menu(**keys: Any) -> Json:
    return {"type": "static_select", "action_id": "menu", "options": [option()]} | keys


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def field(element: Json, **keys: Any) -> Json:
    return {"type": "input", "label": plain("Label"), "element": element} | keys


def modal(*blocks: Json, **keys: Any) -> Json:
    return {"type": "modal", "title": plain("Title"), "submit": plain("Go"), "blocks": list(blocks)} | keys


TEXT_INPUT = {"type": "plain_text_input", "action_id": "text"}

GOOD_MESSAGES: list[list[Json]] = [
    [],
    [section()],
    [section(text={"type": "mrkdwn", "text": "x" * 3000})],
    [{"type": "section", "fields": [plain("x" * 2000)] * 10}],
    [section(accessory=button(style="danger", value="", url="https://x", confirm={
        "title": plain("Sure?"), "text": plain("Really?"), "confirm": plain("Yes"), "deny": plain("No")
    }))],
    [{"type": "header", "text": plain("x" * 150)}, {"type": "divider"}],
    [{"type": "context", "elements": [plain("a"), {"type": "image", "image_url": "https://x/y.png", "alt_text": "y"}]}],
    [actions(*(button(action_id=f"b{n}") for n in range(25)))],
    [actions(menu(initial_option=option()), {"type": "overflow", "options": [option()], "action_id": "more"})],
    [actions(menu(options=[option() | {"description": plain("d")}], placeholder=plain("Pick")))],
    [actions({"type": "checkboxes", "options": [{"text": {"type": "mrkdwn", "text": "*a*"}, "value": "a"}]})],
    [actions({"type": "datetimepicker", "initial_date_time": 1_700_000_000, "action_id": "at"})],
    [{"type": "image", "slack_file": {"id": "F1"}, "alt_text": "chart", "title": plain("Chart")}],
    [{"type": "markdown", "text": "# Title"}],
    [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}],
    [field(TEXT_INPUT)],
    [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
        {"type": "text", "text": "hi", "style": {"bold": True}}, {"type": "user", "user_id": "U1"}
    ]}]}],
]  # fmt: skip


@pytest.mark.parametrize("blocks", GOOD_MESSAGES)
def test_what_slack_accepts_is_accepted(blocks: list[Json]) -> None:
    assert message_problems(blocks) == []


BAD_MESSAGES: list[tuple[Any, str]] = [
    ([section()] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ([section(text={"type": "mrkdwn", "text": "x" * 3001})],
     "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ([section(text={"type": "mrkdwn", "text": "x" * 3001})],
     "failed to match all allowed schemas [json-pointer:/blocks/0/text]"),
    ([section(text={"type": "mrkdwn", "text": ""})],
     "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ([section(text={"type": "mrkdwn", "text": "🔥" * 1501})], "must be less than 3001 characters"),
    ([section(text="bare")], "must provide an object [json-pointer:/blocks/0/text]"),
    ([{"type": "section"}], "missing required field: text [json-pointer:/blocks/0]"),
    ([section(colour="red")], "invalid additional property: colour [json-pointer:/blocks/0]"),
    ([section(fields=[plain("x")] * 11)], "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
    ([section(block_id="x" * 256)], "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
    ([{"type": "heading"}], "unsupported type: heading [json-pointer:/blocks/0/type]"),
    ([{"text": plain("x")}], "missing required field: type [json-pointer:/blocks/0]"),
    (["text"], "must provide an object [json-pointer:/blocks/0]"),
    ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
     "must be a valid enum value [json-pointer:/blocks/0/text/type]"),
    ([{"type": "header", "text": plain("x" * 151)}], "must be less than 151 characters"),
    ([{"type": "image", "image_url": "https://x"}], "missing required field: alt_text [json-pointer:/blocks/0]"),
    ([{"type": "image", "alt_text": "a"}], "missing required field: image_url"),
    ([{"type": "context", "elements": []}], "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
    ([{"type": "context", "elements": [button()]}], "unsupported type: button [json-pointer:/blocks/0/elements/0/type]"),
    ([actions()], "no fewer than 1 items allowed"),
    ([actions(*(button(action_id=str(n)) for n in range(26)))], "no more than 25 items allowed"),
    ([actions(button(), button())], 'action_id "go" already exists for block_id "None"'),
    ([actions(button(text=plain("x" * 76)))], "must be less than 76 characters"),
    ([actions(button(style="green"))], "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]"),
    ([actions(button(value="x" * 2001))], "must be less than 2001 characters"),
    ([actions(button(confirm={"title": plain("x")}))], "missing required field: text"),
    ([actions(menu(options=[option()] * 101))], "no more than 100 items allowed"),
    ([actions(menu(options=[option(value="x" * 151)]))], "must be less than 151 characters"),
    ([actions(menu(options=[option("x" * 76)]))], "must be less than 76 characters"),
    ([actions(menu(options=[option() | {"url": "https://x"}]))], "invalid additional property: url"),
    ([actions(menu(options=[{"text": {"type": "mrkdwn", "text": "x"}, "value": "1"}]))], "must be a valid enum value"),
    ([actions(menu(initial_option=option("Other", "2")))], "initial_option must match one of the options"),
    ([actions(menu(option_groups=[]))], "only one of options, option_groups is allowed"),
    ([actions({"type": "overflow", "options": [option()] * 6})], "no more than 5 items allowed"),
    ([actions({"type": "datepicker", "initial_date": "2026-02-30"})], "must be a valid date"),
    ([actions(TEXT_INPUT)], "unsupported type: plain_text_input"),
    ([section(accessory={"type": "datetimepicker"})], "unsupported type: datetimepicker"),
    ([field({"type": "number_input", "is_decimal_allowed": True})], "unsupported type: number_input"),
    ([section(block_id="a"), section(block_id="a")], 'block_id "a" already exists [json-pointer:/blocks/1/block_id]'),
    ([{"type": "markdown", "text": "x" * 7000}] * 2, "must be less than 12001 characters"),
    ([{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}] * 2, "only_one_table_allowed"),
    ([{"type": "file", "external_id": "x"}], "unsupported type: file"),
    ([{"type": "alert", "text": plain("x")}], "unsupported type: alert"),
    ([{"type": "rich_text", "elements": [{"type": "text", "text": "x"}]}], "unsupported type: text"),
    ({"type": "section"}, "must provide an array [json-pointer:/blocks]"),
]  # fmt: skip


@pytest.mark.parametrize(("blocks", "problem"), BAD_MESSAGES)
def test_what_slack_refuses_is_refused_in_its_words(blocks: Any, problem: str) -> None:
    assert any(found.startswith(problem) for found in message_problems(blocks)), message_problems(blocks)


BAD_VIEWS: list[tuple[Any, str]] = [
    (modal(section(), title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
    ({"type": "modal", "blocks": [section()]}, "missing required field: title [json-pointer:/view]"),
    (modal(), "no fewer than 1 items allowed [json-pointer:/view/blocks]"),
    (modal(*[section()] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
    ({"type": "modal", "title": plain("x"), "blocks": [field(TEXT_INPUT)]}, "missing required field: submit"),
    (modal(section(), private_metadata="x" * 3001), "must be less than 3001 characters"),
    (modal(section(), id="V1"), "invalid additional property: id [json-pointer:/view]"),
    (modal(field(TEXT_INPUT | {"focus_on_load": True}), field(TEXT_INPUT | {"focus_on_load": True})),
     "only one element can have focus_on_load set to true"),
    (modal(field(TEXT_INPUT | {"max_length": 3001})), "must be between 1 and 3000"),
    (modal(field(TEXT_INPUT, label=plain("x" * 2001))), "must be less than 2001 characters"),
    (modal({"type": "markdown", "text": "x"}), "unsupported type: markdown"),
    ({"type": "home", "blocks": [section()], "title": plain("x")}, "invalid additional property: title"),
    ({"type": "home", "blocks": [actions({"type": "datetimepicker"})]}, "unsupported type: datetimepicker"),
    ({"type": "dialog", "title": plain("x"), "blocks": [section()]}, "must be a valid enum value [json-pointer:/view]"),
    ("view", "missing required field: type [json-pointer:/view]"),
]  # fmt: skip


@pytest.mark.parametrize(("view", "problem"), BAD_VIEWS)
def test_views_are_checked_for_their_surface(view: Any, problem: str) -> None:
    assert any(found.startswith(problem) for found in view_problems(view)), view_problems(view)


def test_good_views_are_accepted() -> None:
    number = {"type": "number_input", "is_decimal_allowed": False, "initial_value": "7"}
    assert view_problems(modal(field(TEXT_INPUT), field(number), {"type": "alert", "text": plain("x")})) == []
    assert view_problems({"type": "home", "blocks": [section(), field(TEXT_INPUT)]}) == []


def test_slack_fills_in_ids_and_defaults() -> None:
    given = [actions({"type": "button", "text": plain("Go")}), section()]
    echoed = fit_for_message(given, lambda prefix: f"{prefix}1")
    assert echoed[0]["block_id"] == "b1"
    assert echoed[0]["elements"][0] == {"type": "button", "text": plain("Go") | {"emoji": True}, "action_id": "a1"}
    assert echoed[1]["text"]["verbatim"] is False
    assert "block_id" not in given[0]
