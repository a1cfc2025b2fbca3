"""Modals: triggers, stacks, hashes, and what acks of submissions do."""

from threading import Timer
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.playground import Impossible, Person, Playground
from tests.playground.conftest import TinyBot, declare_view

NOTE: dict[str, Any] = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Note"},
    "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "*read* me"}}],
}


def error_of(web: WebClient, method: str, **args: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        web.api_call(method, json=args)
    return str(caught.value.response["error"])


@pytest.fixture
def trigger(bot: TinyBot, ada: Person) -> str:
    ada.types("/sev status")
    return str(bot.heard[-1]["trigger_id"])


def test_a_trigger_is_good_once(web: WebClient, ada: Person, trigger: str) -> None:
    view = web.views_open(trigger_id=trigger, view=NOTE)["view"]
    assert view["root_view_id"] == view["id"]
    assert view["blocks"][0]["block_id"]
    ada.sees("read me")
    assert error_of(web, "views.open", trigger_id=trigger, view=NOTE) == "exchanged_trigger_id"
    assert error_of(web, "views.open", trigger_id="made.up", view=NOTE) == "invalid_trigger_id"


def test_a_trigger_is_good_for_three_seconds(web: WebClient, trigger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    real = time.monotonic
    monkeypatch.setattr("bot.playground.modals.time.monotonic", lambda: real() + 3.1)
    assert error_of(web, "views.open", trigger_id=trigger, view=NOTE) == "expired_trigger_id"


def test_a_bad_view_is_refused_and_leaves_the_trigger(web: WebClient, trigger: str) -> None:
    with pytest.raises(SlackApiError) as caught:
        web.views_open(trigger_id=trigger, view=NOTE | {"title": {"type": "plain_text", "text": "x" * 25}})
    messages = caught.value.response["response_metadata"]["messages"]
    assert messages == ["[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"]
    assert error_of(web, "views.open", trigger_id=trigger, view={"type": "home", "blocks": []}) == "invalid_arguments"
    assert error_of(web, "views.open", trigger_id=trigger) == "invalid_arguments"
    assert (
        error_of(web, "views.open", trigger_id=trigger, view=NOTE | {"private_metadata": "x" * 260_000})
        == "view_too_large"
    )
    web.views_open(trigger_id=trigger, view=NOTE)


def test_an_update_keeps_what_was_typed(bot: TinyBot, web: WebClient, ada: Person, trigger: str) -> None:
    view = web.views_open(trigger_id=trigger, view=declare_view())["view"]
    ada.fills(Title="Checkout")
    web.views_update(view_id=view["id"], hash=view["hash"], view=declare_view(callback_id="again"))
    ada.fills(Severity="SEV1")
    assert bot.heard[-1]["view"]["state"]["values"]["title"]["declare.title"]["value"] == "Checkout"
    assert error_of(web, "views.update", view_id=view["id"], hash=view["hash"], view=declare_view()) == "hash_conflict"
    ada.closes_modal()
    assert error_of(web, "views.update", view_id=view["id"], view=declare_view()) == "not_found"


def test_at_most_three_views_are_stacked(bot: TinyBot, web: WebClient, ada: Person, trigger: str) -> None:
    web.views_open(trigger_id=trigger, view=declare_view())
    for n in (1, 2, 3):
        ada.picks("Severity", "SEV1")
        pushed = {"trigger_id": bot.heard[-1]["trigger_id"], "view": declare_view()}
        if n < 3:
            assert web.views_push(**pushed)["view"]["previous_view_id"]
    assert error_of(web, "views.push", **pushed) == "push_limit_reached"
    for _ in range(3):
        ada.closes_modal()
    assert ada.modal is None


def submit(bot: TinyBot, ada: Person, answer: dict[str, Any]) -> Any:
    bot.submission_ack = answer
    ada.types("/sev open")
    ada.fills(Title="Checkout", Severity="SEV1")
    return ada.submits()


def test_an_ack_can_update_push_and_clear(bot: TinyBot, ada: Person) -> None:
    submit(bot, ada, {"response_action": "update", "view": NOTE})
    assert ada.modal is not None
    assert ada.modal.title == "Note"
    submit(bot, ada, {"response_action": "push", "view": NOTE})
    ada.closes_modal()
    ada.sees("Title")
    submit(bot, ada, {"response_action": "clear"})
    assert ada.modal is None


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "update", "view": NOTE | {"title": {"type": "plain_text", "text": ""}}},
        {"response_action": "shrug"},
    ],
)
def test_an_ack_slack_cannot_use_shows_its_generic_error(
    slack: Playground, bot: TinyBot, ada: Person, answer: dict[str, Any]
) -> None:
    delivery = submit(bot, ada, answer)
    assert delivery.errors == {"": "We had some trouble connecting. Try again?"}
    assert len(slack.rejections) == 1
    ada.sees("We had some trouble connecting")


def test_a_submission_without_an_ack_leaves_the_modal_open(slack: Playground, bot: TinyBot, ada: Person) -> None:
    slack.post.ack_within = 0.3
    ada.types("/sev open")
    ada.fills(Title="Checkout", Severity="SEV1")
    slack.faults.lose_acks(1)
    delivery = ada.submits()
    assert not delivery.acked
    assert delivery.errors == {"": "We had some trouble connecting. Try again?"}
    assert ada.submits().acked
    assert len(bot.of_type("view_submission")) == 2


@pytest.mark.usefixtures("bot")
def test_people_cannot_do_what_the_client_does_not_offer(slack: Playground, ada: Person) -> None:
    slack.patience = 0.05
    with pytest.raises(Impossible, match="no modal open"):
        ada.fills(Title="x")
    ada.types("/sev open")
    with pytest.raises(Impossible, match="There is no input 'Colour' in this modal; there is 'Title'"):
        ada.fills(Colour="red")
    with pytest.raises(Impossible, match="There is no one option 'SEV9'; there is 'SEV1'"):
        ada.fills(Severity="SEV9")
    with pytest.raises(Impossible, match="There is no button 'Explode'"):
        ada.clicks("Explode")


def test_people_wait_for_a_modal_to_fill(web: WebClient, ada: Person, trigger: str) -> None:
    view = web.views_open(trigger_id=trigger, view=NOTE)["view"]
    Timer(0.1, lambda: web.views_update(view_id=view["id"], view=declare_view())).start()
    ada.fills(Title="Checkout", Severity="SEV1")
    assert ada.submits().acked


def test_response_urls_answer_five_times(slack: Playground, bot: TinyBot, ada: Person) -> None:
    from slack_sdk.webhook import WebhookClient

    ada.types("/sev status")
    url = bot.heard[-1]["response_url"]
    hook = WebhookClient(url)
    assert hook.send(text="late answer").body == "ok"
    ada.sees("late answer")
    assert hook.send(text="for all", response_type="in_channel").status_code == 200
    slack.person("grace").sees("for all")
    assert (hook.send(text="").status_code, hook.send(text="").body) == (400, "no_text")
    assert hook.send(text="x", blocks=[{"type": "nonsense"}]).body == "invalid_blocks"
    for _ in range(3):
        hook.send(text="again")
    assert (hook.send(text="sixth").status_code, hook.send(text="sixth").body) == (404, "used_url")
    assert WebhookClient(f"{slack.url}/response/unknown").send(text="x").body == "expired_url"


def test_a_response_url_can_replace_and_delete_what_was_clicked(bot: TinyBot, ada: Person, web: WebClient) -> None:
    from slack_sdk.webhook import WebhookClient

    button = {"type": "button", "action_id": "resolve", "text": {"type": "plain_text", "text": "Resolve"}}
    web.conversations_join(channel="C01GENERAL")
    blocks = [{"type": "actions", "elements": [button]}]
    web.chat_postEphemeral(channel="C01GENERAL", user="U01ADA", text="card", blocks=blocks)
    ada.clicks("Resolve")
    assert bot.heard[-1]["container"]["is_ephemeral"] is True
    assert "message" not in bot.heard[-1]
    hook = WebhookClient(bot.heard[-1]["response_url"])
    hook.send(text="resolved", replace_original=True)
    ada.sees("resolved")
    ada.does_not_see("[Resolve]")
    hook.send_dict({"delete_original": True})
    ada.does_not_see("resolved")
