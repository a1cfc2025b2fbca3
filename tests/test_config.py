"""Configuration: one frozen snapshot, or every fault at once, each with its file and place."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from bot.config import Category, ConfigFaults, Settings, load, parse_duration
from tests.processes import CONFIG, ROOT

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration that can be used."""
    return Path(copytree(CONFIG, tmp_path / "config"))


def change(folder: Path, how: Change, *, file: str = "sevbot.yaml") -> None:
    content = yaml.safe_load((folder / file).read_text())
    how(content)
    (folder / file).write_text(yaml.safe_dump(content))


def faults(folder: Path) -> list[str]:
    with pytest.raises(ConfigFaults) as refused:
        load(folder)
    assert str(refused.value) == "\n".join(refused.value.faults)
    return refused.value.faults


@pytest.mark.parametrize("shipped", [ROOT / "config", ROOT / "config" / "demo"])
def test_what_is_shipped_can_be_used(shipped: Path) -> None:
    found = load(shipped)
    assert [each.key for each in found.severities][:4] == ["SEV1", "SEV2", "SEV3", "SEV4"]
    assert {status.category for status in found.statuses} == set(Category)


def test_a_snapshot_cannot_be_changed(folder: Path) -> None:
    found = load(folder)
    with pytest.raises(ValidationError, match="frozen"):
        found.severities = ()  # type: ignore[misc]  # that is what is refused


def test_workflows_may_be_missing_and_the_rest_may_not(folder: Path) -> None:
    (folder / "workflows.yaml").unlink()
    assert load(folder).workflows == ()
    (folder / "sevbot.yaml").unlink()
    assert faults(folder)[0] == f"config/sevbot.yaml: the file is missing (looked in {folder})"


def test_every_fault_of_both_files_is_told_at_once_with_its_place(folder: Path) -> None:
    def spoil(content: dict[str, Any]) -> None:
        content["severities"][1]["key"] = "Sev two"
        content["statuses"][0]["colour"] = "red"
        del content["teams"][0]["name"]
        content["deliveries"] = {}
        content["delivery"]["backoff"] = 5

    change(folder, spoil)
    change(folder, lambda content: content["workflows"][1].update(tier=9), file="workflows.yaml")
    assert faults(folder) == [
        "config/sevbot.yaml: deliveries: there is no such setting here",
        "config/sevbot.yaml: severities.1.key: String should match pattern '^SEV[0-9]$'",
        "config/sevbot.yaml: statuses.0.colour: there is no such setting",
        "config/sevbot.yaml: teams.0.name: this setting is missing",
        "config/workflows.yaml: workflows.1.tier: Input should be less than or equal to 4",
        "config/sevbot.yaml: delivery.backoff: write a duration with its unit, such as 90s, 15m, 2h or 7d",
    ]


def test_settings_stand_in_the_file_they_belong_to(folder: Path) -> None:
    change(folder, lambda content: content.update(workflows=[]))
    change(folder, lambda content: content.update(teams=[]), file="workflows.yaml")
    assert faults(folder) == [
        "config/sevbot.yaml: workflows: there is no such setting here",
        "config/workflows.yaml: teams: there is no such setting here",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("severities: [", "not readable as YAML"),
        ("!!python/object/apply:os.getcwd []", "not readable as YAML"),
        ("- a\n- b\n", "must hold settings by name at its top level"),
    ],
)
def test_what_is_no_table_of_settings_is_told_and_never_run(folder: Path, content: str, told: str) -> None:
    (folder / "sevbot.yaml").write_text(content)
    assert faults(folder)[0].startswith(f"config/sevbot.yaml: {told}")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("7d", timedelta(days=7)),
        ("500ms", timedelta(milliseconds=500)),
        ("1h 30m", timedelta(hours=1, minutes=30)),
        ("1h30m", timedelta(hours=1, minutes=30)),
    ],
)
def test_durations_are_written_with_their_unit(written: str, meant: timedelta) -> None:
    assert parse_duration(written) == meant


@pytest.mark.parametrize("written", [5, 1.5, None, "", "5", "5 minutes", "m5", "-5m", "1h foo", "9" * 30 + "d"])
def test_what_is_no_duration_is_refused_in_words(written: object) -> None:
    with pytest.raises(ValueError, match=r"duration|long"):
        parse_duration(written)


@pytest.mark.parametrize("name", ["{number}", "sev-{number}-{title}", "inc_{number}"])
def test_a_channels_name_is_made_from_number_and_title(folder: Path, name: str) -> None:
    change(folder, lambda content: content["channels"].update(name=name))
    assert load(folder).channels.name == name


@pytest.mark.parametrize(
    "name", ["{title}", "sev-{number}-{number}", "{number}{title}{title}", "SEV {number}", "{number}{0}"]
)
def test_a_name_slack_would_refuse_is_refused_here(folder: Path, name: str) -> None:
    change(folder, lambda content: content["channels"].update(name=name))
    assert [each.rpartition(": ")[0] for each in faults(folder)] == ["config/sevbot.yaml: channels.name"]


def test_a_private_sevs_name_never_holds_its_title(folder: Path) -> None:
    change(folder, lambda content: content["channels"].update(private_name="sev-{number}-{title}"))
    assert faults(folder)[0].startswith("config/sevbot.yaml: channels.private_name: ")


@pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://example.com", "https://", "meet.example.com"])
def test_only_web_addresses_are_links(folder: Path, link: str) -> None:
    change(folder, lambda content: content["channels"].update(bridge=link))
    assert faults(folder)[0].startswith("config/sevbot.yaml: channels.bridge: ")


def test_what_no_single_setting_shows_is_checked_across(folder: Path) -> None:
    def spoil(content: dict[str, Any]) -> None:
        content["severities"][0]["page"] = ["nobody"]
        content["severities"][1]["key"] = "SEV1"
        content["private"] = {"invite": ["legal"]}
        content["invitations"] = [{"severities": ["SEV7"], "workflows": ["fly"], "owners": ["pilots"]}]
        roles = [("commander", ["ic", "scribe"]), ("scribe", []), ("medic", ["ic"])]
        content["roles"] = [{"key": key, "label": key, "aliases": aliases} for key, aliases in roles]
        content["statuses"] = [each for each in content["statuses"] if each["key"] != "closed"]
        content["delivery"].update(call_timeout="900ms", attempt_limit="100ms", backoff="0s")

    change(folder, spoil)
    change(folder, lambda content: content["workflows"][0].update(owner="ghosts"), file="workflows.yaml")
    assert faults(folder) == [
        "config/sevbot.yaml: severities: 'SEV1' is there twice",
        "config/sevbot.yaml: severities.SEV1: there is no team 'nobody'",
        "config/workflows.yaml: workflows.place-order.owner: there is no team 'ghosts'",
        "config/sevbot.yaml: private.invite: there is no team 'legal'",
        "config/sevbot.yaml: invitations.0: there is no team 'pilots'",
        "config/sevbot.yaml: invitations.0.severities: there is no severity 'SEV7'",
        "config/sevbot.yaml: invitations.0.workflows: there is no workflow 'fly'",
        "config/sevbot.yaml: roles: 'ic' stands for two roles",
        "config/sevbot.yaml: roles: 'scribe' stands for two roles",
        "config/sevbot.yaml: delivery.call_timeout: give a second at least",
        "config/sevbot.yaml: delivery.attempt_limit: give 1.6 times call_timeout at least, or no call may begin",
        "config/sevbot.yaml: delivery: backoff and operator_backoff must be longer than nothing",
        "config/sevbot.yaml: statuses: none has the category closed",
    ]


def test_reading_again_brings_what_changed(folder: Path) -> None:
    settings = Settings(folder)
    before = settings.current
    change(folder, lambda content: content["severities"][0].update(meaning="All is lost"))
    settings.reload()
    assert settings.current.severities[0].meaning == "All is lost"
    assert before.severities[0].meaning != "All is lost"


def test_a_faulty_file_is_refused_whole_and_the_old_snapshot_stays(folder: Path) -> None:
    settings = Settings(folder)
    before = settings.current
    change(folder, lambda content: content["severities"][0].update(meaning="All is lost", colour="red"))
    with pytest.raises(ConfigFaults, match="there is no such setting"):
        settings.reload()
    assert settings.current is before


def test_names_are_found_however_they_are_written_and_a_lost_status_keeps_its_own(folder: Path) -> None:
    found = load(folder)
    severity = found.severity("sev2")
    assert severity is not None
    assert severity.key == "SEV2"
    assert found.severity("SEV9") is None
    assert found.team("nobody") is None
    assert found.workflow("nothing") is None
    assert found.status("renamed-away").label == "renamed-away"
    assert found.status_of(Category.MITIGATED).key == "mitigated"


def test_a_lease_outlasts_the_longest_try(folder: Path) -> None:
    rules = load(folder).delivery
    assert rules.lease == rules.attempt_limit + rules.lease_margin


def test_a_tracker_needs_projects_and_patience(folder: Path) -> None:
    assert load(folder).tracker.service is None
    change(folder, lambda content: content.update(tracker={"service": "jira", "statuses": {"Won't Do": "wont_do"}}))
    assert faults(folder) == [
        "config/sevbot.yaml: tracker: give project, or projects by team, so that issues can be made"
    ]
    tracker = {"service": "jira", "projects": {"nobody": "PAY"}, "poll": "10ms"}
    change(folder, lambda content: content.update(tracker=tracker))
    assert faults(folder) == [
        "config/sevbot.yaml: tracker.projects: there is no team 'nobody'",
        "config/sevbot.yaml: tracker: give poll a second at least, and reread a minute",
    ]
    change(folder, lambda content: content.update(tracker={"service": "jira", "project": "pay-7"}))
    assert faults(folder)[0].startswith("config/sevbot.yaml: tracker.project: ")


def test_updates_are_promised_only_for_severities_there_are(folder: Path) -> None:
    assert load(folder).updates["SEV1"] == timedelta(minutes=30)
    change(folder, lambda content: content.update(updates={"SEV2": "2h"}))
    assert load(folder).updates == {"SEV2": timedelta(hours=2)}
    change(folder, lambda content: content.update(updates={"SEV9": "1h", "SEV1": "5s"}))
    assert faults(folder) == [
        "config/sevbot.yaml: updates: there is no severity 'SEV9'",
        "config/sevbot.yaml: updates.SEV1: give a minute at least",
    ]


@pytest.mark.parametrize(
    ("calendar", "team", "told"),
    [
        ({"country": "XX"}, {}, ["calendar.country: the holidays of 'XX' are not known: write a country's two letters"]),
        ({"country": "GB", "subdivision": "BY"}, {}, ["calendar.subdivision: GB has no subdivision 'BY': write one of ENG"]),
        ({"subdivision": "BY"}, {}, ["calendar.subdivision: name its country too"]),
        ({"days_off": ["24 December"]}, {}, ["calendar.days_off.0: Input should be a valid date"]),
        ({"country": "DE"}, {"subdivision": "SCT"}, ["teams.payments.subdivision: DE has no subdivision 'SCT'"]),
        ({}, {"country": "MC", "subdivision": "X"}, ["teams.payments.subdivision: MC has no subdivision 'X', nor any"]),
        ({}, {"time_zone": "Mars/Olympus"}, ["teams.0.time_zone: there is no time zone 'Mars/Olympus'"]),
        ({}, {"manager": "ada"}, ["teams.0.manager: String should match pattern"]),
    ],
)  # fmt: skip
def test_a_calendar_of_no_country_is_refused(
    folder: Path, calendar: dict[str, Any], team: dict[str, Any], told: list[str]
) -> None:
    def spoil(content: dict[str, Any]) -> None:
        content["calendar"] = calendar
        content["teams"][0].update(team)

    change(folder, spoil)
    found = faults(folder)
    assert len(found) == len(told)
    for fault, each in zip(found, told, strict=True):
        assert fault.startswith(f"config/sevbot.yaml: {each}")


def test_digests_have_their_usual_days_and_what_cannot_be_is_refused(folder: Path) -> None:
    usual = [{"key": "daily", "channel": "#ops"}, {"key": "weekly", "channel": "#ops", "rhythm": "weekly"}]
    change(folder, lambda content: content.update(digests=usual))
    daily, weekly = load(folder).digests
    assert daily.weekdays == ("mon", "tue", "wed", "thu", "fri")
    assert weekly.weekdays == ("mon",)
    assert daily.grace == timedelta(hours=3)
    wrong = [
        {"key": "ops", "channel": "#ops", "rhythm": "weekly", "days": ["mon", "fri"]},
        {"key": "ops", "channel": "#ops", "teams": ["atlantis"], "workflows": ["atlantis"]},
    ]
    change(folder, lambda content: content.update(digests=wrong))
    assert faults(folder) == [
        "config/sevbot.yaml: digests: 'ops' is there twice",
        "config/sevbot.yaml: digests.ops.days: a weekly digest has one day",
        "config/sevbot.yaml: digests.ops.teams: there is no team 'atlantis'",
        "config/sevbot.yaml: digests.ops.workflows: there is no workflow 'atlantis'",
    ]
    change(folder, lambda content: content.update(digests=[{"key": "ops", "channel": "#ops", "grace": "2d"}]))
    assert faults(folder) == [
        "config/sevbot.yaml: digests.0.grace: give 5 minutes to 20 hours, so that it is over before the next one is due"
    ]


def test_what_yaml_takes_for_yes_and_no_is_norway_and_ontario(folder: Path) -> None:
    text = (folder / "sevbot.yaml").read_text()
    (folder / "sevbot.yaml").write_text(f"{text}\ncalendar: {{country: CA, subdivision: ON}}\n")
    assert load(folder).calendar.subdivision == "ON"
    (folder / "sevbot.yaml").write_text(f"{text}\ncalendar: {{country: NO}}\n")
    assert load(folder).calendar.country == "NO"


FIELD = {"key": "region", "name": "Region", "kind": "text"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([FIELD, {**FIELD, "name": "Where"}], "fields: 'region' is there twice"),
        ([FIELD, {**FIELD, "key": "where", "name": "REGION"}], "fields: the name 'region' is there twice"),
        ([{**FIELD, "kind": "choice"}], "fields.region.choices: give a choice at least, such as {key: eu, label: Europe}"),
        ([{**FIELD, "choices": [{"key": "eu", "label": "Europe"}]}], "fields.region.choices: a text has none: let kind be choice or choices"),
        (
            [{**FIELD, "kind": "choices", "choices": [{"key": "eu", "label": "Europe"}, {"key": "eu", "label": "europe"}]}],
            "fields.region.choices: 'eu' is there twice",
        ),
        ([{**FIELD, "unit": "EUR"}], "fields.region.unit: only a number has one"),
        ([{**FIELD, "kind": "number", "unit": "1 EUR"}], "fields.0.unit: String should match pattern"),
        ([{**FIELD, "severities": ["SEV9"]}], "fields.region.severities: there is no severity 'SEV9'"),
        ([{**FIELD, "kind": "colour"}], "fields.0.kind: Input should be 'text', 'long_text',"),
        ([{**FIELD, "required_at": "close"}], "fields.0.required_at: Input should be 'declare' or 'resolve'"),
        ([{**FIELD, "key": "The Region"}], "fields.0.key: String should match pattern"),
        ([{**FIELD, "name": "a" * 61}], "fields.0.name: String should have at most 60 characters"),
        ([{**FIELD, "colour": "red"}], "fields.0.colour: there is no such setting"),
    ],
)  # fmt: skip
def test_custom_fields_that_can_not_be_are_refused(folder: Path, given: list[dict[str, Any]], told: str) -> None:
    change(folder, lambda content: content.update(fields=given))
    assert [fault for fault in faults(folder) if fault.startswith(f"config/sevbot.yaml: {told}")]


def test_of_custom_fields_there_are_not_more_than_slack_has_room_for(folder: Path) -> None:
    choices = [{"key": f"c{number}", "label": f"Choice {number}"} for number in range(100)]
    shown = {"on_card": True, "in_announcement": True, "asked_at": "declare"}
    many = [
        {"key": f"f{number}", "name": f"Field {number}", "kind": "choice", "choices": choices, **shown}
        for number in range(41)
    ]
    change(folder, lambda content: content.update(fields=many))
    assert faults(folder) == [
        f"config/sevbot.yaml: fields: {fault}"
        for fault in (
            "41 fields are too many: 40 are possible",
            "41 fields with asked_at: declare are too many: 10 are possible",
            "41 fields with on_card are too many: 10 are possible",
            "41 fields with in_announcement are too many: 5 are possible",
            "4100 choices in all are too many: 400 are possible",
        )
    ]
    change(folder, lambda content: content.update(fields=many[:4]))
    assert len(load(folder).fields) == 4
