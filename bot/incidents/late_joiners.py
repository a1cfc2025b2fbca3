"""Whoever comes into a SEV's channel late is told how things stand."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Settings
from bot.directory.people import Standing, standing_of
from bot.incidents import membership, people_surfaces
from bot.incidents.lifecycle import is_open
from bot.incidents.model import Incident, TimelineEntry
from bot.slack.client import Slack
from bot.slack.events import Event, EventRule

SET_UP_TAKES = timedelta(minutes=5)
"""Whom the bot brings in within this time after it made the channel belongs to the set-up: they see it all begin."""


class LateJoiners:
    """What the room does about people who come."""

    def __init__(self, slack: Slack, settings: Settings) -> None:
        self._slack = slack
        self._settings = settings

    def rules(self) -> tuple[EventRule, ...]:
        """The rule, for the fan-out."""
        return (EventRule(types=frozenset({"member_joined_channel"}), concerns=self._is_somebody, apply=self._welcome),)

    def _is_somebody(self, event: Event) -> bool:
        return "channel" in event and event.get("user") not in (None, self._slack.identity().user_id)

    def _welcome(self, session: Session, event: Event, now: datetime) -> bool:
        incident_id = session.scalar(select(Incident.id).where(Incident.channel_id == event["channel"]))
        if incident_id is None:
            return False
        incident = membership.lock(session, incident_id)
        came_with_set_up = event.get("inviter") == self._slack.identity().user_id and self._is_new(
            session, incident, now=now
        )
        if came_with_set_up or not is_open(self._settings.current, incident) or _is_app(session, event["user"]):
            return False
        people_surfaces.brief(session, incident, event["user"], now=now)
        return True

    def _is_new(self, session: Session, incident: Incident, *, now: datetime) -> bool:
        """Whether the channel was made just now."""
        made = select(TimelineEntry.at).where(TimelineEntry.incident_id == incident.id, TimelineEntry.kind == "channel")
        at = session.scalar(made.order_by(TimelineEntry.id.desc()).limit(1))
        return at is not None and now - at < SET_UP_TAKES


def _is_app(session: Session, user_id: str) -> bool:
    return standing_of(session, user_id) is Standing.BOT
