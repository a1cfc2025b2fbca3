"""Impatience: the same SEV declared twice is one SEV, and numbers have no gaps."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.playground import Person, Playground
from tests.scenarios.stories import Stage

WORDS = "/sev declare SEV4 checkout is down"

pytestmark = pytest.mark.usefixtures("stage")


def test_the_same_words_twice_are_one_sev(stage: Stage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV3 checkout is down")
    assert ada.types("/sev declare SEV3 checkout is down").text == f"SEV-1 is already declared: {sev.place}."
    assert ada.types("/sev declare sev3 checkout  is down").text == f"SEV-1 is already declared: {sev.place}."
    assert stage.number_of_sevs() == 1


def test_the_same_words_are_the_same_sev_though_it_is_of_another_severity_by_now(stage: Stage, ada: Person) -> None:
    """As where a replica that froze comes to what was typed again elsewhere, and went on."""
    sev = stage.declared(ada, "SEV3 checkout is down")
    ada.types("/sev severity SEV-1 SEV4")
    for severity in ("SEV3", "SEV4"):
        assert ada.types(f"/sev declare {severity} checkout is down").text == f"SEV-1 is already declared: {sev.place}."
    assert stage.declared(ada, "SEV2 checkout is down").number == 2


def test_the_same_words_at_the_same_time_are_one_sev(stage: Stage, ada: Person) -> None:
    with ThreadPoolExecutor(6) as at_once:
        replies = [each.text for each in at_once.map(ada.types, [WORDS] * 6)]
    assert replies.count("SEV-1 declared; its channel is being set up.") == 1
    assert sum(reply.startswith("SEV-1 is already declared") for reply in replies) == 5
    ada.sees("SEV-1 has its channel: #sev-1-checkout-is-down.")
    stage.expects("Declared by", "Type /sev here")
    assert stage.number_of_sevs() == 1


def test_a_form_that_arrives_twice_declares_one_sev(stage: Stage, slack: Playground, ada: Person) -> None:
    ada.types("/sev declare")
    ada.fills(Title="checkout is down", Severity="SEV4")
    first = ada.submits()
    again = slack.post.interact("interactive", first.payload, lambda _delivery: None)
    assert again.wait()
    assert "SEV-1 is already declared" in str(again.ack)
    ada.sees("SEV-1 has its channel: #sev-1-checkout-is-down.")
    stage.expects("Declared by", "Type /sev here")
    assert stage.number_of_sevs() == 1


def test_the_same_form_twice_at_the_same_time_declares_one_sev(stage: Stage, slack: Playground, ada: Person) -> None:
    ada.types("/sev declare")
    ada.fills(Title="checkout is down", Severity="SEV4")
    view = slack.workspace.modals[ada.id][-1]
    with slack.workspace.lock:
        deliveries = [slack.client.submit(ada.user, view) for _ in range(4)]
    assert all(delivery.wait() for delivery in deliveries)
    ada.sees("SEV-1 has its channel: #sev-1-checkout-is-down.")
    stage.expects("Declared by", "Type /sev here")
    assert stage.number_of_sevs() == 1


def test_the_same_words_are_a_new_sev_for_another_person_or_after_two_minutes(
    stage: Stage, slack: Playground, ada: Person, grace: Person
) -> None:
    stage.declared(ada, "SEV4 checkout is down")
    assert stage.declared(grace, "SEV4 checkout is down").number == 2
    slack.advance_clock(121)
    grace.types("/sev title SEV-2 something else")  # its card's refresh tells the bot what time it is
    stage.settles()
    assert stage.declared(ada, "SEV4 checkout is down").number == 3


def test_the_same_words_for_another_kind_of_sev_are_another_sev(stage: Stage, ada: Person) -> None:
    public = stage.declared(ada, "SEV4 the vault is open")
    private = stage.declared(ada, "SEV4 the vault is open --private")
    drill = stage.declared(ada, "SEV4 the vault is open --drill")
    assert [each.kept.is_private for each in (public, private, drill)] == [False, True, False]
    assert drill.kept.is_drill


def test_numbers_have_no_gaps_whoever_declares_at_the_same_time(stage: Stage, slack: Playground) -> None:
    people = [slack.person(name) for name in ("ada", "grace", "linus", "margaret", "barbara")]
    guest = slack.person("edsger").goes_to("#payments")
    typed = [(person, f"/sev declare SEV4 trouble {n}") for n in range(2) for person in people]
    refused = [(guest, "/sev declare SEV4 let me in"), (people[0], f"/sev declare SEV4 {'long ' * 40}")]
    both = [line for pair in zip(typed, [*refused, *refused, *typed[:6]], strict=False) for line in pair]
    with ThreadPoolExecutor(10) as at_once:
        replies = [each.text for each in at_once.map(lambda line: line[0].types(line[1]), both)]
    declared = {reply.split()[0] for reply in replies if "its channel is being set up" in reply or "already" in reply}
    assert declared == {f"SEV-{number}" for number in range(1, 11)}
    assert stage.number_of_sevs() == 10
    for person in people:
        for _ in range(2):
            person.sees("has its channel")
    stage.settles()
    slack.expect_all()
