"""What `workflows.yaml` promises becomes SLOs to reckon with, and what cannot be is refused with its place and a way out."""

from datetime import timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import yaml

from bot.config import Config, ConfigFaults, Workflow, load
from bot.config.workflows import TIER_TARGETS
from bot.workflows.slos.periods import Calendar, Rolling, Unit
from bot.workflows.slos.promises import notices, slo_of
from bot.workflows.slos.slo import Method, Slo, Urgency, feasible, highest_burn_rate
from tests.processes import CONFIG, ROOT

AVAILABILITY = {"key": "availability", "name": "Orders are placed"}


def with_slos(folder: Path, *slos: dict[str, Any], **settings: Any) -> Path:
    """The tests' configuration, in which placing orders promises that."""
    made = Path(copytree(CONFIG, folder / "config"))
    content = yaml.safe_load((made / "workflows.yaml").read_text())
    content["workflows"][0].update(slos=list(slos), **settings)
    (made / "workflows.yaml").write_text(yaml.safe_dump(content))
    return made


def the_slo(config: Config) -> Slo:
    return slo_of(config, config.workflows[0], config.workflows[0].slos[0])


def told(folder: Path) -> list[str]:
    with pytest.raises(ConfigFaults) as refused:
        load(folder)
    return refused.value.faults


def test_an_slo_needs_no_more_than_a_name(tmp_path: Path) -> None:
    found = the_slo(load(with_slos(tmp_path, AVAILABILITY)))
    assert found == Slo("availability", TIER_TARGETS[1], Rolling(timedelta(days=30)))
    assert [each.name for each in found.watched] == ["1h/5m", "6h/30m", "24h/2h", "3d/6h"]


def test_everything_about_an_slo_can_be_set(tmp_path: Path) -> None:
    made = with_slos(
        tmp_path,
        {
            **AVAILABILITY, "target": 0.99, "period": "month", "time_zone": "Asia/Tokyo", "method": "timeslices",
            "slice": "5m", "slice_target": 0.95, "low_traffic": "budget_share", "min_bad_events": 3,
            "signals": ["e2e"],
            "burns": [
                {"over": "24h", "rate": 2, "urgency": "ticket"},
                {"over": "1h", "lately": "10m", "rate": 20, "urgency": "page"},
            ],
        },
        channel="#orders", declares="SEV2", dashboards=[{"label": "Orders", "url": "https://grafana.example.com/d/1"}],
    )  # fmt: skip
    config = load(made)
    found = the_slo(config)
    assert found.period == Calendar(Unit.MONTH, "Asia/Tokyo")
    assert (found.method, found.slice_length, found.min_bad_events) == (Method.TIMESLICES, timedelta(minutes=5), 3)
    assert [(each.name, each.urgency) for each in found.watched] == [
        ("1h/10m", Urgency.PAGE),
        ("24h/2h", Urgency.TICKET),
    ]
    workflow = config.workflows[0]
    assert (workflow.channel, workflow.declares, workflow.slos[0].signals) == ("#orders", "SEV2", ("e2e",))


def test_a_month_is_the_companys_unless_it_says_whose(tmp_path: Path) -> None:
    config = load(with_slos(tmp_path, {**AVAILABILITY, "period": "month"}))
    assert the_slo(config).period == Calendar(Unit.MONTH, config.nudges.time_zone)


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"target": 99.9}, "slos.0.target: write it as a part of one: 0.999 for 99.9 %"),
        ({"target": 1.0}, "slos.0.target: write it as a part of one: 0.999 for 99.9 %"),
        ({"target": "99.9%"}, "slos.0.target: write it as a part of one: 0.999 for 99.9 %"),
        ({"period": 30}, "slos.0.period: write a period such as 30d, or one of week, month, quarter, year"),
        ({"period": "90m"}, "slos.0.period: give a period of 1d to 366d"),
        ({"period": "month", "time_zone": "Mars/Olympus"}, "slos.0.time_zone: there is no time zone"),
        ({"min_bad_events": 0}, "slos.0.min_bad_events: Input should be greater than or equal to 1"),
        ({"slice_target": 0}, "slos.0.slice_target: Input should be greater than 0"),
        ({"signals": []}, "slos.0.signals: Tuple should have at least 1 item"),
        ({"goal": 0.9}, "slos.0.goal: there is no such setting"),
    ],
)
def test_what_no_slo_can_be_is_refused_with_what_to_write_instead(
    tmp_path: Path, wrong: dict[str, Any], fault: str
) -> None:
    (found,) = told(with_slos(tmp_path, {**AVAILABILITY, **wrong}))
    assert found.startswith(f"config/workflows.yaml: workflows.0.{fault}")


def test_what_does_not_go_together_is_told_all_at_once(tmp_path: Path) -> None:
    burns = [
        {"over": "1h", "rate": 10, "urgency": "page"},
        {"over": "5m", "rate": 2, "urgency": "page"},
        {"over": "1h", "lately": "2h", "rate": 2, "urgency": "ticket"},
        {"over": "40d", "rate": 2, "urgency": "ticket"},
    ]
    made = with_slos(
        tmp_path,
        {**AVAILABILITY, "target": 0.9, "time_zone": "Asia/Tokyo", "slice": "7m", "burns": burns},
        AVAILABILITY,
        tier=4,
        declares="SEV9",
    )
    place = "config/workflows.yaml: workflows.place-order"
    assert told(made) == [
        f"{place}.declares: there is no severity 'SEV9'",
        f"{place}.slos: 'availability' is there twice",
        (
            f"{place}.slos.availability.time_zone: leave it out: a period of so many days needs none, "
            "only week, month, quarter, year do"
        ),
        (
            f"{place}.slos.availability.slice: give whole minutes of which an hour holds a whole number: 1m, 5m, 10m, 15m, "
            "30m or the like"
        ),
        (
            f"{place}.slos.availability.burns.0.rate: nothing can exceed it: with a target of 0.9 the budget burns 10 times "
            "at most. Give less"
        ),
        (
            f"{place}.slos.availability.burns.1.lately: give whole minutes; left out, it is a twelfth of over, so give that "
            "as 12m, 1h, 6h or the like"
        ),
        f"{place}.slos.availability.burns.2.lately: give less than over",
        f"{place}.slos.availability.burns.3.over: give no more than 30d",
        f"{place}.slos.availability.target: a workflow of tier 4 promises nothing by itself: give a target, such as 0.99",
    ]


@pytest.mark.parametrize("target", [0.5, 0.9, 0.96, 0.999, 0.99999])
@pytest.mark.parametrize("part", [0.999, 1 - 1e-12, 1.0, 1.001])
def test_the_settings_and_the_arithmetic_agree_on_what_can_be_exceeded(
    tmp_path: Path, target: float, part: float
) -> None:
    rate = highest_burn_rate(target) * part
    made = with_slos(
        tmp_path, {**AVAILABILITY, "target": target, "burns": [{"over": "1h", "rate": rate, "urgency": "page"}]}
    )
    if feasible(target, rate):
        assert the_slo(load(made)).watched[0].rate == rate
    else:
        (fault,) = told(made)
        assert "nothing can exceed it" in fault


def test_slices_that_are_coarse_for_their_target_get_a_word(tmp_path: Path) -> None:
    slices = {**AVAILABILITY, "method": "timeslices", "target": 0.999}
    assert list(notices(load(with_slos(tmp_path / "fine", slices)))) == []
    found = list(notices(load(with_slos(tmp_path / "coarse", {**slices, "slice": "5m"}))))
    assert found == [
        (
            "workflows.yaml: workflows.place-order.slos.availability: one bad slice of 5 min takes 11.6 % of the budget, and for "
            "an hour it burns 83 times as fast as it may: give shorter slices or a lower target"
        )
    ]


def test_a_target_too_low_for_the_workbooks_pairs_gets_a_word(tmp_path: Path) -> None:
    found = list(notices(load(with_slos(tmp_path, {**AVAILABILITY, "target": 0.9}))))
    assert found == [
        (
            "workflows.yaml: workflows.place-order.slos.availability: with a target of 0.9 the budget burns 10 times as fast as "
            "it may at most, so 1h/5m can never be exceeded: give burns with lower rates if that is too late"
        )
    ]


def test_the_demo_promises_something_of_every_workflow_and_nothing_odd() -> None:
    config = load(ROOT / "config" / "demo")
    assert all(each.slos for each in config.workflows)
    assert list(notices(config)) == []


def test_an_slo_without_any_target_cannot_be_reckoned_with() -> None:
    workflow = Workflow.model_validate({"key": "x", "name": "X", "tier": 4, "slos": [AVAILABILITY]})
    with pytest.raises(ValueError, match="no target"):
        slo_of(load(CONFIG), workflow, workflow.slos[0])
