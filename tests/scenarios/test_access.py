"""Asking to be let into a private SEV: who asks learns nothing, who is in it decides."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.incidents.access import AccessRequest
from bot.outbox.model import OutboxMessage
from bot.playground import Person
from bot.playground.model import BOT_USER_ID
from tests.scenarios.stories import Sev, Stage

ASKED = "If there is a private SEV-1, its people have been asked."


@pytest.fixture
def sev(stage: Stage, ada: Person) -> Sev:
    """A private SEV of ada's."""
    return stage.declared(ada, "SEV1 salaries are public --private")


def requests_in(sev: Sev) -> list[str]:
    """What the channel shows of requests."""
    sev.stage.settles()
    return [words for words in sev.lines if ":door:" in words]


def age_requests(stage: Stage, by: timedelta) -> None:
    """Let all requests have been made earlier."""

    def age(session: Session) -> None:
        for request in session.scalars(select(AccessRequest)):
            session.execute(
                update(AccessRequest).where(AccessRequest.id == request.id).values(asked_at=request.asked_at - by)
            )

    stage.bot.database.run(age)


def test_whoever_asks_is_let_in_by_somebody_in_the_channel(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    assert grace.types("/sev access SEV-1 I run the <payroll> & more").text == ASKED
    ada.sees("@Grace Hopper asks to be let into SEV-1.\n>I run the <payroll> & more", in_=sev.place)
    ada.goes_to(sev.place).clicks("Let them in")
    grace.sees(f"You were let into SEV-1: {sev.place}.", in_="@sevbot")
    assert sev.members == {"ada", "grace"}
    stage.slack.wait_until(lambda: "salaries" in grace.types("/sev show SEV-1").text, why="grace is a member")
    assert requests_in(sev) == [
        ":door: @Grace Hopper asked to be let into SEV-1. @Ada Lovelace let them in.\n>I run the <payroll> & more"
    ]
    assert [(entry.kind, entry.actor, entry.data) for entry in sev.facts][-1] == (
        "access_let_in", ada.id, {"user": grace.id},
    )  # fmt: skip


def test_a_decline_is_silent(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    assert grace.types("/sev access SEV-1").text == ASKED
    ada.sees("asks to be let into SEV-1", in_=sev.place)
    ada.goes_to(sev.place).clicks("Decline")
    assert requests_in(sev) == [
        ":door: @Grace Hopper asked to be let into SEV-1. @Ada Lovelace declined; they were not told."
    ]
    assert sev.members == {"ada"}
    assert stage.slack.workspace.direct_channel(grace.id, BOT_USER_ID) is None, "nothing was ever said to her"
    assert grace.types("/sev show SEV-1").text.startswith("There is no SEV-1 that you can see.")


def test_the_answer_is_the_same_whether_there_is_such_a_sev_or_not(stage: Stage, sev: Sev, grace: Person) -> None:
    def answers(number: int) -> list[str]:
        said = [grace.types(f"/sev {words}").text for words in (f"show SEV-{number}", f"access SEV-{number}")]
        said.append(grace.types(f"/sev access SEV-{number} again").text)
        return [each.replace(f"SEV-{number}", "SEV-N") for each in said]

    assert answers(1) == answers(77)
    too_soon = (
        "You asked about SEV-N less than 15 minutes ago. If there is a private SEV-N, its people have been asked."
    )
    assert answers(1)[1:] == answers(77)[1:] == [too_soon, too_soon]
    assert len(requests_in(sev)) == 1
    stage.expects("asks to be let into SEV-1")


@pytest.mark.usefixtures("sev")
def test_the_same_is_written_and_asked_for_whether_there_is_such_a_sev_or_not(stage: Stage, grace: Person) -> None:
    grace.types("/sev access SEV-1")
    grace.types("/sev access SEV-77")
    stage.expects("asks to be let into SEV-1")
    with stage.bot.database.read() as session:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "incident.consider_request"))
        assert [(row.state, row.last_error, row.arguments) for row in rows] == [("sent", None, {})] * 2


def test_whoever_guesses_does_not_get_far_and_learns_nothing(stage: Stage, sev: Sev, grace: Person) -> None:
    answers = [grace.types(f"/sev access SEV-{number}").text for number in (5, 4, 3, 2, 1, 6)]
    assert answers[4] == ASKED
    refusal = "You have asked 5 times within an hour, and more is not possible. Please wait a while."
    assert answers[5] == refusal
    age_requests(stage, timedelta(minutes=20))
    assert grace.types("/sev access SEV-1").text == refusal
    age_requests(stage, timedelta(minutes=41))
    assert grace.types("/sev access SEV-1").text == ASKED
    assert len(requests_in(sev)) == 1, "the first still waits"
    stage.expects("asks to be let into SEV-1")


def test_two_who_decide_and_a_double_click_are_one_decision(
    stage: Stage, sev: Sev, ada: Person, grace: Person, linus: Person
) -> None:
    ada.invites(linus, to=sev.place)
    grace.types("/sev access SEV-1")
    stage.expects("asks to be let into SEV-1")
    (message,) = stage.said_in(sev.place, containing=":door:")
    stale = {"type": "button", "text": {"type": "plain_text", "text": "x"}, "value": f"1:{1}"}
    with stage.slack.workspace.lock:
        clicks = [
            stage.slack.client.act(person.user, message, "b", stale | {"action_id": action})
            for person, action in ((ada, "incident.let_in"), (ada, "incident.let_in"), (linus, "incident.decline"))
        ]
    assert all(click.wait() for click in clicks)
    stage.settles()
    (words,) = requests_in(sev)
    assert words.count("let them in") + words.count("declined") == 1
    stage.slack.expect_all()
    assert sev.members == ({"ada", "linus", "grace"} if "let them in" in words else {"ada", "linus"})
    decisions = [entry for entry in sev.timeline if entry.kind.startswith("access_")]
    assert len(decisions) == 1


def test_a_guest_can_neither_ask_nor_decide(stage: Stage, sev: Sev, ada: Person, grace: Person, edsger: Person) -> None:
    edsger.goes_to("#payments")
    refusal = "Guests can't ask to be let into a SEV here. Ask somebody of this workspace to do it."
    assert edsger.types("/sev access SEV-1").text == edsger.types("/sev access SEV-77").text == refusal
    ada.invites(edsger, to=sev.place)
    edsger.sees("Welcome to SEV-1. Only you see this.", in_=sev.place)
    grace.types("/sev access SEV-1")
    stage.expects("asks to be let into SEV-1")
    edsger.goes_to(sev.place).clicks("Let them in")
    edsger.sees("Guests can't change a SEV here.")
    assert sev.members == {"ada", "edsger"}


def test_a_request_that_nobody_answers_ends_after_a_day(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    grace.types("/sev access SEV-1")
    grace.types("/sev access SEV-77")
    stage.expects("asks to be let into SEV-1")
    age_requests(stage, timedelta(days=1))
    ada.goes_to(sev.place).clicks("Let them in")
    ada.sees("This request is older than a day.")
    next(job for job in stage.bot.house.jobs() if job.name == "incidents.expire_requests").run()
    assert requests_in(sev) == [
        ":door: @Grace Hopper asked to be let into SEV-1. Nobody answered within a day; they were not told."
    ]
    assert sev.members == {"ada"}
    with stage.bot.database.read() as session:
        assert list(session.scalars(select(AccessRequest.number))) == [1], "the other was about nothing"
    assert grace.types("/sev access SEV-1").text == ASKED
    assert len(requests_in(sev)) == 2
    stage.expects("asks to be let into SEV-1")


def test_where_the_bot_cannot_see_the_channel_nobody_is_asked(sev: Sev, ada: Person, grace: Person) -> None:
    ada.removes("sevbot", from_=sev.place)
    ada.sees("Sevbot was removed from", in_="@sevbot")
    assert grace.types("/sev access SEV-1").text == ASKED
    assert requests_in(sev) == []


def test_whoever_can_see_it_need_not_ask(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    stage.declared(ada, "SEV4 checkout is slow")
    assert ada.types("/sev access SEV-1").text == f"You can see SEV-1 already: {sev.place}. /sev show SEV-1 shows it."
    assert grace.types("/sev access SEV-2").text.startswith("You can see SEV-2 already: #sev-2-checkout-is-slow.")
    assert grace.types("/sev access").text.startswith("Name the SEV, and say why you need to see it")


@pytest.mark.usefixtures("sev")
def test_a_public_sev_cannot_be_made_private(stage: Stage, ada: Person, grace: Person) -> None:
    stage.declared(ada, "SEV4 checkout is slow")
    told = grace.types("/sev private SEV-2").text
    assert told.startswith("Slack lets no bot turn a public channel private")
    assert "/sev declare SEV4 TITLE --private" in told
    assert ada.types("/sev private SEV-1").text == "SEV-1 is private already."
    assert grace.types("/sev private SEV-1").text.startswith("There is no SEV-1 that you can see.")
