"""`/sev stats` says what may honestly be said, and sends a picture of it to who asks."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app import Bot
from bot.digest import drawing
from bot.incidents.model import Incident
from bot.playground import Person
from tests.scenarios.digesting import PATIENT, changes
from tests.scenarios.stories import Stage

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def patient(sevbot: Bot) -> None:
    settings = sevbot.settings
    delivery = settings.current.delivery.model_copy(update=PATIENT)
    settings.current = settings.current.model_copy(update={"delivery": delivery})


def took(stage: Stage, number: int, minutes: int) -> None:
    """A SEV started a minute before it was detected, which was when it was declared, and took so long to mitigate."""

    def write(session: Session) -> None:
        incident = session.scalars(select(Incident).where(Incident.number == number)).one()
        incident.detected_at, incident.started_at = incident.declared_at, incident.declared_at - MINUTE
        incident.mitigated_at = incident.declared_at + minutes * MINUTE

    stage.bot.database.run(write)


def test_figures_name_their_times_and_what_they_rest_on(stage: Stage, ada: Person) -> None:
    for number, (severity, minutes) in enumerate([("SEV1", 30), ("SEV2", 90), ("SEV3", 40)], 1):
        stage.declared(ada, f"{severity} trouble number {number}")
        took(stage, number, minutes)
    changes(stage, 2, workflows=["place-order"])
    stage.declared(ada, "SEV1 an exercise --drill")
    shown = ada.types("/sev stats 7d").text.splitlines()
    assert shown[0] == "The last 7 days"
    assert shown[1] == "• SEVs: 3 (SEV1 1, SEV2 1, SEV3 1); in the 7 days before: 0. /sev list all"
    assert (
        "• Time to mitigate (detected → mitigated): median 40 min, p90 1 h 30 min, n = 3 (n < 20: a hint, no more)"
        in shown
    )
    assert (
        "    Mean 53 min. Longest: SEV-2 1 h 30 min, SEV-3 40 min, SEV-1 30 min. "
        "Against the 7 days before (n = 0): too few SEVs to tell." in shown
    )
    assert "• Time to resolve (started → resolved): not known of any of the 3 SEVs" in shown
    assert "• Place order: 1. /sev stats place-order" in shown
    assert "• Noticed by monitoring 0 of 3, by people 3" in shown


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("", "The last 30 days"),
        ("sev1", "The last 30 days: SEV1"),
        ("Payments 2w", "The last 14 days: Payments"),
        ("place order", "The last 30 days: Place order"),
        ("sign-in 1 day", "The last 1 day: Sign in"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"])
def test_figures_can_be_asked_of_a_team_a_workflow_or_a_severity(ada: Person, words: str, title: str) -> None:
    assert ada.types(f"/sev stats {words}").text.splitlines()[0] == title


def test_what_cannot_be_asked_is_said_with_what_can(ada: Person) -> None:
    assert ada.types("/sev stats atlantis").text == (
        "There is no team, workflow or severity “atlantis”. Type /sev stats, /sev stats SEV1, or the name of a team or "
        "workflow: payments, platform, place-order, sign-in; 30d or 12w after it says how far back."
    )
    assert ada.types("/sev stats 900d").text.startswith("Ask for 1 to 366 days")


def test_a_private_sev_counts_for_who_may_see_it_and_is_measured_for_nobody(
    stage: Stage, ada: Person, grace: Person
) -> None:
    stage.declared(ada, "SEV2 the heron is loose --private")
    took(stage, 1, 30)
    hers = ada.types("/sev stats").text
    assert "• SEVs: 1 (SEV2 1)" in hers
    assert "1 private SEV of yours: counted above, and not measured below" in hers
    assert "Time to mitigate (detected → mitigated): not known of the one SEV" in hers
    others = grace.types("/sev stats").text
    assert "• SEVs: 0; in the 30 days before: 0." in others
    assert "private" not in others


def test_a_picture_comes_by_direct_message(stage: Stage, ada: Person) -> None:
    stage.declared(ada, "SEV2 checkout is down")
    took(stage, 1, 30)
    ada.types("/sev stats payments 60d")
    ada.clicks("Picture: Time to mitigate")
    ada.sees("The picture comes by direct message in a moment.")
    stage.settles()
    (message,) = stage.said_in(stage.slack.direct("ada").id, containing="Time to mitigate, as you asked.")
    stage.slack.expected.add(message)
    (file,) = [stage.slack.workspace.files[each] for each in message.file_ids]
    assert file.content.startswith(drawing.PNG)
    assert file.alt_text.startswith("Time to mitigate: Payments (detected → mitigated) in the last 9 weeks: ")
