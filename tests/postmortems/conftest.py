"""The stories of this room are told on the stage that all stories are told on."""

import pytest

from bot.playground import Person
from tests.scenarios.conftest import accepted_by_slack, stage, troubled_stage
from tests.scenarios.stories import Sev, Stage

__all__ = ["accepted_by_slack", "stage", "troubled_stage"]


@pytest.fixture
def sev(stage: Stage, ada: Person, grace: Person) -> Sev:
    """A SEV of ada's that is over; grace is in its channel too."""
    declared = stage.declared(ada, "SEV2 checkout is down")
    ada.goes_to(declared.channel)
    ada.types("/sev take ic")
    ada.types("/sev resolve")
    ada.invites(grace, to=declared.channel)
    stage.hears()
    stage.begins()
    return declared
