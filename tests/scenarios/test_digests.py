"""A channel is sent its digest: on time, once, with what matters; late if the bot was late; and not at all where that is better."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from bot.app import Bot
from bot.digest import drawing
from bot.digest.jobs import Digests
from bot.playground import Person, Playground
from bot.playground.model import Message
from tests.scenarios.digesting import (
    DAILY,
    PATIENT,
    changes,
    comes,
    digesting_bot,
    issues,
    looks,
    moves_on,
    owes,
    tries,
    was_left_out,
)
from tests.scenarios.stories import Stage

HOUR = 3600.0
TITLE = "Daily digest"


@pytest.fixture
def digests(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """The digests of the configuration; a test may have others."""
    return [DAILY | getattr(request, "param", {})]


@pytest.fixture
def sevbot(slack: Playground, database_url: str, digests: list[dict[str, Any]]) -> Iterator[Bot]:
    patience = PATIENT if digests[0]["picture"] != "none" else {}
    with digesting_bot(slack, database_url, *digests, **patience) as bot:
        yield bot


def with_(**changed: Any) -> pytest.MarkDecorator:
    """The test's digest is otherwise."""
    return pytest.mark.parametrize("digests", [changed], indirect=True, ids=[next(iter(changed))])


def posted(stage: Stage, place: str = "#incidents") -> Message:
    """The one digest in a channel."""
    (message,) = stage.said_in(place, containing=TITLE)
    stage.slack.expected.add(message)
    return message


def said(stage: Stage, place: str = "#incidents") -> str:
    """What the one digest in a channel says."""
    return stage.words(posted(stage, place))


def test_what_needs_people_is_told_in_the_morning_the_worst_first(stage: Stage, ada: Person, grace: Person) -> None:
    stage.declared(ada, "SEV3 search is slow")
    worse = stage.declared(ada, "SEV1 checkout is down")
    grace.goes_to(worse.channel).types("/sev take ic")
    owes(stage, 1, "Add a circuit breaker", days=-3, owner_user="U02GRACE")
    owes(stage, 1, "Alert on the queue", days=2, owner_team="payments")
    owes(stage, 2, "Write the runbook", days=-1)
    due_at = comes(stage)
    told = said(stage).splitlines()
    stage.slack.expect_all()
    assert told[0].startswith(f"{TITLE}, {due_at:%a} {due_at.day} {due_at:%b}")
    assert told[1] == "About everything. Drills and private SEVs are left out."
    assert told[3].endswith("SEV-1 SEV3: search is slow #sev-1-search-is-slow has nobody in command.")
    assert told[4] == ":grey_question: 1 item without an owner: /sev items nobody"
    assert told[5] == ":rotating_light: Open SEVs: 2  /sev list open"
    assert "SEV-2 SEV1: checkout is down" in told[6]
    assert "led by @Grace Hopper" in told[6]
    assert "SEV-1 SEV3: search is slow" in told[7]
    assert ":red_circle: Overdue items: 2  /sev items overdue" in told
    assert "By owner: @Grace Hopper 1, nobody 1" in told
    assert any(line.startswith("• SEV-1/1 Add a circuit breaker: @Grace Hopper, ") for line in told)
    assert any(line.startswith("• SEV-1/2 Alert on the queue: Payments, due ") for line in told)
    assert told.index(":red_circle: Overdue items: 2  /sev items overdue") < told.index(
        ":calendar: Due in the next 7 days: 1  /sev items"
    )
    assert issues(stage) == ["posted"]


def test_of_two_replicas_and_ten_looks_comes_one_digest(stage: Stage) -> None:
    other = Digests(stage.bot.database, stage.bot.clock, stage.bot.settings)
    other.send_due()
    comes(stage)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: each.send_due(), [stage.bot.house.digests, other] * 5))
    stage.settles()
    posted(stage)
    assert issues(stage) == ["posted"]


def test_the_next_one_begins_where_the_last_one_ended(stage: Stage, ada: Person) -> None:
    stage.declared(ada, "SEV2 checkout is down").stage.begins()
    ada.types("/sev resolve SEV-1")
    stage.begins()
    comes(stage)
    first = said(stage)
    assert "Over since " in first
    assert "• :large_orange_circle: SEV-1 SEV2: checkout is down" in first
    assert "Postmortems owed: 1  /sev postmortem list" in first
    comes(stage)
    (_, second) = stage.said_in("#incidents", containing=TITLE)
    stage.slack.expected.add(second)
    assert "Over since " not in stage.words(second)
    assert issues(stage) == ["posted", "posted"]


def test_a_bot_that_comes_late_sends_it_late_and_says_so(stage: Stage) -> None:
    comes(stage, late=2 * HOUR)
    assert "This digest is late: it was due " in said(stage)


def test_after_three_days_away_only_what_is_not_too_late_is_sent(stage: Stage) -> None:
    comes(stage, late=2 * 24 * HOUR + HOUR)
    assert "This digest is late" in said(stage)
    assert issues(stage) == ["the bot came too late", "the bot came too late", "posted"]


def test_what_is_later_than_the_grace_is_left_out_and_the_next_one_comes(stage: Stage) -> None:
    comes(stage, late=4 * HOUR)
    assert stage.said_in("#incidents", containing=TITLE) == []
    assert issues(stage) == ["the bot came too late"]
    comes(stage)
    assert "late" not in said(stage)


def test_while_slack_is_down_it_waits_and_comes_once(troubled_stage: Stage) -> None:
    stage = troubled_stage
    stage.slack.faults.add("chat.postMessage", "500", times=1000)
    comes_unheard(stage)
    moves_on(stage, HOUR)
    before = tries(stage)
    stage.slack.wait_until(lambda: tries(stage) > before + 1, why="it was tried since")
    stage.slack.faults.clear()
    stage.settles()
    assert "This digest is late" in said(stage)


def test_when_slack_was_down_for_too_long_it_is_not_sent_any_more(troubled_stage: Stage) -> None:
    stage = troubled_stage
    stage.slack.faults.add("chat.postMessage", "500", times=1000)
    comes_unheard(stage)
    moves_on(stage, 4 * HOUR)
    stage.slack.wait_until(lambda: was_left_out(stage), why="it is left out")
    stage.slack.faults.clear()
    stage.settles()
    assert stage.said_in("#incidents", containing=TITLE) == []
    assert was_left_out(stage) == ["it could not be posted in time, and the next one tells more"]


def comes_unheard(stage: Stage) -> None:
    """The next digest is due while Slack takes nothing."""
    comes(stage, settles=False)
    stage.slack.wait_until(lambda: issues(stage) == ["asked for"], why="it is asked for")


@with_(tell="U02GRACE")
def test_of_an_archived_channel_somebody_is_told_once_and_it_comes_again_by_itself(
    troubled_stage: Stage, ada: Person, grace: Person
) -> None:
    stage = troubled_stage
    ada.archives("#incidents")
    for _ in range(2):
        comes(stage)
    (told,) = stage.said_in(stage.slack.direct("grace").id)
    stage.slack.expected.add(told)
    assert stage.words(told) == (
        "The daily digest of #incidents could not be posted: the channel is archived (is_archived). "
        "It is tried again when it is due next, and you are told only once.\n[Retry]"
    )
    reply = grace.goes_to("#general").types("/sev digest")
    assert reply.text.startswith("This channel is sent no digest.")
    ada.unarchives("#incidents")
    comes(stage)
    posted(stage)


@with_(tell="U02GRACE")
def test_who_is_told_can_try_again_at_once(troubled_stage: Stage, ada: Person, grace: Person) -> None:
    stage = troubled_stage
    ada.archives("#incidents")
    comes(stage)
    ada.unarchives("#incidents")
    grace.goes_to("@sevbot").clicks("Retry")
    grace.sees("Trying again now.", in_="@sevbot")
    stage.settles()
    posted(stage)
    (told,) = stage.said_in(stage.slack.direct("grace").id)
    stage.slack.expected.add(told)
    assert stage.words(told) == "The daily digest of #incidents is posted now."


@with_(skip_when_empty=True)
def test_nothing_to_tell_is_not_told_where_that_is_wanted(stage: Stage, ada: Person) -> None:
    comes(stage)
    assert stage.said_in("#incidents", containing=TITLE) == []
    assert was_left_out(stage) == ["there is nothing to tell"]
    stage.declared(ada, "SEV4 a disk is full")
    comes(stage)
    assert "SEV-1 SEV4" in said(stage)


def test_nothing_to_tell_is_told_in_few_words(stage: Stage) -> None:
    comes(stage)
    assert said(stage).splitlines()[2:6] == [
        "Needs a person",
        ":white_check_mark: Nothing waits for anybody.",
        ":white_check_mark: No SEV is open.",
        ":white_check_mark: No action item is overdue, or due in the next 7 days.",
    ]


def test_digests_of_long_ago_are_forgotten(stage: Stage) -> None:
    comes(stage)
    posted(stage)
    stage.bot.house.operations.forgetting.hourly()
    assert issues(stage) == ["posted"]
    moves_on(stage, 401 * 24 * HOUR)
    stage.bot.house.operations.forgetting.hourly()
    assert issues(stage) == []


REFUSES = "card processor refuses payments"


def came_again(stage: Stage, ada: Person, flag: str = "") -> None:
    """Much the same happened twice, and what was promised the first time is late."""
    stage.declared(ada, f"SEV3 {REFUSES}")
    owes(stage, 1, "Add a circuit breaker", days=-12, owner_user="U02GRACE")
    stage.declared(ada, f"SEV2 {REFUSES} {flag}".strip())


def test_what_would_have_prevented_a_new_sev_is_told_once(stage: Stage, ada: Person) -> None:
    came_again(stage, ada)
    comes(stage)
    told = said(stage).splitlines()
    place = told.index(":rewind: This would have prevented it")
    assert f"SEV-2 SEV2: {REFUSES}" in told[place + 1]
    assert "Much like SEV-1. Still open from before: SEV-1/1 “Add a circuit breaker” of @Grace" in told[place + 1]
    assert told[place + 1].endswith(" days late")
    stage.slack.expect_all()
    comes(stage)
    first, second = (stage.words(each) for each in stage.said_in("#incidents", containing=TITLE))
    assert ":rewind:" in first
    assert ":rewind:" not in second
    stage.slack.expect_all()


@pytest.mark.parametrize(
    ("digests", "flag"), [({}, "--private"), ({"workflows": ["sign-in"]}, "")], indirect=["digests"]
)
def test_of_what_its_readers_may_not_know_or_did_not_ask_for_nothing_is_named(
    stage: Stage, ada: Person, flag: str
) -> None:
    came_again(stage, ada, flag)
    comes(stage)
    assert ":rewind:" not in said(stage)
    stage.slack.expect_all()


def test_private_sevs_and_drills_are_not_there(stage: Stage, ada: Person) -> None:
    stage.declared(ada, "SEV1 the heron is loose --private")
    stage.declared(ada, "SEV1 an exercise --drill")
    owes(stage, 1, "Catch the heron", days=-1)
    owes(stage, 2, "Exercise more", days=-1)
    comes(stage)
    told = said(stage)
    assert "No SEV is open." in told
    assert "heron" not in told
    assert "xercise" not in told
    assert ":lock:" not in told


@with_(counts_private=True)
def test_who_may_know_how_many_private_sevs_there_are_learns_no_more(stage: Stage, ada: Person) -> None:
    stage.declared(ada, "SEV1 the heron is loose --private")
    comes(stage)
    told = said(stage)
    assert ":lock: 1 private SEV is open besides." in told
    assert "heron" not in told
    assert "SEV-1" not in told


@with_(teams=["payments"])
def test_a_team_is_told_of_its_own_workflows_and_items(stage: Stage, ada: Person) -> None:
    theirs = stage.declared(ada, "SEV2 checkout is down")
    stage.declared(ada, "SEV2 sign-in is down")
    changes(stage, theirs.number, workflows=["place-order"])
    owes(stage, 2, "Grace promised this", days=-1, owner_user="U02GRACE")
    owes(stage, 2, "Barbara promised this", days=-1, owner_user="U06BARBARA")
    comes(stage)
    told = said(stage)
    assert "About Payments." in told
    assert "checkout is down" in told
    assert "sign-in is down" not in told
    assert "Grace promised this" in told
    assert "Barbara promised this" not in told


@with_(picture="sevs")
def test_the_picture_stands_in_the_message_and_can_be_heard(stage: Stage, ada: Person) -> None:
    stage.declared(ada, "SEV2 checkout is down")
    stage.slack.advance_clock(24 * HOUR)  # a digest tells of the days that are over
    comes(stage)
    message = posted(stage)
    (image,) = [block for block in message.blocks if block["type"] == "image"]
    file = stage.slack.workspace.files[image["slack_file"]["id"]]
    assert (file.completed, file.channels, file.name) == (True, [], "digest.png")
    assert file.content.startswith(drawing.PNG)
    assert image["alt_text"].startswith("SEVs per week, by severity, in the last 9 weeks, the newest last: 0, 0, 0, ")
    assert "The last week: SEV2 1." in image["alt_text"]
    assert file.alt_text == image["alt_text"]


@with_(picture="mitigate")
def test_a_picture_that_is_not_drawn_holds_nothing_back(
    troubled_stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(drawing, "PROGRAM", ("-c", "raise SystemExit('out of ink')"))
    monkeypatch.setattr(drawing.draw, "__kwdefaults__", {"program": drawing.PROGRAM, "within": 5.0})
    comes(troubled_stage)
    message = posted(troubled_stage)
    assert [block for block in message.blocks if block["type"] == "image"] == []
    (logged,) = [record for record in caplog.records if record.getMessage() == "digest.not_drawn"]
    assert (logged.levelno, logged.__dict__["error"]) == (logging.ERROR, "out of ink")


@with_(picture="mitigate")
def test_a_picture_that_slack_does_not_take_holds_nothing_back(troubled_stage: Stage) -> None:
    troubled_stage.slack.faults.add("files.getUploadURLExternal", "missing_scope", times=1000)
    comes(troubled_stage)
    message = posted(troubled_stage)
    assert [block for block in message.blocks if block["type"] == "image"] == []
    troubled_stage.slack.faults.clear()


def test_a_digest_taken_out_of_the_configuration_ends(stage: Stage) -> None:
    comes(stage)
    posted(stage)
    settings = stage.bot.settings
    settings.current = settings.current.model_copy(update={"digests": ()})
    looks(stage)
    moves_on(stage, 24 * HOUR)
    looks(stage)
    assert issues(stage) == ["posted"]


def test_a_time_that_is_changed_in_the_configuration_holds_from_then_on(stage: Stage) -> None:
    due_at = comes(stage)
    posted(stage)
    settings = stage.bot.settings
    (digest,) = settings.current.digests
    later = digest.model_copy(update={"at": (due_at + timedelta(hours=2)).time()})
    settings.current = settings.current.model_copy(update={"digests": (later,)})
    assert comes(stage) == due_at + timedelta(hours=2)
    assert issues(stage) == ["posted"]  # one a day, whatever is changed
