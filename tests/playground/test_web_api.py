import json
import time
import urllib.request
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.playground import Person, Playground


def error_of(web: WebClient, method: str, **args: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        web.api_call(method, params=args)
    return str(caught.value.response["error"])


@pytest.fixture
def sev(web: WebClient) -> str:
    """The id of a channel the bot made."""
    channel = web.conversations_create(name="sev-1")["channel"]
    return str(channel["id"])


def test_the_token_tells_who_one_is(slack: Playground, web: WebClient) -> None:
    answer = web.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team"]) == ("U0SEVBOT", "B0SEVBOT", "Acme")
    assert answer.headers["x-oauth-scopes"].startswith("app_mentions:read")
    assert answer.headers["x-playground-clock-offset"] == "0"
    for token, error in (
        ("", "not_authed"),
        ("xoxb-wrong", "invalid_auth"),
        (slack.app_token, "not_allowed_token_type"),
    ):
        stranger = WebClient(token=token, base_url=slack.api_url, retry_handlers=[])
        assert error_of(stranger, "auth.test") == error
    assert error_of(web, "apps.connections.open") == "not_allowed_token_type"
    assert error_of(web, "no.such") == "unknown_method"


def test_a_scope_taken_away_is_missed(slack: Playground, web: WebClient) -> None:
    slack.workspace.scopes.remove("pins:write")
    with pytest.raises(SlackApiError) as caught:
        web.pins_add(channel="C01GENERAL", timestamp="1.1")
    assert caught.value.response["error"] == "missing_scope"
    assert caught.value.response["needed"] == "pins:write"
    assert "chat:write" in caught.value.response["provided"]


def test_arguments_come_in_every_way_slack_takes(slack: Playground) -> None:
    def ask(url: str, data: bytes | None, content_type: str) -> Any:
        headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": content_type}
        request = urllib.request.Request(url, data, headers)  # noqa: S310 -- loopback
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return json.loads(answer.read())["args"]

    url = f"{slack.api_url}api.test"
    assert ask(f"{url}?a=1", None, "text/plain") == {"a": "1"}
    assert ask(url, b"a=1&b=x+y", "application/x-www-form-urlencoded") == {"a": "1", "b": "x y"}
    assert ask(url, b'{"a": [1]}', "application/json; charset=utf-8") == {"a": [1]}
    form = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'
    assert ask(url, form, "multipart/form-data; boundary=x") == {"a": "1"}


def test_a_bad_json_body_is_refused(slack: Playground) -> None:
    answers = {b"{": "invalid_json", b"[]": "json_not_object"}
    for body, error in answers.items():
        headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{slack.api_url}api.test", body, headers)  # noqa: S310 -- loopback
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            assert json.loads(answer.read())["error"] == error


def test_a_new_channel_holds_the_bot_alone(slack: Playground, web: WebClient) -> None:
    channel = web.conversations_create(name="sev-1", is_private=True)["channel"]
    assert (channel["creator"], channel["is_member"], channel["is_private"]) == ("U0SEVBOT", True, True)
    assert web.conversations_members(channel=channel["id"])["members"] == ["U0SEVBOT"]
    assert "sev-1" not in slack.person("ada").channels


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("general", "name_taken"),
        ("Sev", "invalid_name_specials"),
        ("a b", "invalid_name_specials"),
        ("a.b", "invalid_name_specials"),
        ("-_-", "invalid_name_punctuation"),
        ("x" * 81, "invalid_name_maxlength"),
        ("", "invalid_name_required"),
    ],
)
def test_bad_names_are_refused_not_mended(web: WebClient, name: str, error: str) -> None:
    assert error_of(web, "conversations.create", name=name) == error


def test_a_name_stays_taken_after_archiving(web: WebClient, sev: str) -> None:
    web.conversations_archive(channel=sev)
    assert error_of(web, "conversations.create", name="sev-1") == "name_taken"
    assert error_of(web, "conversations.unarchive", channel=sev) == "not_in_channel"
    assert error_of(web, "conversations.archive", channel=sev) == "already_archived"
    assert error_of(web, "conversations.history", channel=sev) == "not_in_channel"
    assert error_of(web, "chat.postMessage", channel=sev, text="x") == "is_archived"
    assert error_of(web, "conversations.invite", channel=sev, users="U01ADA") == "is_archived"


def test_a_rename_is_mended_to_fit(web: WebClient, sev: str) -> None:
    channel = web.conversations_rename(channel=sev, name="SEV 2 is here")["channel"]
    assert (channel["name"], channel["previous_names"]) == ("sev-2-is-here", ["sev-1"])
    assert error_of(web, "conversations.rename", channel=sev, name="general") == "name_taken"
    assert error_of(web, "conversations.rename", channel="C01GENERAL", name="x") == "not_in_channel"


def test_invitations(web: WebClient, sev: str) -> None:
    web.conversations_invite(channel=sev, users="U01ADA,U02GRACE")
    assert web.conversations_members(channel=sev)["members"] == ["U0SEVBOT", "U01ADA", "U02GRACE"]
    assert error_of(web, "conversations.invite", channel=sev, users="U01ADA") == "already_in_channel"
    assert error_of(web, "conversations.invite", channel=sev, users="U0SEVBOT") == "cant_invite_self"
    assert error_of(web, "conversations.invite", channel=sev, users="U03LINUS,U404") == "user_not_found"
    assert error_of(web, "conversations.invite", channel=sev, users="") == "no_user"
    assert error_of(web, "conversations.invite", channel="C01GENERAL", users="U01ADA") == "not_in_channel"
    answer = web.api_call("conversations.invite", params={"channel": sev, "users": "U03LINUS,U404", "force": True})
    assert answer["errors"] == [{"user": "U404", "ok": False, "error": "user_not_found"}]
    assert "U03LINUS" in web.conversations_members(channel=sev)["members"]


def test_joining_and_leaving(web: WebClient) -> None:
    web.conversations_join(channel="C01GENERAL")
    assert web.conversations_join(channel="C01GENERAL")["warning"] == "already_in_channel"
    assert error_of(web, "conversations.leave", channel="C01GENERAL") == "cant_leave_general"
    web.conversations_join(channel="C02RANDOM")
    web.conversations_leave(channel="C02RANDOM")
    assert error_of(web, "conversations.setTopic", channel="C02RANDOM", topic="x") == "not_in_channel"


def test_a_topic_is_posted_once(web: WebClient, sev: str) -> None:
    web.conversations_setTopic(channel=sev, topic="SEV2")
    web.conversations_setTopic(channel=sev, topic="SEV2")
    assert [one["subtype"] for one in web.conversations_history(channel=sev)["messages"]] == [
        "channel_topic",
        "channel_join",
    ]
    assert error_of(web, "conversations.setTopic", channel=sev, topic="x" * 251) == "too_long"


def test_a_private_channel_without_the_bot_does_not_exist(ada: Person, web: WebClient) -> None:
    secret = ada.creates("secret", private=True)
    assert error_of(web, "conversations.info", channel=secret.id) == "channel_not_found"
    assert error_of(web, "chat.postMessage", channel=secret.id, text="x") == "channel_not_found"
    assert error_of(web, "conversations.join", channel=secret.id) == "channel_not_found"
    assert error_of(web, "conversations.create", name="secret") == "name_taken"


def test_messages_are_posted_edited_and_deleted(web: WebClient, sev: str) -> None:
    blocks = [{"type": "section", "block_id": "key", "text": {"type": "mrkdwn", "text": "hi"}}]
    posted = web.chat_postMessage(channel=sev, text="hi", blocks=blocks)
    assert posted["message"]["blocks"][0]["block_id"] == "key"
    assert posted["message"]["bot_id"] == "B0SEVBOT"
    ts = posted["ts"]
    assert "edited" not in web.chat_update(channel=sev, ts=ts, text="hi", blocks=blocks)["message"]
    updated = web.chat_update(channel=sev, ts=ts, text="ho")["message"]
    assert "blocks" not in updated
    assert "edited" in updated
    assert error_of(web, "chat.update", channel=sev, ts=ts, text="x" * 4001) == "msg_too_long"
    web.chat_delete(channel=sev, ts=ts)
    assert error_of(web, "chat.update", channel=sev, ts=ts, text="x") == "message_not_found"


def test_only_own_messages_can_be_changed(ada: Person, web: WebClient) -> None:
    web.conversations_join(channel="C01GENERAL")
    message = ada.says("mine")
    assert error_of(web, "chat.update", channel="C01GENERAL", ts=message.ts, text="x") == "cant_update_message"
    assert error_of(web, "chat.delete", channel="C01GENERAL", ts=message.ts) == "cant_delete_message"


def test_what_cannot_be_posted(slack: Playground, web: WebClient, sev: str) -> None:
    assert error_of(web, "chat.postMessage", channel=sev, text=" ") == "no_text"
    assert error_of(web, "chat.postMessage", text="x") == "channel_not_found"
    assert error_of(web, "chat.postMessage", channel=sev, blocks="{") == "invalid_blocks_format"
    assert error_of(web, "chat.postMessage", channel=sev, text="x", thread_ts="1.1") == "cannot_reply_to_message"
    assert (
        error_of(web, "chat.postMessage", channel=sev, text="x", metadata='{"event_type": 1}')
        == "invalid_metadata_schema"
    )
    picture = [{"type": "image", "slack_file": {"id": "F404"}, "alt_text": "x"}]
    assert error_of(web, "chat.postMessage", channel=sev, blocks=json.dumps(picture)) == "invalid_blocks"
    assert len(web.chat_postMessage(channel=sev, text="x" * 50_000)["message"]["text"]) == 40_000
    slack.workspace.scopes.remove("chat:write.public")
    assert error_of(web, "chat.postMessage", channel="C01GENERAL", text="x") == "not_in_channel"


def test_bad_blocks_are_answered_in_slacks_words(web: WebClient, sev: str) -> None:
    with pytest.raises(SlackApiError) as caught:
        web.chat_postMessage(
            channel=sev, text="x", blocks=[{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]
        )
    answer = caught.value.response
    assert answer["error"] == "invalid_blocks"
    problem = "must be less than 151 characters [json-pointer:/blocks/0/text/text]"
    assert answer["errors"] == [problem]
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {problem}"]


def test_a_user_id_stands_for_direct_messages(slack: Playground, ada: Person, web: WebClient) -> None:
    posted = web.chat_postMessage(channel="U01ADA", text="psst")
    assert posted["channel"] == web.conversations_open(users="U01ADA")["channel"]["id"]
    assert web.conversations_open(users="U01ADA")["already_open"] is True
    ada.sees("psst")
    slack.person("grace").does_not_see("psst")


def test_ephemerals_are_for_members(ada: Person, web: WebClient, sev: str) -> None:
    assert error_of(web, "chat.postEphemeral", channel=sev, user="U01ADA", text="x") == "user_not_in_channel"
    web.conversations_invite(channel=sev, users="U01ADA")
    ts = web.chat_postEphemeral(channel=sev, user="U01ADA", text="for you")["message_ts"]
    ada.sees("for you")
    assert error_of(web, "chat.update", channel=sev, ts=ts, text="x") == "message_not_found"


def test_threads_stay_out_of_the_history(web: WebClient, sev: str) -> None:
    parent = web.chat_postMessage(channel=sev, text="parent", metadata={"event_type": "k", "event_payload": {"a": 1}})[
        "ts"
    ]
    first = web.chat_postMessage(channel=sev, text="one", thread_ts=parent)["ts"]
    web.chat_postMessage(channel=sev, text="two", thread_ts=first)
    web.chat_postMessage(channel=sev, text="loud", thread_ts=parent, reply_broadcast=True)
    history = web.conversations_history(channel=sev)["messages"]
    assert [one["text"] for one in history[:2]] == ["loud", "parent"]
    assert history[1]["reply_count"] == 3
    assert "metadata" not in history[1]
    replies = web.conversations_replies(channel=sev, ts=parent, include_all_metadata=True)["messages"]
    assert [one["text"] for one in replies] == ["parent", "one", "two", "loud"]
    assert replies[0]["metadata"]["event_payload"] == {"a": 1}
    assert error_of(web, "conversations.replies", channel=sev, ts="1.1") == "thread_not_found"
    web.chat_delete(channel=sev, ts=parent)
    assert web.conversations_replies(channel=sev, ts=parent)["messages"][0]["subtype"] == "tombstone"


def test_history_comes_in_pages(web: WebClient, sev: str) -> None:
    posted = [web.chat_postMessage(channel=sev, text=str(n))["ts"] for n in range(5)]

    def texts(**args: Any) -> list[str]:
        return [one["text"] for page in web.conversations_history(channel=sev, **args) for one in page["messages"]]

    assert texts(limit=2)[:5] == ["4", "3", "2", "1", "0"]
    assert texts(oldest=posted[1], limit=10) == ["4", "3", "2"]
    assert texts(oldest=posted[1], latest=posted[3], inclusive=True) == ["3", "2", "1"]
    assert sorted(texts(oldest=posted[0], limit=2)) == ["1", "2", "3", "4"]
    one = web.conversations_history(channel=sev, oldest=posted[2], inclusive=True, limit=1)
    assert [message["text"] for message in one["messages"]] == ["2"]
    assert error_of(web, "conversations.history", channel=sev, cursor="junk") == "invalid_cursor"
    assert error_of(web, "conversations.history", channel=sev, limit="0") == "invalid_limit"
    assert error_of(web, "conversations.history", channel=sev, oldest="x") == "invalid_ts_oldest"


def test_lists_come_in_pages(web: WebClient) -> None:
    names = [one["name"] for page in web.conversations_list(limit=4) for one in page["channels"]]
    assert names == ["general", "random", "incidents", "payments", "platform", "leadership"]
    web.conversations_join(channel="C02RANDOM")
    assert [one["name"] for one in web.users_conversations()["channels"]] == ["random"]


def test_pins(web: WebClient, sev: str) -> None:
    ts = web.chat_postMessage(channel=sev, text="card")["ts"]
    web.pins_add(channel=sev, timestamp=ts)
    assert error_of(web, "pins.add", channel=sev, timestamp=ts) == "already_pinned"
    assert error_of(web, "pins.add", channel=sev, timestamp="1.1") == "message_not_found"
    assert error_of(web, "pins.add", channel=sev) == "no_item_specified"
    item = web.pins_list(channel=sev)["items"][0]
    assert item["message"]["text"] == "card"
    assert item["message"]["pinned_to"] == [sev]
    web.pins_remove(channel=sev, timestamp=ts)
    assert error_of(web, "pins.remove", channel=sev, timestamp=ts) == "no_pin"


def test_bookmarks(web: WebClient, sev: str) -> None:
    made = web.bookmarks_add(channel_id=sev, title="Runbook", type="link", link="https://x/y")["bookmark"]
    web.bookmarks_edit(channel_id=sev, bookmark_id=made["id"], title="Run")
    assert [one["title"] for one in web.bookmarks_list(channel_id=sev)["bookmarks"]] == ["Run"]
    assert error_of(web, "bookmarks.add", channel_id=sev, title="x", type="link", link="javascript:1") == "invalid_link"
    assert (
        error_of(web, "bookmarks.add", channel_id=sev, title="x", type="folder", link="https://x")
        == "invalid_bookmark_type"
    )
    assert error_of(web, "bookmarks.add", channel_id=sev, type="link", link="https://x") == "invalid_arguments"
    web.bookmarks_remove(channel_id=sev, bookmark_id=made["id"])
    assert error_of(web, "bookmarks.remove", channel_id=sev, bookmark_id=made["id"]) == "not_found"


def test_reactions(web: WebClient, sev: str) -> None:
    parent = web.chat_postMessage(channel=sev, text="card")["ts"]
    reply = web.chat_postMessage(channel=sev, text="reply", thread_ts=parent)["ts"]
    web.reactions_add(channel=sev, timestamp=reply, name="eyes")
    assert error_of(web, "reactions.add", channel=sev, timestamp=reply, name="eyes") == "already_reacted"
    assert web.reactions_get(channel=sev, timestamp=reply)["message"]["reactions"] == [
        {"name": "eyes", "users": ["U0SEVBOT"], "count": 1}
    ]
    web.reactions_remove(channel=sev, timestamp=reply, name="eyes")
    assert error_of(web, "reactions.remove", channel=sev, timestamp=reply, name="eyes") == "no_reaction"
    assert error_of(web, "reactions.add", channel=sev, timestamp=reply, name="NO!") == "invalid_name"


def test_people_and_groups(slack: Playground, web: WebClient) -> None:
    user = web.users_info(user="U04EDSGER")["user"]
    assert (user["is_restricted"], user["tz"]) == (True, "Europe/Amsterdam")
    assert user["profile"]["email"] == "edsger@acme.example"
    assert web.users_lookupByEmail(email="ada@acme.example")["user"]["id"] == "U01ADA"
    assert error_of(web, "users.info", user="U404") == "user_not_found"
    group = web.usergroups_list(include_users=True)["usergroups"][0]
    assert web.usergroups_users_list(usergroup=group["id"])["users"] == group["users"]
    slack.workspace.scopes.remove("users:read.email")
    assert "email" not in web.users_info(user="U01ADA")["user"]["profile"]


def test_a_file_is_uploaded_and_posted_as_a_picture(slack: Playground, ada: Person, web: WebClient, sev: str) -> None:
    web.conversations_invite(channel=sev, users="U01ADA")
    uploaded = web.files_upload_v2(filename="burn.png", content=b"picture", title="Burn rate")
    file_id = uploaded["files"][0]["id"]
    picture = {"type": "image", "slack_file": {"id": file_id}, "alt_text": "the chart"}
    web.chat_postMessage(channel=sev, text="chart", blocks=[picture])
    ada.sees("the chart")
    shared = web.files_upload_v2(channel=sev, filename="a.csv", content="1,2", initial_comment="numbers")
    assert "numbers" in str(ada.sees("a.csv", in_="#sev-1").text)  # type: ignore[union-attr]
    url = web.files_info(file=shared["files"][0]["id"])["file"]["url_private"]
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {slack.bot_token}"})  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310 -- loopback
        assert answer.read() == b"1,2"
    with urllib.request.urlopen(url) as answer:  # noqa: S310 -- loopback
        assert answer.headers["content-type"].startswith("text/html")
    web.files_delete(file=file_id)
    assert error_of(web, "files.info", file=file_id) == "file_not_found"


def test_a_permalink_names_the_thread(web: WebClient, sev: str) -> None:
    parent = web.chat_postMessage(channel=sev, text="parent")["ts"]
    reply = web.chat_postMessage(channel=sev, text="reply", thread_ts=parent)["ts"]
    link = web.chat_getPermalink(channel=sev, message_ts=reply)["permalink"]
    assert link.endswith(f"/archives/{sev}/p{reply.replace('.', '')}?thread_ts={parent}&cid={sev}")


def test_rate_limits_are_kept_where_switched_on(slack: Playground, web: WebClient, sev: str) -> None:
    slack.rate_limits = True
    for n in range(3):
        web.chat_postMessage(channel=sev, text=str(n))
    with pytest.raises(SlackApiError) as caught:
        web.chat_postMessage(channel=sev, text="too fast")
    assert caught.value.response.status_code == 429
    assert int(caught.value.response.headers["retry-after"]) in range(1, 4)
    web.chat_postMessage(channel="C01GENERAL", text="elsewhere is fine")
    for n in range(19):
        web.conversations_setTopic(channel=sev, topic=str(n))
    web.conversations_setTopic(channel=sev, topic="20")
    assert error_of(web, "conversations.setTopic", channel=sev, topic="21") == "ratelimited"


def test_calls_are_fast(slack: Playground, web: WebClient, sev: str) -> None:
    for n in range(50):
        web.chat_postMessage(channel=sev, text=str(n))
    durations = sorted(call.duration for call in slack.calls[-50:])
    assert durations[25] < 0.005
    assert slack.calls[-1].at <= time.monotonic()
