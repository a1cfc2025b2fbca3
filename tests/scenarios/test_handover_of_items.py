"""When somebody leaves, all they owe goes to another at once: shown first, done when confirmed, and nothing else."""

import pytest

from bot.playground import Person
from bot.remediation.model import ActionItem
from tests.scenarios.stories import Stage

pytestmark = pytest.mark.usefixtures("stage")


def owners(stage: Stage) -> list[str | None]:
    with stage.bot.database.read() as session:
        return [item.owner_user or item.owner_team for item in session.query(ActionItem).order_by(ActionItem.id)]


def test_all_that_somebody_owes_goes_to_another_once_that_was_confirmed(
    stage: Stage, ada: Person, grace: Person, linus: Person
) -> None:
    for each in (grace, linus):
        each.goes_to("#general").types("/sev list")
    stage.declared(ada, "SEV2 checkout is down")
    hidden = stage.declared(ada, "SEV2 salaries leaked --private")
    ada.goes_to(hidden.channel)
    ada.types("/sev invite @grace")
    stage.hears()
    stage.begins()
    ada.types("/sev action SEV-1 add add a circuit breaker @grace due 2027-01-15")
    ada.types("/sev action SEV-1 add write a runbook @grace")
    ada.types("/sev action SEV-2 add rotate the keys @grace")
    stage.expects("gave you SEV-1/1", "gave you SEV-1/2", "gave you :lock: SEV-2/1")
    ada.goes_to("#general")
    shown = ada.types("/sev items handover @grace @linus").text
    assert "3 action items of @Grace Hopper would go to @Linus Torvalds. Due dates stay." in shown
    assert "rotate the keys" not in linus.types("/sev items handover @grace @linus").text
    assert owners(stage) == [grace.id] * 3
    ada.clicks("Hand over")
    ada.sees("2 action items went to @Linus Torvalds.")
    ada.sees("SEV-2/1 stays: SEV-2 is private, and @Linus Torvalds is not in it.")
    assert owners(stage) == [linus.id, linus.id, grace.id]
    stage.expects("gave you 2 action items of @Grace Hopper")
    changed = [entry for entry in stage.sev(1).timeline if entry.kind == "item_changed"]
    assert [list(entry.data["changes"]) for entry in changed] == [["owner"], ["owner"]]
    ada.types("/sev items handover @linus payments")
    ada.clicks("Hand over")
    ada.sees("2 action items went to Payments.")
    stage.expects("gave Payments 2 action items of @Linus Torvalds")
    assert "They owe nothing that you can see" in ada.types("/sev items handover @linus payments").text


def test_of_private_ones_a_team_hears_apart(stage: Stage, ada: Person, grace: Person, linus: Person) -> None:
    """Its channel is told of the others, and its manager, who is in the private SEV, of that one's."""
    settings = stage.bot.settings
    led = [each.model_copy(update={"manager": linus.id}) for each in settings.current.teams]
    settings.current = settings.current.model_copy(update={"teams": tuple(led)})
    for each in (grace, linus):
        each.goes_to("#general").types("/sev list")
    stage.declared(ada, "SEV2 checkout is down")
    ada.goes_to(stage.declared(ada, "SEV2 salaries leaked --private").channel)
    ada.types("/sev invite @grace @linus")
    stage.hears()
    ada.types("/sev action SEV-1 add add a circuit breaker @grace")
    ada.types("/sev action SEV-2 add rotate the keys @grace")
    stage.begins()
    ada.goes_to("#general").types("/sev items handover @grace payments")
    ada.clicks("Hand over")
    stage.settles()
    linus.sees("gave Payments :lock: SEV-2/1: rotate the keys", in_="@sevbot")
    stage.expects("gave Payments SEV-1/1: add a circuit breaker", "gave Payments :lock: SEV-2/1")
    ada.sees("2 action items went to Payments.")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("", "Say from whom to whom"),
        ("@grace", "Say from whom to whom"),
        ("@grace @grace", "They own it all already."),
        ("@grace nobody-here", "nobody-here is nobody I know."),
        ("@grace @linus", "They owe nothing that you can see"),
    ],
)
def test_a_handover_that_can_not_be_is_refused(ada: Person, typed: str, answer: str) -> None:
    assert answer in ada.goes_to("#general").types(f"/sev items handover {typed}").text


@pytest.mark.parametrize("engine", ["sqlite"])
def test_each_sev_of_which_something_was_handed_over_can_say_so(
    stage: Stage, ada: Person, grace: Person, linus: Person
) -> None:
    for each in (grace, linus):
        each.goes_to("#general").types("/sev list")
    for number in (1, 2):
        stage.declared(ada, f"SEV2 trouble number {number}")
        ada.types(f"/sev action SEV-{number} add prevent it @grace")
    ada.goes_to("#general").types("/sev items handover @grace @linus")
    ada.clicks("Hand over")
    stage.settles()
    for number in (1, 2):
        assert "@Linus Torvalds" in ada.types(f"/sev why SEV-{number}").text, number
    stage.expects("gave you 2 action items of @Grace Hopper")
    stage.slack.expect_all()
