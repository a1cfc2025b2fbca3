"""What people do in conversations, what the app hears of it, and how a workspace is summed up."""

import pytest
from slack_sdk import WebClient

from bot.playground import Impossible, Person, Playground
from bot.playground.mrkdwn import as_read
from tests.playground.conftest import TinyBot


@pytest.fixture
def joined(slack: Playground, bot: TinyBot, web: WebClient) -> TinyBot:
    """The bot, in #general, with nothing heard yet."""
    web.conversations_join(channel="C01GENERAL")
    slack.wait_until(lambda: bot.of_type("member_joined_channel"), why="the event of its joining")
    bot.heard.clear()
    return bot


def test_edits_and_deletions_are_told(slack: Playground, joined: TinyBot, ada: Person) -> None:
    message = ada.says("first")
    ada.edits(message, "second")
    ada.deletes(message)
    slack.wait_until(lambda: [one for one in joined.of_type("message") if one.get("subtype") == "message_deleted"])
    changed = next(one for one in joined.of_type("message") if one.get("subtype") == "message_changed")
    assert changed["message"]["text"] == "second"
    assert changed["message"]["edited"]["user"] == "U01ADA"
    assert changed["previous_message"]["text"] == "first"


def test_reactions_are_told_and_taken_back(slack: Playground, joined: TinyBot, ada: Person, grace: Person) -> None:
    message = ada.says("look")
    grace.reacts("pushpin", to=message)
    slack.wait_until(lambda: joined.of_type("reaction_added"))
    event = joined.of_type("reaction_added")[0]
    assert (event["user"], event["item"]["ts"], event["item_user"]) == ("U02GRACE", message.ts, "U01ADA")
    grace.unreacts("pushpin", to=message)
    assert message.reactions == {}


def test_a_reply_tells_of_its_parent_too(slack: Playground, joined: TinyBot, ada: Person) -> None:
    parent = ada.says("parent")
    ada.says("reply", thread=parent)
    slack.wait_until(lambda: [one for one in joined.of_type("message") if one.get("subtype") == "message_changed"])
    changed = joined.of_type("message")[-1]
    assert changed["message"]["reply_count"] == 1
    assert "edited" not in changed["message"]
    assert slack.transcript("#general")[-2:] == ["ada: parent", "    ada: reply"]


def test_the_channels_fate_is_in_peoples_hands(slack: Playground, ada: Person, web: WebClient) -> None:
    channel = ada.creates("war-room")
    ada.invites("sevbot", to="#war-room")
    ada.renames("#war-room", "Peace Room")
    assert channel.name == "peace-room"
    ada.sets_topic("#peace-room", "calm")
    ada.removes("sevbot", from_="#peace-room")
    with pytest.raises(Exception, match="not_in_channel"):
        web.conversations_setTopic(channel=channel.id, topic="x")
    ada.invites("sevbot", to="#peace-room")
    ada.archives("#peace-room")
    assert "U0SEVBOT" not in channel.members
    with pytest.raises(Impossible, match="archived"):
        ada.says("hello?", in_="#peace-room")
    ada.unarchives("#peace-room")
    assert slack.transcript("#peace-room")[-1] == "ada: @Ada Lovelace un-archived the channel"


def test_files_are_shared_with_a_comment(slack: Playground, joined: TinyBot, ada: Person, web: WebClient) -> None:
    ada.shares("graph.png", b"png", "look at *this*")
    slack.wait_until(lambda: joined.of_type("message"))
    event = joined.of_type("message")[0]
    assert (event["subtype"], event["files"][0]["name"], event["text"]) == ("file_share", "graph.png", "look at *this*")
    assert web.files_info(file=event["files"][0]["id"])["file"]["size"] == 3
    ada.sees("graph.png")


def test_a_channel_can_be_deleted(slack: Playground, ada: Person, grace: Person, web: WebClient) -> None:
    sev = web.conversations_create(name="sev-1")["channel"]["id"]
    with pytest.raises(Impossible):
        grace.deletes_channel("#sev-1")
    ada.deletes_channel("#sev-1")
    with pytest.raises(Exception, match="channel_not_found"):
        web.conversations_info(channel=sev)
    web.conversations_create(name="sev-1")
    assert "sev-1" in slack.dump()["channels"]


def test_people_type_only_where_they_are(slack: Playground, ada: Person) -> None:
    with pytest.raises(Impossible, match="cannot see"):
        slack.person("edsger").goes_to("#general")
    with pytest.raises(Impossible, match="is not in #platform"):
        ada.goes_to("#platform").types("/sev list")


def test_guests_see_only_where_they_were_invited(slack: Playground, ada: Person) -> None:
    edsger = slack.person("edsger")
    assert edsger.channels == ["payments"]
    with pytest.raises(Impossible, match="has to be invited"):
        edsger.joins("#general")
    ada.says("secret plan")
    edsger.does_not_see("secret plan")


def test_admins_delete_what_the_bot_said(slack: Playground, ada: Person, grace: Person, web: WebClient) -> None:
    web.chat_postMessage(channel="#general", text="card")
    card = ada.sees("card")
    with pytest.raises(Impossible, match="your own"):
        grace.deletes(card)  # type: ignore[arg-type] # what was seen is a message
    ada.deletes_message_of_bot(card)  # type: ignore[arg-type]
    assert slack.transcript("#general") == []


def test_what_nobody_expected_is_found(slack: Playground, ada: Person, web: WebClient) -> None:
    web.chat_postMessage(channel="#general", text="expected")
    web.chat_postMessage(channel="#random", text="surprise")
    ada.sees("expected")
    assert slack.unexpected() == ["#random sevbot: surprise"]
    slack.expect_all()
    assert slack.unexpected() == []


def test_not_seeing_says_what_is_there_instead(ada: Person) -> None:
    ada.says("something else")
    with pytest.raises(AssertionError, match=r"ada sees 'the card'\n[^$]*#general ada: something else"):
        ada.sees("the card", within=0.05)


def test_a_dump_is_the_same_for_the_same_story(web: WebClient, slack: Playground) -> None:
    def story(to: WebClient) -> None:
        channel = to.conversations_create(name="sev-1")["channel"]["id"]
        to.conversations_invite(channel=channel, users="U01ADA")
        text = f"<@U01ADA> in <#{channel}> at <!date^1392734382^{{time}}|18:39>"
        block = {"type": "section", "block_id": "outbox-key", "text": {"type": "mrkdwn", "text": text}}
        ts = to.chat_postMessage(channel=channel, text=text, blocks=[block])["ts"]
        to.chat_postMessage(channel=channel, text="reply", thread_ts=ts)
        to.pins_add(channel=channel, timestamp=ts)
        to.reactions_add(channel=channel, timestamp=ts, name="eyes")
        to.chat_postMessage(channel="U01ADA", text=f"see {ts}")

    story(web)
    with Playground() as other:
        other.workspace.next_id("C")
        story(WebClient(token=other.bot_token, base_url=other.api_url))
        assert other.dump() == slack.dump()
    sev = slack.dump()["channels"]["sev-1"]
    assert sev["members"] == ["ada", "sevbot"]
    assert sev["pins"] == ["@Ada Lovelace in #sev-1 at 18:39"]
    assert sev["messages"][0]["text"] == "@Ada Lovelace in #sev-1 at <date {time}>"
    assert sev["messages"][0]["reactions"] == {"eyes": ["sevbot"]}
    assert sev["messages"][0]["thread"][0]["text"] == "reply"
    assert sev["notices"] == ["ada: @Ada Lovelace has joined the channel", "sevbot: @Sevbot has joined the channel"]
    assert slack.dump()["channels"]["dm-ada-sevbot"]["messages"][0]["text"] == "see <ts>"


@pytest.mark.parametrize(
    ("mrkdwn", "read"),
    [
        ("*bold* _it_ ~no~ `code`", "bold it no code"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("<https://x|the runbook> <https://y>", "the runbook https://y"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<!here> <!date^1^{date}^https://x|today>", "@here today"),
        ("&gt; quoted", "quoted"),
        ("<@U1>", "name of @U1"),
    ],
)
def test_mrkdwn_reads_as_people_read_it(mrkdwn: str, read: str) -> None:
    assert as_read(mrkdwn, lambda target: f"name of {target}") == read
