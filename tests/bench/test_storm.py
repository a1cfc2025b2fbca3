"""A bad hour: Slack's API takes half a second, ten people declare at once, and others go on typing commands."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from statistics import median

import pytest

from bot.playground import Person, Playground
from bot.playground.traffic import Delivery
from tests.bench.contestants import Contestant, bolt_with_sql, sevbot
from tests.bench.figures import Figures
from tests.bench.recipes import save
from tests.bench.recording import recorder
from tests.bench.visits import Caught, Visit, send
from tests.databases import new_sqlite

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

LATENCY = 0.5
ALLOWED = 0.1
NOISE = 2.0
"""What the same storm may take longer than with a plain SQL bot, where the machine keeps even that one from `ALLOWED`."""
TURNS = 3
PEOPLE = 10
COMMANDS = 20
TYPING = 1.0
"""Seconds that each of them needs for the form at least; then all of them submit at the same moment."""
PAUSE = 0.15
"""Seconds between two commands."""
LOOKS = ("list", "help", "show SEV-1", "severity SEV-1 {severity}")


@dataclass
class Storm:
    """Seconds to each ack, by what it was for. An ack that never came counts as Slack's whole patience."""

    opened: list[float] = field(default_factory=list)
    submitted: list[float] = field(default_factory=list)
    typed: list[float] = field(default_factory=list)


def seconds(delivery: Delivery) -> float:
    return delivery.latency if delivery.acked else 3.0


@pytest.fixture
def ours(database_url: str, tmp_path: Path) -> Iterator[Contestant]:
    with sevbot(database_url, tmp_path / "sevbot.log") as contestant:
        yield contestant


@pytest.fixture
def plain(caught: Caught, tmp_path: Path) -> Iterator[Contestant]:
    recipes, database = tmp_path / "recipes", new_sqlite(tmp_path)
    with Playground() as slack, recorder(caught, slack, database) as recording:
        save(recording.record(), recipes)
    with bolt_with_sql("quick", database, recipes) as contestant:
        yield contestant


@pytest.fixture
def caught(ours: Contestant) -> Caught:
    """SEV-1, declared and known."""
    return Caught(ours.slack)


def crowd(slack: Playground, turn: int) -> list[Person]:
    """People the bot has never met."""
    ada = slack.person("ada").user
    names = [f"person{turn}{number}" for number in range(PEOPLE)]
    with slack.workspace.lock:
        for name in names:
            user = replace(ada, id=f"U1{name.upper()}", name=name, real_name=name)
            slack.workspace.users[user.id] = user
    people = [slack.person(name) for name in names]
    for person in people:
        person.joins("#general")
    return people


def test_nobody_waits_in_a_storm(
    ours: Contestant, caught: Caught, plain: Contestant, engine: str, figures: Figures
) -> None:
    about = (
        f"A storm: the API at {1000 * LATENCY:g} ms, {PEOPLE} people declare, {COMMANDS} commands meanwhile, {engine}"
    )
    ours.slack.faults.latency_ms = 1000 * LATENCY
    floors, storms = [], []
    for turn in range(1, TURNS + 1):
        floors.append(plain_storm(plain.slack, caught, first=900_000 + 100 * turn))
        storms.append(a_storm(ours.slack, turn))
    floor = middle(floors, lambda each: [*each.submitted, *each.typed])
    allowed = max(ALLOWED, NOISE * floor)
    shown = f"at most {1000 * allowed:.0f}" + (f" ({1000 * ALLOWED:g} on a calm machine)" if allowed > ALLOWED else "")
    typed, submitted = middle(storms, lambda each: each.typed), middle(storms, lambda each: each.submitted)
    opened = middle(storms, lambda each: each.opened)
    figures.add(about, "plain SQL, longest ack", 1000 * floor, "ms")
    figures.add(about, "longest ack of a command", 1000 * typed, "ms", wanted=shown)
    figures.add(about, "longest ack of a form", 1000 * submitted, "ms", wanted=shown)
    figures.add(about, "longest wait for a form to open", 1000 * opened, "ms", wanted="the API's time and that")
    assert not ours.slack.rejections
    assert max(typed, submitted) <= allowed
    assert opened <= LATENCY + allowed


def middle(storms: list[Storm], kind: Callable[[Storm], list[float]]) -> float:
    """The longest time of each storm, and of these the median: the machine has bad moments of its own."""
    return median(max(kind(each)) for each in storms)


def a_storm(slack: Playground, turn: int) -> Storm:
    """Let it rage, and see that everybody gets a channel and nobody an error."""
    people = crowd(slack, turn)
    before = created(slack)
    storm = rage(slack, people)
    slack.wait_until(lambda: created(slack) >= before + PEOPLE, within=30, why="ten channels")
    slack.wait_quiet(quiet=2 * LATENCY, within=60)
    assert created(slack) == before + PEOPLE
    assert [person.notices for person in people if person.notices] == []
    return storm


def created(slack: Playground) -> int:
    """How many channels were made."""
    return sum(call.method == "conversations.create" and bool(call.answer.get("ok")) for call in slack.calls)


def rage(slack: Playground, people: list[Person]) -> Storm:
    storm = Storm()

    def declares(person: Person) -> None:
        storm.opened.append(seconds(person.uses_shortcut("Declare a SEV")))
        slack.wait_until(lambda: person.modal, why="the form")
        time.sleep(TYPING)
        person.fills(Title=f"what {person.name} sees", Severity="SEV1")
        storm.submitted.append(seconds(person.submits()))

    def types(number: int) -> None:
        time.sleep(PAUSE * number)
        line = LOOKS[number % len(LOOKS)].format(severity=f"SEV{2 + number // len(LOOKS) % 2}")
        storm.typed.append(seconds(slack.person("ada").types(f"/sev {line}").delivery))

    at_once([partial(declares, person) for person in people], types)
    return storm


def plain_storm(slack: Playground, caught: Caught, *, first: int) -> Storm:
    """The same acts, told to a bot that only writes their rows. `first` numbers them."""
    storm = Storm()

    def acks(visit: Visit, kept: list[float]) -> None:
        delivery = send(slack, visit)
        delivery.wait(5)
        kept.append(seconds(delivery))

    def types(number: int) -> None:
        time.sleep(PAUSE * number)
        acks(caught.severity(first + number), storm.typed)

    forms = [caught.form(first + number) for number in range(PEOPLE)]
    at_once([partial(acks, form, storm.submitted) for form in forms], types)
    return storm


def at_once(declares: list[Callable[[], None]], types: Callable[[int], None]) -> None:
    """Let everybody act at the same time, and wait for all."""
    with ThreadPoolExecutor(PEOPLE + COMMANDS) as pool:
        acts = [pool.submit(each) for each in declares] + [pool.submit(types, number) for number in range(COMMANDS)]
        for act in acts:
            act.result(timeout=60)
