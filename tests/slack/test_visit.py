import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.blockkit import view_problems
from bot.slack.text import escape
from bot.slack.visit import Door, from_command, from_interaction, metadata, notice
from tests.anytext.hostile import hostile
from tests.slack.samples import SAMPLE

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
USER = {"id": "U111", "username": "test", "name": "test", "team_id": "T111"}
TEAM = {"id": "T111", "domain": "test"}


def click(action: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A click on a message."""
    return {
        "type": "block_actions", "user": USER, "team": TEAM, "trigger_id": "111.222.xxx",
        "container": {"type": "message", "message_ts": "1605853634.000400", "channel_id": "C111"},
        "channel": {"id": "C111", "name": "random"}, "message": {"type": "message", "ts": "1605853634.000400"},
        "state": {"values": {}}, "response_url": "https://hooks.slack.com/actions/T111/111/xxx",
        "actions": [{"action_id": "a", "block_id": "b", "action_ts": "1605853645.582706", **action}], **more,
    }  # fmt: skip


def view(values: dict[str, Any], private_metadata: str = "") -> dict[str, Any]:
    blocks = {f"block of {action_id}": {action_id: element} for action_id, element in values.items()}
    return {
        "id": "V111", "type": "modal", "callback_id": "incident.declare", "hash": "1596530361.3wRYuk3R",
        "private_metadata": private_metadata, "state": {"values": blocks},
    }  # fmt: skip


def form(values: dict[str, Any], private_metadata: str = "") -> dict[str, Any]:
    return {
        "type": "view_submission", "team": TEAM, "user": USER, "trigger_id": "111.222.valid",
        "view": view(values, private_metadata), "response_urls": [],
    }  # fmt: skip


def option(value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": value.upper(), "emoji": True}, "value": value}


def test_a_command_names_its_person_place_and_ways_to_answer() -> None:
    visit = from_command(
        {
            "team_id": "T111", "channel_id": "C111", "user_id": "W111", "command": "/sev", "text": "show",
            "response_url": "https://hooks.slack.com/commands/T111/111/xxxxx", "trigger_id": "111.111.xxx",
        },
        now=NOW,
    )  # fmt: skip
    assert (visit.door, visit.user_id, visit.team_id, visit.channel_id) == (Door.COMMAND, "W111", "T111", "C111")
    assert visit.delivery_key == visit.trigger_id == "111.111.xxx"
    assert visit.response_url == "https://hooks.slack.com/commands/T111/111/xxxxx"


def test_a_click_on_a_message_brings_its_value_and_its_place() -> None:
    visit = from_interaction(click({"type": "button", "value": "42"}), now=NOW)
    assert (visit.door, visit.value, visit.channel_id) == (Door.CLICK, "42", "C111")
    assert visit.response_url == "https://hooks.slack.com/actions/T111/111/xxx"
    assert visit.view_id is None


def test_a_click_on_a_button_without_a_value_is_an_empty_one() -> None:
    assert from_interaction(click({"type": "button"}), now=NOW).value == ""


def test_a_click_in_a_view_brings_all_that_was_filled_in_and_has_no_place() -> None:
    body = click({"type": "static_select", "selected_option": option("sev1")})
    body = {key: value for key, value in body.items() if key not in ("channel", "message", "response_url")}
    body["view"] = view({"title": {"type": "plain_text_input", "value": "down"}}, '{"number":42}')
    visit = from_interaction(body, now=NOW)
    assert (visit.value, visit.view_id, visit.channel_id) == ("sev1", "V111", None)
    assert visit.values == {"title": "down"}
    assert visit.metadata == {"number": 42}


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"type": "plain_text_input", "value": "text"}, "text"),
        ({"type": "plain_text_input", "value": None}, None),
        ({"type": "static_select", "selected_option": option("sev1")}, "sev1"),
        ({"type": "static_select", "selected_option": None}, None),
        ({"type": "checkboxes", "selected_options": [option("private"), option("drill")]}, ["private", "drill"]),
        ({"type": "multi_static_select", "selected_options": []}, []),
        ({"type": "multi_static_select", "selected_options": None}, []),
        ({"type": "users_select", "selected_user": "U1"}, "U1"),
        ({"type": "multi_users_select", "selected_users": ["U1", "U2"]}, ["U1", "U2"]),
        ({"type": "conversations_select", "selected_conversation": "C1"}, "C1"),
        ({"type": "channels_select", "selected_channel": None}, None),
        ({"type": "datepicker", "selected_date": "2019-09-23"}, "2019-09-23"),
        ({"type": "timepicker", "selected_time": "03:00", "timezone": "America/Los_Angeles"}, "03:00"),
        ({"type": "datetimepicker", "selected_date_time": 1605853645}, 1605853645),
        ({"type": "datetimepicker", "selected_date_time": None}, None),
    ],
)
def test_a_form_brings_what_each_field_holds(element: dict[str, Any], value: Any) -> None:
    assert from_interaction(form({"field": element}), now=NOW).values == {"field": value}


def test_a_form_sent_twice_has_the_same_key() -> None:
    visit = from_interaction(form({}), now=NOW)
    assert (visit.door, visit.delivery_key, visit.view_id) == (Door.FORM, "V111", "V111")


@pytest.mark.parametrize("carried", ["", "no json", "[1]", "null", "7", '"text"'])
def test_what_a_form_carries_is_nothing_where_it_is_not_ours(carried: str) -> None:
    assert from_interaction(form({}, carried), now=NOW).metadata == {}


def test_a_message_shortcut_brings_the_message() -> None:
    message = {"type": "message", "text": "<@W222> test", "user": "W111", "ts": "1583636382.000300"}
    body = {
        "type": "message_action", "team": TEAM, "user": {"id": "W111", "name": "test"}, "callback_id": "c",
        "channel": {"id": "C111", "name": "dev"}, "trigger_id": "111.222.xxx", "message": message,
        "message_ts": "1583636382.000300", "response_url": "https://hooks.slack.com/app/T111/111/xxx",
    }  # fmt: skip
    visit = from_interaction(body, now=NOW)
    assert (visit.door, visit.team_id, visit.channel_id) == (Door.SHORTCUT, "T111", "C111")
    assert visit.message == message


def test_a_global_shortcut_has_no_place_and_no_address_to_answer() -> None:
    body = {"type": "shortcut", "team": TEAM, "user": USER, "callback_id": "c", "trigger_id": "9447.7737.38b5"}
    visit = from_interaction(body, now=NOW)
    assert (visit.door, visit.channel_id, visit.response_url) == (Door.SHORTCUT, None, None)
    assert (visit.delivery_key, visit.values, visit.metadata) == ("9447.7737.38b5", {}, {})


@SAMPLE
@given(st.dictionaries(st.sampled_from("abc"), hostile.map(lambda text: text[:200]) | st.integers() | st.none()))
def test_what_a_form_is_opened_with_comes_back(carried: dict[str, Any]) -> None:
    body = form({}, metadata(**carried))
    assert from_interaction(body, now=NOW).metadata == {
        name: value for name, value in carried.items() if value is not None
    }


def test_a_form_cannot_carry_more_than_slack_takes() -> None:
    assert len(metadata(a="x" * (3000 - len(json.dumps({"a": ""}, separators=(",", ":")))))) == 3000
    with pytest.raises(ValueError, match="cannot carry so much"):
        metadata(a="x" * 3000)


@SAMPLE
@given(hostile, hostile)
def test_slack_accepts_every_notice(title: str, sentence: str) -> None:
    said = escape(sentence.encode(errors="replace").decode()[:500]) or "Nothing."
    assert view_problems(notice(title.encode(errors="replace").decode() or "Sevbot", said)) == []
