"""The chart of a workflow: what it shows, whatever was counted, and how it gets to who asks."""

import json
from datetime import date, timedelta

import pytest

from bot.config import Objective
from bot.digest import drawing, health_plot, picture
from bot.digest.health_plot import Day
from bot.playground import Person
from bot.workflows.evaluation import objectives, watching
from bot.workflows.slos.periods import Rolling
from bot.workflows.slos.slo import Slo
from tests.workflows.conftest import TroubleStage
from tests.workflows.test_health import counted, looks, promises, workflow

SLO = Slo("availability", 0.999, Rolling(timedelta(days=30)))
OBJECTIVE = Objective(key="availability", name="It works", target=0.99)
FIRST = date(2026, 10, 29)


def days(*known: tuple[float | None, float | None]) -> list[Day]:
    """So many went wrong, and so much was left, day by day; nothing was counted before."""
    found = [(None, None)] * (health_plot.DAYS - len(known)) + [*known]
    return [Day(FIRST + timedelta(days=place), errors, left) for place, (errors, left) in enumerate(found)]


@pytest.mark.parametrize(
    "known",
    [
        days(),
        days((0.0, 1.0), (0.0005, 0.9)),
        days((1.0, -999.0), (None, -999.0), (0.5, -1200.0)),
        days(*[(0.0, 1.0)] * 30),
    ],
    ids=["nothing", "usual", "an outage", "never an error"],
)
def test_whatever_was_counted_can_be_drawn(known: list[Day]) -> None:
    drawn = health_plot.plot_of("$x^2$ \\frac & a very long name of many words, twice", SLO, known)
    assert picture.draw(json.loads(json.dumps(drawn.data, allow_nan=False))).startswith(drawing.PNG)
    assert 0 < len(drawn.alt_text) <= 1000


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
def test_several_are_drawn_side_by_side_whatever_was_counted(count: int) -> None:
    lefts = [days(), days((0.0, 1.0), (0.0, 0.0)), days((1.0, -999.0), (None, -999.0)), *[days((0.0, 0.5))] * 3]
    found = [("$x^2$ \\frac of many, many words", SLO, each) for each in lefts[:count]]
    drawn = health_plot.budgets("a very long name of many words, twice " * 4, found, of=9, what="workflow")
    assert picture.draw(json.loads(json.dumps(drawn.data, allow_nan=False))).startswith(drawing.PNG)
    assert 0 < len(drawn.alt_text) <= 1000


def test_several_say_in_words_what_they_show() -> None:
    found = [
        ("It works", SLO, days((0.002, -0.25))),
        ("It is fast", SLO, days((0.0, 0.9996))),
        ("It is right", SLO, days()),
    ]
    drawn = health_plot.budgets("Place order", found, of=3, what="SLO")
    assert drawn.alt_text == (
        "Place order. Left of it at the end of each of the last 30 days: 3 SLOs. It works: -25 % left now; It is fast: 100 % "
        "left now; It is right: nothing counted left now."
    )


def test_it_says_in_words_what_it_shows() -> None:
    drawn = health_plot.plot_of("Place order: It works", SLO, days((0.002, 0.5), (None, 0.5), (0.0, 0.4)))
    assert drawn.alt_text == (
        "Place order: It works, 99.9 %, last 30 days. In the last 30 days, the newest last: 40 % of the error budget left "
        "now; 1 day with more errors than the budget allows; 28 days without counts."
    )


@pytest.mark.parametrize(
    "slo",
    [
        Objective(key="availability", name="It works", target=0.99),
        Objective(key="month", name="It works", target=0.99, period="year"),
        Objective(key="slices", name="It works", target=0.99, method="timeslices", slice_target=0.99),
    ],
    ids=lambda slo: slo.key,
)
@pytest.mark.parametrize("engine", ["sqlite"])
def test_its_last_day_is_how_it_fares_now(trouble: TroubleStage, slo: Objective) -> None:
    promises(trouble.bot, workflow("place-order", "Place order", slo))
    counted(trouble, "place-order", 2, hours=60)
    looks(trouble)
    (watched,) = objectives.watched(trouble.bot.settings.current)
    with trouble.bot.database.read() as session:
        found = health_plot.days_of(session, watched, now=trouble.bot.clock.now())
        (finding,) = watching.look(session, [watched], zone="UTC", now=trouble.bot.clock.now())
    wrong = [each.errors for each in found if each.errors is not None]
    assert 3 <= len(wrong) <= 4
    assert wrong == pytest.approx([1.0 if slo.method == "timeslices" else 0.02] * len(wrong))
    assert finding.verdict.budget is not None
    assert found[-1].left == pytest.approx(finding.verdict.budget.left_ratio, rel=0.01)


def test_it_comes_by_direct_message(trouble: TroubleStage, ada: Person) -> None:
    promises(trouble.bot, workflow("place-order", "Place order"))
    counted(trouble, "place-order", 1)
    looks(trouble)
    ada.types("/sev workflow place-order")
    ada.clicks("Show chart")
    ada.sees("The picture comes by direct message in a moment.")
    trouble.settles()
    (message,) = trouble.said_in(trouble.slack.direct("ada").id, containing="A workflow's health, as you asked.")
    trouble.slack.expected.add(message)
    (file,) = [trouble.slack.workspace.files[each] for each in message.file_ids]
    assert file.content.startswith(drawing.PNG)
    assert file.alt_text.startswith("Place order: It works, 99 %, last 30 days. ")
    promises(
        trouble.bot, workflow("place-order", "Place order", OBJECTIVE, OBJECTIVE.model_copy(update={"key": "fast"}))
    )
    ada.types("/sev workflow place-order")
    ada.clicks("Show chart")
    trouble.settles()
    *_, second = trouble.said_in(trouble.slack.direct("ada").id, containing="A workflow's health, as you asked.")
    trouble.slack.expect_all()
    (file,) = [trouble.slack.workspace.files[each] for each in second.file_ids]
    assert file.alt_text.startswith(
        "Place order. Left of it at the end of each of the last 30 days: 2 SLOs. It works: "
    )
    ada.types("/sev workflow place-order")
    promises(trouble.bot)
    ada.clicks("Show chart")
    ada.sees("This workflow promises nothing any more.")
