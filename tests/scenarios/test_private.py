"""A private SEV, as far as it goes: its own channel, no announcement, and nothing for anybody else."""

import pytest

from bot.playground import Person, Playground
from tests.scenarios.stories import Stage

WORDS = "SEV1 salaries are public --private"

pytestmark = pytest.mark.usefixtures("stage")


def test_a_private_sev_has_a_private_channel_without_its_title_and_is_announced_nowhere(
    stage: Stage, ada: Person
) -> None:
    sev = stage.declared(ada, WORDS)
    assert sev.channel.kind == "private"
    assert sev.place == "#sev-1"
    assert sev.members == {"ada"}
    assert sev.card.startswith(":lock: :red_circle: SEV-1 SEV1: salaries are public")
    assert stage.said_in("#incidents", containing="SEV-1") == []
    assert [post.channel_id for post in stage.everything_said() if "salaries" in stage.words(post)] == [sev.channel.id]


def test_others_are_told_that_there_is_no_such_sev(stage: Stage, ada: Person, grace: Person) -> None:
    sev = stage.declared(ada, WORDS)
    unknown = (
        "There is no SEV-1 that you can see. /sev list shows what there is. "
        "If it is private, /sev access SEV-1 WHY asks its people to let you in."
    )
    for words in (
        "show SEV-1",
        "status SEV-1",
        "severity SEV-1 SEV2",
        "resolve SEV-1",
        "cancel SEV-1 no",
        "title SEV-1 x",
    ):
        assert grace.types(f"/sev {words}").text == unknown
    assert grace.types("/sev show SEV-2").text == unknown.replace("SEV-1", "SEV-2"), "as if there were none"
    assert grace.types("/sev list all").text == "There is no such SEV."
    assert sev.kept.status == "investigating"
    assert sev.channel.name not in grace.channels


def test_who_is_invited_to_the_channel_sees_the_sev_until_they_leave(
    stage: Stage, slack: Playground, ada: Person, grace: Person
) -> None:
    sev = stage.declared(ada, WORDS)
    ada.invites(grace, to=sev.place)
    grace.sees("Welcome to SEV-1. Only you see this.", in_=sev.place)
    slack.wait_until(lambda: "salaries" in grace.types("/sev show SEV-1").text, why="grace is a member")
    assert "salaries are public" in grace.types("/sev list").text
    assert grace.types("/sev severity SEV-1 SEV2").text == "SEV-1 is now SEV2."
    stage.expects("@Grace Hopper changed the severity from SEV1 to SEV2.")
    grace.leaves(sev.place)
    slack.wait_until(lambda: "There is no SEV-1" in grace.types("/sev show SEV-1").text, why="grace is none any more")
    assert grace.types("/sev list").text == "No SEV is open. :tada:"


def test_the_declarer_sees_it_everywhere(stage: Stage, ada: Person) -> None:
    stage.declared(ada, WORDS)
    assert ":lock: :red_circle: SEV-1 SEV1: salaries are public" in ada.types("/sev list").text
    assert ":lock: :red_circle: SEV-1 SEV1: salaries are public" in ada.types("/sev").text
    assert "salaries are public" in ada.types("/sev show SEV-1").text


def test_a_private_sev_can_be_declared_by_the_form_without_a_severity_being_shown_to_anybody(
    stage: Stage, ada: Person
) -> None:
    ada.types("/sev declare")
    ada.fills(Title="salaries are public", Severity="SEV1", Kind=["Private"], **{"Workflows affected": ["Place order"]})
    ada.sees("Invited: you. Announced in: no channel. Paged: nobody.")
    ada.submits()
    ada.sees("SEV-1 has its channel: #sev-1. You are invited.")
    stage.expects("Declared by", "Type /sev here")
    sev = stage.sev(1)
    assert sev.members == {"ada"}
    assert stage.said_in("#payments", containing="SEV-1") == []


def test_who_left_unheard_after_the_end_cannot_see_it_either(
    stage: Stage, slack: Playground, ada: Person, grace: Person
) -> None:
    sev = stage.declared(ada, WORDS)
    ada.invites(grace, to=sev.place)
    grace.sees("Welcome to SEV-1. Only you see this.", in_=sev.place)
    slack.wait_until(lambda: "salaries" in grace.types("/sev show SEV-1").text, why="grace is a member")
    ada.types("/sev resolve SEV-1")
    stage.expects("Resolved")
    slack.faults.lose_events = True
    grace.leaves(sev.place)
    slack.faults.lose_events = False
    stage.bot.reconcile()
    stage.settles()
    assert grace.types("/sev show SEV-1").text.startswith("There is no SEV-1 that you can see.")


def test_a_guest_who_is_in_the_channel_sees_it_and_changes_nothing(
    stage: Stage, slack: Playground, ada: Person, edsger: Person
) -> None:
    sev = stage.declared(ada, WORDS)
    ada.invites(edsger, to=sev.place)
    edsger.goes_to(sev.place).sees("Welcome to SEV-1. Only you see this.", in_=sev.place)
    slack.wait_until(lambda: "salaries" in edsger.types("/sev show SEV-1").text, why="edsger is a member")
    assert edsger.types("/sev resolve").text.startswith("Guests can't change a SEV here.")
    assert sev.kept.status == "investigating"
