"""Statuses a company added: they mean what their category means, wherever a SEV is told of."""

import pytest

from bot.config import Category, Status
from bot.playground import Person
from tests.scenarios.stories import Stage

pytestmark = pytest.mark.usefixtures("stage")
ADDED = (
    Status(key="triage", category=Category.INVESTIGATING, label="Triage", emoji=":eyes:"),
    Status(key="vendor", category=Category.IDENTIFIED, label="With the vendor <b>"),
    Status(key="monitoring", category=Category.MITIGATED, label="Monitoring", emoji=":telescope:"),
    Status(key="mended", category=Category.RESOLVED, label="Mended for good"),
    Status(key="no_sev", category=Category.CANCELLED, label="No SEV"),
)


@pytest.fixture(autouse=True)
def _statuses(stage: Stage) -> None:
    """What is shipped, with one added before the first, and others after those of their category."""
    settings = stage.bot.settings
    first, *others = ADDED
    statuses = (first, *settings.current.statuses, *others)
    settings.current = settings.current.model_copy(update={"statuses": statuses})


def test_an_added_status_means_what_its_category_means(stage: Stage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    ada.goes_to(sev.channel)
    assert sev.kept.status == "triage", "the first of its category"
    assert "Status\n:eyes: Triage" in sev.card
    assert ada.types("/sev status vendor").text == "SEV-1 is now with the vendor <b>."
    assert sev.kept.mitigated_at is None
    assert ada.types("/sev mitigate").text == "SEV-1 is now mitigated."
    mitigated_at = sev.kept.mitigated_at
    assert ada.types("/sev status monitoring").text == "SEV-1 is now monitoring."
    assert sev.kept.mitigated_at == mitigated_at, "it is mitigated since it was"
    stage.settles()
    assert ":telescope: Monitoring" in sev.card
    assert ":telescope: Monitoring" in sev.announcement("#incidents")
    assert "| Monitoring |" in sev.topic
    assert "SEV-1" in str(ada.types("/sev list").blocks)
    assert ada.types("/sev status triage").text.startswith("Going back from monitoring needs a reason")
    assert ada.types("/sev status triage it is back").text == "SEV-1 is now triage."
    assert sev.kept.mitigated_at is None
    ada.clicks("Post update")
    ada.fills(**{"What is new": "All is well.", "Status": "Mended for good"})
    ada.submits()
    ada.sees("who set the status to Mended for good:")
    assert sev.kept.resolved_at
    assert ada.types("/sev list").text == "No SEV is open. :tada:"
    assert ada.types("/sev reopen it is back").text == "SEV-1 is open again."
    assert sev.kept.status == "triage"
    assert ada.types("/sev status no_sev").text.startswith("Say why it is cancelled")
    assert ada.types("/sev status no_sev a false alarm").text == "SEV-1 is now no sev."
    assert ada.types("/sev timeline").text
    stage.begins()


def test_a_status_that_is_taken_out_while_a_sev_bears_it_keeps_its_name(stage: Stage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    ada.goes_to(sev.channel)
    ada.types("/sev status monitoring")
    settings = stage.bot.settings
    left = tuple(each for each in settings.current.statuses if each.key != "monitoring")
    settings.current = settings.current.model_copy(update={"statuses": left})
    assert "monitoring" in str(ada.types("/sev show").blocks)
    assert "SEV-1" in str(ada.types("/sev list").blocks)
    assert ada.types("/sev resolve").text == "SEV-1 is now resolved."
    stage.begins()
