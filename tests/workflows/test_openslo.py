"""SLOs in OpenSLO's format: what is read, and each trap that real files hold."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.config import ConfigFaults, Objective, read
from bot.config.openslo import documents
from bot.config.workflows import Workflow
from bot.workflows.slos.periods import Calendar, Unit
from bot.workflows.slos.promises import slo_of
from tests.processes import CONFIG

Change = Callable[[dict[str, Any]], object]

SLO = """
apiVersion: openslo/v1
kind: SLO
metadata: {name: orders, displayName: Orders are placed}
spec:
  service: place-order
  indicator:
    metadata: {name: orders}
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {spec: {query: good}}}
        total: {metricSource: {spec: {query: all}}}
  timeWindow: [{duration: 4w, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.995}]
"""
PLACE = "config/openslo/slos.yaml: SLO orders: "


class Folder:
    """A configuration with OpenSLO files in it."""

    def __init__(self, folder: Path) -> None:
        self.path = Path(copytree(CONFIG, folder / "config"))
        (self.path / "openslo").mkdir()

    def write(self, text: str, name: str = "slos.yaml") -> "Folder":
        (self.path / "openslo" / name).write_text(text)
        return self

    def changed(self, how: Change) -> "Folder":
        """With one SLO that is fine but for what `how` does to its `spec`."""
        content = yaml.safe_load(SLO)
        how(content["spec"])
        return self.write(yaml.safe_dump(content))

    def slos(self, workflow: str = "place-order") -> tuple[Objective, ...]:
        found = read(self.path)[0].workflow(workflow)
        assert found is not None
        return found.slos

    def notices(self) -> list[str]:
        return list(read(self.path)[1])

    def faults(self) -> list[str]:
        with pytest.raises(ConfigFaults) as refused:
            read(self.path)
        return refused.value.faults


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_an_slo_is_read_beside_those_of_workflows_yaml(folder: Folder) -> None:
    (found,) = folder.write(SLO).slos()
    assert found == Objective(key="orders", name="Orders are placed", target=0.995, period="28d")
    assert folder.notices() == []
    assert folder.slos("sign-in") == ()


def test_no_folder_is_no_slos(folder: Folder) -> None:
    (folder.path / "openslo").rmdir()
    assert folder.slos() == ()


def test_several_documents_and_lists_of_objects_are_both_read(folder: Folder) -> None:
    other = SLO.replace("name: orders,", "name: payments,")
    listed = yaml.safe_dump([yaml.safe_load(SLO.replace("name: orders,", "name: listed,"))])
    folder.write(f"{SLO}\n---\n{other}\n---\n").write(listed, "more.yml").write("not: read", "notes.txt")
    assert [each.key for each in folder.slos()] == ["listed", "orders", "payments"]


def test_it_belongs_to_the_workflow_its_annotation_names_or_its_services_does(folder: Folder) -> None:
    annotated = SLO.replace(
        "metadata: {name: orders,", "metadata: {annotations: {sevbot/workflow: sign-in}, name: orders,"
    )
    folder.write(annotated)
    assert [each.key for each in folder.slos("sign-in")] == ["orders"]
    service = (
        "apiVersion: openslo/v1\nkind: Service\nmetadata: {name: shop, labels: {tags: [a, b], team: x}, "
        "annotations: {sevbot/workflow: sign-in}}\nspec: {}\n"
    )
    folder.write(f"{service}---\n{SLO.replace('service: place-order', 'service: shop')}")
    assert [each.key for each in folder.slos("sign-in")] == ["orders"]
    folder.write(SLO.replace("service: place-order", "service: Sign in"))
    assert [each.key for each in folder.slos("sign-in")] == ["orders"]


def test_an_slo_of_no_workflow_is_left_out_with_a_notice(folder: Folder) -> None:
    folder.changed(lambda spec: spec.update(service="web-shop"))
    assert folder.slos() == ()
    assert folder.notices() == [
        (
            f"{PLACE}spec.service: left out: no workflow is called 'web-shop'. Say which it belongs to with the annotation "
            f"sevbot/workflow"
        )
    ]


def test_an_annotation_that_names_no_workflow_is_a_fault(folder: Folder) -> None:
    folder.write(SLO.replace("metadata: {name", "metadata: {annotations: {sevbot/workflow: fly}, name"))
    assert folder.faults() == [
        f"{PLACE}metadata.annotations.sevbot/workflow: there is no workflow 'fly' in workflows.yaml"
    ]


def test_each_objective_is_an_slo_of_its_own(folder: Folder) -> None:
    goals = [{"displayName": "Internal", "target": 0.999}, {"displayName": "Contract", "targetPercent": 99.95}]
    strict, contract = folder.changed(lambda spec: spec.update(objectives=goals)).slos()
    assert (strict.key, strict.name, strict.target) == ("orders-1", "Orders are placed: Internal", 0.999)
    assert (contract.key, contract.name, contract.target) == ("orders-2", "Orders are placed: Contract", 0.9995)


@pytest.mark.parametrize(("window", "minutes"), [("1m", 1), (5, 5), ("5m", 5), ("1h", 60)])
def test_a_slice_given_as_a_bare_number_is_of_minutes(folder: Folder, window: str | int, minutes: int) -> None:
    goal = {"target": 0.99, "timeSliceTarget": 0.95, "timeSliceWindow": window}
    (found,) = folder.changed(lambda spec: spec.update(budgetingMethod="Timeslices", objectives=[goal])).slos()
    assert (found.method, found.slice, found.slice_target) == ("timeslices", timedelta(minutes=minutes), 0.95)


@pytest.mark.parametrize("start", ["2022-01-01 12:00:00", "'2022-01-01 12:00:00'"])
def test_a_start_that_yaml_reads_as_a_time_and_one_that_is_quoted_are_both_fine(folder: Folder, start: str) -> None:
    window = f"[{{duration: 1M, isRolling: false, calendar: {{startTime: {start}, timeZone: America/New_York}}}}]"
    folder.write(SLO.replace("[{duration: 4w, isRolling: true}]", window))
    (found,) = folder.slos()
    config = read(folder.path)[0]
    assert slo_of(config, config.workflows[0], found).period == Calendar(Unit.MONTH, "America/New_York")
    assert folder.notices() == [
        f"{PLACE}spec.timeWindow.0.calendar.startTime: a month begins at midnight of its first day here, whatever this says"
    ]


@pytest.mark.parametrize(
    ("duration", "start", "unit"),
    [("1w", "2026-11-23", "week"), ("1Q", "2026-04-01", "quarter"), ("3M", "2026-10-01 00:00:00", "quarter"), ("1Y", "2026-01-01", "year")],
)  # fmt: skip
def test_the_calendars_periods_begin_with_their_first_day(folder: Folder, duration: str, start: str, unit: str) -> None:
    window = {"duration": duration, "calendar": {"startTime": start, "timeZone": "Europe/London"}}
    (found,) = folder.changed(lambda spec: spec.update(timeWindow=[window])).slos()
    assert (found.period, found.time_zone) == (unit, "Europe/London")
    assert folder.notices() == []


def windows(**window: Any) -> Change:
    return lambda spec: spec.update(timeWindow=[window])


CALENDAR = {"startTime": "2026-01-01", "timeZone": "Europe/London"}
SLICED = {"target": 0.99, "timeSliceTarget": 0.95, "timeSliceWindow": "1m"}


def goals(*goals: Any, method: str = "Timeslices") -> Change:
    return lambda spec: spec.update(budgetingMethod=method, objectives=list(goals))


@pytest.mark.parametrize(
    ("change", "notice"),
    [
        (
            windows(duration="1m", isRolling=False, calendar=CALENDAR),
            ("spec.timeWindow.0.duration: left out: a period of less than a day cannot be watched here; m is minutes, and a "
            "month is 1M"),
        ),
        (windows(duration="12h"), "spec.timeWindow.0.duration: left out: a period of less than a day cannot be watched here"),
        (windows(duration="25h"), "spec.timeWindow.0.duration: left out: a rolling period is of whole days here, and of 366 at most"),
        (windows(duration="2M", calendar=CALENDAR), "spec.timeWindow.0.duration: left out: of the calendar there are 1w, 1M, 1Q and 1Y here"),
        (lambda spec: spec.update(budgetingMethod="RatioTimeslices"), "spec.budgetingMethod: left out: there are Occurrences and Timeslices here"),
        (goals({**SLICED, "timeSliceWindow": 7}), "spec.objectives.0.timeSliceWindow: left out: a slice is of whole minutes here, of which an hour holds a whole number"),
        (goals({"target": 0.99, "compositeWeight": 2}), "spec.objectives.0: left out: SLOs that are composed of others are not known here"),
    ],
)  # fmt: skip
def test_what_is_not_done_here_is_left_out_with_a_notice(folder: Folder, change: Change, notice: str) -> None:
    folder.changed(change)
    assert folder.slos() == ()
    assert folder.notices() == [f"{PLACE}{notice}"]


def test_an_slo_composed_of_others_is_left_out_with_a_notice(folder: Folder) -> None:
    def compose(spec: dict[str, Any]) -> None:
        spec["objectives"] = [
            {"target": 0.99, "indicator": spec.pop("indicator")},
            {"target": 0.9, "indicatorRef": "x"},
        ]

    folder.changed(compose)
    assert folder.slos() == ()
    assert [each.partition(": left out")[0] for each in folder.notices()] == [
        f"{PLACE}spec.objectives.0",
        f"{PLACE}spec.objectives.1",
    ]


def test_a_rolling_month_is_said_to_be_30_days(folder: Folder) -> None:
    (found,) = folder.changed(windows(duration="1M", isRolling=True)).slos()
    assert found.period == timedelta(days=30)
    assert "taken as the last 30 days" in folder.notices()[0]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (windows(duration="1 month"), "spec.timeWindow.0.duration: '1 month' is no duration: write a number with m, h, d, w, M (months), Q or Y, such as 28d"),
        (windows(duration="28D"), "spec.timeWindow.0.duration: '28D' is no duration: write a number with m, h, d, w, M (months), Q or Y, such as 28d"),
        (windows(duration="28d", isRolling=False), "spec.timeWindow.0.isRolling: a window that is not rolling needs a calendar"),
        (windows(duration="1M", isRolling=True, calendar=CALENDAR), "spec.timeWindow.0.isRolling: a rolling window has no calendar: leave one of them out"),
        (windows(duration="28d", isRolling="yes"), "spec.timeWindow.0.isRolling: must be true or false"),
        (windows(duration="1M", calendar={**CALENDAR, "timeZone": "Mars"}), "spec.timeWindow.0.calendar.timeZone: 'Mars' is no time zone: write Europe/London or the like"),
        (windows(duration="1M", calendar={"timeZone": "UTC"}), "spec.timeWindow.0.calendar.startTime: write when the first period begins, such as 2026-01-01 00:00:00"),
        (lambda spec: spec.update(timeWindow=[{"duration": "1d"}, {"duration": "2d"}]), "spec.timeWindow: must be a list of exactly one window"),
        (lambda spec: spec.update(budgetingMethod="Events"), "spec.budgetingMethod: write Occurrences or Timeslices"),
        (lambda spec: spec.update(indicatorRef="x"), "spec: give indicator or indicatorRef, and not both"),
        (lambda spec: spec.pop("indicator"), "spec: give indicator or indicatorRef, and not both"),
        (lambda spec: spec["indicator"].update(spec={}), "spec.indicator.spec: give ratioMetric or thresholdMetric, and not both"),
        (lambda spec: spec.update(objectives=[]), "spec.objectives: give one objective at least"),
        (lambda spec: spec.update(objectives={"target": 0.9}), "spec.objectives: must be a list"),
        (goals({"target": 0.99, "targetPercent": 99}, method="Occurrences"), "spec.objectives.0: give target or targetPercent, and not both"),
        (goals({"target": 1.0}, method="Occurrences"), "spec.objectives.0.target: must be more than 0 and less than 1: nothing always works"),
        (goals({"target": 99.9}, method="Occurrences"), "spec.objectives.0.target: must be more than 0 and less than 1: nothing always works"),
        (goals({"targetPercent": 100}, method="Occurrences"), "spec.objectives.0.targetPercent: must be more than 0 and less than 100: nothing always works"),
        (goals({**SLICED, "timeSliceTarget": None}), "spec.objectives.0.timeSliceTarget: Timeslices need it: which part of a slice must go well, more than 0 and at most 1"),
        (goals({**SLICED, "timeSliceWindow": None}), "spec.objectives.0.timeSliceWindow: Timeslices need it: how long a slice is, such as 1m or 5 (minutes)"),
        (lambda spec: spec.pop("service"), "spec.service: name the service that the SLO is about"),
    ],
)  # fmt: skip
def test_what_the_format_itself_forbids_is_a_fault(folder: Folder, change: Change, fault: str) -> None:
    assert folder.changed(change).faults() == [f"{PLACE}{fault}"]


def test_keys_without_a_value_and_operators_of_ratios_are_no_matter(folder: Folder) -> None:
    def as_in_the_examples(spec: dict[str, Any]) -> None:
        spec["alertPolicies"] = None
        spec["objectives"][0]["op"] = "gt"

    assert len(folder.changed(as_in_the_examples).slos()) == 1
    assert folder.notices() == []


@pytest.mark.parametrize("version", ["openslo/v1alpha", "openslo.com/v2alpha", "n9/v1alpha"])
def test_other_versions_are_refused_by_name(folder: Folder, version: str) -> None:
    folder.write(SLO.replace("openslo/v1", version))
    assert folder.notices() == [f"{PLACE}apiVersion: left out: {version} is not read here. Write it as openslo/v1"]


def test_secrets_are_never_read_and_sources_are_not_asked(folder: Folder) -> None:
    source = (
        "apiVersion: openslo/v1\nkind: DataSource\nmetadata: {name: dd}\n"
        "spec: {type: Datadog, connectionDetails: {accessKey: hush}}\n"
    )
    target = "apiVersion: openslo/v1\nkind: AlertNotificationTarget\nmetadata: {name: mail}\nspec: {target: email}\n"
    folder.write(
        f"{source}---\n{target}---\n{SLO.replace('good: {metricSource: {', 'good: {metricSource: {type: Prometheus, ')}"
    )
    assert len(folder.slos()) == 1
    assert folder.notices() == [
        (
            "config/openslo/slos.yaml: DataSource dd: spec.connectionDetails: left out: how to connect, and with which secrets, "
            "is never read from these files"
        ),
        "config/openslo/slos.yaml: AlertNotificationTarget mail: spec: left out: troubles are told in the workflow's channel",
        f"{PLACE}spec: Prometheus is not asked for it: push the counts of place-order (signal counts)",
    ]


def test_an_indicator_may_stand_elsewhere(folder: Folder) -> None:
    def refer(spec: dict[str, Any]) -> None:
        spec["indicatorRef"] = "orders-sli"
        del spec["indicator"]

    folder.changed(refer)
    assert len(folder.slos()) == 1
    assert folder.notices() == [
        f"{PLACE}spec.indicatorRef: there is no SLI 'orders-sli' in these files; its counts must be pushed"
    ]
    sli = (
        "apiVersion: openslo/v1\nkind: SLI\nmetadata: {name: orders-sli}\n"
        "spec: {thresholdMetric: {metricSource: {type: Redshift, spec: {}}}}\n"
    )
    folder.write(sli, "sli.yaml")
    assert folder.notices() == [
        f"{PLACE}spec: Redshift is not asked for it: push the counts of place-order (signal counts)"
    ]


def condition(**settings: Any) -> dict[str, Any]:
    burn = {"kind": "burnrate", "op": "gt", "threshold": 14.4, "lookbackWindow": "1h"} | settings
    return {"kind": "AlertCondition", "metadata": {"name": "fast"}, "spec": {"severity": "page", "condition": burn}}


def policies(*conditions: dict[str, Any], **settings: Any) -> Change:
    policy = {"kind": "AlertPolicy", "spec": {"conditions": list(conditions), **settings}}
    return lambda spec: spec.update(alertPolicies=[policy])


def test_burn_rates_of_alert_policies_are_pairs_of_windows(folder: Folder) -> None:
    slow = condition(threshold=2, lookbackWindow="1d")
    slow["spec"]["severity"] = "ticket"
    (found,) = folder.changed(policies(condition(), slow)).slos()
    assert [(each.over, each.short, each.rate, each.urgency) for each in found.burns] == [
        (timedelta(hours=1), timedelta(minutes=5), 14.4, "page"),
        (timedelta(days=1), timedelta(hours=2), 2, "ticket"),
    ]
    assert folder.notices() == []


def test_policies_and_conditions_may_stand_elsewhere(folder: Folder) -> None:
    policy = {"apiVersion": "openslo/v1", "kind": "AlertPolicy", "metadata": {"name": "p"}, "spec": {"conditions": [{"conditionRef": "fast"}, {"conditionRef": "none"}]}}  # fmt: skip
    folder.write(yaml.safe_dump([policy, {"apiVersion": "openslo/v1", **condition()}]), "alerts.yaml")
    folder.changed(lambda spec: spec.update(alertPolicies=[{"alertPolicyRef": "p"}, "nowhere"]))
    (found,) = folder.slos()
    assert [each.rate for each in found.burns] == [14.4]
    assert folder.notices() == [
        "config/openslo/alerts.yaml: AlertPolicy p: spec.conditions.1: left out: there is no AlertCondition 'none' in these files",
        f"{PLACE}spec.alertPolicies.1: left out: there is no AlertPolicy 'nowhere' in these files",
    ]


BURN = "spec.alertPolicies.0.spec.conditions.0.spec.condition"


@pytest.mark.parametrize(
    ("settings", "notice"),
    [
        ({"op": "lte", "threshold": 2}, "op: left out: it would alarm while little burns. If more than 2 is meant, write gt"),
        ({"kind": "latency"}, "kind: left out: 'latency' is not known here, only burnrate is"),
        ({"lookbackWindow": "1m"}, "lookbackWindow: left out: give two minutes at least"),
    ],
)  # fmt: skip
def test_alarms_that_cannot_be_had_are_left_out_with_a_notice(
    folder: Folder, settings: dict[str, Any], notice: str
) -> None:
    (found,) = folder.changed(policies(condition(**settings))).slos()
    assert found.burns == ()
    assert folder.notices() == [f"{PLACE}{BURN}.{notice}"]


def test_waiting_before_an_alarm_and_alarms_without_data_are_left_out(folder: Folder) -> None:
    (found,) = folder.changed(policies(condition(alertAfter="5m"), alertWhenNoData=True)).slos()
    assert len(found.burns) == 1
    assert [each.removeprefix(PLACE).partition(": left out")[0] for each in folder.notices()] == [
        "spec.alertPolicies.0.spec.alertWhenNoData",
        f"{BURN}.alertAfter",
    ]


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"op": "eq"}, f"{BURN}.op: write gt: it alarms when the budget burns faster than the threshold"),
        ({"threshold": "fast"}, f"{BURN}.threshold: write the burn rate from which on to alarm, such as 14.4"),
        ({"lookbackWindow": None}, f"{BURN}.lookbackWindow: None is no duration: write a number with m, h, d, w, M (months), Q or Y, such as 28d"),
        ({"threshold": 300}, "spec.objectives.0: burns.0.rate: nothing can exceed it: with a target of 0.995 the budget burns 200 times at most. Give less"),
    ],
)  # fmt: skip
def test_alarms_that_could_never_come_are_faults(folder: Folder, settings: dict[str, Any], fault: str) -> None:
    assert folder.changed(policies(condition(**settings))).faults() == [f"{PLACE}{fault}"]


def test_a_file_that_is_no_yaml_and_what_bears_no_version_are_faults(folder: Folder) -> None:
    folder.write("a: [").write("just text", "text.yaml").write("kind: SLO", "bare.yaml")
    first, second, third = folder.faults()
    assert first == "config/openslo/bare.yaml: apiVersion: give the version of OpenSLO, openslo/v1"
    assert second.startswith("config/openslo/slos.yaml: not readable as YAML: ")
    assert third == "config/openslo/text.yaml: apiVersion: give the version of OpenSLO, openslo/v1"


def test_an_object_of_a_kind_the_format_has_not_is_left_out(folder: Folder) -> None:
    folder.write("apiVersion: openslo/v1\nkind: Dashboard\nmetadata: {name: x}\n")
    assert folder.notices() == ["config/openslo/slos.yaml: Dashboard x: kind: left out: openslo/v1 has no 'Dashboard'"]


def test_two_slos_of_one_name_are_a_fault(folder: Folder) -> None:
    folder.write(f"{SLO}---{SLO}")
    assert folder.faults() == ["config/workflows.yaml: workflows.place-order.slos: 'orders' is there twice"]


def test_long_and_odd_names_become_keys_of_their_own(folder: Folder) -> None:
    names = ["a" * 63, "a" * 62 + "b", "shop/orders.v2", "Orders", "Ü"]
    folder.write("\n---\n".join(SLO.replace("name: orders,", f"name: {name},") for name in names))
    keys = [each.key for each in folder.slos()]
    assert len(set(keys)) == len(names)
    assert all(len(each) <= 40 for each in keys)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 400) | st.floats(0, 2) | st.sampled_from(["1M", "28d", "x", "gt", "5m", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["spec", "name", "target", "0"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
PATHS = [
    ("metadata",), ("metadata", "name"), ("metadata", "annotations"), ("kind",), ("apiVersion",), ("spec",),
    *(("spec", each) for each in yaml.safe_load(SLO)["spec"]), ("spec", "alertPolicies"), ("spec", "indicatorRef"),
    ("spec", "indicator", "spec"), ("spec", "timeWindow", 0), ("spec", "timeWindow", 0, "duration"),
    ("spec", "timeWindow", 0, "calendar"), ("spec", "timeWindow", 0, "isRolling"), ("spec", "objectives", 0),
    ("spec", "objectives", 0, "target"), ("spec", "objectives", 0, "timeSliceTarget"),
    ("spec", "alertPolicies", 0), ("spec", "alertPolicies", 0, "spec", "conditions", 0, "spec", "condition", "op"),
]  # fmt: skip


@given(st.sampled_from(PATHS), values, st.sampled_from(["Occurrences", "Timeslices"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_a_file_it_is_read_or_noted(
    tmp_path: Path, path: tuple[str | int, ...], value: object, method: str
) -> None:
    content = yaml.safe_load(SLO)
    content["spec"]["budgetingMethod"] = method
    policies(condition())(content["spec"])
    place = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    (tmp_path / "openslo").mkdir(exist_ok=True)
    (tmp_path / "openslo" / "any.yaml").write_text(yaml.safe_dump(content))
    found, notes = documents.read(tmp_path, [Workflow(key="place-order", name="Place order")])
    assert found or notes.faults or notes.notices
