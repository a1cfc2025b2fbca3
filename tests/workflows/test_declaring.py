"""Workflows so critical that a SEV is declared by itself; and SEVs that not everybody may see."""

from datetime import timedelta

import pytest

from bot.playground import Person
from tests.workflows.conftest import BURN, TroubleStage


@pytest.fixture
def watchful(trouble: TroubleStage) -> TroubleStage:
    """*Place order* wants a SEV2 declared when something critical is wrong with it."""
    settings = trouble.bot.settings
    first, *others = settings.current.workflows
    declaring = first.model_copy(update={"declares": "SEV2"})
    settings.current = settings.current.model_copy(update={"workflows": (declaring, *others)})
    return trouble


def expect_the_sev(stage: TroubleStage) -> None:
    stage.expects("Declared by", "Type /sev here", "SEV-1")


def test_something_critical_declares_a_sev_by_itself_once(watchful: TroubleStage) -> None:
    watchful.signs()
    watchful.signs()
    watchful.signs(BURN, source="check", key="order-check", title="The order check fails")
    assert watchful.number_of_sevs() == 1
    sev = watchful.sev(1)
    assert (sev.kept.title, sev.kept.severity, sev.kept.detected_by) == (
        "Place order: Orders fail 14 times too often", "SEV2", "burn",
    )  # fmt: skip
    assert [entry.kind for entry in sev.facts] == ["sign", "declared", "channel", "sign"]
    assert sev.members == {"grace", "margaret"}
    assert "Declared by\nSevbot" in sev.card
    assert "failed" not in sev.card
    burn, check = (watchful.words(each) for each in watchful.messages())
    assert f"It is in the timeline of SEV-1 {sev.place}." in burn
    assert f"It is in the timeline of SEV-1 {sev.place}." in check
    expect_the_sev(watchful)


def test_what_goes_on_after_its_sev_is_over_declares_no_second_one(watchful: TroubleStage, ada: Person) -> None:
    watchful.signs()
    ada.types("/sev resolve SEV-1")
    watchful.settles()
    watchful.signs()
    assert watchful.number_of_sevs() == 1
    assert "[Declare SEV]" in watchful.message()
    watchful.expects("Declared by", "SEV-1", "set the status")


def test_what_is_not_critical_only_suggests_until_it_is(watchful: TroubleStage) -> None:
    watchful.signs(BURN, urgency="warning")
    assert watchful.number_of_sevs() == 0
    assert watchful.message().startswith(":warning: ")
    watchful.signs()
    assert watchful.number_of_sevs() == 1
    assert watchful.words(watchful.messages()[-1]).startswith(":rotating_light: ")
    watchful.slack.expected.update(watchful.messages())
    expect_the_sev(watchful)


def test_what_is_ignored_declares_nothing_until_it_becomes_critical(watchful: TroubleStage, ada: Person) -> None:
    watchful.signs(BURN, urgency="warning")
    ada.clicks("Ignore for 1 h", in_="#payments")
    watchful.signs(BURN, urgency="warning")
    assert watchful.number_of_sevs() == 0
    assert "Ignored by @Ada Lovelace" in watchful.message()
    watchful.signs()
    assert watchful.number_of_sevs() == 1
    watchful.slack.expected.update(watchful.messages())
    expect_the_sev(watchful)


def test_where_nobody_may_declare_nothing_declares_itself(watchful: TroubleStage) -> None:
    settings = watchful.bot.settings
    nobody = settings.current.permissions.model_copy(update={"declare": "nobody"})
    settings.current = settings.current.model_copy(update={"permissions": nobody})
    watchful.signs()
    assert watchful.number_of_sevs() == 0
    assert "[Declare SEV]" in watchful.message()


def test_a_private_sev_hears_of_it_and_nobody_hears_of_the_private_sev(
    watchful: TroubleStage, ada: Person, grace: Person
) -> None:
    ada.types("/sev declare --private")
    ada.fills(Title="who took the money", Severity="SEV4", Kind=["Private"], **{"Workflows affected": ["Place order"]})
    ada.submits()
    watchful.begins()
    ada.closes_modal()
    watchful.signs(BURN, urgency="warning")
    assert watchful.sev(1).facts[-1].kind == "sign"
    said = watchful.message()
    assert "[Declare SEV]" in said
    assert "SEV-1" not in said
    grace.clicks("Attach to a SEV…", in_="#payments")
    grace.sees("No SEV is open that you can see.")
    grace.closes_modal()
    watchful.signs()
    assert watchful.number_of_sevs() == 2
    told = watchful.messages()
    watchful.slack.expected.update(told)
    assert "SEV-2" in watchful.words(told[-1])
    assert all("SEV-1" not in watchful.words(each) for each in told)
    watchful.recovers()
    assert watchful.sev(1).facts[-1].kind == "sign_recovered"
    watchful.expects("Declared by", "SEV-2")


def test_a_private_sev_can_be_chosen_by_who_is_in_it_and_is_not_named(trouble: TroubleStage, ada: Person) -> None:
    ada.types("/sev declare SEV4 who took the money --private")
    trouble.begins()
    trouble.signs()
    assert "[Attach to a SEV…]" in trouble.message()
    ada.clicks("Attach to a SEV…", in_="#payments")
    ada.fills(SEV="SEV-1 who took the money")
    ada.submits()
    ada.sees("It is in the timeline of SEV-1 now. Its message says nothing of a private SEV.")
    trouble.settles()
    assert "SEV-1" not in trouble.message()
    assert trouble.sev(1).facts[-1].kind == "sign"


def test_a_guest_can_ask_and_is_told_why_not(trouble: TroubleStage, edsger: Person) -> None:
    trouble.signs()
    edsger.clicks("Ignore for 1 h", in_="#payments")
    edsger.sees("Guests can't change a SEV here.")
    assert "Ignored" not in trouble.message()


def test_a_sev_and_a_problem_that_begin_in_one_moment_meet_a_little_later(
    trouble: TroubleStage, grace: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    grace.types("/sev declare")
    grace.fills(Title="orders fail", Severity="SEV4", **{"Workflows affected": ["Place order"]})
    grace.submits()
    trouble.settles()
    with monkeypatch.context() as patch:
        patch.setattr("bot.workflows.problems.sev_signs.reach_sevs", lambda *_args, **_options: None)
        trouble.signs()
    for _ in range(2):
        trouble.time_passes(timedelta(seconds=15))
    assert [entry.kind for entry in trouble.sev(1).facts].count("sign") == 1
    assert "It is in the timeline of SEV-1" in trouble.message()
    trouble.expects("SEV-1")
