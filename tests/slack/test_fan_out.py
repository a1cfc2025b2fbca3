from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.db import Database
from bot.slack.events import Event, EventRule, Events
from bot.slack.posts import Post
from tests.outbox.clocks import NOON


def delivery(event_id: str = "Ev1", kind: str = "message", **event: Any) -> dict[str, Any]:
    return {"type": "event_callback", "event_id": event_id, "event": {"type": kind, "channel": "C1", **event}}


def rule(apply: Callable[[Session, Event], bool], *, concerns: Callable[[Event], bool] = bool) -> EventRule:
    return EventRule(
        types=frozenset({"message"}), concerns=concerns, apply=lambda session, event, _now: apply(session, event)
    )


def keep(name: str, *, changed: bool = True) -> Callable[[Session, Event], bool]:
    """A rule that leaves one row for each time it ran."""

    def apply(session: Session, _event: Event) -> bool:
        session.add(Post(key=f"{name}:{session.query(Post).count()}", channel_id="C1", ts="1.1", subject="x"))
        return changed

    return apply


def kept(database: Database) -> list[str]:
    with database.read() as session:
        return sorted(post.key for post in session.query(Post))


def test_a_delivery_is_applied_once_however_often_it_comes(database: Database) -> None:
    events = Events(database, (rule(keep("a")),))
    for event_id in ("Ev1", "Ev1", "Ev2", "Ev1"):
        events.take(delivery(event_id), now=NOON)
    assert kept(database) == ["a:0", "a:1"]


def test_every_rule_gets_it_in_order(database: Database) -> None:
    Events(database, (rule(keep("a")), rule(keep("b")))).take(delivery(), now=NOON)
    assert kept(database) == ["a:0", "b:1"]


def test_a_delivery_that_changed_nothing_is_not_remembered(database: Database) -> None:
    events = Events(database, (rule(keep("a", changed=False)),))
    events.take(delivery(), now=NOON)
    events.take(delivery(), now=NOON)
    assert kept(database) == ["a:0", "a:1"]


def test_a_delivery_without_an_id_is_applied_all_the_same(database: Database) -> None:
    events = Events(database, (rule(keep("a")),))
    events.take(delivery(event_id=""), now=NOON)
    assert kept(database) == ["a:0"]


@pytest.mark.parametrize("body", [{}, {"event": None}, delivery(kind="reaction_added"), delivery(subtype="other")])
def test_what_concerns_nobody_does_not_reach_the_database(database: Database, body: dict[str, Any]) -> None:
    events = Events(database, (rule(keep("a"), concerns=lambda event: "subtype" not in event),))
    events.take(body, now=NOON)
    assert kept(database) == []


def test_when_one_rule_fails_nothing_is_kept_and_it_may_come_again(database: Database) -> None:
    broken = True

    def fail_at_first(_session: Session, _event: Event) -> bool:
        if broken:
            raise LookupError
        return True

    events = Events(database, (rule(keep("a")), rule(fail_at_first)))
    with pytest.raises(LookupError):
        events.take(delivery(), now=NOON)
    assert kept(database) == []
    broken = False
    events.take(delivery(), now=NOON)
    assert kept(database) == ["a:0"]
