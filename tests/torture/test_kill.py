"""However the bot is killed in the middle of something: nothing is lost, and nothing is said twice.

Each test tells a story in which somebody declares a SEV, changes its severity and resolves it; kills the bot somewhere; and
compares what is left, in the database and in Slack, with what is left when nobody dies.
"""

import random
from collections.abc import Iterable, Iterator
from zlib import crc32

import pytest

from tests.torture.kill_deaths import (
    Death,
    frozen_in_a_transaction,
    frozen_with_a_call_on_its_way,
    killed_at,
    killed_with_a_call_on_its_way,
    once_more,
    started_much_later,
)
from tests.torture.kill_dumps import UPKEEP
from tests.torture.kill_plays import Theatre
from tests.torture.killing import COMMIT, Nursery

ONE_ON_SQLITE, ONE_ON_POSTGRESQL, TWO_ON_POSTGRESQL = "sqlite", "postgresql", "two replicas"
SAMPLE = {
    ONE_ON_SQLITE: (
        "after commit of listener of forms #1",
        "after incident.create_channel conversations.create #1",
        "before commit of settle incident.card #1",
    ),
    ONE_ON_POSTGRESQL: (
        "after incident.announcement chat.postMessage #1",
        "before commit of claim incident.card #2",
    ),
    TWO_ON_POSTGRESQL: (
        "after incident.card chat.postMessage #1",
        "before commit of settle incident.line #2",
    ),
}
MADE = (
    "directory.learn_channel chat.postMessage #1",
    "incident.create_channel conversations.create #1",
    "incident.card chat.postMessage #1",
    "incident.announcement chat.postMessage #1",
    "incident.line chat.postMessage #2",
)
"""Calls that make something of which there must be one."""
DONE = ("incident.bookmark bookmarks.add #1", "incident.pin pins.add #1", "incident.invite conversations.invite #1")
OVERWRITTEN = ("incident.card chat.update #1", "incident.topic conversations.setTopic #2")
"""Calls after which comes one that shows something newer in the same place."""
TRANSACTIONS = (
    "listener of commands #1",
    "settle incident.create_channel #1",
    "claim incident.card #2",
    "settle incident.card #1",
)
FOUR_MINUTES = 240.0
"""More than look-backs overlap, and less than after what whoever comes to a channel is late and told how things stand."""
PARTS = 4
"""In how many tests each exhaustive one is told, so that they share the machine evenly."""
CHANCE = (*UPKEEP, "form views.update", "directory.learn_channel", "second look")
"""What nobody can say whether it is done: looks after channels, what a form shows while it is filled in, tries at learning
places, of which each bot asks for its own when it starts, and second looks at what had to be tried twice."""
FIRST = " #1"
"""How often something is done is a matter of chance too: of changes that come fast only the newest is delivered."""
DEATHS_IN_A_ROW = 4


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.fixture
def theatre(flavour: str, nursery: Nursery, request: pytest.FixtureRequest) -> Theatre:
    if flavour == ONE_ON_SQLITE:
        return Theatre(nursery)
    server = request.getfixturevalue("postgres")
    return Theatre(nursery, postgres=server, replicas=2 if flavour == TWO_ON_POSTGRESQL else 1)


@pytest.mark.parametrize("flavour", SAMPLE)
def test_killed_at_some_points_all_ends_as_if_it_had_not_been(theatre: Theatre, flavour: str) -> None:
    ends_alike(theatre, "form", [killed_at(point) for point in SAMPLE[flavour]])


@pytest.mark.torture
@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("flavour", [ONE_ON_SQLITE])
def test_killed_before_and_after_every_call_and_every_commit(theatre: Theatre, part: int) -> None:
    points = theatre.undisturbed("form").passed
    assert {COMMIT in point for point in points} == {True, False}
    ends_alike(theatre, "form", killed_at_each(share(points, part)))


@pytest.mark.torture
@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("flavour", [TWO_ON_POSTGRESQL, ONE_ON_POSTGRESQL])
def test_killed_after_every_commit_on_a_server(theatre: Theatre, part: int) -> None:
    """What whoever goes on finds is what was kept: it changes with each commit, and only then."""
    points = [point for point in theatre.undisturbed("form").passed if point.startswith(f"after {COMMIT}")]
    assert points
    ends_alike(theatre, "form", killed_at_each(share(points, part)))


@pytest.mark.torture
@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("flavour", [TWO_ON_POSTGRESQL, ONE_ON_POSTGRESQL])
def test_killed_before_and_after_calls_on_a_server(theatre: Theatre, part: int) -> None:
    """Before and after each call, and before each commit."""
    points = [point for point in theatre.undisturbed("form").passed if not point.startswith(f"after {COMMIT}")]
    assert {COMMIT in point for point in points} == {True, False}
    ends_alike(theatre, "form", killed_at_each(share(points, part)))


@pytest.mark.torture
@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("flavour", [ONE_ON_SQLITE])
@pytest.mark.parametrize("story", ["message", "private"])
def test_killed_after_every_commit_of_another_story(theatre: Theatre, story: str, part: int) -> None:
    """Between claim and settlement lies each call, so that its commits are enough where the calls are the same."""
    points = [point for point in theatre.undisturbed(story).passed if point.startswith(f"after {COMMIT}")]
    ends_alike(theatre, story, killed_at_each(share(points, part)))


@pytest.mark.torture
@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("flavour", [ONE_ON_SQLITE])
@pytest.mark.parametrize("made", MADE[:3])
def test_killed_again_while_it_starts_looks_back_and_catches_up(theatre: Theatre, made: str, part: int) -> None:
    first, usual = f"after {made}", theatre.undisturbed("form")
    recovery = theatre.perform("form", killed_at(first)).recovery_after(usual)
    assert recovery
    seconds = share(sorted(recovery)[::2], part)
    ends_alike(theatre, "form", [killed_at(first, second, is_certain=False) for second in seconds])


@pytest.mark.torture
@pytest.mark.timeout(600)
@pytest.mark.parametrize("flavour", [ONE_ON_SQLITE, ONE_ON_POSTGRESQL])
def test_killed_again_and_again(theatre: Theatre) -> None:
    chance, points = random.Random(2026), theatre.undisturbed("form").passed
    deaths = [killed_at(*chance.sample(points, DEATHS_IN_A_ROW), is_certain=False) for _ in range(6)]
    ends_alike(theatre, "form", deaths)


@pytest.mark.torture
@pytest.mark.parametrize("flavour", [ONE_ON_SQLITE])
def test_what_was_made_is_found_again_however_late_the_bot_is_started(theatre: Theatre) -> None:
    ends_alike(theatre, "form", [started_much_later(f"after {made}", seconds=FOUR_MINUTES) for made in MADE])


@pytest.mark.torture
@pytest.mark.parametrize("flavour", [ONE_ON_SQLITE])
def test_a_call_that_arrives_after_its_sender_died_doubles_nothing(theatre: Theatre) -> None:
    points = [f"before {each}" for each in (*MADE, *DONE)]
    ends_alike(theatre, "form", [killed_with_a_call_on_its_way(point, until=once_more(point)) for point in points])


@pytest.mark.torture
@pytest.mark.parametrize("flavour", [ONE_ON_SQLITE])
def test_an_edit_that_arrives_after_a_newer_one_does_not_stay(theatre: Theatre) -> None:
    points = [f"before {each}" for each in OVERWRITTEN]
    late = [killed_with_a_call_on_its_way(point, until=once_more(point, times=2)) for point in points]
    ends_alike(theatre, "form", late)


@pytest.mark.torture
@pytest.mark.parametrize("flavour", [TWO_ON_POSTGRESQL])
def test_an_edit_of_a_frozen_replica_does_not_stay(theatre: Theatre) -> None:
    points = [f"before {each}" for each in OVERWRITTEN]
    late = [frozen_with_a_call_on_its_way(point, until=once_more(point, times=2)) for point in points]
    ends_alike(theatre, "form", late)


@pytest.mark.torture
@pytest.mark.parametrize("flavour", [TWO_ON_POSTGRESQL])
@pytest.mark.parametrize("made", ["incident.card chat.postMessage #1", "incident.line chat.postMessage #2"])
def test_a_second_copy_of_a_frozen_replica_is_taken_away(theatre: Theatre, made: str) -> None:
    point = f"before {made}"
    death = frozen_with_a_call_on_its_way(point, until=once_more(point))
    ending = theatre.perform("form", death, like=theatre.undisturbed("form"))
    assert f"after {made.split(maxsplit=1)[0]} chat.delete #1" in ending.passed, "there was no second copy"
    assert not ending.differs, ending.differs


@pytest.mark.torture
@pytest.mark.timeout(600)
@pytest.mark.parametrize("flavour", [TWO_ON_POSTGRESQL])
def test_a_replica_frozen_in_a_transaction_does_not_stop_the_others(theatre: Theatre) -> None:
    ends_alike(theatre, "form", [frozen_in_a_transaction(f"before {COMMIT}{each}") for each in TRANSACTIONS])


def share(points: Iterable[str], part: int) -> list[str]:
    """One part of the points: the same of each, in whatever order they were passed."""
    return [point for point in points if crc32(point.encode()) % PARTS == part]


def killed_at_each(points: Iterable[str]) -> list[Death]:
    """A death at each point, which must be passed unless that is a matter of chance."""

    def is_certain(point: str) -> bool:
        return point.endswith(FIRST) and not any(each in point for each in CHANCE)

    return [killed_at(point, is_certain=is_certain(point)) for point in points]


def ends_alike(theatre: Theatre, story: str, deaths: Iterable[Death]) -> None:
    faults = theatre.faults(story, deaths)
    assert not faults, f"{len(faults)} faults\n\n" + "\n\n".join(faults)
