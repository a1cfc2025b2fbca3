"""Finding SEVs by words."""

import pytest

from bot.playground import Person
from tests.scenarios.stories import Stage


def found(person: Person, words: str) -> list[str]:
    text = person.types(f"/sev search {words}").text
    return [word for line in text.splitlines() for word in line.split()[:3] if word.startswith("SEV-")]


@pytest.fixture
def sevs(stage: Stage, ada: Person, grace: Person) -> None:
    """Three SEVs; the second is a private one of ada's."""
    stage.declared(ada, "SEV3 checkout is down")
    stage.declared(ada, "SEV2 checkout salaries are public --private")
    stage.declared(grace, "SEV4 a typo on payments.example.com")
    stage.hears()
    ada.types("/sev summary SEV-1 Zürich can't pay")
    ada.types("/sev status SEV-3 identified the checkout page has it too")
    stage.begins()


@pytest.mark.usefixtures("sevs")
def test_words_are_found_in_titles_summaries_and_timelines_the_newest_first(ada: Person, grace: Person) -> None:
    assert found(grace, "checkout") == ["SEV-1", "SEV-3"], "those named so come first"
    assert found(ada, "CHECK") == ["SEV-2", "SEV-1", "SEV-3"]
    assert found(grace, "down checkout") == ["SEV-1"]
    assert found(grace, "pay") == ["SEV-1", "SEV-3"], "whole words come before beginnings"
    assert found(grace, "example") == ["SEV-3"]
    assert found(grace, "zürich") == ["SEV-1"]
    assert found(grace, "salaries") == []
    assert "\nthe checkout page has it too" in grace.types("/sev search checkout page").text
    assert grace.types("/sev search nothing like it").text == "No SEV that you can see has all these words."


@pytest.mark.usefixtures("sevs")
def test_what_was_changed_or_withdrawn_is_found_no_more(ada: Person, stage: Stage) -> None:
    ada.types("/sev title SEV-1 login is down")
    ada.types("/sev entry SEV-3 4")
    ada.sees("SEV-3, entry 4")
    ada.clicks("Withdraw")
    ada.sees("It was withdrawn")
    ada.closes_modal()
    assert found(ada, "checkout") == ["SEV-2"]
    assert found(ada, "login") == ["SEV-1"]
    stage.begins()


@pytest.mark.usefixtures("stage")
def test_nothing_to_look_for_is_explained(ada: Person) -> None:
    for words in ("", '"', "* ^ - ()", "'';--"):
        assert ada.types(f"/sev search {words}").text == (
            "Give a word or two that the SEV's title, summary or timeline has: /sev search checkout."
        )
    for words in ('"a" OR b*', "NEAR(a b)", "a:b", "x' & !y | z", "title : a", "\\", "²", "ａ"):
        assert ada.types(f"/sev search {words}").text
