"""What a SEV burned of error budgets: on its card, and in its postmortem."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.config import Objective
from bot.incidents.membership import by_number
from bot.incidents.model import Incident
from bot.outbox.model import OutboxMessage
from bot.playground import Person
from bot.postmortems.composing import composed
from bot.postmortems.reading import whole
from bot.workflows.counts import counting
from bot.workflows.counts.counting import Counted, Sender
from bot.workflows.counts.minutes import minute_of
from bot.workflows.health import burned_views
from bot.workflows.health.burned import Burned
from bot.workflows.health.model import Standing
from bot.workflows.slos.slo import EPSILON
from tests.scenarios.digesting import changes
from tests.scenarios.stories import Sev
from tests.workflows.conftest import TroubleStage
from tests.workflows.test_health import FAST, SLO, looks, promises, workflow

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SLICES = Objective(key="slices", name="It answers", target=0.99, method="timeslices")
"""Of 30 days, 7 h 12 min may be bad: 432 minutes."""


@pytest.fixture
def trouble(trouble: TroubleStage) -> TroubleStage:
    """A minute has just begun: minutes are counted here, and what happens at once is of the same one."""
    trouble.slack.advance_clock(61 - trouble.bot.clock.now().second)
    trouble.bot.slack.call("auth.test")
    return trouble


def it_is(stage: TroubleStage, later: timedelta) -> None:
    """It is later, and the loop has measured the SEVs."""
    stage.slack.advance_clock(later.total_seconds())
    stage.bot.slack.call("auth.test")
    measures(stage)


def measures(stage: TroubleStage) -> None:
    stage.bot.house.workflows.health.measure_sevs()
    stage.settles()
    stage.slack.expect_all()


def went(stage: TroubleStage, key: str, bad: int, minutes: int, *, since: timedelta) -> None:
    """So many of a hundred went wrong each minute, for so many minutes, beginning so long ago."""
    bot, first = stage.bot, minute_of(stage.bot.clock.now() - since)
    some = [Counted(minute, 100 - bad, 100) for minute in range(first, first + minutes)]
    bot.database.run(lambda session: counting.take(session, Sender(key, "counts", ""), some, now=bot.clock.now()))


def a_sev(stage: TroubleStage, person: Person, *, began: timedelta, words: str = "SEV2 orders fail") -> Sev:
    """A SEV of *Place order* that began some time ago."""
    sev = stage.declared(person, words)
    number, started_at = sev.kept.number, stage.bot.clock.now() - began
    changes(stage, number, workflows=["place-order"])
    stage.bot.database.run(
        lambda session: session.execute(update(Incident).where(Incident.number == number).values(started_at=started_at))
    )
    stage.begins()
    return sev


def shows_of_card(stage: TroubleStage, sev: Sev) -> int:
    """How often it was asked to show the card as it is now."""
    with stage.bot.database.read() as session:
        return session.scalars(
            select(OutboxMessage.version).where(OutboxMessage.key == f"incident:{sev.kept.id}:card")
        ).one()


def test_the_card_says_what_was_burned_and_whether_it_works_again(trouble: TroubleStage, ada: Person) -> None:
    promises(trouble.bot, workflow("place-order", "Place order", SLICES))
    went(trouble, "place-order", FAST, 60, since=HOUR)
    sev = a_sev(trouble, ada, began=HOUR)
    looks(trouble)
    measures(trouble)
    assert ":red_circle: Place order: 1 h of its 7 h error budget burned so far (14 %). Not recovered: " in sev.card
    it_is(trouble, 30 * MINUTE)
    assert "(14 %). Nothing is counted, so nobody knows whether it works." in sev.card
    went(trouble, "place-order", 0, 30, since=30 * MINUTE)
    it_is(trouble, 6 * MINUTE)
    assert "(14 %). Nothing is counted" in sev.card
    went(trouble, "place-order", 0, 6, since=6 * MINUTE)
    it_is(trouble, MINUTE)
    assert ":large_green_circle: Place order: 1 h of its 7 h error budget burned so far (14 %). Recovered: " in sev.card
    ada.types("/sev resolve SEV-1")
    trouble.begins()
    assert "error budget burned (14 %). Recovered: within its target since " in sev.card


def test_the_card_is_shown_anew_when_its_words_change_and_once_in_five_minutes(
    trouble: TroubleStage, ada: Person
) -> None:
    promises(trouble.bot, workflow("place-order", "Place order", SLICES))
    went(trouble, "place-order", FAST, 30, since=30 * MINUTE)
    sev = a_sev(trouble, ada, began=30 * MINUTE)
    measures(trouble)
    shown = shows_of_card(trouble, sev)
    for minute in range(1, 13):
        went(trouble, "place-order", FAST, 1, since=timedelta())
        it_is(trouble, MINUTE)
        measures(trouble)
        assert shows_of_card(trouble, sev) == shown + minute // 5, minute
    ada.types("/sev resolve SEV-1")
    trouble.begins()
    shown = shows_of_card(trouble, sev)
    for _ in range(3):
        it_is(trouble, 30 * MINUTE)
    went(trouble, "place-order", FAST, 30, since=30 * MINUTE)
    it_is(trouble, MINUTE)
    assert shows_of_card(trouble, sev) == shown + 1  # it was quiet after its end, and has settled


def test_what_was_measured_follows_the_sevs_times_and_workflows(trouble: TroubleStage, ada: Person) -> None:
    promises(
        trouble.bot, workflow("place-order", "Place order", SLICES, SLO), workflow("deposit", "Deposit", SLICES)
    )  # fmt: skip
    went(trouble, "place-order", FAST, 120, since=2 * HOUR)
    looks(trouble)
    sev = a_sev(trouble, ada, began=HOUR)
    measures(trouble)
    assert "Place order (It answers): 1 h of its 7 h error budget burned so far (14 %)" in sev.card
    assert "Place order (It works): 8 days of its 7 h error budget burned so far (2,500 %)" in sev.card
    ada.types("/sev resolve SEV-1")
    it_is(trouble, 2 * HOUR)
    ada.goes_to(sev.channel)
    ada.types("/sev times")
    ada.fills(Started=int((trouble.bot.clock.now() - 4 * HOUR).timestamp()) // 60 * 60)
    ada.submits()
    trouble.begins()
    assert "Place order (It answers): 2 h of its 7 h error budget burned (28 %)" in sev.card


def test_drills_and_sevs_of_workflows_that_are_not_counted_burn_nothing(trouble: TroubleStage, ada: Person) -> None:
    promises(trouble.bot, workflow("place-order", "Place order", SLICES))
    sev = a_sev(trouble, ada, began=HOUR)
    measures(trouble)
    assert "error budget" not in sev.card
    went(trouble, "place-order", FAST, 60, since=HOUR)
    drill = a_sev(trouble, ada, began=HOUR, words="SEV2 we exercise --drill")
    measures(trouble)
    assert "error budget" in sev.card
    assert "error budget" not in drill.card


def test_the_postmortem_tells_both(trouble: TroubleStage, ada: Person) -> None:
    promises(trouble.bot, workflow("place-order", "Place order", SLICES))
    went(trouble, "place-order", FAST, 55, since=HOUR)
    went(trouble, "place-order", 0, 5, since=5 * MINUTE)
    a_sev(trouble, ada, began=HOUR)
    measures(trouble)
    ada.types("/sev postmortem SEV-1")
    trouble.begins()
    with trouble.bot.database.read() as session:
        written = whole(session, by_number(session, 1, user_id="U01ADA"))
        assert written is not None
        document = composed(session, trouble.bot.settings.current, written, lambda *_: "")
    (cost,) = document.costs
    recovered = f"{trouble.bot.clock.now() - 5 * MINUTE:%Y-%m-%d %H:%M} UTC"
    assert (cost.workflow, cost.burned) == ("Place order", "55 min of its 7 h error budget burned so far (13 %)")
    assert cost.recovery == f"Recovered: within its target since {recovered}."


@given(st.floats(0, 50), st.floats(60, 1e7))
def test_a_little_is_never_called_nothing(share: float, seconds: float) -> None:
    found = Burned("place-order", "slices", share, timedelta(seconds=seconds), Standing.SILENT, None)
    words = burned_views.burned(found, is_open=False)
    assert words.startswith("nothing of its ") == (share < EPSILON)
    assert "(0 %)" not in words
