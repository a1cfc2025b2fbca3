"""The bot's Home: what each person finds there, kept true while they may be looking."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import Bot
from bot.incidents.home import MOST_HOMES
from bot.incidents.model import HomeReader
from bot.playground import Person, Playground
from tests.conftest import environment_for
from tests.environments import at_work
from tests.scenarios.stories import Stage
from tests.torture.faulting import config_with

pytestmark = pytest.mark.usefixtures("stage")


def opens(stage: Stage, person: Person) -> str:
    """A person opens their Home, and reads it."""
    before = published(stage)
    person.opens_home()
    stage.slack.wait_until(lambda: published(stage) > before, why="it is shown")
    stage.settles()
    return reads(person)


def reads(person: Person) -> str:
    assert person.home, "nothing was published"
    return person.home.text()


def published(stage: Stage) -> int:
    return sum(call.method == "views.publish" for call in stage.slack.calls)


def test_home_shows_what_is_open_with_ones_own_first_and_follows(stage: Stage, ada: Person, grace: Person) -> None:
    assert "No SEV is open." in opens(stage, ada)
    ada.clicks("Declare a SEV")
    ada.fills(Title="checkout is down", Severity="SEV2")
    ada.submits()
    stage.begins()
    ada.closes_modal()
    stage.declared(grace, "SEV3 search is slow")
    home = reads(ada)
    assert home.index("checkout is down") < home.index("search is slow"), "ada declared the one"
    assert "Investigating" in home
    assert "in #sev-1-checkout-is-down" in home
    ada.types("/sev mitigate SEV-1")
    ada.types("/sev resolve SEV-2")
    stage.begins()
    home = reads(ada)
    assert ":adhesive_bandage: Mitigated" in home
    assert home.index("Recently over") < home.index("search is slow")


def test_what_one_promised_can_be_kept_from_there(stage: Stage, ada: Person, grace: Person) -> None:
    stage.declared(ada, "SEV2 checkout is down")
    ada.types("/sev update SEV-1 45m A fix is being rolled out.")
    stage.begins()
    home = opens(stage, ada)
    assert "What you promised" in home
    assert "Next update" in home
    assert "What you promised" not in opens(stage, grace)
    ada.clicks("Post update")
    ada.fills(**{"What is new": "It is rolled out.", "Next update due in": "None"})
    ada.submits()
    stage.begins()
    assert "What you promised" not in reads(ada)


def test_a_private_sev_is_in_the_home_of_its_members_alone(stage: Stage, ada: Person, grace: Person) -> None:
    opens(stage, grace)
    opens(stage, ada)
    secret = stage.declared(ada, "SEV2 salaries are public --private")
    assert "salaries are public" in reads(ada)
    assert "SEV-1" not in reads(grace)
    ada.goes_to(secret.channel).invites(grace, to=secret.channel)
    stage.slack.wait_until(lambda: "salaries are public" in reads(grace), why="she is a member")
    grace.leaves(secret.channel)
    stage.slack.wait_until(lambda: "SEV-1" not in reads(grace), why="she is none any more")
    stage.begins()


def test_who_has_not_looked_for_a_day_is_shown_it_anew_only_when_they_do(
    stage: Stage, ada: Person, grace: Person
) -> None:
    opens(stage, grace)
    stage.slack.advance_clock(25 * 3600)
    opens(stage, ada)  # Slack's answer tells the bot what time it is
    assert "No SEV is open." in opens(stage, ada)
    before = published(stage)
    stage.declared(ada, "SEV2 checkout is down")
    assert "checkout is down" in reads(ada)
    assert published(stage) - before <= 3, "those for one person only"
    assert "checkout is down" not in reads(grace)
    assert "checkout is down" in opens(stage, grace)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_one_change_shows_a_bounded_number_of_homes_anew(stage: Stage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    opened_at = sev.kept.declared_at
    readers = [HomeReader(user_id=f"U9{number:04}", opened_at=opened_at) for number in range(MOST_HOMES + 30)]
    stage.bot.database.run(lambda session: session.add_all(readers))
    stage.slack.faults.add("views.publish", "user_not_found", times=None)
    before = published(stage)
    ada.types("/sev mitigate SEV-1")
    stage.begins()
    assert published(stage) - before == MOST_HOMES


class TestMembersOnly:
    """Where only members may see SEVs."""

    @pytest.fixture
    def sevbot(self, slack: Playground, database_url: str, tmp_path: Path) -> Iterator[Bot]:
        folder = config_with(tmp_path / "c", {})
        file = folder / "sevbot.yaml"
        file.write_text(file.read_text() + "permissions: {see: members}\n")
        with at_work(Bot(environment_for(slack, database_url, config=folder)), slack) as bot:
            yield bot

    def test_a_guest_finds_a_closed_door_and_a_member_whom_nobody_knows_does_not(
        self, stage: Stage, ada: Person, linus: Person, edsger: Person
    ) -> None:
        stage.declared(ada, "SEV2 checkout is down")
        assert "checkout is down" in opens(stage, linus)
        home = opens(stage, edsger)
        assert home == "Guests can't see SEVs here. Ask somebody of this workspace to do it."
