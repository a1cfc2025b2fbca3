import pytest

from bot.db import Database
from bot.errors import Permanent
from bot.playground import Playground
from bot.slack import blocks as kit
from bot.slack import posts
from bot.slack.client import Slack
from bot.slack.posts import Post
from tests.slack.tries import TOKEN, HandTry, draft, row

INCIDENTS = "C03INCIDENTS"


@pytest.fixture
def joined(gateway: Slack) -> Slack:
    """The gateway of a bot that is in #incidents."""
    gateway.call("conversations.join", channel=INCIDENTS)
    return gateway


def said(slack: Playground) -> list[str]:
    """What the bot's messages in #incidents say."""
    return [
        message.text for message in slack.channel("#incidents").messages.values() if message.by_app and message.text
    ]


def found(gateway: Slack, **fields: object) -> list[str]:
    return posts.find(gateway.during(HandTry()), draft(INCIDENTS, **fields), INCIDENTS)


def test_a_draft_is_posted_and_bears_its_token(joined: Slack, slack: Playground) -> None:
    shown = posts.put(joined, draft(INCIDENTS, blocks=[kit.section("*down*")]), HandTry())
    assert said(slack) == ["SEV-1 is open"]
    assert found(joined) == [shown["ts"]]
    assert slack.channel("#incidents").messages[shown["ts"]].blocks[0]["block_id"] == TOKEN


def test_a_post_is_edited_in_place(joined: Slack, slack: Playground) -> None:
    first = posts.put(joined, draft(INCIDENTS), HandTry())
    again = posts.put(joined, draft(INCIDENTS, ts=first["ts"], text="SEV-1 is resolved"), HandTry())
    assert again == first
    assert said(slack) == ["SEV-1 is resolved"]


def test_a_post_that_somebody_deleted_is_posted_anew(joined: Slack, slack: Playground) -> None:
    first = posts.put(joined, draft(INCIDENTS), HandTry())
    joined.call("chat.delete", channel=INCIDENTS, ts=first["ts"])
    again = posts.put(joined, draft(INCIDENTS, ts=first["ts"]), HandTry())
    assert again["ts"] != first["ts"]
    assert said(slack) == ["SEV-1 is open"]


def test_what_an_earlier_try_may_have_posted_is_found_and_not_said_twice(joined: Slack, slack: Playground) -> None:
    first = posts.put(joined, draft(INCIDENTS), HandTry())
    again = posts.put(joined, draft(INCIDENTS, text="now"), HandTry(look_first=True))
    assert again == first
    assert said(slack) == ["now"]


def test_where_nothing_is_found_it_is_posted(joined: Slack, slack: Playground) -> None:
    posts.put(joined, draft(INCIDENTS), HandTry(look_first=True))
    assert said(slack) == ["SEV-1 is open"]


def test_a_reply_is_found_in_its_thread(joined: Slack, slack: Playground) -> None:
    parent = joined.call("chat.postMessage", channel=INCIDENTS, text="parent")["ts"]
    first = posts.put(joined, draft(INCIDENTS, thread_ts=parent), HandTry())
    again = posts.put(joined, draft(INCIDENTS, thread_ts=parent, text="reply"), HandTry(look_first=True))
    assert again == first
    assert said(slack) == ["parent", "reply"]


def test_second_copies_are_taken_away_and_nothing_else(joined: Slack, slack: Playground) -> None:
    kept = [posts.put(joined, draft(INCIDENTS), HandTry()) for _ in range(3)][1]
    posts.put(joined, draft(INCIDENTS, token="another", text="another row's"), HandTry())
    joined.call("chat.postMessage", channel=INCIDENTS, text="SEV-1 is open")
    posts.remove_copies(joined, draft(INCIDENTS, ts=kept["ts"]), HandTry())
    assert found(joined) == [kept["ts"]]
    assert said(slack) == ["SEV-1 is open", "another row's", "SEV-1 is open"]


def test_without_a_post_of_its_own_nothing_is_taken_away(joined: Slack, slack: Playground) -> None:
    posts.put(joined, draft(INCIDENTS), HandTry())
    posts.remove_copies(joined, draft(INCIDENTS), HandTry())
    assert len(said(slack)) == 1


def test_a_direct_message_opens_its_conversation(gateway: Slack, slack: Playground) -> None:
    shown = posts.put(gateway, draft("", users=("U01ADA",)), HandTry())
    assert shown["channel"] == slack.direct("ada").id
    assert slack.transcript(slack.direct("ada"))[-1].endswith("SEV-1 is open")


def test_the_bot_joins_before_it_looks_and_only_then(gateway: Slack, slack: Playground) -> None:
    posts.put(gateway, draft(INCIDENTS, join=True), HandTry())
    assert slack.bot_user_id not in slack.channel("#incidents").members
    posts.put(gateway, draft(INCIDENTS, join=True), HandTry(look_first=True))
    assert slack.bot_user_id in slack.channel("#incidents").members
    assert len(said(slack)) == 1


def test_a_channel_that_is_archived_says_so(joined: Slack, slack: Playground) -> None:
    slack.faults.add("chat.update", "is_archived")
    with pytest.raises(Permanent, match="is_archived"):
        posts.put(joined, draft(INCIDENTS, ts="1700000000.000100"), HandTry())
    assert said(slack) == []


def test_where_a_post_is_is_remembered_moved_and_forgotten(database: Database) -> None:
    database.run(lambda session: posts.remember(session, row(), {"channel": "C1", "ts": "1.1"}))
    database.run(lambda session: posts.remember(session, row(), {"channel": "C1", "ts": "2.2"}))
    database.run(lambda session: posts.moved(session, "C1", "C2"))
    with database.read() as session:
        drafted = posts.draft_for(session, row(), channel_id="C1", text="x", blocks=[])
    assert (drafted.channel_id, drafted.ts, drafted.token) == ("C2", "2.2", TOKEN)
    assert database.run(lambda session: posts.forget(session, "C2", "1.1")) is None
    assert database.run(lambda session: posts.forget(session, "C2", "2.2")) == "incident:1:card"
    with database.read() as session:
        assert session.query(Post).count() == 0


def test_a_first_draft_looks_back_to_before_it_was_decided(database: Database) -> None:
    message = row()
    with database.read() as session:
        drafted = posts.draft_for(session, message, channel_id="C1", text="x", blocks=[])
    assert drafted.ts is None
    assert drafted.since == message.decided_at - posts.OVERLAP
