"""Many problems at once: the first few have a message each, the others share one, and none is told twice or lost."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.playground import Person
from bot.workflows.problems import folding
from bot.workflows.problems.service import Sign
from tests.workflows.conftest import BURN, TroubleStage

ALONE = 2
"""How many have a message each in these stories."""


@pytest.fixture
def storm(trouble: TroubleStage) -> TroubleStage:
    """Where few are many."""
    settings = trouble.bot.settings
    alerts = settings.current.alerts
    many = alerts.many.model_copy(update={"after": ALONE})
    settings.current = settings.current.model_copy(update={"alerts": alerts.model_copy(update={"many": many})})
    return trouble


def breaks(stage: TroubleStage, *names: str, **changes: str) -> None:
    """Something goes wrong with each of these, one soon after the other."""
    for name in names:
        said: dict[str, Any] = {"title": f"{name} fails", "urgency": "warning", "detail": "", **changes}
        stage.signs(_sign(name), **said)
    stage.settles()


def told(stage: TroubleStage) -> list[str]:
    """What the messages say, in order; all of them are expected."""
    found = stage.messages()
    stage.slack.expected.update(found)
    return [stage.words(each) for each in found]


def titles(stage: TroubleStage) -> list[str]:
    """Whose failure is told, message by message; each as often as it is told."""
    return [word for said in told(stage) for word in said.replace("\n", " ").split() if word.startswith("part-")]


def test_further_ones_are_listed_in_the_last_message_each_once(storm: TroubleStage) -> None:
    names = [f"part-{number}" for number in range(6)]
    breaks(storm, *names)
    first, together = told(storm)
    assert first.startswith(":warning: Place order: part-0 fails")
    assert together.startswith(":warning: 5 problems at once: all of them go on.\n")
    assert titles(storm) == names
    assert "[It is over]" not in together
    assert "[Ignore for 1 h]" not in together
    for name in names[1:3]:
        storm.recovers(_sign(name))
    assert told(storm)[1].startswith(":warning: 5 problems at once: 3 go on, 2 are over.\n")
    assert titles(storm) == ["part-0", "part-3", "part-4", "part-5", "part-1", "part-2"]
    for name in names[3:]:
        storm.recovers(_sign(name))
    assert told(storm)[1].startswith(":white_check_mark: 5 problems at once: all of them are over.\n")
    assert "[" not in told(storm)[1]


def test_a_click_is_about_all_that_goes_on(storm: TroubleStage, grace: Person) -> None:
    breaks(storm, *(f"part-{number}" for number in range(5)), workflow="of nobody")
    storm.recovers(_sign("part-1"))
    together = storm.messages("#incidents")[1]
    grace.clicks("Declare SEV", message=together)
    grace.fills(Severity="SEV2")
    grace.submits()
    storm.settles()
    sev = storm.sev(1)
    assert sev.kept.title == "4 problems at once, such as part-2 fails"
    assert sev.kept.detected_by == "alert"
    signs = [each.text for each in sev.facts if each.kind == "sign"]
    assert sorted(signs) == [f"part-{number} fails" for number in range(2, 5)]
    said = storm.words(together)
    assert "It is in the timeline of SEV-1" in said
    assert "[Declare SEV]" not in said
    storm.expects("SEV-1", "4 problems at once", "part-0")


def test_of_two_who_declare_from_what_goes_on_the_second_is_told(
    storm: TroubleStage, ada: Person, grace: Person
) -> None:
    breaks(storm, *(f"part-{number}" for number in range(4)), workflow="of nobody")
    storm.recovers(_sign("part-1"))  # in whose message the others are listed
    for each in (ada, grace):
        each.clicks("Declare SEV", message=storm.messages("#incidents")[1])
        each.fills(Severity="SEV4")
    ada.submits()
    grace.submits()
    grace.sees("SEV-1 was declared for this a moment ago. For another SEV, type `/sev declare`.")
    grace.closes_modal()
    storm.settles()
    assert storm.number_of_sevs() == 1
    storm.expects("SEV-1", "part-0", "part-2")


def test_one_is_one_and_many_are_many(storm: TroubleStage) -> None:
    breaks(storm, "part-0", "part-1", "part-2", "part-3")
    storm.recovers(_sign("part-1"))
    assert told(storm)[1].startswith(":warning: 3 problems at once: 2 go on, 1 is over.\n")
    storm.recovers(_sign("part-2"))
    assert told(storm)[1].startswith(":warning: 3 problems at once: 1 goes on, 2 are over.\n")


def test_a_sev_that_is_open_gets_them_all(storm: TroubleStage, grace: Person) -> None:
    storm.declared(grace, "SEV3 the network is slow")
    breaks(storm, *(f"part-{number}" for number in range(4)))
    together = storm.messages()[1]
    grace.clicks("Attach to SEV-1", message=together)
    storm.settles()
    assert [each.text for each in storm.sev(1).facts if each.kind == "sign"] == [
        f"part-{number} fails" for number in range(1, 4)
    ]
    breaks(storm, "part-4")
    assert "Some of it is in the timeline of SEV-1" in told(storm)[1]
    grace.clicks("Attach to SEV-1", message=together)
    storm.settles()
    assert storm.sev(1).facts[-1].text == "part-4 fails"
    storm.expects("SEV-1", "the network is slow")


def test_what_is_critical_is_listed_among_its_like_alone(storm: TroubleStage) -> None:
    breaks(storm, "part-0", "part-1", "part-2", "part-3")
    breaks(storm, "part-4", "part-5", "part-6", urgency="critical")
    breaks(storm, "part-2", urgency="critical")
    breaks(storm, "part-7")
    assert titles(storm) == ["part-0", "part-1", "part-3", "part-7", "part-4", "part-2", "part-5", "part-6"]
    assert [said.partition("\n")[0] for said in told(storm)][1:] == [
        ":warning: 3 problems at once: all of them go on.",
        ":rotating_light: Place order: part-4 fails",
        ":rotating_light: 3 problems at once: all of them go on.",
    ]


def test_what_comes_later_is_told_anew(storm: TroubleStage) -> None:
    breaks(storm, "part-0", "part-1", "part-2")
    storm.time_passes(timedelta(minutes=6))
    breaks(storm, "part-3")
    assert len(told(storm)) == 3


def test_no_message_lists_more_than_it_can_show(storm: TroubleStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "MOST_TOGETHER", 2)
    names = [f"part-{number}" for number in range(9)]
    breaks(storm, *names)
    assert titles(storm) == ["part-0", "part-4", "part-5", "part-1", "part-2", "part-3", "part-6", "part-7", "part-8"]
    assert [said.count("fails") for said in told(storm)] == [3, 3, 3]


def test_in_another_channel_they_are_counted_apart(storm: TroubleStage) -> None:
    breaks(storm, "part-0", "part-1", "part-2")
    storm.signs(BURN, workflow="no-such-workflow", key="grafana:other", title="Something else fails")
    assert "Something else fails" in storm.message("#incidents")
    assert len(told(storm)) == 2


def test_what_gets_worse_before_it_was_told_counts_as_told(storm: TroubleStage) -> None:
    for _ in range(3):
        breaks(storm, "part-0")
        storm.recovers(_sign("part-0"))
    breaks(storm, "part-0")  # it comes and goes, so nothing is said of it
    assert storm.problems()[-1].told_at is None
    breaks(storm, "part-0", urgency="critical")
    assert storm.problems()[-1].told_at is not None
    told(storm)


@pytest.mark.torture
def test_a_hundred_alerts_are_ten_messages_and_each_is_told_once(trouble: TroubleStage) -> None:
    names = [f"part-{number}" for number in range(100)]
    alerts = [
        {"status": "firing", "labels": {"alertname": name, "workflow": "place-order"}, "fingerprint": name,
         "annotations": {"summary": f"{name} fails"}, "startsAt": "2026-11-20T10:00:00Z"}
        for name in names
    ]  # fmt: skip
    trouble.delivers("alertmanager", {"version": "4", "status": "firing", "alerts": alerts})
    assert sorted(titles(trouble)) == sorted(names)
    assert len(told(trouble)) == 10
    assert len(trouble.problems()) == 100


def _sign(name: str) -> Sign:
    return replace(BURN, source="alert", key=f"grafana:{name}")
