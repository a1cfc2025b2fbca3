"""How events, commands and clicks reach the app, what happens without an ack, and the faults on the way."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from bot.playground import Call, DropConnection, Person, Playground
from bot.playground.http_sender import signature
from tests.playground.conftest import TinyBot

EVENT = {"type": "message", "channel": "C1", "user": "U01ADA", "text": "raw", "ts": "1.1", "event_ts": "1.1"}


def texts(bot: TinyBot) -> list[str]:
    return [one.get("text", "") for one in bot.of_type("message") if "subtype" not in one]


def test_an_event_is_acked(slack: Playground, bot: TinyBot) -> None:
    delivery = slack.send_event(EVENT)
    assert delivery.wait(2)
    assert (delivery.attempts, delivery.latency < 1, texts(bot)) == (1, True, ["raw"])


def test_an_unacked_event_comes_again_with_its_id(slack: Playground, bot: TinyBot) -> None:
    slack.redelivery_delays = (0.4, 0.4, 0.4)
    slack.faults.lose_acks(2)
    delivery = slack.send_event(EVENT)
    assert delivery.wait(2)
    assert (delivery.attempts, texts(bot)) == (3, ["raw", "raw", "raw"])


def test_slack_gives_up_after_three_redeliveries(slack: Playground, bot: TinyBot) -> None:
    slack.redelivery_delays = (0.02, 0.02, 0.02)
    slack.post.ack_within = 0.02
    slack.faults.lose_acks(99)
    delivery = slack.send_event(EVENT)
    assert not delivery.wait(2)
    assert (delivery.attempts, delivery.error) == (4, "operation_timeout")
    slack.wait_until(lambda: len(texts(bot)) == 4)


def test_an_event_waits_for_a_connection_and_is_lost_at_last(slack: Playground) -> None:
    slack.redelivery_delays = (0.02, 0.02)
    delivery = slack.send_event(EVENT)
    delivery.wait(2)
    assert (delivery.acked, delivery.error, delivery.attempts) == (False, "dispatch_failed", 3)


def test_a_command_without_a_connection_fails_at_once(ada: Person) -> None:
    ada.types("/sev status")
    assert ada.notices == ['/sev failed with the error "dispatch_failed"']


def test_an_unknown_command_is_slackbots(ada: Person) -> None:
    ada.types("/nothing here")
    assert ada.notices[0].startswith("/nothing is not a valid command.")


def test_events_can_come_twice(slack: Playground, bot: TinyBot) -> None:
    slack.faults.duplicate_events(1)
    slack.send_event(EVENT)
    slack.send_event(EVENT | {"text": "other"})
    slack.wait_until(lambda: len(texts(bot)) == 3)
    assert sorted(texts(bot)) == ["other", "raw", "raw"]


def test_events_can_come_in_another_order(slack: Playground, bot: TinyBot) -> None:
    slack.faults.hold_events()
    for text in ("one", "two", "three"):
        slack.send_event(EVENT | {"text": text})
    slack.faults.release_events(reverse=True)
    slack.wait_until(lambda: len(texts(bot)) == 3)
    assert texts(bot) == ["three", "two", "one"]


def test_events_can_be_missed(slack: Playground, bot: TinyBot) -> None:
    slack.faults.lose_events = True
    assert slack.send_event(EVENT).error == "lost"
    slack.faults.clear()
    assert slack.send_event(EVENT | {"text": "heard"}).wait(2)
    assert texts(bot) == ["heard"]


def link(slack: Playground) -> str:
    web = WebClient(token=slack.app_token, base_url=slack.api_url, retry_handlers=[])
    return str(web.apps_connections_open(app_token=slack.app_token)["url"])


def test_a_link_is_good_for_one_use(slack: Playground) -> None:
    url = link(slack)
    with connect(url) as socket:
        assert '"type": "hello"' in str(socket.recv(timeout=2))
        with pytest.raises((InvalidStatus, ConnectionClosed)), connect(url) as second:
            second.recv(timeout=2)


def test_slack_asks_to_reconnect_and_forgets_the_old_socket(slack: Playground) -> None:
    with connect(link(slack)) as socket:
        socket.recv(timeout=2)
        slack.disconnect("refresh_requested")
        assert '"reason": "refresh_requested"' in str(socket.recv(timeout=2))
        assert slack.socket_count() == 0


def test_sockets_can_be_cut(slack: Playground) -> None:
    with connect(link(slack)) as socket:
        socket.recv(timeout=2)
        slack.drop_sockets()
        assert slack.socket_count() == 0
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=2)


def test_each_envelope_goes_to_one_connection(slack: Playground) -> None:
    with connect(link(slack)) as one, connect(link(slack)) as two:
        for socket in (one, two):
            socket.recv(timeout=2)
        for _ in range(4):
            slack.send_event(EVENT)
        for socket in (one, two):
            assert len([socket.recv(timeout=2) for _ in range(2)]) == 2


def test_the_bot_hears_of_itself(slack: Playground, bot: TinyBot, web: WebClient, ada: Person) -> None:
    channel = web.conversations_create(name="sev-1")["channel"]["id"]
    web.conversations_invite(channel=channel, users="U01ADA")
    slack.wait_until(lambda: len(bot.of_type("member_joined_channel")) == 2)
    joined = bot.of_type("member_joined_channel")
    assert [(one["user"], one.get("inviter")) for one in joined] == [("U0SEVBOT", None), ("U01ADA", "U0SEVBOT")]
    ada.goes_to("#sev-1").says("hello @sevbot")
    slack.wait_until(lambda: bot.of_type("app_mention"))
    assert bot.of_type("app_mention")[0]["text"] == "hello <@U0SEVBOT>"


def test_home_is_told_on_every_opening(slack: Playground, bot: TinyBot, web: WebClient, ada: Person) -> None:
    ada.opens_home()
    web.views_publish(
        user_id="U01ADA",
        view={"type": "home", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Hi"}}]},
    )
    ada.sees("Hi")
    ada.opens_home()
    slack.wait_until(lambda: len(bot.of_type("app_home_opened")) == 2)
    assert ["view" in one for one in bot.of_type("app_home_opened")] == [False, True]


# Faults of the Web API


@pytest.mark.parametrize(
    ("fault", "effect"),
    [
        ("429", False),
        ("500", False),
        ("drop_before", False),
        ("drop_after", True),
        ("is_archived", False),
        ("fatal_error_after", True),
        ("timeout_before", False),
        ("timeout_after", True),
    ],
)
def test_a_fault_strikes_once(slack: Playground, fault: str, *, effect: bool) -> None:
    web = WebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])
    web.timeout = 0.2  # type: ignore[assignment] # seconds may be fractions
    rule = slack.faults.add("chat.postMessage", fault)
    with pytest.raises((SlackApiError, OSError, ConnectionError)):
        web.chat_postMessage(channel="C01GENERAL", text="struck")
    assert bool(slack.transcript("#general")) is effect
    web.chat_postMessage(channel="C01GENERAL", text="well again")
    slack.wait_quiet(quiet=0, within=1)
    assert (rule.hits, slack.transcript("#general")[-1]) == (1, "sevbot: well again")


def test_a_fault_can_choose_its_calls(slack: Playground, web: WebClient) -> None:
    slack.faults.add("*", "name_taken", times=None, where=lambda call: call.args.get("name") == "sev-1")
    with pytest.raises(SlackApiError):
        web.conversations_create(name="sev-1")
    web.conversations_create(name="sev-2")


def test_429_says_when_to_come_back(slack: Playground, web: WebClient) -> None:
    slack.faults.add("auth.test", "429", retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        web.auth_test()
    assert (caught.value.response.status_code, caught.value.response.headers["retry-after"]) == (429, "7")


def test_slowness(slack: Playground, web: WebClient) -> None:
    slack.faults.latency_ms = 60
    slack.faults.add("auth.test", "slow:60")
    started = time.monotonic()
    web.auth_test()
    assert 0.12 <= time.monotonic() - started < 1


def test_an_outage_answers_503_and_loses_events(slack: Playground, bot: TinyBot, web: WebClient, ada: Person) -> None:
    slack.faults.outage = True
    with pytest.raises(SlackApiError) as caught:
        web.auth_test()
    assert caught.value.response.status_code == 503
    ada.types("/sev status")
    assert ada.notices == ['/sev failed with the error "dispatch_failed"']
    assert slack.send_event(EVENT).error == "lost"
    assert bot.heard == []


def test_hooks_stand_before_and_after_the_effect(slack: Playground, web: WebClient) -> None:
    seen: list[tuple[str, str, int]] = []
    slack.hooks.append(lambda call, moment: seen.append((call.method, moment, len(slack.transcript("#general")))))
    web.chat_postMessage(channel="C01GENERAL", text="x")
    assert seen == [("chat.postMessage", "before", 0), ("chat.postMessage", "after", 1)]


def test_a_hook_may_hang_up(slack: Playground, web: WebClient) -> None:
    def hang_up(_call: Call, moment: str) -> None:
        if moment == "after":
            raise DropConnection

    slack.hooks.append(hang_up)
    with pytest.raises(OSError, match="closed connection"):
        web.chat_postMessage(channel="C01GENERAL", text="said, unheard")
    assert slack.transcript("#general") == ["sevbot: said, unheard"]


def test_a_hook_may_hold_one_call_while_others_pass(slack: Playground, web: WebClient) -> None:
    gate = threading.Event()

    def hold(call: Call, _moment: str) -> None:
        if call.method == "api.test":
            gate.wait(5)

    slack.hooks.append(hold)
    held = threading.Thread(target=web.api_test)
    held.start()
    slack.wait_until(lambda: slack.calls)
    web.auth_test()
    assert held.is_alive()
    gate.set()
    held.join(2)
    slack.wait_quiet(quiet=0.01)
    assert [call.method for call in slack.calls] == ["api.test", "auth.test"]


# Signed HTTP


class Endpoint(BaseHTTPRequestHandler):
    """What an app's request URL sees; answers from `answers`, then with 200."""

    requests: ClassVar[list[tuple[dict[str, str], bytes]]]
    answers: ClassVar[list[tuple[int, dict[str, str], bytes]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
        status, headers, answer = self.answers.pop(0) if self.answers else (200, {}, b"")
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def endpoint(slack: Playground) -> Iterator[type[Endpoint]]:
    class Fresh(Endpoint):
        requests: ClassVar[list[tuple[dict[str, str], bytes]]] = []
        answers: ClassVar[list[tuple[int, dict[str, str], bytes]]] = []

    server = ThreadingHTTPServer(("127.0.0.1", 0), Fresh)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    slack.deliver_to = f"http://127.0.0.1:{server.server_address[1]}/slack/events"
    yield Fresh
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_signature_is_slacks() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    signed = signature("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body)
    assert signed == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


def test_http_deliveries_are_signed_and_acked(slack: Playground, endpoint: type[Endpoint], ada: Person) -> None:
    endpoint.answers.append((200, {"content-type": "application/json"}, b'{"text": "hello"}'))
    assert ada.types("/sev status").text == "hello"
    headers, body = endpoint.requests[0]
    verifier = SignatureVerifier(slack.signing_secret)
    assert verifier.is_valid(body, headers["x-slack-request-timestamp"], headers["x-slack-signature"])
    assert parse_qs(body.decode())["command"] == ["/sev"]
    assert slack.send_event(EVENT).wait(2)
    assert ada.uses_shortcut("Declare a SEV").acked
    assert parse_qs(endpoint.requests[2][1].decode())["payload"][0].startswith('{"type": "shortcut"')


def test_http_events_are_retried_with_slacks_headers(slack: Playground, endpoint: type[Endpoint]) -> None:
    slack.redelivery_delays = (0.3, 0.3, 0.3)
    endpoint.answers += [(500, {}, b""), (404, {}, b"")]
    delivery = slack.send_event(EVENT)
    assert delivery.wait(2)
    assert delivery.attempts == 3
    headers = endpoint.requests[-1][0]
    assert (headers["x-slack-retry-num"], headers["x-slack-retry-reason"]) == ("2", "http_error")


def test_no_retry_means_no_retry(slack: Playground, endpoint: type[Endpoint]) -> None:
    endpoint.answers.append((500, {"X-Slack-No-Retry": "1"}, b""))
    delivery = slack.send_event(EVENT)
    assert not delivery.wait(2)
    assert delivery.attempts == 1


def test_a_failed_command_is_shown_not_retried(endpoint: type[Endpoint], ada: Person) -> None:
    endpoint.answers.append((500, {}, b""))
    ada.types("/sev status")
    assert ada.notices == ['/sev failed with the error "dispatch_failed"']
    assert len(endpoint.requests) == 1
