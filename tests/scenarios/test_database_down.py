"""The database is down: a SEV can be declared nevertheless, everything else says so, and all follows once it is back."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.app import Bot
from bot.house import House
from bot.incidents.emergency_steps import EmergencyStep, Work
from bot.playground import Person, Playground
from tests.conftest import environment_for
from tests.databases import PostgresServer
from tests.outages import Outage
from tests.scenarios.stories import Sev, Stage

KEPT = (
    "Sevbot can't reach its database right now, so this SEV has no number yet, but it is kept, and its channel is being "
    "set up. The rest follows by itself once the database is back."
)
NOT_KEPT = "Sevbot can't reach its database right now, so nothing was changed. Please try again in a moment."
WORDS = {"duplicate": "SEV-1 SEV-2", "entry": "SEV-1 3", "postmortem": "SEV-1", "action": "add mend it"}
"""What is typed after a verb for which `SEV-1 SEV2` makes no sense."""
LONG_AGO = 1_700_000_000
FROM_MEMORY: dict[str, dict[str, Any]] = {"adopt": {}, "backfill": {"Resolved": LONG_AGO}}
"""Verbs whose form is complete without the database, which is missed only when it is sent; and what it needs besides."""
FOLLOWS = "It has no number, no card and no announcement yet: they follow by themselves once the database is back."


@pytest.fixture
def outage(database_url: str, engine: str, request: pytest.FixtureRequest) -> Outage:
    server: PostgresServer | None = request.getfixturevalue("postgres") if engine == "postgresql" else None
    return Outage(database_url, server)


@pytest.fixture
def stage(troubled_stage: Stage, ada: Person) -> Iterator[Stage]:
    """The bot at work, and it knows ada. What it says in an outage is looked at by each story."""
    ada.types("/sev status")
    troubled_stage.begins()
    yield troubled_stage
    troubled_stage.begins()


def emergency_channel(stage: Stage) -> str:
    """The channel of the SEV that has no number yet."""
    names = stage.slack.wait_until(
        lambda: [
            name for each in stage.slack.workspace.channels.values() if (name := each.name).startswith("sev-new-")
        ],
        why="there is a channel without a number",
    )
    assert len(names) == 1
    return f"#{names[0]}"


def recovers(stage: Stage, outage: Outage) -> Sev:
    """The database comes back, and what was declared meanwhile is brought in."""
    outage.ends()
    stage.slack.wait_until(lambda: not stage.bot.house.emergencies.journal.all(), why="it is brought in")
    stage.settles()
    return stage.sev(1)


def files(stage: Stage) -> list[Path]:
    return list(stage.bot.environment.journal_folder.glob("*"))


def test_a_sev_declared_meanwhile_gets_all_it_needs_and_then_its_number(
    stage: Stage, outage: Outage, ada: Person, grace: Person
) -> None:
    outage.begins()
    assert ada.types("/sev declare SEV1 checkout is down & <out>").text == KEPT
    place = emergency_channel(stage)
    assert place.startswith("#sev-new-checkout-is-down-out-")
    ada.sees(f"Its channel is {place}. You, Payments are invited. {FOLLOWS}")
    grace.sees(":red_circle: @Ada Lovelace declared a SEV1: checkout is down & <out>", in_=place)
    grace.sees("Work on it here: nothing of it is lost", in_=place)
    assert grace.goes_to(place).types("/sev resolve").text == NOT_KEPT
    (kept,) = files(stage)
    assert json.loads(kept.read_text())["title"] == "checkout is down & <out>"
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)

    sev = recovers(stage, outage)
    assert files(stage) == []
    assert sev.place == "#sev-1-checkout-is-down-out"
    assert sev.members == {"ada", "grace", "margaret"}
    assert sev.card.startswith(":red_circle: SEV-1 SEV1: checkout is down & <out>")
    assert sev.topic.startswith("SEV-1 | SEV1")
    assert sev.bookmarks == {"Bridge": "https://meet.example.com/sev"}
    assert f"Join {sev.place} to help" in sev.announcement("#incidents")
    grace.sees("while Sevbot could not reach its database. It is SEV-1.", in_=sev.place)
    grace.does_not_see("Work on it here")
    ada.sees(f"SEV-1 has its channel: {sev.place}. You are invited.")
    assert [entry.kind for entry in sev.timeline if entry.at == sev.kept.declared_at] == [
        "declared", "declared_without_database",
    ]  # fmt: skip
    assert grace.types("/sev resolve").text == "SEV-1 is now resolved."


def test_by_the_form_which_serves_without_the_database(stage: Stage, outage: Outage, ada: Person) -> None:
    outage.begins()
    ada.types("/sev declare")
    ada.fills(**{"Title": "checkout is down", "Severity": "SEV1", "Customers affected": "12k"})
    ada.sees("Invited: you, Payments. Announced in: #incidents.")
    ada.submits()
    ada.sees(f"You, Payments are invited. {FOLLOWS}")
    sev = recovers(stage, outage)
    ada.sees("SEV-1 has its channel: #sev-1-checkout-is-down. You are invited.")
    assert sev.card.startswith(":red_circle: SEV-1 SEV1: checkout is down")
    assert "Customers affected\n12,000" in sev.card


def test_from_a_message_by_shortcut(stage: Stage, outage: Outage, ada: Person) -> None:
    report = ada.says("cards are declined", in_="#general")
    outage.begins()
    ada.uses_message_shortcut("Declare a SEV from this message", on=report)
    ada.fills(Severity="SEV4")
    ada.submits()
    emergency_channel(stage)
    sev = recovers(stage, outage)
    assert "Declared from a message by @Ada Lovelace: cards are declined" in sev.card


def test_the_impatient_make_one(stage: Stage, outage: Outage, ada: Person) -> None:
    outage.begins()
    assert ada.types("/sev declare SEV4 checkout is down").text == KEPT
    place = emergency_channel(stage)
    already = f"That SEV is declared already: {place}. It gets its number once the database is back."
    stage.slack.wait_until(lambda: ada.types("/sev declare sev4 checkout  is down").text == already, why="it is known")
    outage.ends()
    assert ada.types("/sev declare SEV4 checkout is down").text.startswith(("That SEV is declared", "SEV-1 is already"))
    sev = recovers(stage, outage)
    assert ada.types("/sev declare SEV4 checkout is down").text == f"SEV-1 is already declared: {sev.place}."
    assert stage.number_of_sevs() == 1


def test_a_private_one_stays_private(stage: Stage, outage: Outage, ada: Person, grace: Person) -> None:
    outage.begins()
    ada.types("/sev declare SEV1 salaries are public --private")
    place = emergency_channel(stage)
    assert stage.slack.channel(place).kind == "private"
    assert "salaries" not in place
    ada.sees("salaries are public", in_=place)
    sev = recovers(stage, outage)
    assert sev.place == "#sev-1"
    assert sev.members == {"ada"}
    said = [message for message in stage.everything_said() if "salaries" in stage.words(message)]
    assert {message.channel_id for message in said} == {sev.channel.id}
    assert grace.types("/sev show SEV-1").text.startswith("There is no SEV-1 that you can see.")
    assert "salaries are public" in ada.types("/sev show SEV-1").text


def test_a_private_one_without_any_channel_is_the_declarers_alone(stage: Stage, outage: Outage, ada: Person) -> None:
    outage.begins()
    stage.slack.faults.add("conversations.create", "restricted_action", times=None)
    ada.types("/sev declare SEV1 salaries are public --private")
    ada.sees("Its channel could not be made (restricted_action).", in_="@sevbot")
    outage.ends()
    stage.slack.wait_until(lambda: not stage.bot.house.emergencies.journal.all(), why="it is brought in")
    ada.sees("The channel of SEV-1 (salaries are public) could not be made yet.", in_="@sevbot")
    ada.sees("Create the channel failed (restricted_action)", in_="@sevbot")
    said = [message for message in stage.everything_said() if "salaries" in stage.words(message)]
    assert {message.channel_id for message in said} == {stage.slack.direct("ada").id}
    stage.slack.faults.clear()
    ada.goes_to("@sevbot").clicks("Retry")
    ada.sees("salaries are public", in_="#sev-1")
    stage.settles()
    assert [post.channel_id for post in stage.everything_said()].count(stage.slack.direct("ada").id) == 1


def test_without_any_channel_people_work_in_the_thread_of_the_announcement(
    stage: Stage, outage: Outage, ada: Person, linus: Person
) -> None:
    outage.begins()
    stage.slack.faults.add("conversations.create", "restricted_action", times=None)
    ada.types("/sev declare SEV1 checkout is down")
    linus.sees("could not make a channel. Work on it in this thread.", in_="#incidents")
    outage.ends()
    stage.slack.wait_until(lambda: not stage.bot.house.emergencies.journal.all(), why="it is brought in")
    linus.sees("Its channel could not be made yet. Work on it in this thread.", in_="#incidents")
    ada.sees("Create the channel failed (restricted_action)", in_="@sevbot")
    stage.slack.faults.clear()
    ada.goes_to("@sevbot").clicks("Retry")
    linus.sees("Join #sev-1-checkout-is-down to help", in_="#incidents")
    stage.settles()
    assert len(stage.said_in("#incidents", containing="checkout is down")) == 1


def told_by(person: Person, verb: str) -> str:
    """What a verb tells a person meanwhile; where it opens a form, what that says once it is complete, or sent."""
    told = str(person.types(f"/sev {verb} {WORDS.get(verb, 'SEV-1 SEV2')}").text)
    if told:
        return told
    if verb in FROM_MEMORY:
        person.fills(Title="checkout was down", Severity="SEV2", **FROM_MEMORY[verb])
        (told,) = person.submits().errors.values()
        person.closes_modal()
        return told
    person.sees("Sevbot\n")
    assert person.modal is not None
    said = person.modal.text().removeprefix("Sevbot\n").removesuffix("\nClose")
    person.closes_modal()
    return said


def test_everything_else_says_that_nothing_was_changed(
    stage: Stage, outage: Outage, ada: Person, edsger: Person
) -> None:
    edsger.goes_to("#payments").types("/sev status")
    place = stage.declared(ada, "SEV4 checkout is down").place
    outage.begins()
    for command in stage.bot.rooms.commands.all():
        if command.verb not in ("declare", "help"):
            assert told_by(ada, command.verb) == NOT_KEPT, command.verb
    assert ada.types("/sev").text == NOT_KEPT
    ada.goes_to(place).clicks("Resolve")
    ada.sees(NOT_KEPT, in_=place)
    ada.clicks("Edit…")
    ada.sees(f"Sevbot\n{NOT_KEPT}")
    assert edsger.types("/sev declare SEV1 let me in").text.startswith("Guests can't declare a SEV here.")
    assert ada.types("/sev declare SEV1 " + "long " * 40).text.startswith("This title has")
    assert files(stage) == []
    outage.ends()
    stage.slack.wait_until(lambda: ada.types("/sev resolve").text == "SEV-1 is now resolved.", why="it is back")


def test_where_the_journal_cannot_be_written_nothing_is_begun(stage: Stage, outage: Outage, ada: Person) -> None:
    stage.bot.environment.journal_folder.rmdir()
    stage.bot.environment.journal_folder.write_text("in the way")
    outage.begins()
    assert ada.types("/sev declare SEV1 checkout is down").text == NOT_KEPT
    outage.ends()
    stage.slack.wait_until(lambda: "No SEV is open" in ada.types("/sev list").text, why="it is back")
    assert not [each for each in stage.slack.workspace.channels.values() if each.name.startswith("sev-")]


def test_a_bot_that_starts_without_its_database_takes_declarations_and_waits(
    slack: Playground, database_url: str, outage: Outage, ada: Person
) -> None:
    outage.begins()
    bot = Bot(environment_for(slack, database_url))
    bot.start()
    try:
        slack.wait_until(lambda: slack.socket_count() == 1, why="the bot connects")
        assert "not there at the start" in str(bot._database_fault())
        assert ada.types("/sev list").text == NOT_KEPT
        assert ada.types("/sev declare SEV1 checkout is down").text == KEPT
        ada.sees("You, Payments are invited.")
        stage = Stage(slack, bot)
        sev = recovers(stage, outage)
        slack.wait_until(lambda: bot._database_fault() is None, why="the bot found its database")
        ada.sees("Join #sev-1-checkout-is-down to help", in_="#incidents")
        stage.settles()
        assert sev.card.startswith(":red_circle: SEV-1 SEV1: checkout is down")
    finally:
        bot.stop()


def test_other_rooms_do_their_part_first(
    slack: Playground, database_url: str, outage: Outage, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def page(work: Work) -> str:
        return f"Paged: {', '.join(team.name for team in work.audience.paged)}."

    monkeypatch.setattr(House, "_emergency_steps", lambda _house: (EmergencyStep("page", page),))
    bot = Bot(environment_for(slack, database_url))
    bot.start()
    try:
        slack.wait_until(lambda: slack.socket_count() == 1, why="the bot connects")
        outage.begins()
        ada.types("/sev declare SEV1 checkout is down")
        ada.sees("Declared while Sevbot can't reach its database. Paged: Payments. Its channel is")
        ada.sees("Paged: Payments.", in_=emergency_channel(Stage(slack, bot)))
        outage.ends()
    finally:
        bot.stop()


def test_a_form_that_cannot_be_taken_stays_with_what_was_typed(stage: Stage, outage: Outage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV4 checkout is down")
    ada.goes_to(sev.place).types("/sev update")
    ada.fills(**{"What is new": "We roll back the last deploy."})
    outage.begins()
    assert ada.submits().errors == {"What is new": NOT_KEPT}
    outage.ends()
    stage.slack.wait_until(lambda: not ada.submits().errors, why="it is taken")
    assert not ada.modal
    stage.begins()
    assert len([line for line in sev.lines if "We roll back the last deploy." in line]) == 1


def test_a_form_in_which_something_breaks_stays_too(stage: Stage, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    sev = stage.declared(ada, "SEV4 checkout is down")
    ada.goes_to(sev.place).types("/sev update")
    ada.fills(**{"What is new": "We roll back the last deploy."})
    with monkeypatch.context() as broken:
        broken.setattr("bot.incidents.updates.post_update", lambda *_, **__: 1 / 0)
        told = ada.submits().errors["What is new"]
    assert told.startswith("Something went wrong in Sevbot, and nothing was changed.")
    ada.submits()
    assert not ada.modal
    stage.begins()
    assert len([line for line in sev.lines if "We roll back the last deploy." in line]) == 1
