"""How the one message of a day gets to a person, or into a team's channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.directory.channels import channel_id
from bot.nudges.daily import DIRECT, TEAM_POST
from bot.nudges.deciding import TEAM, Reason
from bot.nudges.ledger import day_in
from bot.nudges.model import Nudge, Progress
from bot.nudges.showing import Showing
from bot.nudges.standing import Standing, standing_of
from bot.nudges.subjects import AllSubjects
from bot.outbox.kinds import Attempt, Kind, Kinds, Nature, Result, Skip
from bot.outbox.model import OutboxMessage
from bot.slack import posts
from bot.slack.client import Slack

LISTED = 10
"""Of how many subjects one message tells in full; the others it counts."""


@dataclass(frozen=True)
class DayMessage:
    """The message, the rows of the ledger it says, and which line each of them is (None: it is only counted)."""

    draft: posts.Draft
    places: dict[int, int | None]


class DailyDeliveries:
    """The kinds of what is said once a day."""

    def __init__(self, slack: Slack, clock: Clock, settings: Settings, subjects: AllSubjects) -> None:
        self._slack = slack
        self._clock = clock
        self._settings = settings
        self._subjects = subjects
        self._shown = Showing(clock, settings, subjects)

    def register(self, kinds: Kinds) -> None:
        """Add the kinds to the table."""
        kinds.add(
            self._kind(DIRECT, "Tell somebody what they promised"),
            self._kind(TEAM_POST, "Tell a team what it promised"),
        )

    def _kind(self, name: str, label: str) -> Kind[DayMessage]:
        return Kind(
            name=name, nature=Nature.FINDABLE, label=label, load=self._load, send=self._send, record=self._record,
            on_trouble=lambda session, message: self._subjects.of(message.subject).on_trouble(session, message),
            remove_copies=lambda day, attempt: posts.remove_copies(self._slack, day.draft, attempt),
        )  # fmt: skip

    def _load(self, session: Session, message: OutboxMessage) -> DayMessage | Skip:
        """All that holds now. A message whose day is over is not said: the next one says it."""
        rows = list(session.scalars(select(Nudge).where(Nudge.outbox_key == message.key).order_by(Nudge.id)))
        post = session.get(posts.Post, message.key)
        if post is not None:  # a second look: it is shown as it stands
            said = {row.id: row.place for row in rows if row.delivered_at is not None}
            shown = sorted((row for row in rows if row.place is not None), key=lambda row: row.place or 0)
            text, blocks = self._shown.day(session, message.audience, shown)
            return DayMessage(self._draft(session, message, text, blocks), said)
        now = self._clock.now()
        standings = standing_of(
            session, rows, subjects=self._subjects, config=self._settings.current.nudges, now=now
        )  # fmt: skip
        told = [row for row in rows if self._holds(standings[row.id], message.key, now)]
        if not told:
            reasons = dict.fromkeys(str(standings[row.id].reason or "its day is over") for row in rows)
            return Skip(f"not said: {', '.join(reasons) or Reason.ENDED}")
        lines = _lines(told, standings)
        places = {row.id: place for place, row in enumerate(lines[:LISTED], 1)}
        text, blocks = self._shown.day(session, message.audience, lines[:LISTED], count=len(lines))
        return DayMessage(
            self._draft(session, message, text, blocks), {row.id: places.get(row.id) for row in told}
        )  # fmt: skip

    def _holds(self, standing: Standing, key: str, now: datetime) -> bool:
        step = standing.step
        return standing.reason is None and bool(step and step.hours and step.hours.day(now) == day_in(key))

    def _draft(self, session: Session, message: OutboxMessage, text: str, blocks: list[dict[str, Any]]) -> posts.Draft:
        where: dict[str, Any] = {"channel_id": "", "users": (message.audience,)}
        if message.audience.startswith(TEAM):
            where = {"channel_id": self._channel(session, message.audience.removeprefix(TEAM)), "join": True}
        return posts.draft_for(session, message, text=text, blocks=blocks, **where)

    def _channel(self, session: Session, key: str) -> str:
        team = self._settings.current.team(key)
        # Its steps say so before that: without a channel, nothing holds that is told to the team.
        return channel_id(session, team.channel) if team and team.channel else ""

    def _send(self, day: DayMessage, attempt: Attempt) -> Result:
        return posts.put(self._slack, day.draft, attempt) | {"places": day.places}

    def _record(self, session: Session, message: OutboxMessage, result: Result, now: datetime) -> None:
        """Stamp as delivered what Slack confirmed, and nothing else: the rest of it is decided anew."""
        places: dict[int, int | None] = result["places"]
        for row in session.scalars(select(Nudge).where(Nudge.outbox_key == message.key).with_for_update()):
            if row.id in places:
                row.progress, row.delivered_at, row.place = Progress.DELIVERED, row.delivered_at or now, places[row.id]
            elif row.delivered_at is None:
                row.progress = Progress.DROPPED
        posts.remember(session, message, result)


def _lines(rows: Sequence[Nudge], standings: dict[int, Standing]) -> list[Nudge]:
    """One row for each subject, that which is longest due; those that are, first."""

    def since(row: Nudge) -> tuple[datetime, int]:
        standing = standings[row.id]
        return (standing.case.began_at if standing.case else row.decided_at, row.id)

    found: dict[str, Nudge] = {}
    for row in sorted(rows, key=since):
        found.setdefault(row.subject, row)
    return list(found.values())
