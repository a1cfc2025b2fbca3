"""People are called: by the SEV's severity, or because somebody asks; and they are told when nobody needs to come."""

import pytest

from bot.incidents.model import RoleHolder
from bot.playground import Person
from tests.paging.conftest import PAYMENTS, PLATFORM, PagingStage

PAGED = ":pager: Payments paged by PagerDuty: Grace Hopper is on call."


def takes_command(stage: PagingStage, person: Person, number: int = 1) -> None:
    """A person takes command, as the room of roles keeps it."""
    incident = stage.sev(number).kept
    holder = RoleHolder(incident_id=incident.id, role="commander", user_id=person.id, since=incident.declared_at)
    stage.bot.database.run(lambda session: session.merge(holder))
    stage.happens("incident.role", number)


def test_a_sev1_pages_its_team_and_the_channel_hears_that_it_got_through(stage: PagingStage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV1 checkout is down")
    stage.expects(PAGED)
    assert set(stage.alerts) == {"1-payments"}
    alert = stage.alerts["1-payments"]
    assert (alert.state, alert.rings, alert.service) == ("triggered", 1, "PagerDuty")
    assert alert.summary == "SEV-1 SEV1: checkout is down"
    assert alert.content["severity"] == "critical"
    assert alert.content["custom_details"]["Why"] == "its severity calls for this team"
    assert PAGED in sev.lines
    assert "Payments was paged" in sev.card
    assert [entry.kind for entry in sev.timeline].count("paged") == 1


def test_a_lesser_sev_pages_nobody_until_it_gets_worse(stage: PagingStage, ada: Person) -> None:
    stage.declared(ada, "SEV3 checkout is slow")
    assert stage.alerts == {}
    ada.types("/sev severity SEV-1 SEV1")
    stage.expects("changed the severity", PAGED)
    assert set(stage.alerts) == {"1-payments"}
    for severity in ("SEV2", "SEV1"):
        ada.types(f"/sev severity SEV-1 {severity}")
    stage.expects("changed the severity")
    assert set(stage.alerts) == {"1-payments"}
    assert stage.alerts["1-payments"].log == ["trigger"]


def test_taking_command_stops_the_ringing_and_resolving_ends_it(stage: PagingStage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV1 checkout is down")
    takes_command(stage, ada)
    assert stage.alerts["1-payments"].state == "acknowledged"
    assert "rings no longer" in sev.card
    ada.types("/sev mitigate SEV-1")
    stage.settles()
    assert stage.alerts["1-payments"].state == "acknowledged"
    ada.types("/sev resolve SEV-1")
    stage.settles()
    assert list(dict.fromkeys(stage.alerts["1-payments"].log)) == ["trigger", "acknowledge", "resolve"]
    assert "Payments need not come any more" in sev.card
    stage.slack.expect_all()


def test_reopening_rings_anew_under_another_key(stage: PagingStage, ada: Person) -> None:
    stage.declared(ada, "SEV1 checkout is down")
    for words in ("resolve SEV-1", "reopen SEV-1 it came back"):
        ada.types(f"/sev {words}")
        stage.settles()
    assert {key: alert.state for key, alert in stage.alerts.items()} == {
        "1-payments": "resolved",
        "1-payments-2": "triggered",
    }
    assert stage.alerts["1-payments-2"].content["custom_details"]["Why"] == "it is open again"
    stage.slack.expect_all()


@pytest.mark.parametrize("settings", [{"teams": [PAYMENTS, PLATFORM], "paging": {"resolve_on": "mitigated"}}])
def test_where_mitigating_ends_pages_going_back_rings_again(stage: PagingStage, ada: Person) -> None:
    stage.declared(ada, "SEV1 checkout is down")
    ada.types("/sev mitigate SEV-1")
    stage.settles()
    assert stage.alerts["1-payments"].state == "resolved"
    assert "so nobody is paged for it" in ada.types("/sev page SEV-1 platform").text
    ada.types("/sev status SEV-1 investigating it came back")
    stage.settles()
    assert stage.alerts["1-payments-2"].state == "triggered"
    stage.slack.expect_all()


def test_somebody_asks_for_a_team_and_says_why(stage: PagingStage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV3 checkout is slow")
    answer = ada.types("/sev page SEV-1 platform the <queue> is full & stuck").text
    assert answer.startswith("Platform is being paged by Opsgenie. Barbara Liskov is on call, as of ")
    assert answer.endswith("When somebody comes is not known yet; the card shows how it goes.")
    stage.expects(":pager: Platform paged by Opsgenie: Barbara Liskov is on call.")
    (alert,) = stage.calls_to("opsgenie/v2/alerts")
    assert alert["message"] == "SEV-1 SEV3: checkout is slow"
    assert alert["details"]["Why"] == "the <queue> is full & stuck"
    assert (alert["priority"], alert["responders"]) == ("P3", [{"name": "Platform", "type": "team"}])
    assert ">the <queue> is full & stuck" in sev.lines[-1]
    assert ada.types("/sev page SEV-1 platform hello?").text == (
        "Platform was paged just now. If nobody comes within two minutes, page them again."
    )
    takes_command(stage, ada)
    assert stage.alerts["1-platform"].state == "triggered"
    takes_command(stage, stage.slack.person("barbara"))
    assert stage.alerts["1-platform"].state == "acknowledged"
    ada.types("/sev cancel SEV-1 false alarm")
    stage.settles()
    assert stage.alerts["1-platform"].state == "resolved"
    stage.slack.expect_all()


def test_the_form_pages_too(stage: PagingStage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV3 checkout is slow")
    ada.goes_to(sev.place).clicks("Page a team…")
    ada.fills(Team="Payments", Why="the card processor refuses everything")
    ada.submits()
    ada.sees("Payments is being paged by PagerDuty.")
    stage.expects(PAGED)
    assert stage.alerts["1-payments"].content["custom_details"]["Why"] == "the card processor refuses everything"
    ada.closes_modal()
    ada.types("/sev page")
    ada.sees("Who is needed?")
    ada.closes_modal()


def test_what_cannot_be_paged_is_refused_with_what_is_possible(stage: PagingStage, ada: Person, edsger: Person) -> None:
    stage.declared(ada, "SEV3 checkout is slow")
    assert ada.types("/sev page SEV-1 nobody").text.endswith("Teams are: payments, platform, silent.")
    assert ada.types("/sev page SEV-1 silent").text.startswith("Silent has no pager in Sevbot's configuration.")
    assert ada.types(f"/sev page SEV-1 payments {'x' * 201}").text.startswith("This reason has 201 characters")
    edsger.goes_to("#payments")
    assert edsger.types("/sev page SEV-1 payments").text.startswith("Guests can't page a team")
    assert edsger.types("/sev oncall").text.startswith("Guests can't page a team or see who is on call")
    ada.types("/sev resolve SEV-1")
    assert "is resolved, so nobody is paged for it" in ada.types("/sev page SEV-1 payments").text
    stage.expects("set the status")
    assert stage.alerts == {}


def test_a_drill_pages_nobody(stage: PagingStage, ada: Person) -> None:
    stage.declared(ada, "SEV1 failover exercise --drill")
    assert "drills page nobody here" in ada.types("/sev page SEV-1 payments").text
    assert stage.alerts == {}


@pytest.mark.parametrize("settings", [{"teams": [PAYMENTS], "paging": {"drills": True}}])
def test_a_drill_that_pages_says_so(stage: PagingStage, ada: Person) -> None:
    stage.declared(ada, "SEV1 failover exercise --drill")
    stage.expects("DRILL")
    assert stage.alerts["1-payments"].summary == "DRILL SEV-1 SEV1: failover exercise"


PRIVATE = {"teams": [PAYMENTS, PLATFORM], "private": {"invite": [], "page": ["platform"]}}


@pytest.mark.parametrize("settings", [PRIVATE])
def test_the_page_of_a_private_sev_says_its_number_and_no_more(stage: PagingStage, ada: Person) -> None:
    stage.declared(ada, "SEV1 salaries of the quetzal are public --private")
    stage.expects("Platform paged by Opsgenie")
    assert set(stage.alerts) == {"1-platform"}
    assert "may not be paged for private SEVs" in ada.types("/sev page SEV-1 payments the quetzal").text
    ada.types("/sev resolve SEV-1")
    ada.types("/sev reopen SEV-1 the quetzal is back")
    stage.settles()
    ada.types("/sev page SEV-1 platform the quetzal sings")
    stage.settles()
    assert stage.alerts["1-platform-3"].summary == "Private SEV-1"
    assert stage.alerts["1-platform-3"].content["details"] == {}
    assert "quetzal" not in str(stage.slack.pager.requests)
    stage.slack.expect_all()


def test_nobody_in_command_rings_again_once(stage: PagingStage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV1 checkout is down")
    for _ in range(2):
        stage.happens("nudge.page", 1)
    assert set(stage.alerts) == {"1-payments", "1-payments-2"}
    assert stage.alerts["1-payments-2"].content["custom_details"]["Why"] == "nobody is in command"
    assert sev.lines[-1] == f"{PAGED} Nobody is in command."
    takes_command(stage, ada)
    assert {alert.state for alert in stage.alerts.values()} == {"acknowledged"}
    stage.slack.expect_all()


@pytest.mark.usefixtures("stage")
def test_the_form_says_truly_who_is_paged_and_how(ada: Person) -> None:
    ada.types("/sev declare")
    ada.fills(Severity="SEV1")
    ada.sees("Paged: Payments by PagerDuty.")
    ada.fills(Kind=["Drill"])
    ada.sees("Paged: nobody.")
    ada.closes_modal()
