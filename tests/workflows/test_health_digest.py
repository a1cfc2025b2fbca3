"""What digests tell of the health of workflows: who is not well and since when, what else needs somebody, and the week."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from bot.config import Workflow, load
from bot.config.checks import Check
from bot.config.heartbeats import Heartbeat
from bot.playground import Person
from bot.workflows.checks.model import CheckRow, State
from bot.workflows.health import brief_views
from bot.workflows.health.brief import Brief
from bot.workflows.heartbeats.model import HeartbeatRow, Trouble
from bot.workflows.heartbeats.reading import Troubled
from bot.workflows.problems.service import Sign
from tests.processes import CONFIG
from tests.scenarios.digesting import changes
from tests.workflows.conftest import TroubleStage
from tests.workflows.digests import digest
from tests.workflows.test_health import SLO, counted, looks, promises, workflow

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CHECKS = (
    Check.model_validate({"key": "page", "name": "Orders page", "tcp": {"host": "shop.example.com", "port": 443}}),
    Check.model_validate({"key": "tls", "name": "The shop", "tls": {"host": "shop.example.com"}}),
)
NIGHTLY = Heartbeat.model_validate({"key": "nightly", "name": "Nightly report", "every": "1d", "grace": "1h"})


def test_who_is_not_well_is_told_with_what_was_left_a_day_ago(trouble: TroubleStage) -> None:
    promises(trouble.bot, workflow("place-order", "Place order"), workflow("deposit", "Deposit"))
    counted(trouble, "place-order", 0, hours=24, until=2 * DAY)
    counted(trouble, "place-order", 50, hours=24)
    counted(trouble, "deposit", 0)
    looks(trouble)
    told = digest(trouble).splitlines()
    assert told[0] == ":stethoscope: *Workflow health: 1 of 2 not well*  `/sev workflows`"
    assert told[2].endswith("  |  7 days more than its 7 h spent (-2,400 %)  |  a day ago 100 %")
    assert len(told) == 3


def test_checks_heartbeats_and_certificates_are_told_the_longest_first(trouble: TroubleStage) -> None:
    flow = Workflow(
        key="place-order", name="Place <!here>", owner="payments", slos=(SLO,), checks=CHECKS, heartbeats=(NIGHTLY,)
    )
    promises(trouble.bot, flow, workflow("deposit", "Deposit"))
    counted(trouble, "place-order", 0)
    counted(trouble, "deposit", 0)
    looks(trouble)
    assert digest(trouble) == ":white_check_mark: *All is well with 2 workflows.*"
    now = trouble.bot.clock.now()

    def go_wrong(session: Session) -> None:
        session.add_all(
            [
                CheckRow(workflow="place-order", key="page", due_at=now, state=State.FAILS, since=now - HOUR, said="It said *500*."),
                CheckRow(workflow="place-order", key="tls", due_at=now, state=State.EXPIRES, expires_at=now + 20 * DAY),
                CheckRow(workflow="place-order", key="gone", due_at=now, state=State.FAILS, since=now - HOUR),
                HeartbeatRow(workflow="place-order", key="nightly", pinged_at=now - 2 * DAY, trouble=Trouble.LATE, since=now - DAY),
            ]
        )  # fmt: skip

    trouble.bot.database.run(go_wrong)
    told = digest(trouble).splitlines()
    assert told[:2] == [":white_check_mark: *2 workflows within budget.*", "*Checks, heartbeats and certificates*"]
    assert told[2].startswith(":red_circle: Place &lt;!here&gt;: check *Orders page* fails since <!date^")
    assert told[2].endswith(": It said *500*.")
    assert told[3].startswith(":red_circle: Place &lt;!here&gt;: heartbeat *Nightly report* late since <!date^")
    assert told[4].startswith(":hourglass: Place &lt;!here&gt;: the certificate of *The shop* expires <!date^")
    assert digest(trouble, "deposit") == ":white_check_mark: *All is well with 1 workflow.*"


def test_a_week_is_told_by_what_burned_and_by_what_led_to_nothing(trouble: TroubleStage, ada: Person) -> None:
    keys = ("place-order", "deposit", "sign-in", "statement", "report")
    promises(trouble.bot, *(workflow(key, key.capitalize()) for key in keys))
    for bad, key in enumerate(keys):
        counted(trouble, key, bad, hours=48)
    for _ in range(2):
        trouble.signs(source="alert", key="generic:disk", title="The disk is full", urgency="warning")
        trouble.recovers(Sign(workflow="", source="alert", key="generic:disk", title=""))
    trouble.signs(source="alert", key="generic:secret", title="The heron is loose", workflow="deposit")
    trouble.declared(ada, "SEV2 the heron is loose --private")
    changes(trouble, 1, workflows=["deposit"])
    trouble.time_passes(timedelta(minutes=1))
    trouble.recovers(Sign(workflow="", source="alert", key="generic:secret", title=""))
    trouble.slack.expect_all()
    looks(trouble)
    told = digest(trouble, weekly=True).splitlines()
    week = told[told.index("*Error budgets, the last 7 days*") :]
    assert week[1:4] == [
        "• *Report* burned *400 %* of its error budget: -300 % left",
        "• *Statement* burned *300 %* of its error budget: -200 % left",
        "• *Sign-in* burned *200 %* of its error budget: -100 % left",
    ]
    assert week[4] == "• Signs of trouble that led to no SEV: *2* of 2 (alerts 2)"
    assert week[5:] == ["    2 times: Place-order: The disk is full"]
    assert "heron" not in "\n".join(told)


def test_lists_are_cut_and_say_so() -> None:
    late = [Troubled("place-order", f"Job {each}", Trouble.FAILS, None) for each in range(6)]
    told = brief_views.signs(load(CONFIG), Brief(late=late), datetime(2026, 11, 27, tzinfo=UTC))
    assert len(told) == brief_views.MOST_OF_A_KIND + 1
    assert told[-1] == "… and 2 more heartbeats that are not well: `/sev workflows`"
