"""The page's API, and the store behind a demo."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.playground import Person, Playground
from tests.playground.conftest import TinyBot

ADA, GENERAL = "U01ADA", "C01GENERAL"


def ask(slack: Playground, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{slack.url}{path}", data, headers)  # noqa: S310 -- loopback
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def do(slack: Playground, act: str, **body: Any) -> Any:
    return ask(slack, f"/ui/{act}", {"as": ADA} | body)


def test_the_page_shows_the_workspace_as_one_person_sees_it(slack: Playground) -> None:
    state = ask(slack, f"/ui/state?as={ADA}")
    assert (state["me"], state["team"]["name"], state["bot"]["mode"]) == (ADA, "Acme", "socket")
    assert [one["name"] for one in state["channels"]][:2] == ["general", "random"]
    guest = ask(slack, "/ui/state?as=U04EDSGER")
    assert [one["name"] for one in guest["channels"]] == ["payments"]


def test_messages_are_said_and_read(slack: Playground, ada: Person) -> None:
    ts = do(slack, "say", channel=GENERAL, text="hello @grace")["ts"]
    do(slack, "say", channel=GENERAL, text="reply", thread_ts=ts)
    do(slack, "react", channel=GENERAL, ts=ts, name="eyes")
    shown = ask(slack, f"/ui/messages?as={ADA}&channel={GENERAL}")["messages"]
    assert (shown[0]["text"], shown[0]["reply_count"]) == ("hello <@U02GRACE>", 1)
    thread = ask(slack, f"/ui/thread?as={ADA}&channel={GENERAL}&ts={ts}")["messages"]
    assert [one["text"] for one in thread] == ["hello <@U02GRACE>", "reply"]
    assert do(slack, "edit", channel=GENERAL, ts=ts, text="x", **{"as": "U02GRACE"})["error"] == (
        "You can only edit your own messages."
    )
    assert do(slack, "say", channel="C404", text="x")["error"] == "There is no such channel."
    do(slack, "delete", channel=GENERAL, ts=ts)
    ada.does_not_see("hello")


def test_a_modal_travels_over_the_page(slack: Playground, bot: TinyBot) -> None:
    assert do(slack, "command", channel=GENERAL, text="/sev open") == {"ok": True}
    view = ask(slack, f"/ui/views?as={ADA}")["stack"][0]
    option = view["blocks"][1]["element"]["options"][1]
    typed = {"title": {"declare.title": {"type": "plain_text_input", "value": "Checkout"}}}
    do(
        slack,
        "action",
        container={"type": "view", "view_id": view["id"]},
        block_id="severity",
        action_id="declare.severity",
        payload={"selected_option": option},
        values=typed,
    )
    assert bot.of_type("block_actions")[0]["view"]["state"]["values"]["title"] == typed["title"]
    bot.submission_ack = {"response_action": "errors", "errors": {"title": "Say more"}}
    assert do(slack, "submit", view_id=view["id"], values=typed)["errors"] == {"title": "Say more"}
    assert ask(slack, f"/ui/views?as={ADA}")["errors"] == {"title": "Say more"}
    empty = {"title": {"declare.title": {"type": "plain_text_input", "value": None}}}
    assert do(slack, "submit", view_id=view["id"], values=empty)["errors"] == {
        "title": "Please complete this required field."
    }
    assert do(slack, "close", view_id=view["id"], all=True)["ok"]
    assert ask(slack, f"/ui/views?as={ADA}")["stack"] == []


def test_a_failure_is_a_notice(slack: Playground) -> None:
    assert (
        do(slack, "command", channel=GENERAL, text="/sev x")["notice"] == '/sev failed with the error "dispatch_failed"'
    )


def test_buttons_work_from_the_page(slack: Playground, bot: TinyBot, web: WebClient) -> None:
    button = {"type": "button", "action_id": "resolve", "text": {"type": "plain_text", "text": "Resolve"}, "value": "7"}
    posted = web.chat_postMessage(
        channel=GENERAL, text="card", blocks=[{"type": "actions", "block_id": "b", "elements": [button]}]
    )
    container = {"type": "message", "channel_id": GENERAL, "message_ts": posted["ts"]}
    click = {"container": container, "block_id": "b", "action_id": "resolve", "payload": {"value": "7"}}
    assert do(slack, "action", **click) == {"ok": True}
    assert bot.heard[-1]["actions"][0]["value"] == "7"
    web.chat_delete(channel=GENERAL, ts=posted["ts"])
    assert do(slack, "action", **click)["error"] == "This message is gone."


def test_channels_people_and_switches(slack: Playground, web: WebClient) -> None:
    acts: dict[str, dict[str, Any]] = {
        "invite": {"channel": "C02RANDOM", "user": "U0SEVBOT"},
        "topic": {"channel": "C02RANDOM", "topic": "cats & dogs"},
        "kick": {"channel": "C02RANDOM", "user": "U0SEVBOT"},
        "rename": {"channel": "C02RANDOM", "name": "chatter"},
        "leave": {"channel": "C02RANDOM"},
        "join": {"channel": "C02RANDOM"},
        "archive": {"channel": "C02RANDOM"},
        "open_dm": {"user": "U02GRACE"},
        "home": {},
        "clock": {"advance_seconds": 3600},
        "faults": {"latency_ms": 5, "add": {"method": "*", "fault": "429", "times": 2}, "rate_limits": True},
    }
    for act, body in acts.items():
        assert do(slack, act, **body)["ok"], act
    state = ask(slack, f"/ui/state?as={ADA}")
    assert state["clock"]["offset"] == 3600
    assert state["faults"]["rules"] == [{"method": "*", "fault": "429", "times": 2, "hits": 0}]
    do(slack, "faults", clear=True)
    assert web.auth_test().headers["x-playground-clock-offset"] == "3600"
    assert do(slack, "clock", advance_seconds=-1)["error"] == "The clock only moves forward."
    assert do(slack, "invite", channel=GENERAL, user=ADA)["error"].startswith("Ada Lovelace cannot be invited")


def test_traffic_is_shown_without_tokens(slack: Playground, web: WebClient) -> None:
    web.chat_postMessage(channel=GENERAL, text="hello")
    entries = ask(slack, "/ui/traffic?after=0")["entries"]
    assert (entries[0]["name"], entries[0]["direction"], entries[0]["status"]) == ("chat.postMessage", "in", "ok")
    assert "hello" in entries[0]["summary"]
    assert slack.bot_token not in json.dumps(entries)
    assert ask(slack, f"/ui/traffic?after={entries[0]['n']}")["entries"] == []


def test_other_sites_and_names_are_turned_away(slack: Playground) -> None:
    assert ask(slack, "/ui/state", Host="evil.example") == 403
    assert ask(slack, "/ui/say", {"as": ADA}, Origin="https://evil.example") == 403
    assert ask(slack, "/api/api.test", Origin="https://evil.example") == 403
    assert ask(slack, "/ui/state", Origin=slack.url)["ok"]
    assert ask(slack, "/ui/nothing") == 404


def test_the_page_hears_of_changes(slack: Playground, ada: Person) -> None:
    from websockets.sync.client import connect

    with connect(f"{slack.url.replace('http', 'ws')}/ui/socket?as={ADA}") as socket:
        slack.wait_until(lambda: slack.workspace.watchers)
        ada.says("news")
        assert json.loads(socket.recv(timeout=2)) == {"changed": ["messages"], "channel": GENERAL}


def test_a_stored_workspace_continues_where_it_was(tmp_path: Path) -> None:
    store = tmp_path / "slack.db"
    with Playground(store=store) as first:
        web = WebClient(token=first.bot_token, base_url=first.api_url)
        channel = web.conversations_create(name="sev-1")["channel"]["id"]
        parent = web.chat_postMessage(channel=channel, text="card")["ts"]
        web.chat_postMessage(channel=channel, text="reply", thread_ts=parent)
        gone = web.chat_postMessage(channel=channel, text="gone")["ts"]
        web.chat_delete(channel=channel, ts=gone)
        web.files_upload_v2(filename="a.png", content=b"png", channel=channel)
        web.views_publish(user_id=ADA, view={"type": "home", "blocks": [{"type": "divider"}]})
        first.advance_clock(86_400)
        first.person("ada").says("tomorrow")
        before = first.dump()
    with Playground(store=store) as second:
        assert second.dump() == before
        assert second.clock.offset == 86_400
        assert second.person("ada").says("later").ts > second.channel("general").timeline[0]
        web = WebClient(token=second.bot_token, base_url=second.api_url)
        assert web.conversations_create(name="sev-2")["channel"]["id"] != channel


def test_a_killed_process_loses_nothing_it_answered(tmp_path: Path) -> None:
    store = tmp_path / "slack.db"
    command = [sys.executable, "-m", "bot.playground", "--port", "0", "--store", str(store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        WebClient(token=Playground.bot_token, base_url=f"{url}/api/").chat_postMessage(channel=GENERAL, text="said")
        os.kill(process.pid, signal.SIGKILL)
    slack = Playground(store=store)
    assert slack.transcript("#general") == ["sevbot: said"]
    slack.start().stop()


def test_the_clock_never_goes_back(slack: Playground) -> None:
    before = slack.clock.next_ts()
    slack.advance_clock(100)
    assert float(slack.clock.next_ts()) - float(before) > 99
    with pytest.raises(ValueError, match="forward"):
        slack.advance_clock(-1)
