"""A pushpin puts a message on the timeline; taking it away takes the message off, and the thread says so."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from bot.incidents.model import TimelineEntry
from bot.playground import Person
from tests.scenarios.stories import Sev, Stage

pytestmark = pytest.mark.usefixtures("stage")
PIN = "pushpin"


@pytest.fixture
def sev(stage: Stage, ada: Person, grace: Person) -> Sev:
    """A SEV with ada and grace in its channel, whom the bot knows both."""
    sev = stage.declared(ada, "SEV3 checkout is down")
    grace.joins(sev.channel)
    grace.types("/sev list")
    stage.hears()
    stage.begins()
    ada.goes_to(sev.channel)
    grace.goes_to(sev.channel)
    return sev


def tagged(sev: Sev) -> list[TimelineEntry]:
    """The messages on the timeline now."""
    return [entry for entry in sev.timeline if entry.kind == "message" and entry.withdrawn_at is None]


def words(sev: Sev) -> list[str]:
    sev.stage.hears()
    return [entry.text for entry in tagged(sev)]


def calls(stage: Stage, method: str) -> int:
    return sum(call.method == method for call in stage.slack.calls)


def test_a_pushpin_puts_a_message_on_the_timeline_and_its_thread_says_so(
    stage: Stage, sev: Sev, ada: Person, grace: Person
) -> None:
    message = grace.says("Payments & <cards> fail since 09:40.")
    ada.reacts(PIN, to=message)
    ada.sees("On the timeline of SEV-1.", in_=sev.channel)
    (entry,) = tagged(sev)
    assert entry.text == "Payments & <cards> fail since 09:40."
    assert entry.actor == grace.id
    assert entry.at == datetime.fromtimestamp(float(message.ts), UTC)
    assert (entry.source_channel, entry.source_ts) == (message.channel_id, message.ts)
    assert entry.data["permalink"].endswith(f"/archives/{message.channel_id}/p{message.ts.replace('.', '')}")
    assert calls(stage, "reactions.get") == 0, "it was seen lately"
    (reply,) = message.replies
    assert sev.channel.messages[reply].thread_ts == message.ts
    assert "Declared from" not in sev.card


def test_many_reactions_are_one_entry_and_one_confirmation_until_the_last_is_taken_away(
    stage: Stage, sev: Sev, ada: Person, grace: Person
) -> None:
    message = grace.says("Rolled back.")
    ada.reacts(PIN, to=message)
    grace.reacts(f"{PIN}::skin-tone-3", to=message)
    grace.reacts("eyes", to=message)
    assert words(sev) == ["Rolled back."]
    ada.unreacts(PIN, to=message)
    assert words(sev) == ["Rolled back."]
    grace.unreacts(f"{PIN}::skin-tone-3", to=message)
    assert words(sev) == []
    ada.sees("Taken off the timeline.", in_=sev.channel)
    ada.does_not_see("On the timeline of SEV-1.")
    ada.reacts(PIN, to=message)
    assert words(sev) == ["Rolled back."]
    ada.sees("On the timeline of SEV-1.", in_=sev.channel)
    assert len(message.replies) == 1
    assert calls(stage, "reactions.get") == 0


def test_undo_takes_it_off_until_somebody_reacts_anew(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    message = grace.says("It was me.")
    ada.reacts(PIN, to=message)
    ada.sees("On the timeline of SEV-1.", in_=sev.channel)
    grace.clicks("Undo")
    grace.sees("Taken off the timeline.", in_=sev.channel)
    assert words(sev) == []
    stage.bot.reconcile()
    assert words(sev) == [], "ada's pushpin is still there, and not new"
    grace.reacts(PIN, to=message)
    assert words(sev) == ["It was me."]
    grace.unreacts(PIN, to=message)
    assert words(sev) == ["It was me."], "ada's pushpin counts again"
    ada.unreacts(PIN, to=message)
    assert words(sev) == []


def test_what_was_never_seen_is_read_from_slack_thread_replies_too(
    stage: Stage, sev: Sev, ada: Person, grace: Person
) -> None:
    message = grace.says("Look at the graphs.")
    reply = ada.says("They fell at 09:41.", thread=message)
    stage.hears()
    stage.bot.house.memory.__init__()  # type: ignore[misc]  # as after a restart
    grace.reacts(PIN, to=reply)
    assert words(sev) == ["They fell at 09:41."]
    assert calls(stage, "reactions.get") == 1
    (entry,) = tagged(sev)
    assert f"thread_ts={message.ts}&cid={message.channel_id}" in entry.data["permalink"]
    grace.sees("On the timeline of SEV-1.", in_=sev.channel)
    assert [sev.channel.messages[ts].by_app for ts in message.replies] == [False, True]


def test_edits_and_deletions_are_followed(sev: Sev, ada: Person, grace: Person) -> None:
    message = grace.says("Rolled back 41.")
    ada.reacts(PIN, to=message)
    grace.edits(message, "Rolled back 42.")
    assert words(sev) == ["Rolled back 42."]
    ada.sees("On the timeline of SEV-1.", in_=sev.channel)
    grace.deletes(message)
    assert words(sev) == []
    kept = next(entry for entry in sev.timeline if entry.source_ts == message.ts)
    assert (kept.text, kept.data["deleted"]) == ("Rolled back 42.", True)
    ada.sees("Taken off the timeline.", in_=sev.channel)


def test_a_message_with_a_file_is_an_entry_by_itself_and_gives_nothing_away(
    stage: Stage, sev: Sev, grace: Person, ada: Person
) -> None:
    message = grace.shares("graph.png", b"\x89PNG", "Look at this.")
    stage.hears()
    (entry,) = [entry for entry in sev.timeline if entry.kind == "file"]
    assert (entry.text, entry.actor, entry.source_ts) == ("Look at this.", grace.id, message.ts)
    (file,) = entry.data["files"]
    assert set(file) == {"id", "name", "title", "mimetype", "permalink"}
    assert (file["name"], file["mimetype"]) == ("graph.png", "image/png")
    assert not any(call.method.startswith("files.") for call in stage.slack.calls)
    assert message.replies == [], "nobody is told of what happens by itself"
    ada.reacts(PIN, to=message)
    ada.sees("On the timeline of SEV-1.", in_=sev.channel)
    ada.unreacts(PIN, to=message)
    ada.sees("Taken off the timeline.", in_=sev.channel)
    assert [entry.kind for entry in sev.timeline if entry.source_ts] == ["file"]


def test_who_joins_is_on_the_timeline_once(stage: Stage, sev: Sev, grace: Person, linus: Person) -> None:
    linus.joins(sev.channel)
    linus.leaves(sev.channel)
    linus.joins(sev.channel)
    stage.hears()
    linus.sees("Welcome to SEV-1.", in_=sev.channel)
    assert sev.briefed == ["grace", "linus"]
    joined = [entry.actor for entry in sev.timeline if entry.kind == "joined"]
    assert joined.count(linus.id) == 1
    assert set(joined) == {"U01ADA", grace.id, linus.id}


def test_reactions_of_strangers_count_once_the_bot_has_met_them(stage: Stage, sev: Sev, grace: Person) -> None:
    margaret = stage.slack.person("margaret")
    margaret.joins(sev.channel)
    margaret.sees("Welcome to SEV-1.", in_=sev.channel)
    one, two = grace.says("One."), grace.says("Two.")
    margaret.reacts(PIN, to=one)
    margaret.reacts(PIN, to=two)
    assert words(sev) == ["One.", "Two."]
    stage.expects("On the timeline of SEV-1.")
    asked = [call for call in stage.slack.calls if call.method == "users.info" and call.args["user"] == margaret.id]
    reasons = Counter(call.delivery_kind for call in asked)
    assert reasons.keys() <= {"timeline.meet", "incident.late_brief"}
    assert reasons["timeline.meet"] <= 2
    assert reasons["incident.late_brief"] <= 1


def test_guests_react_in_vain_and_nobody_is_told(
    stage: Stage, sev: Sev, ada: Person, grace: Person, edsger: Person
) -> None:
    ada.invites(edsger, to=sev.channel)
    edsger.sees("Welcome to SEV-1.", in_=sev.channel)
    message = grace.says("A secret ingredient.")
    edsger.reacts(PIN, to=message)
    assert words(sev) == []
    edsger.unreacts(PIN, to=message)
    edsger.reacts(PIN, to=message)
    assert words(sev) == []
    stage.bot.reconcile()
    assert words(sev) == []


def test_reactions_elsewhere_mean_nothing(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    message = grace.says("Lunch?", in_="#incidents")
    ada.reacts(PIN, to=message)
    assert words(sev) == []
    assert calls(stage, "reactions.get") == 0


def test_words_of_apps_can_be_tagged_too(stage: Stage, sev: Sev, ada: Person) -> None:
    line = stage.said_in(sev.place, containing="declared SEV-1")[0]
    ada.reacts(PIN, to=line)
    ada.sees("On the timeline of SEV-1.", in_=sev.channel)
    (entry,) = tagged(sev)
    assert "declared SEV-1" in entry.text
