"""Custom fields: what a company wants to know of its SEVs, asked for in Slack and shown wherever it helps."""

from typing import Any

import pytest

from bot.config import CustomField, FieldChoice, FieldKind
from bot.incidents.field_values import held, shown
from bot.incidents.model import Incident
from bot.playground import Person
from tests.scenarios.stories import Sev, Stage

pytestmark = pytest.mark.usefixtures("stage")


@pytest.fixture
def sev(stage: Stage, ada: Person) -> Sev:
    """An open SEV2, in whose channel ada is."""
    declared = stage.declared(ada, "SEV2 checkout is down")
    ada.goes_to(declared.channel)
    return declared


def configured(stage: Stage, *more: CustomField, **changes: dict[str, Any]) -> None:
    """The configuration's fields, some of them changed, and more."""
    settings = stage.bot.settings
    fields = [each.model_copy(update=changes.get(each.key, {})) for each in settings.current.fields]
    settings.current = settings.current.model_copy(update={"fields": (*fields, *more)})


def known(sev: Sev) -> dict[str, str]:
    """What the SEV's fields hold, as people read it."""
    config = sev.stage.bot.settings.current
    with sev.stage.bot.database.read() as session:
        rows = held(session.get_one(Incident, sev.kept.id).fields)
    return {key: shown(config.field(key), each) for key, each in rows.items()}


def test_what_is_said_in_the_form_shows_on_the_card_and_in_the_announcement(stage: Stage, ada: Person) -> None:
    ada.types("/sev declare")
    ada.fills(**{"Title": "checkout is down", "Severity": "SEV2", "Region": "Europe", "Customers affected": "12k"})
    ada.submits()
    stage.begins()
    sev = stage.sev(1)
    assert "Region\nEurope" in sev.card
    assert "Customers affected\n12,000" in sev.card
    assert "Region: Europe" in sev.announcement("#incidents")
    assert "Customers affected" not in sev.announcement("#incidents")


def test_a_value_is_typed_and_everybody_sees_who_changed_it(stage: Stage, sev: Sev, ada: Person) -> None:
    assert ada.types("/sev field region us").text == "Region of SEV-1 is now United States."
    assert ada.types("/sev field Region europe").text == "Region of SEV-1 is now Europe."
    assert ada.types("/sev field region Europe").text == "Region of SEV-1 is already Europe."
    assert ada.types("/sev field region").text == "Region: Europe\n/sev field region VALUE sets it."
    assert ada.types("/sev field customers many").text.startswith("Customers affected: give a number")
    assert ada.types("/sev field contact @grace").text == "Regulator contact of SEV-1 is now @Grace Hopper."
    stage.settles()
    assert "Europe" in sev.card
    told = ada.types("/sev timeline").text
    said = [entry.data for entry in sev.timeline if entry.kind == "fields"]
    assert [(each["before"], each["after"]) for each in said][:2] == [
        ({"region": None}, {"region": "United States"}),
        ({"region": "United States"}, {"region": "Europe"}),
    ]
    assert [record.action for record in sev.audit].count("incident.fields") == 3
    assert told is not None
    ada.sees("set Region to Europe (before: United States)")
    ada.sees("set Regulator contact to @Grace Hopper")
    assert "*Regulator contact*" in str(ada.types("/sev show").blocks)


def test_a_field_is_emptied(sev: Sev, ada: Person) -> None:
    ada.types("/sev field entities Acme Bank, pay")
    assert known(sev) == {"entities": "Acme Bank, Acme Pay"}
    ada.types("/sev field entities pay")
    assert known(sev) == {"entities": "Acme Pay"}
    assert ada.types("/sev field entities none").text == "Legal entities of SEV-1 holds nothing any more."
    assert known(sev) == {}


def test_the_form_holds_all_and_what_is_wrong_stands_at_its_field(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.types("/sev field")
    ada.fills(**{"Report": "nowhere", "Customers affected": "some", "Vendor": "Acme & Sons <b>"})
    (fault,) = ada.submits().errors.items()
    assert fault == ("Customers affected", "Customers affected: give a number, such as 12500, 12,500, 0.5 or 1.2m.")
    ada.fills(**{"Report": "https://example.com/r", "Customers affected": "1.5m", "Regulator must be told": "Yes"})
    ada.submits()
    stage.settles()
    assert known(sev) == {
        "customers": "1,500,000", "report": "https://example.com/r", "vendor": "Acme & Sons <b>", "regulator": "Yes",
    }  # fmt: skip
    assert len([entry for entry in sev.timeline if entry.kind == "fields"]) == 1


def test_what_nobody_touched_in_a_form_is_not_taken_for_said(
    stage: Stage, sev: Sev, ada: Person, grace: Person
) -> None:
    ada.clicks("Edit…")
    ada.sees("Workaround")
    grace.goes_to("#general").types("/sev field SEV-1 region us")
    ada.fills(Vendor="Acme")
    ada.submits()
    stage.settles()
    assert known(sev) == {"region": "United States", "vendor": "Acme"}


def test_a_needed_field_never_keeps_from_declaring_and_is_asked_for_on_the_card(stage: Stage, ada: Person) -> None:
    configured(stage, region={"required_at": "declare"}, report={"required_at": "resolve"})
    sev = stage.declared(ada, "SEV2 checkout is down")
    ada.goes_to(sev.channel)
    assert "Still to be said: Region" in sev.card
    ada.clicks("Fill in…")
    ada.fills(Region="Europe")
    ada.submits()
    stage.settles()
    assert "Still to be said" not in sev.card
    ada.types("/sev mitigate")
    stage.settles()
    assert "Still to be said: Report" in sev.card
    stage.begins()


def test_resolving_asks_for_what_must_be_known(stage: Stage, ada: Person) -> None:
    configured(stage, region={"required_at": "declare"}, report={"required_at": "resolve"})
    sev = stage.declared(ada, "SEV2 checkout is down")
    ada.goes_to(sev.channel)
    told = "Before SEV-1 can be resolved, say Region and Report: `/sev field` asks for them."
    assert ada.types("/sev resolve").text == told.replace("`", "") + "\n[Resolve…]"
    assert sev.kept.status == "investigating"
    ada.clicks("Post update")
    ada.fills(**{"What is new": "It works again.", "Status": "Resolved"})
    assert ada.submits().errors == {"Status": told}
    ada.closes_modal()
    ada.clicks("Resolve…", in_=sev.channel)
    ada.fills(Region="Europe", Report=" \u200b ")
    assert ada.submits().errors == {"Report": told.replace("Region and Report", "Report").replace("them", "it")}
    ada.fills(Report="https://example.com/r")
    ada.submits()
    ada.sees("set the status to :white_check_mark: Resolved")
    assert known(sev) == {"region": "Europe", "report": "https://example.com/r"}
    stage.begins()


def test_an_old_button_asks_too(stage: Stage, sev: Sev, ada: Person) -> None:
    configured(stage, region={"required_at": "resolve"})
    ada.clicks("Resolve")
    ada.sees("Before SEV-1 can be resolved, say Region")
    assert sev.kept.status == "investigating"


def test_a_field_of_other_severities_is_not_asked_for(stage: Stage, sev: Sev, ada: Person) -> None:
    configured(stage, region={"required_at": "resolve", "severities": ("SEV1",)})
    ada.types("/sev resolve")
    assert sev.kept.status == "resolved"
    stage.begins()


def test_what_the_configuration_forgets_is_kept_and_marked(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.types("/sev field region us")
    ada.types("/sev field vendor Acme")
    usa = FieldChoice(key="us", label="North America")
    configured(stage, region={"choices": (usa,), "name": "Where"})
    settings = stage.bot.settings
    kept = tuple(each for each in settings.current.fields if each.key != "vendor")
    settings.current = settings.current.model_copy(update={"fields": kept})
    told = str(ada.types("/sev show").blocks)
    assert "*Where*\\nNorth America" in told
    assert "*Vendor*: Acme (no longer asked for)" in told
    assert known(sev) == {"region": "North America", "vendor": "Acme"}


def test_who_may_not_change_a_sev_says_nothing_of_its_fields(sev: Sev, edsger: Person) -> None:
    told = edsger.goes_to("#payments").types("/sev field SEV-1 region us").text
    assert told.startswith("Guests can't change a SEV here.")
    assert known(sev) == {}


@pytest.mark.usefixtures("sev")
def test_sevs_are_listed_by_what_a_field_holds(ada: Person) -> None:
    ada.types("/sev field region us")
    ada.types("/sev field customers 12,000")
    for words in ("region=us", "Region=United States", "customers=12k"):
        assert "SEV-1" in str(ada.types(f"/sev list {words}").blocks), words
    assert ada.types("/sev list region=eu").text == "There is no such SEV."
    assert ada.types("/sev list sideways").text.endswith("a workflow's name, a field's value, such as region=….")


def test_kinds_of_fields_are_what_slack_has_elements_for() -> None:
    assert CustomField(key="a", name="A", kind=FieldKind.TEXT).asked_at == "never"
