import pytest
from slack_sdk import WebClient

from bot.playground import Person, Playground, Reply
from tests.playground.conftest import TinyBot


def test_a_slash_command_is_answered_for_the_person_alone(bot: TinyBot, ada: Person, grace: Person) -> None:
    reply = ada.types("/sev status & more")
    assert isinstance(reply, Reply)
    assert reply.text == "you said status & more"
    ada.sees("you said status & more")
    grace.does_not_see("you said status")
    assert bot.heard[-1]["text"] == "status &amp; more"


def test_mentions_in_a_command_arrive_as_ids(bot: TinyBot, ada: Person) -> None:
    ada.types("/sev handoff @Grace Hopper in #payments, not @engineers or @nobody")
    assert bot.heard[-1]["text"] == (
        "handoff <@U02GRACE|grace> in <#C04PAYMENTS|payments>, not <!subteam^S01ENGINEERS|@engineers> or @nobody"
    )


@pytest.mark.usefixtures("bot")
def test_a_command_without_an_ack_times_out(slack: Playground, ada: Person) -> None:
    slack.post.ack_within = 0.2
    assert not ada.types("/sev sleep")
    assert ada.notices == ['/sev failed with the error "operation_timeout"']


def test_a_modal_is_filled_in_and_submitted(bot: TinyBot, ada: Person) -> None:
    ada.types("/sev open")
    modal = ada.modal
    assert modal is not None
    assert modal.title == "Declare a SEV"
    ada.fills(Title="Checkout is down", Severity="SEV2", Private=True, **{"Workflows affected": ["Place order"]})
    assert bot.of_type("block_actions")[0]["actions"][0]["selected_option"]["value"] == "2"
    delivery = ada.submits()
    assert delivery.acked
    assert ada.modal is None
    values = bot.of_type("view_submission")[0]["view"]["state"]["values"]
    assert values["title"]["declare.title"] == {"type": "plain_text_input", "value": "Checkout is down"}
    assert values["workflows"]["declare.workflows"]["selected_options"][0]["value"] == "Place order"
    assert values["at"]["declare.at"] == {"type": "datetimepicker", "selected_date_time": None}


def test_the_client_checks_before_it_submits(bot: TinyBot, ada: Person) -> None:
    ada.types("/sev open")
    ada.fills(Title="x")
    assert set(ada.submits().errors) == {"Title", "Severity"}
    assert bot.of_type("view_submission") == []


def test_errors_of_the_app_show_under_their_inputs(bot: TinyBot, ada: Person) -> None:
    bot.submission_ack = {"response_action": "errors", "errors": {"title": "Say more"}}
    ada.uses_shortcut("Declare a SEV")
    ada.fills(Title="Checkout", Severity="SEV1")
    assert ada.submits().errors == {"Title": "Say more"}
    ada.sees("Say more")


def test_a_button_is_clicked_by_its_label(bot: TinyBot, ada: Person, web: WebClient) -> None:
    button = {"type": "button", "action_id": "resolve", "text": {"type": "plain_text", "text": "Resolve"}, "value": "7"}
    web.chat_postMessage(channel="#general", text="card", blocks=[{"type": "actions", "elements": [button]}])
    assert ada.clicks("Resolve").acked
    assert bot.heard[-1]["actions"][0]["value"] == "7"
    assert bot.heard[-1]["channel"]["name"] == "general"


def test_the_app_hears_only_channels_it_is_in(slack: Playground, bot: TinyBot, ada: Person, web: WebClient) -> None:
    ada.says("unheard")
    web.conversations_join(channel="C01GENERAL")
    ada.says("heard by <everyone>")
    slack.wait_until(lambda: any(one.get("text") == "heard by &lt;everyone&gt;" for one in bot.of_type("message")))
    assert not any(one.get("text") == "unheard" for one in bot.of_type("message"))


def test_a_message_shortcut_brings_its_message(bot: TinyBot, ada: Person) -> None:
    message = ada.says("checkout is slow")
    delivery = ada.uses_message_shortcut("Declare a SEV from this message", on=message)
    assert delivery.acked
    payload = bot.of_type("message_action")[0]
    assert (payload["message"]["text"], payload["message_ts"]) == ("checkout is slow", message.ts)
    assert payload["channel"] == {"id": "C01GENERAL", "name": "general"}


def test_menus_are_picked_from(slack: Playground, ada: Person, bot: TinyBot, web: WebClient) -> None:
    options = [{"text": {"type": "plain_text", "text": f"SEV{n}"}, "value": str(n)} for n in (1, 2)]
    menu = {
        "type": "static_select",
        "action_id": "declare.severity",
        "options": options,
        "placeholder": {"type": "plain_text", "text": "Change severity"},
    }
    web.chat_postMessage(channel="#general", text="card", blocks=[{"type": "actions", "elements": [menu]}])
    for name in ("Change severity", "severity"):
        ada.picks(name, "SEV2")
        action = bot.heard[-1]["actions"][0]
        assert (action["type"], action["selected_option"]["value"]) == ("static_select", "2")
    assert next(iter(bot.heard[-1]["state"]["values"].values()))["declare.severity"]["selected_option"]["value"] == "2"
    slack.person("grace").picks("severity", "SEV1")
    assert bot.heard[-1]["user"]["id"] == "U02GRACE"


def test_people_come_and_change(slack: Playground, bot: TinyBot, web: WebClient) -> None:
    alan = slack.add_person("alan", "Alan Turing")
    slack.wait_until(lambda: len(bot.heard) == 1)
    slack.change_person("alan", deleted=True)
    slack.wait_until(lambda: len(bot.heard) == 2)
    assert [one["type"] for one in bot.heard] == ["team_join", "user_change"]
    assert web.users_info(user=alan.id)["user"]["deleted"] is True
