"""What people are told about their part in a SEV, and how they are brought in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.directory import people
from bot.directory.people import Standing
from bot.directory.permissions import require_of
from bot.errors import Refused
from bot.incidents import briefs, handoffs, inviting, membership, people_surfaces, role_views, views
from bot.incidents.calling import Invitation, invite_all
from bot.incidents.model import Incident, IncidentMember, TimelineEntry
from bot.incidents.reading import incident_of
from bot.incidents.troubles import show_trouble
from bot.outbox.kinds import Attempt, Kind, Kinds, Nature, Result, Skip
from bot.outbox.model import OutboxMessage
from bot.slack import blocks as kit
from bot.slack import posts
from bot.slack.blocks import Block
from bot.slack.client import Slack
from bot.slack.text import channel as channel_mention

NOT_INVOLVED = Skip("they are not in the private SEV any more")
NO_CHANNEL = Skip("the SEV has no channel at the moment")


@dataclass(frozen=True)
class Whisper:
    """Something that one person sees in a channel. Who is not known is asked about first."""

    channel_id: str
    user_id: str
    text: str
    blocks: list[Block]
    is_known: bool


class PeopleDeliveries:
    """The kinds that concern single people."""

    def __init__(self, slack: Slack, clock: Clock, settings: Settings, kinds: Kinds) -> None:
        self._slack = slack
        self._clock = clock
        self._settings = settings
        self._kinds = kinds

    def register(self) -> None:
        """Add every kind to the table."""
        self._kinds.add(
            self._direct(people_surfaces.INSTRUCTIONS, "Instruct a role's new holder", self._load_instructions),
            self._direct(people_surfaces.OFFER, "Offer a role", self._load_offer, overwrites=True),
            self._direct(people_surfaces.TELL, "Tell somebody", self._load_told),
            Kind(
                name=people_surfaces.INVITE_PEOPLE,
                nature=Nature.IDEMPOTENT,
                label="Invite by name",
                load=self._load_invitation,
                send=self._invite,
                record=self._record_invitation,
                on_trouble=show_trouble(self._settings),
            ),
            Kind(
                name=people_surfaces.BRIEF,
                nature=Nature.AT_MOST_ONCE,
                label="Brief somebody who came late",
                load=self._load_brief,
                send=self._whisper,
                record=self._record_whisper,
            ),
        )

    def _direct(
        self,
        name: str,
        label: str,
        load: Callable[[Session, OutboxMessage], posts.Draft | Skip],
        *,
        overwrites: bool = False,
    ) -> Kind[posts.Draft]:
        """A direct message. Where it fails, the card says so."""
        return posts.kind(
            self._slack, name, label, load, record=self._remember, on_trouble=show_trouble(self._settings),
            overwrites=overwrites,
        )  # fmt: skip

    def _remember(self, session: Session, message: OutboxMessage, result: Result, _now: datetime) -> None:
        membership.lock(session, message.subject_id)
        posts.remember(session, message, result)

    def _letter(
        self, session: Session, message: OutboxMessage, incident: Incident, text: str, blocks: Sequence[Block]
    ) -> posts.Draft | Skip:
        to = str(message.arguments["to"])
        if not _may_read(session, incident, to):
            return NOT_INVOLVED
        return posts.draft_for(session, message, channel_id="", users=(to,), text=text, blocks=list(blocks))

    def _load_instructions(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident, entry = _about(session, message)
        config = self._settings.current
        role = config.role(entry.data["role"])
        place = f"Its channel is {channel_mention(incident.channel_id)}." if incident.channel_id else ""
        heading = views.heading(config, incident, 600)
        blocks = role_views.instructions(incident, role, heading=heading, place=place)
        text = f"You are {role_views.role_label(role)} of {incident.name}"
        return self._letter(session, message, incident, text, blocks)

    def _load_offer(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident, entry = _about(session, message)
        config = self._settings.current
        if not handoffs.is_open_offer(session, incident, entry.id):
            if session.get(posts.Post, message.key) is None and not message.unsure:
                return Skip("the offer is over")
            text = role_views.offer_over(config, incident, entry, handoffs.outcome(session, incident, entry.id))
            return self._letter(session, message, incident, text, [kit.section(text)])
        stands = briefs.standing(session, incident, config, permalink=self._slack.permalink)
        brief = briefs.brief(config, stands, now=self._clock.now())
        text = f"You are asked to take over a role in {incident.name}"
        return self._letter(session, message, incident, text, role_views.offer(config, incident, entry, brief))

    def _load_told(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident, entry = _about(session, message)
        if entry.data.get("failed"):
            text = inviting.failures(incident, entry)
        else:
            text = role_views.line(self._settings.current, incident, entry)
        return self._letter(session, message, incident, text, [kit.section(text)])

    def _load_invitation(self, session: Session, message: OutboxMessage) -> Invitation | Skip:
        incident = incident_of(session, message)
        if incident.working_channel is None:
            return NO_CHANNEL
        wanted = message.arguments
        return Invitation(incident.working_channel, tuple(wanted["people"]), tuple(wanted["groups"]))

    def _invite(self, invitation: Invitation, attempt: Attempt) -> Result:
        came = invite_all(self._slack.during(attempt), invitation)
        return {"joined": came.joined, "failed": came.failed}

    def _record_invitation(self, session: Session, message: OutboxMessage, result: Result, now: datetime) -> None:
        incident = membership.lock(session, message.subject_id)
        entry = session.get_one(TimelineEntry, message.arguments["entry"])
        inviting.came(
            session, incident, entry, joined=result["joined"], failed=result["failed"],
            asked_by=message.arguments["asked_by"], now=now,
        )  # fmt: skip

    def _load_brief(self, session: Session, message: OutboxMessage) -> Whisper | Skip:
        incident, to = incident_of(session, message), str(message.arguments["to"])
        channel = incident.working_channel
        if channel is None:
            return NO_CHANNEL
        if not _may_read(session, incident, to):
            return NOT_INVOLVED
        standing = people.standing_of(session, to)
        if standing is not Standing.UNKNOWN and not self._may_be_briefed(to, standing):
            return Skip("it is not for apps, nor for those who may not see SEVs")
        config = self._settings.current
        stands = briefs.standing(session, incident, config, permalink=self._slack.permalink)
        blocks = briefs.late_brief(config, stands, now=self._clock.now())
        text = f"How {incident.name} stands"
        return Whisper(channel, to, text, blocks, is_known=standing is not Standing.UNKNOWN)

    def _may_be_briefed(self, user_id: str, standing: Standing) -> bool:
        try:
            require_of(self._settings.current, user_id, standing, "see")
        except Refused:
            return False
        return True

    def _whisper(self, whisper: Whisper, attempt: Attempt) -> Result:
        calls = self._slack.during(attempt)
        met: dict[str, Any] = {}
        if not whisper.is_known:
            met = calls.call("users.info", user=whisper.user_id)["user"]
            if not self._may_be_briefed(whisper.user_id, people.standing_in(met, self._slack.identity())):
                return {"met": met}
        calls.call(
            "chat.postEphemeral", channel=whisper.channel_id, user=whisper.user_id, text=whisper.text,
            blocks=whisper.blocks,
        )  # fmt: skip
        return {"met": met}

    def _record_whisper(self, session: Session, _message: OutboxMessage, result: Result, now: datetime) -> None:
        if result["met"]:
            people.remember(session, result["met"], self._slack.identity(), now=now)


def _about(session: Session, message: OutboxMessage) -> tuple[Incident, TimelineEntry]:
    return incident_of(session, message), session.get_one(TimelineEntry, message.arguments["entry"])


def _may_read(session: Session, incident: Incident, user_id: str) -> bool:
    return not incident.is_private or session.get(IncidentMember, (incident.id, user_id)) is not None
