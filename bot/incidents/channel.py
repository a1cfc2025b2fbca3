"""A SEV's channel: made once, watched, and replaced when it is lost. What people do to it is noticed and coped with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.config import Config, Settings
from bot.directory.people import Actor
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import membership, surfaces
from bot.incidents.lifecycle import is_open
from bot.incidents.model import Incident
from bot.incidents.naming import channel_name
from bot.incidents.noting import note
from bot.incidents.reading import state_of
from bot.outbox.enqueue import retry_dead
from bot.outbox.model import OPEN
from bot.slack import posts
from bot.slack.client import Slack
from bot.slack.events import Event, EventRule

ARCHIVED = "archived"
DELETED = "deleted"
BOT_REMOVED = "bot_removed"


def made(
    session: Session, incident: Incident, channel_id: str, config: Config, *, now: datetime, machine_now: datetime
) -> None:
    """The channel is there: keep its id, and show it wherever the SEV shows, also what had no place to be shown before."""
    incident.channel_id = channel_id
    incident.channel_trouble = ""
    note(session, incident, "channel", now=now, channel=channel_id)
    surfaces.refresh(session, incident, config)
    surfaces.invite(session, incident)
    surfaces.show_again(session, incident)
    retry_dead(session, incident.subject, now=machine_now)
    if _told_of_trouble(session, incident):
        surfaces.tell_trouble(session, incident)


def lost(session: Session, incident: Incident, trouble: str, config: Config, *, now: datetime) -> None:
    """The channel can't be used, for the reason `trouble`. People are told where they still can be."""
    if incident.channel_trouble == trouble:
        return
    incident.channel_trouble = trouble
    note(session, incident, f"channel_{trouble}", now=now)
    if is_open(config, incident):  # the channel of a SEV that is over may be tidied away in peace
        surfaces.refresh(session, incident, config)
        surfaces.tell_trouble(session, incident)


def regained(session: Session, incident: Incident, config: Config, *, now: datetime, machine_now: datetime) -> None:
    """The channel can be used again: show there what was missed."""
    if not incident.channel_trouble:
        return
    incident.channel_trouble = ""
    note(session, incident, "channel_regained", now=now)
    retry_dead(session, incident.subject, now=machine_now)
    surfaces.refresh(session, incident, config)
    surfaces.show_again(session, incident)
    surfaces.add_bookmarks(session, incident, config)
    surfaces.tell_trouble(session, incident)


def replace(session: Session, incident: Incident, *, config: Config, actor: Actor, now: datetime) -> None:
    """Give the SEV a new channel in the place of one that is lost. Raises `Refused` while the old one can be used."""
    require(config, actor, "change")
    if incident.channel_id and not incident.channel_trouble:
        raise Refused(f"{incident.name} has a channel that works: <#{incident.channel_id}>.")
    incident.channel_id = None
    incident.channel_trouble = ""
    incident.channel_attempt = channel_name(
        config, number=incident.number, title=incident.title, is_private=incident.is_private
    )
    session.execute(delete(posts.Post).where(posts.Post.key == surfaces.key(incident, "card")))
    note(session, incident, "channel_replaced", now=now, actor=actor)
    surfaces.set_up(session, incident, config)


@dataclass(frozen=True)
class Seen:
    """What a look at the channel showed."""

    trouble: str
    card_is_there: bool
    members: frozenset[str] | None
    """The people in it; None where that is not known."""
    might_join: bool = False
    """Whether the look would have let the bot join again."""


def compare(
    session: Session, incident: Incident, seen: Seen, config: Config, *, now: datetime, machine_now: datetime
) -> None:
    """Bring the SEV in line with what was seen, as if no event had been missed."""
    if seen.trouble == BOT_REMOVED and incident.channel_trouble == ARCHIVED and not seen.might_join:
        surfaces.reconcile(session, incident)  # it looked before the archiving was heard of, which threw the bot out
        return
    if seen.trouble:
        if not incident.channel_trouble or seen.trouble != DELETED:  # an event may have told more than "there is none"
            lost(session, incident, seen.trouble, config, now=now)
        return
    regained(session, incident, config, now=now, machine_now=machine_now)
    if not seen.card_is_there:
        session.execute(delete(posts.Post).where(posts.Post.key == surfaces.key(incident, "card")))
        surfaces.show_again(session, incident)
    if seen.members is not None:
        membership.replace(session, incident, set(seen.members))


class ChannelEvents:
    """What happens to channels, as Slack's events tell it."""

    def __init__(self, slack: Slack, settings: Settings) -> None:
        self._slack = slack
        self._settings = settings

    def rules(self) -> tuple[EventRule, ...]:
        """The rules of this room, for the fan-out."""
        return (
            self._rule({"member_joined_channel"}, self._joined),
            self._rule({"member_left_channel"}, self._left),
            self._rule({"channel_archive", "group_archive"}, self._archived),
            self._rule({"channel_unarchive", "group_unarchive"}, self._unarchived),
            self._rule({"channel_deleted", "group_deleted"}, self._deleted),
            self._rule({"channel_rename", "group_rename"}, self._renamed),
            EventRule(types=frozenset({"channel_id_changed"}), concerns=lambda _event: True, apply=self._id_changed),
            EventRule(
                types=frozenset({"message"}),
                concerns=lambda event: event.get("subtype") == "message_deleted",
                apply=self._message_deleted,
            ),
        )

    def _rule(self, types: set[str], apply: Any) -> EventRule:
        def of_incident(session: Session, event: Event, now: datetime) -> bool:
            channel = event["channel"]
            found = _of_channel(session, channel["id"] if isinstance(channel, dict) else channel)
            if found is not None:
                apply(session, found, event, now)
            return found is not None

        return EventRule(types=frozenset(types), concerns=lambda event: "channel" in event, apply=of_incident)

    def _is_bot(self, event: Event) -> bool:
        return bool(event.get("user") == self._slack.identity().user_id)

    def _joined(self, session: Session, incident: Incident, event: Event, now: datetime) -> None:
        """Events come in no promised order. So nobody is let into a private SEV by one: the bot looks who is there."""
        if incident.channel_trouble or incident.is_private:
            surfaces.reconcile(session, incident)
        elif not self._is_bot(event):
            membership.add(session, incident, event["user"])
            _look_again(session, incident)

    def _left(self, session: Session, incident: Incident, event: Event, now: datetime) -> None:
        if self._is_bot(event):
            if incident.channel_trouble != ARCHIVED:  # archiving throws the bot out, which is no removal
                lost(session, incident, BOT_REMOVED, self._settings.current, now=now)
            surfaces.reconcile(session, incident)
        else:
            membership.remove(session, incident, event["user"])
            _look_again(session, incident)

    def _archived(self, session: Session, incident: Incident, event: Event, now: datetime) -> None:
        lost(session, incident, ARCHIVED, self._settings.current, now=now)
        surfaces.reconcile(session, incident)

    def _unarchived(self, session: Session, incident: Incident, event: Event, now: datetime) -> None:
        surfaces.reconcile(session, incident)

    def _deleted(self, session: Session, incident: Incident, event: Event, now: datetime) -> None:
        lost(session, incident, DELETED, self._settings.current, now=now)

    def _renamed(self, session: Session, incident: Incident, event: Event, now: datetime) -> None:
        note(session, incident, "channel_renamed", now=now, name=str(event["channel"].get("name", ""))[:100])

    def _id_changed(self, session: Session, event: Event, now: datetime) -> bool:
        incident = _of_channel(session, event["old_channel_id"])
        if incident is None:
            return False
        incident.channel_id = event["new_channel_id"]
        posts.moved(session, event["old_channel_id"], event["new_channel_id"])
        note(session, incident, "channel_id_changed", now=now)
        return True

    def _message_deleted(self, session: Session, event: Event, now: datetime) -> bool:
        """Somebody deleted a message; if it was a SEV's card, it is shown again."""
        key = posts.forget(session, event["channel"], event["deleted_ts"])
        incident = _of_channel(session, event["channel"]) if key and key.endswith(":card") else None
        if incident is not None:
            surfaces.show_again(session, incident)
        return key is not None


def _of_channel(session: Session, channel_id: str) -> Incident | None:
    incident_id = session.scalar(select(Incident.id).where(Incident.channel_id == channel_id))
    return membership.lock(session, incident_id) if incident_id is not None else None


def _look_again(session: Session, incident: Incident) -> None:
    """Somebody came or went: a look under way may have seen who was there before."""
    if incident.is_private or state_of(session, surfaces.key(incident, "reconcile")) in OPEN:
        surfaces.reconcile(session, incident)


def _told_of_trouble(session: Session, incident: Incident) -> bool:
    return session.get(posts.Post, surfaces.key(incident, "trouble")) is not None
