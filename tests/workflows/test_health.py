"""`/sev workflows` and `/sev workflow NAME`, as people read them."""

from datetime import timedelta

import pytest

from bot.app import Bot
from bot.config import Dashboard, Objective, Workflow
from bot.config.checks import Check
from bot.config.heartbeats import Heartbeat
from bot.playground import Person
from bot.workflows.checks.model import CheckRow
from bot.workflows.checks.model import State as CheckState
from bot.workflows.counts import counting
from bot.workflows.counts.counting import Counted, Sender
from bot.workflows.counts.minutes import minute_of
from bot.workflows.heartbeats.model import HeartbeatRow, Trouble
from tests.scenarios.digesting import changes
from tests.workflows.conftest import TroubleStage
from tests.workflows.digests import digest

SLO = Objective(key="availability", name="It works", target=0.99)
FAST, SLOW = 50, 3
"""Of a hundred, how many go wrong where it burns."""


def promises(bot: Bot, *workflows: Workflow) -> None:
    """These are the workflows."""
    bot.settings.current = bot.settings.current.model_copy(update={"workflows": workflows})


def workflow(key: str, name: str, *slos: Objective, owner: str = "payments") -> Workflow:
    return Workflow(key=key, name=name, owner=owner, slos=slos or (SLO,))


def counted(stage: TroubleStage, key: str, bad: int, *, hours: int = 3, until: timedelta = timedelta()) -> None:
    """So many of each hundred a minute went wrong, up to now or until some time ago."""
    bot, end = stage.bot, minute_of(stage.bot.clock.now() - until)
    some = [Counted(minute, 100 - bad, 100) for minute in range(end - hours * 60, end)]
    bot.database.run(lambda session: counting.take(session, Sender(key, "counts", ""), some, now=bot.clock.now()))


def looks(stage: TroubleStage) -> None:
    stage.bot.house.workflows.health.evaluating.evaluate()
    stage.settles()
    stage.slack.expect_all()


def lines(person: Person, words: str) -> list[str]:
    return str(person.types(words).text).splitlines()


def test_all_are_listed_the_worst_first(trouble: TroubleStage, ada: Person) -> None:
    promises(
        trouble.bot,
        workflow("deposit", "Deposit"), workflow("statement", "Statement"), workflow("sign-in", "Sign in", owner="platform"),
        workflow("place-order", "Place order"), Workflow(key="report", name="Report"),
    )  # fmt: skip
    counted(trouble, "deposit", 0)
    counted(trouble, "sign-in", 0, until=timedelta(minutes=40))
    counted(trouble, "place-order", FAST)
    counted(trouble, "statement", 1, hours=60)
    looks(trouble)
    shown = lines(ada, "/sev workflows")
    assert shown[0] == "Workflow health: 1 burning fast, 1 out of budget, 1 no data, 1 healthy, 1 not measured"
    names = [each.split("  ")[1] for each in shown[1:] if each.startswith(":")]
    assert names == ["Place order", "Statement", "Sign in", "Deposit", "Report"]
    assert shown[1] == ":red_circle: burning fast  Place order  place-order"
    assert shown[2].endswith("last 30 days 50 %  |  15 days more than its 7 h spent (-4,900 %)")
    assert "no counts since " in shown[6]
    assert "No counts since 20" in ada.types("/sev workflow sign-in").text
    assert shown[8].endswith("last 30 days 100 %  |  7 h of 7 h left (100 %)")
    assert shown[-1] == "/sev workflow place-order tells more of one."
    assert lines(ada, "/sev workflows platform")[0] == "Workflow health of Platform: 1 no data"
    assert ada.types("/sev workflows atlantis").text.startswith("I can list all workflows, or those of a team:")


def test_one_tells_all_that_is_known_of_it(trouble: TroubleStage, ada: Person, grace: Person) -> None:
    slo = Objective(key="availability", name="Orders are <!here> placed", target=0.99)
    promises(
        trouble.bot,
        Workflow(
            key="place-order", name="Place order", owner="payments", tier=1, runbook="https://wiki.example.com/place-order",
            slos=(slo,), dashboards=(Dashboard(label="Orders", url="https://grafana.example.com/d/orders"),),
        ),
    )  # fmt: skip
    trouble.declared(ada, "SEV3 long over")
    trouble.declared(ada, "SEV2 orders fail")
    trouble.declared(grace, "SEV2 the heron is loose --private")
    for number in (1, 2, 3):
        changes(trouble, number, workflows=["place-order"])
    ada.types("/sev action add SEV-2 test the fallback due yesterday")
    ada.types("/sev resolve SEV-1")
    trouble.begins()
    counted(trouble, "place-order", FAST)
    looks(trouble)
    shown = lines(ada, "/sev workflow place-order")
    assert shown[0] == "Place order"
    assert shown[1] == "place-order  |  tier 1  |  Payments  |  runbook  |  Orders"
    assert shown[2].startswith(":red_circle: burning fast since ")
    assert shown[2].endswith("  Orders are <!here> placed: 99 %, last 30 days")
    assert shown[3] == "Out of budget, and burning 50 times as fast as it may over the last hour."
    assert shown[4].startswith("Today: ")
    assert shown[4].endswith(" Last 30 days: 50 % (9,000 of 18,000).")
    assert shown[6] == ("Burn rate: 50 over 1h :rotating_light:, 50 over 6h, 50 over 24h, 50 over 3d.")
    text = "\n".join(shown)
    assert "SEV-2 SEV2: orders fail" in text
    assert "Over: 1, the newest SEV-1. /sev list place-order" in text
    assert "1 action item open after its SEVs" in text
    assert "SEV-3" not in text
    assert "SEV-3" in "\n".join(lines(grace, "/sev workflow Place order"))


def test_what_is_left_of_a_budget_is_said_once(trouble: TroubleStage, ada: Person) -> None:
    promises(
        trouble.bot,
        Workflow(
            key="place-order", name="Place order", slos=(Objective(key="availability", name="Placed", target=0.99),)
        ),
    )
    counted(trouble, "place-order", 0)
    looks(trouble)
    shown = lines(ada, "/sev workflow place-order")
    assert "\n".join(shown).count("left") == 1
    assert next(each for each in shown if "left" in each).startswith("Budget: ")


def test_an_unknown_one_names_the_nearest(trouble: TroubleStage, ada: Person) -> None:
    assert ada.types("/sev workflow plase-order").text == (
        "There is no workflow plase-order. Did you mean place-order? /sev workflows lists them."
    )
    assert ada.types("/sev workflow atlantis").text == "There is no workflow atlantis. /sev workflows lists them."
    assert ada.types("/sev workflow").text == "Say which one: /sev workflow NAME. /sev workflows lists them."
    assert "It promises nothing yet" in ada.types("/sev workflow sign-in").text
    assert trouble.problems() == []


@pytest.mark.parametrize("engine", ["sqlite"])
def test_thousands_are_turned_page_by_page(trouble: TroubleStage, ada: Person) -> None:
    promises(trouble.bot, *(workflow(f"flow-{each:04}", f"Flow {each}") for each in range(5000)))
    counted(trouble, "flow-4321", FAST)
    looks(trouble)
    shown = lines(ada, "/sev workflows")
    assert shown[0] == "Workflow health: 1 burning fast, 4999 no data"
    assert shown[1].endswith("flow-4321")
    ada.clicks("More (4990 left)")
    ada.sees("flow-0009")
    ada.clicks("First page")
    ada.sees("flow-4321")


def test_a_digest_names_who_is_not_well_and_says_in_a_line_that_all_is(trouble: TroubleStage, ada: Person) -> None:
    assert digest(trouble) == ""
    promises(trouble.bot, workflow("deposit", "Deposit"), workflow("place-order", "Place order"))
    trouble.declared(ada, "SEV2 the heron is loose --private")
    changes(trouble, 1, workflows=["place-order"])
    counted(trouble, "deposit", 0)
    counted(trouble, "place-order", FAST)
    looks(trouble)
    told = digest(trouble).splitlines()
    assert told[0] == ":stethoscope: *Workflow health: 1 of 2 not well*  `/sev workflows`"
    assert told[1] == ":red_circle: *burning fast*  *Place order*  `place-order`"
    assert len(told) == 3
    assert "(-4,900 %)  |" not in told[2], "a day ago nothing was counted"
    assert digest(trouble, "deposit") == ":white_check_mark: *All is well with 1 workflow.*"


@pytest.mark.parametrize("engine", ["sqlite"])
def test_home_shows_the_workflows_of_ones_teams_the_worst_first(
    trouble: TroubleStage, ada: Person, grace: Person
) -> None:
    config = trouble.bot.settings.current
    teams = tuple(
        each.model_copy(update={"members": ("U01ADA",)}) if each.key == "payments" else each for each in config.teams
    )
    trouble.bot.settings.current = config.model_copy(update={"teams": teams})
    promises(
        trouble.bot, *(workflow(f"flow-{each}", f"Flow {each}") for each in range(6)), workflow("sign-in", "Sign in", owner="platform")
    )  # fmt: skip
    for each in range(6):
        counted(trouble, f"flow-{each}", FAST if each == 5 else 0)
    counted(trouble, "sign-in", 0)
    looks(trouble)
    shown = at_home(trouble, ada).splitlines()
    first = shown.index("My workflows") + 1
    assert shown[first] == ":red_circle: burning fast  Flow 5  flow-5"
    assert shown[first + 10].startswith("… and 1 more. As of ")
    assert "Sign in" not in "\n".join(shown)
    assert "My workflows" not in at_home(trouble, grace)


def at_home(stage: TroubleStage, person: Person) -> str:
    """What somebody finds who opens their Home."""
    person.opens_home()
    stage.slack.wait_until(lambda: person.home is not None, why="it is shown")
    stage.settles()
    assert person.home
    return person.home.text()


def test_no_workflow_is_called_healthy_while_a_check_or_a_heartbeat_of_it_is_not_well(
    trouble: TroubleStage, ada: Person
) -> None:
    tried = Check.model_validate({"key": "buy", "name": "Buy a book", "tcp": {"host": "shop.example.com", "port": 443}})
    settles = Heartbeat.model_validate({"key": "settle", "name": "Settlement", "every": "1h"})
    promises(
        trouble.bot, workflow("deposit", "Deposit"), workflow("sign-in", "Sign in"), workflow("statement", "Statement"),
        Workflow(key="place-order", name="Place order", slos=(SLO,), checks=(tried,)),
        Workflow(key="report", name="Report", heartbeats=(settles,)),
    )  # fmt: skip
    for key, bad in (("deposit", 0), ("place-order", 0), ("sign-in", FAST)):
        counted(trouble, key, bad)
    counted(trouble, "statement", 1, hours=60)
    looks(trouble)
    now = trouble.bot.clock.now()
    late = {"trouble": Trouble.LATE, "told": Trouble.LATE, "pinged_at": now, "since": now}
    failing = {"due_at": now + timedelta(days=1), "state": CheckState.FAILS, "since": now}
    rows = (
        CheckRow(workflow="place-order", key="buy", **failing),  # the bot may have begun with it by itself
        CheckRow(workflow="deposit", key="gone", **failing),
        HeartbeatRow(workflow="report", key="settle", **late),
    )
    trouble.bot.database.run(lambda session: [session.merge(each) for each in rows])
    shown = lines(ada, "/sev workflows")
    assert shown[0] == "Workflow health: 1 burning fast, 2 failing, 1 out of budget, 1 healthy"
    assert [each for each in shown[1:] if each.startswith(":")] == [
        ":red_circle: burning fast  Sign in  sign-in",
        ":red_circle: failing  Place order  place-order  1 check fails",
        ":red_circle: failing  Report  report  1 heartbeat is not well",
        ":black_circle: out of budget  Statement  statement",
        ":large_green_circle: healthy  Deposit  deposit",
    ]
    one = ada.types("/sev workflow place-order").text
    assert ":red_circle: failing: 1 check fails, see below.\n" in one
    assert "healthy" not in one
    assert "failing" not in ada.types("/sev workflow deposit").text
