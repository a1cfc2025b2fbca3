"""Slack fails at every method of every kind of delivery, in every way it can: nothing is lost, doubled or kept quiet."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.webhooks.room import DELIVER
from tests.databases import new_sqlite
from tests.torture import stories
from tests.torture.faulting import CHANNEL, Stage, Visible, config_with, differences, said_twice, staged, visible
from tests.torture.stories import STORIES, Story, undisturbed
from tests.torture.trackers import TRACKER, TRACKER_STORIES
from tests.torture.vendors import VENDOR_STORIES

PASSING = ("429", "500", "timeout_before", "timeout_after", "drop_after")
"""Faults that say nothing about what was asked: the bot tries again until it gets through."""
REFUSALS = (
    "name_taken", "channel_not_found", "is_archived", "not_in_channel", "already_in_channel", "user_is_restricted",
    "invalid_blocks", "missing_scope",
)  # fmt: skip

TEAM = {"key": "payments", "name": "Payments", "members": ["U02GRACE", "U05MARGARET"], "user_group": "S01ENGINEERS",
        "channel": "#payments"}  # fmt: skip
NUDGES: dict[str, Any] = dict.fromkeys(("update_overdue", "open_too_long", "status_stuck"), "never")
PAGED = {"key": "platform", "name": "Platform", "members": ["U06BARBARA"],
         "pager": {"service": "opsgenie", "key": "PLATFORM"}}  # fmt: skip
CONFIG = {"teams": [TEAM, PAGED], "workflows": [], "nudges": NUDGES, "tracker": TRACKER}
"""One place to announce in, a team that is a user group too, one that can be paged, and one thing to be reminded of."""

NEXT_NAME = {
    (stories.CREATE, "conversations.create", "name_taken"),
    (stories.NAME, "conversations.rename", "name_taken"),
}
"""Not a refusal: the next name is tried."""
OVERCOME = {
    (stories.INVITE, "conversations.invite", "user_is_restricted"),
    (stories.INVITE_PEOPLE, "conversations.invite", "user_is_restricted"),
}
"""About one of several people: the others are invited one by one, and so is this one, who can be after all."""
OVERCOME |= {(stories.DIGEST, method, "invalid_blocks") for method in (stories.POST, stories.HISTORY, stories.UPDATE)}
"""It may be the picture, which Slack does not know at once: it is tried again."""
MAY_BE_MISSED = {
    stories.ANSWER, stories.BRIEF, stories.REFRESH_PERSON, stories.STATS_PICTURE, stories.DIGEST_TROUBLE, stories.OPERATORS,
}  # fmt: skip
MAY_BE_MISSED |= {stories.ELSEWHERE, stories.UNKNOWN, stories.HELD, stories.QUERIES}
SAID_OF_TROUBLE = {
    stories.PROBLEM: "is told in", stories.ELSEWHERE: "Orders can't be placed", stories.UNKNOWN: "does not understand",
    stories.HELD: "have no network", stories.QUERIES: "Prometheus",
}  # fmt: skip
"""What is said of what went wrong, or may itself be missed."""
BELIEVED = {
    (stories.INVITE_PEOPLE, "conversations.invite", "already_in_channel"),
    (stories.LET_IN, "conversations.invite", "already_in_channel"),
    (stories.INVITE, "conversations.invite", "already_in_channel"),
    (stories.ANNOUNCEMENT, stories.JOIN, "already_in_channel"),
    (stories.PUBLISHED, stories.JOIN, "already_in_channel"),
    (stories.TELL_GIVEN, stories.JOIN, "already_in_channel"),
    (stories.LEARN, stories.JOIN, "already_in_channel"),
    (stories.LEARN, stories.JOIN, "channel_not_found"),
}
"""Where Slack says that there is nothing to do, the bot believes it: nothing is told, nothing more is tried."""
AS_IF_REMOVED = {"not_in_channel", "already_in_channel"}
"""What joining is refused with where somebody removed the bot, or seems to have."""
CLOSED = ("channel_not_found", "is_archived", "not_in_channel")
NOT_BELIEVED = {(stories.MOVE_IN, stories.JOIN, "already_in_channel")}
"""Where Slack says so, and the bot sees that it is not: it tries again, and nobody needs to hear of it."""
DIRECT = "dm-ada-sevbot"
"""Where the bot tells ada what she can't see in the channel."""

KINDS = sorted({story.kind for story in STORIES})
SAMPLE = {
    ("sqlite", stories.CREATE, "conversations.create", "timeout_after"),
    ("sqlite", stories.CARD, stories.POST, "invalid_blocks"),
    ("sqlite", stories.INVITE, "conversations.invite", "user_is_restricted"),
    ("sqlite", stories.HANDOFF, stories.POST, "drop_after"),
    ("sqlite", stories.ANNOUNCEMENT, stories.HISTORY, "429"),
    ("sqlite", stories.RECONCILE, "conversations.info", "not_in_channel"),
    ("sqlite", stories.EXPORT, stories.COMPLETE, "drop_after"),
    ("sqlite", stories.NUDGE, stories.POST, "missing_scope"),
    ("sqlite", stories.REVIEW, stories.POST, "drop_after"),
    ("postgresql", stories.LINE, stories.POST, "drop_after"),
}


def cases(faults: tuple[str, ...]) -> list[Any]:
    """Every kind with every fault on SQLite, and whatever posts with one fault on PostgreSQL. A sample is no torture.

    The methods that a kind calls take turns, so that each of them suffers some.
    """
    wanted = [("sqlite", story, fault) for kind in KINDS for story, fault in turns(told(kind), faults)]
    wanted += [("postgresql", told(kind)[0], faults[-1]) for kind in KINDS if "chat.postMessage" in methods(kind)]
    sample = [case for case in sorted(SAMPLE) if case[3] in faults]
    wanted += [(engine, story_of(kind, method), fault) for engine, kind, method, fault in sample]
    return [
        pytest.param(
            *case,
            id="-".join(map(str, case)),
            marks=() if (case[0], case[1].kind, case[1].method, case[2]) in SAMPLE else pytest.mark.torture,
        )
        for case in dict.fromkeys(wanted)
    ]


def told(kind: str) -> list[Story]:
    """The stories of a kind, one for each method it calls."""
    return [story for story in STORIES if story.kind == kind]


def methods(kind: str) -> set[str]:
    return {story.method for story in told(kind)}


def story_of(kind: str, method: str) -> Story:
    return next(story for story in told(kind) if story.method == method)


def turns(stories_of_kind: list[Story], faults: tuple[str, ...]) -> list[tuple[Story, str]]:
    """Each fault once, and each story once at least, in turn."""
    rounds = max(len(stories_of_kind), len(faults))
    return [(stories_of_kind[turn % len(stories_of_kind)], faults[turn % len(faults)]) for turn in range(rounds)]


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return config_with(tmp_path_factory.mktemp("config"), CONFIG)


@pytest.fixture
def stage(database_url: str, config: Path) -> Iterator[Stage]:
    with staged(database_url, config) as made:
        yield made


@pytest.fixture(autouse=True)
def no_unforeseen_fault(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever Slack does, no exception of the bot is one that nobody thought of."""
    with caplog.at_level(logging.WARNING):
        yield
    assert not [record.getMessage() for record in caplog.get_records("call") if record.exc_info]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_every_kind_of_delivery_has_a_story(stage: Stage) -> None:
    told = {story.kind for story in STORIES} | {story.kind for story in (*VENDOR_STORIES, *TRACKER_STORIES)} | {DELIVER}
    assert stage.bot.kinds.names() == sorted(told | stories.CALLS_NOTHING)


@pytest.mark.torture
@pytest.mark.parametrize("kind", sorted({story.kind for story in STORIES}))
def test_there_is_a_story_for_every_method_a_kind_calls(kind: str, config: Path, tmp_path: Path) -> None:
    called: set[str] = set()
    for story in (story for story in STORIES if story.kind == kind):
        with staged(new_sqlite(tmp_path), config) as stage:
            story.given(stage)
            story.lose_lead(stage.slack)
            story.when(stage)
            called |= {call.method for call in stage.slack.calls if call.delivery_kind == kind}
    assert called == {story.method for story in STORIES if story.kind == kind}


@pytest.mark.parametrize(("engine", "story", "fault"), cases(PASSING))
def test_a_fault_that_passes_leaves_no_trace(stage: Stage, config: Path, story: Story, fault: str) -> None:
    story.given(stage)
    rule = story.arm(stage.slack, fault)
    story.when(stage)
    assert rule.hits == 1
    assert stage.dead() == {}
    assert said_twice(stage.slack) == []
    expected = undisturbed(story.given, story.when, config)["channels"]
    seen = visible(stage.slack)["channels"]
    if story.lead and DIRECT not in expected:
        seen.pop(DIRECT, None)  # with the lead's it was the second failure, of which she may be told
    for channels in (seen, expected):
        leave_out_what_is_said_of_trouble(channels, story)
    assert differences(seen, expected) == []
    assert lives(stage)


@pytest.mark.parametrize(("engine", "story", "fault"), cases(REFUSALS))
def test_a_refusal_is_told_and_retry_mends_it(stage: Stage, config: Path, story: Story, fault: str) -> None:
    story.given(stage)
    rule = story.arm(stage.slack, fault)
    story.when(stage)
    assert rule.hits == 1
    mend(stage, story, fault)
    assert set(stage.dead()) <= MAY_BE_MISSED
    assert said_twice(stage.slack) == []
    expected = undisturbed(story.given, story.when, config)
    assert differences(comparable(visible(stage.slack), story, fault), comparable(expected, story, fault)) == []
    assert lives(stage)


def mend(stage: Stage, story: Story, fault: str) -> None:
    """What happens after a refusal until all is well: people see what failed, and press *Retry*."""
    no_trouble = NEXT_NAME | OVERCOME | BELIEVED | NOT_BELIEVED
    if (story.kind, story.method, fault) in no_trouble or story.kind in MAY_BE_MISSED:
        return
    if story.kind == stories.DIGEST_PICTURE:
        return  # the digest goes without it
    if story.kind == stories.CATCH_UP and fault in CLOSED:
        stories.look_after(stage)  # who looks after the channel tells what is wrong with it
        return
    if story.kind == stories.HOME:  # whoever misses it opens it again
        stories.open_home(stage)
        return
    if story.kind == stories.RECONCILE:
        stories.look_after(stage)
        if story.method == stories.JOIN and fault in AS_IF_REMOVED:
            stage.ada.sees("Invite it again", in_="@sevbot")
            stage.ada.invites("sevbot", to=CHANNEL)
            stage.settle()
        return
    if story.kind == stories.TROUBLE and not stage.dead():
        return  # other news of the same channel gave it another try
    assert story.kind in stage.dead()
    if story.kind != stories.TROUBLE:
        stage.ada.sees(fault)
    stage.presses_retry()


def comparable(seen: Visible, story: Story, fault: str) -> Visible:
    """What must be the same after a refusal as without: all but what the bot said about the refusal itself."""
    channels: Visible = json.loads(json.dumps(seen).replace("checkout-is-down-2", "checkout-is-down"))["channels"]
    by_message = (stories.TROUBLE, stories.INSTRUCTIONS, stories.HANDOFF, stories.TELL, stories.TRACKER_TELL)
    if story.kind not in by_message and story.given is not stories.start_declare_and_archive:
        channels.pop(DIRECT, None)
    if (story.kind, story.method, fault) in BELIEVED:
        channels = {name: channel | {"members": [], "notices": []} for name, channel in channels.items()}
    if story.kind == stories.DIGEST_PICTURE:
        for post in channels["incidents"]["messages"]:
            post["blocks"] = [block for block in post.get("blocks", []) if block["type"] != "image"]
    if story.kind == stories.OPERATORS:  # who misses it finds it in the log
        told = channels["incidents"]["messages"]
        told[:] = [post for post in told if "configuration" not in json.dumps(post)]
    leave_out_what_is_said_of_trouble(channels, story)
    if story.kind == stories.CREATE:
        # The SEV may have begun in the announcement's thread: what was said there is not said again in the channel.
        said = [post for channel in channels.values() for post in channel["messages"]]
        said += [reply for post in said for reply in post.pop("thread", [])]
        channels = {name: channel | {"messages": []} for name, channel in channels.items()}
        channels["anywhere"] = {"messages": said}
    if story.kind in (stories.CREATE, stories.CARD):
        for channel in channels.values():  # what need not wait for the card, or the channel, came first
            channel["messages"].sort(key=json.dumps)
    return channels


def leave_out_what_is_said_of_trouble(channels: Visible, story: Story) -> None:
    """Where signs are told besides their own channels."""
    left_out = SAID_OF_TROUBLE.get(story.kind)
    if left_out:
        posts = channels["incidents"]["messages"]
        channels["incidents"]["messages"] = [post for post in posts if left_out not in json.dumps(post)]


def lives(stage: Stage) -> bool:
    """Whether the bot lives, and knows its SEV."""
    return "SEV-1" in str(stage.ada.goes_to("#general").types("/sev list").text)


LASTING = [story for story in STORIES if not story.lead and story.method != stories.UPDATE]
LONELY = (*MAY_BE_MISSED, stories.DIGEST_PICTURE, stories.RECONCILE, stories.TROUBLE, stories.HOME)
"""What has no Retry of its own."""
LASTING = [story for story in LASTING if story.kind not in LONELY]
LASTING = [story for story in LASTING if story.kind != stories.CALL]  # its own story is one of a fault that lasts


@pytest.mark.parametrize(
    ("engine", "story"),
    [
        pytest.param("sqlite", story, id=str(story), marks=() if story.kind == stories.TOPIC else pytest.mark.torture)
        for story in LASTING
    ],
)
def test_a_fault_that_lasts_is_shown_until_it_is_lifted(stage: Stage, config: Path, story: Story) -> None:
    story.given(stage)
    story.arm(stage.slack, "500", times=None)
    stage.patience = 3
    story.when(stage)
    stage.slack.faults.clear()
    stage.patience = 1000
    stage.presses_retry()
    assert said_twice(stage.slack) == []
    expected = undisturbed(story.given, story.when, config)
    assert differences(comparable(visible(stage.slack), story, "500"), comparable(expected, story, "500")) == []


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_an_operator_mends_goes_on_by_itself(stage: Stage, config: Path) -> None:
    stage.start()
    stage.slack.faults.add("conversations.setTopic", "missing_scope", times=None)
    stories.declare(stage)
    assert set(stage.dead()) == {stories.TOPIC}
    stage.slack.faults.clear()
    stage.slack.wait_until(lambda: revived(stage), why="it is tried again")
    stage.settle()
    assert differences(visible(stage.slack), undisturbed(Stage.start, stories.declare, config)) == []


def revived(stage: Stage) -> bool:
    """Do what the schedule does every ten seconds; whether nothing is given up any more."""
    stage.bot.dispatcher.revive()
    return not stage.dead()
