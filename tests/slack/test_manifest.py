import json
from typing import Any

import pytest

from bot.hearing import event_types
from bot.playground import Playground
from bot.slack.manifest import SCOPES, SHORTCUTS, manifest
from tests.conftest import environment_for
from tests.processes import ROOT
from tests.slack.schema_check import faults

SCHEMA = ROOT.parent / "shared" / "slack-data" / "manifest" / "manifest.schema.2.0.0.json"
URL = "https://sevbot.example.com/slack"


def test_over_a_socket_nothing_has_an_address() -> None:
    made = manifest(["message"])
    assert made["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in str(made)
    assert "url" not in made["features"]["slash_commands"][0]


def test_over_http_everything_goes_to_the_same_address() -> None:
    made = manifest(["message"], request_url=URL)
    assert made["settings"]["socket_mode_enabled"] is False
    assert made["settings"]["event_subscriptions"]["request_url"] == URL
    assert made["settings"]["interactivity"] == {"is_enabled": True, "request_url": URL}
    assert made["features"]["slash_commands"][0]["url"] == URL


def test_messages_are_asked_for_in_public_and_private_channels() -> None:
    made = manifest(["user_change", "message", "user_change"])
    assert made["settings"]["event_subscriptions"]["bot_events"] == [
        "message.channels",
        "message.groups",
        "user_change",
    ]


def test_every_event_a_room_listens_to_is_subscribed(slack: Playground) -> None:
    types = event_types(environment_for(slack, "sqlite://"))
    events = manifest(types)["settings"]["event_subscriptions"]["bot_events"]
    assert {each.partition(".")[0] for each in events} == types


def test_the_bot_asks_for_no_scope_without_a_reason_and_for_no_persons_token() -> None:
    scopes = manifest([])["oauth_config"]["scopes"]
    assert scopes == {"bot": sorted(SCOPES)}
    assert all(SCOPES.values())


@pytest.mark.parametrize("event", ["user_change", "message"])
def test_text_typed_after_the_command_keeps_who_was_meant(event: str) -> None:
    (command,) = manifest([event])["features"]["slash_commands"]
    assert command["command"] == "/sev"
    assert command["should_escape"] is True


def test_shortcuts_keep_slacks_limits() -> None:
    assert all(len(name) <= 24 and len(about) <= 150 for name, _, _, about in SHORTCUTS)
    assert {kind for _, kind, _, _ in SHORTCUTS} == {"global", "message"}
    assert len({callback_id for _, _, callback_id, _ in SHORTCUTS}) == len(SHORTCUTS)


def schema_faults(made: dict[str, Any]) -> list[str]:
    """What Slack's own schema has against a manifest. It is Slack's, so it lies beside this checkout and not in it."""
    if not SCHEMA.exists():
        pytest.skip(f"Slack's schema of manifests is not at {SCHEMA}")
    schema = json.loads(SCHEMA.read_text())
    return list(faults(made, schema, schema))


@pytest.mark.parametrize("request_url", [None, f"{URL}/events"])
def test_slacks_own_schema_has_nothing_against_it(slack: Playground, request_url: str | None) -> None:
    types = event_types(environment_for(slack, "sqlite://"))
    assert schema_faults(manifest(types, request_url=request_url)) == []


def test_slacks_own_schema_would_have_something_against_a_wrong_one() -> None:
    made = manifest(["message"])
    made["display_information"]["name"] = "x" * 36
    made["settings"]["colour"] = "red"
    made["features"]["shortcuts"][0]["type"] = "local"
    made["features"]["slash_commands"][0].pop("description")
    del made["display_information"]["description"]
    found = schema_faults(made)
    assert len(found) == 4, found
