"""Making a SEV's channel, looking after it, and telling its declarer when it can't be had."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.errors import Permanent
from bot.incidents import channel, membership, surfaces, views
from bot.incidents.audience import declarers
from bot.incidents.channel_making import PAGES, Plan, make_channel
from bot.incidents.model import Incident
from bot.incidents.naming import channel_name
from bot.incidents.reading import failed_steps, incident_of, state_of
from bot.incidents.troubles import show_trouble
from bot.outbox.kinds import Attempt, Kind, Kinds, Nature, Result, Skip
from bot.outbox.model import OutboxMessage, State
from bot.slack import blocks as kit
from bot.slack import posts
from bot.slack.client import Calls, Slack
from bot.slack.text import channel as channel_mention
from bot.slack.text import mrkdwn

CLOSED = {"is_archived": channel.ARCHIVED, "channel_not_found": channel.DELETED, "not_in_channel": channel.BOT_REMOVED}


@dataclass(frozen=True)
class Wish:
    """A channel that a SEV needs."""

    incident_id: int
    plan: Plan


@dataclass(frozen=True)
class Place:
    """A channel to be looked at."""

    channel_id: str
    card_ts: str | None
    is_private: bool
    join: bool


class ChannelDeliveries:
    """The kinds that concern the channel itself."""

    def __init__(self, slack: Slack, clock: Clock, settings: Settings, kinds: Kinds) -> None:
        self._slack = slack
        self._clock = clock
        self._settings = settings
        self._kinds = kinds

    def register(self) -> None:
        """Add every kind to the table."""
        self._kinds.add(
            Kind(
                name=surfaces.CREATE_CHANNEL,
                nature=Nature.FINDABLE,
                label="Create the channel",
                load=self._load_plan,
                send=self._create,
                record=self._record_channel,
                on_trouble=self._on_trouble,
            ),
            Kind(
                name=surfaces.RECONCILE,
                nature=Nature.IDEMPOTENT,
                label="Look after the channel",
                load=self._load_place,
                send=self._look,
                record=self._record_look,
            ),
            posts.kind(
                self._slack,
                surfaces.TROUBLE,
                "Tell the declarer",
                self._load_trouble,
                on_trouble=show_trouble(self._settings),
            ),
        )

    def _load_plan(self, session: Session, message: OutboxMessage) -> Wish | Skip:
        incident = incident_of(session, message)
        if incident.channel_id is not None:
            return Skip("it has a channel")
        first = channel_name(
            self._settings.current, number=incident.number, title=incident.title, is_private=incident.is_private
        )
        since = min(message.decided_at, incident.declared_at) - posts.OVERLAP  # it may be asked for long after
        return Wish(incident.id, Plan(incident.channel_attempt, first, incident.is_private, since.timestamp()))

    def _create(self, wish: Wish, attempt: Attempt) -> Result:
        def keep_name(name: str) -> None:
            def keep(session: Session) -> None:
                membership.lock(session, wish.incident_id).channel_attempt = name

            attempt.commit(keep)

        def is_anothers(channel_id: str) -> bool:
            owners: list[int] = []

            def ask(session: Session) -> None:
                owners.extend(session.scalars(select(Incident.id).where(Incident.channel_id == channel_id)))

            attempt.commit(ask)
            return bool(owners)

        calls = self._slack.during(attempt)
        return {"channel": make_channel(calls, wish.plan, keep_name=keep_name, is_anothers=is_anothers)}

    def _record_channel(self, session: Session, message: OutboxMessage, result: Result, now: datetime) -> None:
        incident = membership.lock(session, message.subject_id)
        if incident.channel_id is not None:
            return  # it was given one meanwhile
        channel.made(
            session, incident, result["channel"], self._settings.current, now=now, machine_now=self._clock.machine()
        )

    def _on_trouble(self, session: Session, message: OutboxMessage) -> None:
        """Without a channel there is no card to show it on: the declarer and the announcements say it.

        They don't wait for the channel any longer, be it given up or only late.
        """
        incident = incident_of(session, message)
        if incident.channel_id is None:
            surfaces.tell_trouble(session, incident)
            surfaces.announce_at_once(session, incident, self._settings.current)

    def _load_place(self, session: Session, message: OutboxMessage) -> Place | Skip:
        incident = incident_of(session, message)
        if incident.channel_id is None:
            return Skip("it has no channel")
        card = session.get(posts.Post, surfaces.key(incident, "card"))
        was_thrown_out = incident.channel_trouble == channel.ARCHIVED  # by the archiving; nobody meant to remove it
        return Place(incident.channel_id, card.ts if card else None, incident.is_private, was_thrown_out)

    def _look(self, place: Place, attempt: Attempt) -> Result:
        calls = self._slack.during(attempt)
        try:
            info = calls.call("conversations.info", channel=place.channel_id)["channel"]
            if info.get("is_archived"):
                return {"trouble": channel.ARCHIVED}
            if not info.get("is_member") and place.join and not place.is_private:
                calls.call("conversations.join", channel=place.channel_id)
            elif not info.get("is_member"):
                return {"trouble": channel.BOT_REMOVED, "might_join": place.join}
            return {
                "trouble": "",
                "card": place.card_ts is None or self._card_is_there(calls, place),
                "members": self._members(calls, place.channel_id),
            }
        except Permanent as error:
            if error.code not in CLOSED:
                raise
            return {"trouble": CLOSED[error.code], "might_join": place.join}

    def _card_is_there(self, calls: Calls, place: Place) -> bool:
        page = calls.call(
            "conversations.history", channel=place.channel_id, oldest=place.card_ts, latest=place.card_ts, inclusive=True,
            limit=1,
        )  # fmt: skip
        return any(message["ts"] == place.card_ts for message in page.get("messages", []))

    def _members(self, calls: Calls, channel_id: str) -> list[str] | None:
        """The people in the channel; None where they are too many to be asked for."""
        members: list[str] = []
        cursor = ""
        for _ in range(PAGES):
            page = calls.call(
                "conversations.members", channel=channel_id, limit=200, **({"cursor": cursor} if cursor else {})
            )
            members += page["members"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return members
        return None

    def _record_look(self, session: Session, message: OutboxMessage, result: Result, now: datetime) -> None:
        incident = membership.lock(session, message.subject_id)
        members = result.get("members")
        if members is not None and state_of(session, surfaces.key(incident, "invite")) != State.SENT:
            members = [*members, *declarers(incident.declared_by)]  # whom the invitation has not reached yet
        seen = channel.Seen(
            trouble=result["trouble"],
            card_is_there=bool(result.get("card", True)),
            members=frozenset(members) - {self._slack.identity().user_id} if members is not None else None,
            might_join=result.get("might_join", False),
        )
        channel.compare(session, incident, seen, self._settings.current, now=now, machine_now=self._clock.machine())

    def _load_trouble(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident = incident_of(session, message)
        if not declarers(incident.declared_by):
            return Skip("nobody declared it by hand")
        if not membership.is_visible_to(session, incident, incident.declared_by):
            return Skip("the declarer may not see it any more")
        steps = [step for step in failed_steps(session, self._kinds, incident) if step.kind != surfaces.TROUBLE]
        text = trouble_text(incident, steps)
        blocks = [kit.section(text)]
        buttons = views.help_buttons(incident, steps)
        if buttons:
            blocks.append(kit.actions(buttons))
        return posts.draft_for(session, message, channel_id="", users=(incident.declared_by,), text=text, blocks=blocks)


def trouble_text(incident: Incident, steps: list[views.Step]) -> str:
    """What the declarer is told by direct message when people can't see it in the channel."""
    name = f"*{incident.name}* ({mrkdwn(incident.title, 300)})"
    listed = "".join(f"\n• {views.step_text(step)}" for step in steps[:10])
    if incident.channel_id is None:
        return (
            f":warning: The channel of {name} could not be made yet. The SEV stands; people work in the thread of its "
            f"announcement meanwhile. Sevbot goes on trying where that can help.{listed}"
        )
    there = channel_mention(incident.channel_id)
    sentences = {
        channel.ARCHIVED: f":warning: {there}, the channel of {name}, was archived. Unarchive it, or make a new one.",
        channel.DELETED: f":warning: The channel of {name} is gone. Make a new one.",
        channel.BOT_REMOVED: f":warning: Sevbot was removed from {there}, the channel of {name}. "
        "Invite it again (`/invite @sevbot` there), or make a new channel.",
    }
    if incident.channel_trouble:
        return f"{sentences[incident.channel_trouble]}{listed}"
    if steps:
        return f":warning: Not all of {name} is in place in {there}:{listed}"
    return f"{name} has its channel, and all is in place: {there}."
