import socket
from contextlib import closing
from datetime import timedelta
from typing import Any, cast

import pytest

from bot.errors import Blame, CallFailed, OutcomeUnknown, Permanent, Temporary
from bot.outbox.kinds import LeaseLost
from bot.playground import Playground
from bot.slack.client import BUSY, DONE_ALREADY, GONE, OPERATORS, PERHAPS_DONE, Slack
from tests.outbox.clocks import MovableClock
from tests.slack.tries import HandTry, row

POST = "chat.postMessage"
INCIDENTS, GENERAL = "C03INCIDENTS", "C01GENERAL"
ARGUMENTS: dict[str, dict[str, Any]] = {
    "conversations.invite": {"users": "U01ADA"},
    "conversations.join": {},
    "pins.add": {"timestamp": "1700000000.000100"},
}


def post(gateway: Slack, channel: str = INCIDENTS) -> dict[str, Any]:
    return gateway.call(POST, channel=channel, text="hello")


def failure(gateway: Slack, slack: Playground, fault: str) -> CallFailed:
    """What a call's one failure is understood as."""
    slack.faults.add(POST, fault)
    with pytest.raises(CallFailed) as raised:
        post(gateway)
    return raised.value


def test_a_call_answers_what_slack_says(gateway: Slack, slack: Playground) -> None:
    assert post(gateway)["channel"] == INCIDENTS
    assert slack.transcript("#incidents")[-1].endswith("hello")


def test_busy_slack_did_nothing_and_may_do_it_later(gateway: Slack, slack: Playground, clock: MovableClock) -> None:
    for code in sorted(BUSY):
        error = failure(gateway, slack, code)
        assert isinstance(error, Temporary), code
        clock.passes(seconds=2)


def test_nobody_knows_what_became_of_a_call_that_slack_broke_off(gateway: Slack, slack: Playground) -> None:
    for fault in (*sorted(PERHAPS_DONE), "500", "drop_before", "drop_after", "fatal_error_after"):
        assert isinstance(failure(gateway, slack, fault), OutcomeUnknown), fault


def test_what_the_operator_can_mend_is_said_to_the_operator(gateway: Slack, slack: Playground) -> None:
    for code in (*sorted(OPERATORS), "restricted_action_read_only_channel"):
        error = failure(gateway, slack, code)
        assert isinstance(error, Permanent), code
        assert (error.code, error.blame) == (code, Blame.OPERATOR)


def test_a_missing_scope_is_named(gateway: Slack, slack: Playground) -> None:
    slack.workspace.scopes.remove("pins:write")
    with pytest.raises(Permanent, match="missing_scope: pins:write"):
        gateway.call("pins.add", channel=INCIDENTS, timestamp="1700000000.000100")


def test_what_is_gone_is_nobodys_fault(gateway: Slack, slack: Playground) -> None:
    for code in sorted(GONE):
        error = failure(gateway, slack, code)
        assert isinstance(error, Permanent), code
        assert (error.code, error.blame) == (code, Blame.GONE)


@pytest.mark.parametrize("code", ["invalid_blocks", "invalid_arguments", "no_text", "never_heard_of"])
def test_what_slack_does_not_accept_is_our_fault(gateway: Slack, slack: Playground, code: str) -> None:
    error = failure(gateway, slack, code)
    assert isinstance(error, Permanent)
    assert (error.code, error.blame) == (code, Blame.OURS)


def test_no_code_has_two_meanings() -> None:
    meanings = (BUSY, PERHAPS_DONE, OPERATORS, GONE)
    assert sum(len(each) for each in meanings) == len(frozenset().union(*meanings))


@pytest.mark.parametrize(
    ("method", "code"), sorted((method, code) for method, codes in DONE_ALREADY.items() for code in codes)
)
def test_what_was_done_already_counts_as_done(gateway: Slack, slack: Playground, method: str, code: str) -> None:
    slack.faults.add(method, code)
    answer = gateway.call(method, channel=INCIDENTS, **ARGUMENTS[method])
    assert answer == {"ok": True, "done_already": code, "errors": []}


def test_done_already_is_a_failure_where_another_method_says_it(gateway: Slack, slack: Playground) -> None:
    assert isinstance(failure(gateway, slack, "already_pinned"), Permanent)


def test_an_outage_is_temporary_and_no_answer_leaves_it_open(gateway: Slack, slack: Playground) -> None:
    slack.faults.outage = True
    with pytest.raises(Temporary):
        post(gateway)
    slack.faults.clear()
    slack.faults.add(POST, "timeout_after")
    with pytest.raises(OutcomeUnknown, match="connection_failed"):
        gateway.call(POST, channel=INCIDENTS, text="hello", timeout=timedelta(seconds=1))
    assert len(slack.channel("#incidents").messages) == 1


def test_a_call_that_never_connected_certainly_did_nothing(clock: MovableClock) -> None:
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    nobody = Slack("xoxb-1", f"http://127.0.0.1:{port}/api/", clock)
    with pytest.raises(Temporary, match="not_connected"):
        post(nobody)


def test_a_rate_limit_holds_back_that_destination_alone(gateway: Slack, slack: Playground, clock: MovableClock) -> None:
    slack.faults.add(POST, "429", retry_after=30)
    with pytest.raises(Temporary) as first:
        post(gateway)
    assert first.value.retry_after == timedelta(seconds=30)
    clock.passes(seconds=10)
    with pytest.raises(Temporary) as second:
        post(gateway)
    assert second.value.retry_after == timedelta(seconds=20)
    assert len(slack.calls) == 1, "Slack is not asked again before it wants to be"
    post(gateway, GENERAL)
    gateway.call("conversations.join", channel=INCIDENTS)
    clock.passes(seconds=20)
    post(gateway)


def test_a_rate_limit_of_another_method_holds_for_every_channel(gateway: Slack, slack: Playground) -> None:
    slack.faults.add("conversations.join", "429", retry_after=30)
    for channel in (INCIDENTS, GENERAL):
        with pytest.raises(Temporary, match="ratelimited"):
            gateway.call("conversations.join", channel=channel)
    assert len(slack.calls) == 1
    post(gateway)


@pytest.mark.parametrize("junk", ["soon", "", "-5", "1.5", "Wed, 21 Oct 2026 07:28:00 GMT", "²", "9" * 30])
def test_a_wait_that_is_no_sensible_number_is_a_short_or_bounded_one(
    gateway: Slack, slack: Playground, junk: str
) -> None:
    header = junk.encode("latin-1", "replace").decode("latin-1")
    slack.faults.add(POST, "429", retry_after=cast("int", header))
    with pytest.raises(Temporary) as raised:
        post(gateway)
    assert raised.value.retry_after is not None
    assert timedelta(seconds=1) <= raised.value.retry_after <= timedelta(days=1)


def test_the_bot_asks_once_who_it_is(gateway: Slack, slack: Playground) -> None:
    slack.faults.add("auth.test", "fatal_error")
    with pytest.raises(OutcomeUnknown):
        gateway.identity()
    assert gateway.identity() == gateway.identity()
    assert (gateway.identity().user_id, gateway.identity().team_id) == (slack.bot_user_id, slack.team_id)
    assert gateway.permalink("C1", "1700000000.000100") == f"{slack.url}/archives/C1/p1700000000000100"
    assert len(slack.calls) == 2


def test_the_local_slack_moves_the_clock_and_hears_which_kind_calls(
    gateway: Slack, slack: Playground, clock: MovableClock
) -> None:
    slack.advance_clock(3600)
    gateway.call("conversations.join", channel=INCIDENTS, kind="incident.card")
    assert clock.now() - clock.machine() == timedelta(hours=1)
    assert slack.calls[-1].delivery_kind == "incident.card"


def test_a_real_slack_hears_nothing_of_our_kinds(clock: MovableClock) -> None:
    assert not Slack("xoxb-1", "https://slack.com/api/", clock).is_local
    assert Slack("xoxb-1", "http://localhost:1/api/", clock).is_local


def test_no_call_begins_without_its_lease(gateway: Slack, slack: Playground) -> None:
    calls = gateway.during(HandTry(holds_lease=False))
    with pytest.raises(LeaseLost):
        calls.call("conversations.join", channel=INCIDENTS)
    assert slack.calls == []


def test_a_try_remembers_whether_it_changed_anything(gateway: Slack) -> None:
    attempt = HandTry(row(kind="incident.card"))
    calls = gateway.during(attempt)
    calls.call("conversations.info", channel=INCIDENTS)
    assert not attempt.has_written
    calls.call("conversations.join", channel=INCIDENTS)
    assert attempt.has_written


def test_an_address_for_answers_that_is_used_up_is_gone(gateway: Slack, slack: Playground) -> None:
    with pytest.raises(Permanent, match="response_url_refused") as raised:
        gateway.respond(f"{slack.url}/commands/T1/1/none", text="hello", blocks=None)
    assert raised.value.blame is Blame.GONE


def test_what_is_no_address_for_answers_is_gone_too(gateway: Slack) -> None:
    with pytest.raises(Permanent, match="response_url_refused") as raised:
        gateway.respond("nowhere", text="hello", blocks=None)
    assert raised.value.blame is Blame.GONE
