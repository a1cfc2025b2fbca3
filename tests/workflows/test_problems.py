"""From a sign of trouble to a SEV, told as people see it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.outbox.model import OutboxMessage
from bot.playground import Person
from bot.workflows.problems.model import Problem
from tests.workflows.conftest import BURN, TroubleStage

ALERT = replace(BURN, source="alert", key="generic:backup", title="The backup failed", urgency="warning")
HOUR = timedelta(hours=1)


def test_a_sign_of_trouble_is_one_message_in_the_channel_of_the_workflows_owner(trouble: TroubleStage) -> None:
    trouble.signs()
    lines = trouble.message().splitlines()
    assert lines[0] == ":rotating_light: Place order: Orders fail 14 times too often"
    assert lines[1] == "Out of budget in about 5 h at this rate."
    assert lines[2].startswith("Burning error budget, since ")
    assert lines[3:] == ["[Declare SEV]", "[Attach to a SEV…]", "[Ignore for 1 h]"]


def test_a_sev_declared_from_it_was_detected_by_it_and_hears_when_it_is_over(
    trouble: TroubleStage, ada: Person
) -> None:
    trouble.signs()
    ada.clicks("Declare SEV", in_="#payments")
    ada.fills(Severity="SEV4")
    ada.submits()
    trouble.settles()
    sev = trouble.sev(1)
    assert (sev.kept.title, sev.kept.detected_by) == ("Place order: Orders fail 14 times too often", "burn")
    (problem,) = trouble.problems()
    assert sev.kept.detected_at == problem.began_at
    assert [entry.kind for entry in sev.facts][:2] == ["sign", "declared"]
    assert ":rotating_light: Burning error budget, since " in sev.card
    assert " by a burning error budget  |  Declared " in sev.card
    assert "Noticed by monitoring 1 of 1 (burning budgets 1), by people 0" in ada.types("/sev stats").text
    assert f"It is in the timeline of SEV-1 {sev.place}." in trouble.message()
    assert "[" not in trouble.message()
    trouble.recovers()
    assert [entry.kind for entry in sev.facts][-1] == "sign_recovered"
    assert ":white_check_mark: The sign of trouble is over since " in sev.card
    assert sev.kept.resolved_at is None
    assert trouble.message().startswith(":white_check_mark: Place order: ")
    trouble.expects("Declared by", "Type /sev here", "Join #sev-1")


def test_what_is_seen_again_counts_and_what_comes_back_is_told_anew(trouble: TroubleStage) -> None:
    for _ in range(5):
        trouble.signs()
    assert "Seen" not in trouble.message()
    trouble.time_passes(timedelta(minutes=1))
    assert "Seen 5 times" in trouble.message()
    trouble.recovers()
    trouble.signs()
    first, second = trouble.messages()
    trouble.slack.expected.update((first, second))
    assert "Recovered" in trouble.words(first)
    assert "It came back: it has come 2 times now." in trouble.words(second)
    assert [(each.episode, each.seen_count) for each in trouble.problems()] == [(1, 5), (2, 1)]


def test_what_is_ignored_is_silent_for_an_hour_and_shows_again_if_it_is_still_there(
    trouble: TroubleStage, ada: Person
) -> None:
    trouble.signs()
    ada.clicks("Ignore for 1 h", in_="#payments")
    trouble.settles()
    assert "Ignored by @Ada Lovelace until " in trouble.message()
    trouble.recovers()
    trouble.signs()
    assert ", and is ignored: nothing more is said of it until " in trouble.message()
    trouble.time_passes(HOUR / 2)
    assert len(trouble.messages()) == 1
    trouble.time_passes(HOUR)
    first, second = trouble.messages()
    trouble.slack.expected.update((first, second))
    assert "[Ignore for 1 h]" in trouble.words(second)


@pytest.mark.parametrize("ways", [["Attach to SEV-1"], ["Attach to another SEV…", "SEV-1 checkout is down"]])
def test_it_can_be_attached_to_a_sev_that_is_open(
    trouble: TroubleStage, ada: Person, grace: Person, ways: list[str]
) -> None:
    sev = trouble.declared(grace, "SEV4 checkout is down")
    trouble.signs()
    ada.clicks(ways[0], in_="#payments")
    if len(ways) > 1:
        ada.fills(SEV=ways[1])
        ada.submits()
    trouble.settles()
    assert sev.facts[-1].kind == "sign"
    assert sev.facts[-1].actor == "U01ADA"
    assert f"It is in the timeline of SEV-1 {sev.place}." in trouble.message()


def test_an_open_sev_of_its_workflow_gets_it_by_itself(trouble: TroubleStage, grace: Person) -> None:
    grace.types("/sev declare")
    grace.fills(Title="orders fail", Severity="SEV4", **{"Workflows affected": ["Place order"]})
    grace.submits()
    trouble.settles()
    trouble.signs()
    sev = trouble.sev(1)
    assert sev.facts[-1].kind == "sign"
    assert "It is in the timeline of SEV-1" in trouble.message()
    grace.types("/sev resolve SEV-1")
    trouble.settles()
    assert "[Declare SEV]" in trouble.message()
    trouble.expects("SEV-1", "set the status")


def test_what_comes_and_goes_is_told_three_times_an_hour_and_once_it_lasts(trouble: TroubleStage) -> None:
    for _ in range(5):
        trouble.signs()
        trouble.recovers()
    said = trouble.messages()
    trouble.slack.expected.update(said)
    assert len(said) == 3
    assert "came back" not in trouble.words(said[-1]).splitlines()[-1]
    trouble.signs()
    assert ", and comes and goes: nothing more is said of it until " in trouble.words(said[-1])
    trouble.time_passes(timedelta(minutes=4))
    trouble.recovers()
    trouble.signs()
    trouble.time_passes(timedelta(minutes=4))
    assert len(trouble.messages()) == 3
    trouble.time_passes(timedelta(minutes=2))
    assert "comes and goes" not in trouble.words(said[-1])
    trouble.slack.expected.update(trouble.messages())
    assert len(trouble.messages()) == 4
    assert trouble.words(trouble.messages()[-1]).startswith(":rotating_light: ")
    assert len(trouble.problems()) == 7


def test_a_workflow_nobody_knows_has_its_signs_where_sevs_are_announced(trouble: TroubleStage) -> None:
    trouble.signs(BURN, workflow="no-such-workflow")
    assert trouble.message("#incidents").startswith(":rotating_light: Orders fail 14 times too often\n")


def test_an_alert_whose_sender_is_silent_for_a_week_is_taken_to_be_over(trouble: TroubleStage, ada: Person) -> None:
    sev = trouble.declared(ada, "SEV4 checkout is down")
    trouble.signs(ALERT)
    ada.clicks("Attach to SEV-1", in_="#payments")
    trouble.signs()
    trouble.time_passes(timedelta(days=6))
    trouble.bot.house.workflows.alerts.end_silent()
    assert [each.recovered_at for each in trouble.problems()] == [None, None]
    trouble.time_passes(timedelta(days=1, minutes=1))
    trouble.bot.house.workflows.alerts.end_silent()
    trouble.settles()
    alert, burn = trouble.messages()
    trouble.slack.expected.update((alert, burn))
    assert trouble.words(alert).startswith(":zzz: Place order: The backup failed")
    assert ", so it is taken to be over." in trouble.words(alert)
    assert "[" not in trouble.words(alert)
    assert trouble.words(burn).startswith(":rotating_light: ")
    assert (sev.facts[-1].kind, sev.facts[-1].data["ended_by"]) == ("sign_recovered", "sevbot")
    trouble.expects("SEV-1")


def test_somebody_may_say_that_an_alert_is_over_and_every_message_of_it_says_so(
    trouble: TroubleStage, ada: Person, grace: Person
) -> None:
    sev = trouble.declared(grace, "SEV4 checkout is down")
    trouble.signs(ALERT)
    ada.clicks("Ignore for 1 h", in_="#payments")
    trouble.time_passes(HOUR + timedelta(minutes=1))
    ada.clicks("Attach to SEV-1", in_="#payments")
    trouble.settles()
    ada.clicks("It is over", in_="#payments")
    trouble.settles()
    said = trouble.messages()
    trouble.slack.expected.update(said)
    assert len(said) == 2
    for each in said:
        assert trouble.words(each).startswith(":white_check_mark: ")
        assert "@Ada Lovelace said " in trouble.words(each)
        assert "still there" not in trouble.words(each)
    assert (sev.facts[-1].kind, sev.facts[-1].actor) == ("sign_recovered", "U01ADA")


def test_what_recovered_before_it_was_attached_is_over_in_the_timeline_too(trouble: TroubleStage, ada: Person) -> None:
    trouble.signs()
    ada.clicks("Declare SEV", in_="#payments")
    ada.fills(Severity="SEV4")
    trouble.recovers()
    ada.submits()
    trouble.settles()
    assert [entry.kind for entry in trouble.sev(1).facts][:3] == ["sign", "declared", "sign_recovered"]
    trouble.message()
    trouble.expects("Declared by", "Type /sev here", "Join #sev-1")


def test_a_new_sev_hears_first_of_what_is_critical_and_then_of_what_is_new(
    trouble: TroubleStage, grace: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.workflows.problems.sev_signs.MOST_AT_ONCE", 2)
    for key, urgency in (("critical", "critical"), ("old", "warning"), ("new", "warning")):
        trouble.signs(ALERT, key=key, title=key, urgency=urgency)
        trouble.time_passes(timedelta(minutes=1))
    grace.types("/sev declare")
    grace.fills(Title="orders fail", Severity="SEV4", **{"Workflows affected": ["Place order"]})
    grace.submits()
    trouble.settles()
    assert [entry.text for entry in trouble.sev(1).facts if entry.kind == "sign"] == ["critical", "new"]
    trouble.slack.expected.update(trouble.messages())
    trouble.expects("Declared by", "Type /sev here", "SEV-1")


@pytest.mark.parametrize("is_ignored", [False, True])
def test_a_warning_that_becomes_critical_is_told_anew_once_an_hour(
    trouble: TroubleStage, ada: Person, *, is_ignored: bool
) -> None:
    trouble.signs(urgency="warning")
    if is_ignored:
        ada.clicks("Ignore for 1 h", in_="#payments")
    for urgency in ("critical", "warning", "critical"):
        trouble.signs(urgency=urgency)
    first, second = trouble.messages()
    trouble.slack.expected.update((first, second))
    assert "It is still there: see the newer message below." in trouble.words(first)
    assert trouble.words(second).startswith(":rotating_light: ")
    assert "[Ignore for 1 h]" in trouble.words(second)
    ada.clicks("Ignore for 1 h", in_="#payments")
    for urgency in ("warning", "critical"):
        trouble.signs(urgency=urgency)
    assert len(trouble.messages()) == 2
    trouble.time_passes(HOUR - timedelta(minutes=1))
    for urgency in ("warning", "critical"):
        trouble.signs(urgency=urgency)
    assert len(trouble.messages()) == 2


def test_in_a_storm_sevs_are_announced_before_problems(trouble: TroubleStage, ada: Person) -> None:
    trouble.signs()
    trouble.declared(ada, "SEV4 checkout is down")
    with trouble.bot.database.read() as session:
        rows = session.execute(select(OutboxMessage.kind, OutboxMessage.priority)).all()
    others = [priority for kind, priority in rows if kind.startswith("incident.")]
    assert [priority < min(others) for kind, priority in rows if kind == "problem.message"] == [True]
    trouble.message()


def test_a_problem_that_is_told_nowhere_holds_up_no_other(
    trouble: TroubleStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.workflows.problems.jobs.AT_ONCE", 1)
    trouble.signs(ALERT)
    trouble.bot.database.run(lambda session: session.execute(update(Problem).values(place="", seen_count=2)))
    trouble.signs()
    trouble.signs()
    for _ in range(2):
        trouble.time_passes(timedelta(minutes=1))
    trouble.slack.expected.update(trouble.messages())
    assert "Seen 2 times" in trouble.words(trouble.messages()[-1])


def test_what_began_long_ago_keeps_its_own_time(trouble: TroubleStage) -> None:
    began = trouble.bot.clock.now() - timedelta(days=30)
    trouble.signs(ALERT, since=began)
    assert [each.began_at for each in trouble.problems()] == [began]
    trouble.message()


def test_two_people_who_declare_from_one_problem_declare_one_sev(
    trouble: TroubleStage, ada: Person, grace: Person
) -> None:
    trouble.signs()
    for each in (ada, grace):
        each.clicks("Declare SEV", in_="#payments")
        each.fills(Severity="SEV4")
    ada.submits()
    grace.submits()
    grace.sees("SEV-1 was declared for this a moment ago. For another SEV, type `/sev declare`.")
    grace.closes_modal()
    trouble.settles()
    assert trouble.number_of_sevs() == 1
    trouble.message()
    trouble.expects("Declared by", "Type /sev here", "Join #sev-1")
