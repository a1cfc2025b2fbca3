"""`/sev stats` says what may honestly be said, and sends a picture of it to who asks."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.incidents.model import Incident
from bot.playground import Person
from tests.scenarios.stories import Stage

MINUTE = timedelta(minutes=1)


def took(stage: Stage, number: int, minutes: int) -> None:
    """A SEV that was detected when it was declared was mitigated so many minutes later, and acknowledged after one."""

    def write(session):  # type: ignore[no-untyped-def]
        incident = session.scalars(select(Incident).where(Incident.number == number)).one()
        incident.detected_at, incident.started_at = incident.declared_at, incident.declared_at - MINUTE
        incident.mitigated_at = incident.declared_at + minutes * MINUTE

    stage.bot.database.run(write)


def test_figures_name_their_times_and_what_they_rest_on(stage: Stage, ada: Person) -> None:
    for number, (severity, minutes) in enumerate([("SEV1", 30), ("SEV2", 90), ("SEV3", 40)], 1):
        stage.declared(ada, f"{severity} trouble number {number}")
        took(stage, number, minutes)
    shown = ada.types("/sev stats 7d").text
    print(shown)
