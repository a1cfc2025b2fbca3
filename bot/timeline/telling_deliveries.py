"""What this room sends: the exported timeline, and an adopted channel's pinned messages to choose from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Settings
from bot.directory.people import Person
from bot.errors import Temporary
from bot.incidents import membership, surfaces
from bot.incidents.model import Incident
from bot.incidents.reading import incident_of
from bot.incidents.roles import holders
from bot.incidents.troubles import show_trouble
from bot.outbox.enqueue import URGENT, Request, enqueue
from bot.outbox.kinds import Attempt, Kind, Kinds, Nature, Result, Skip
from bot.outbox.model import Mode, OutboxMessage
from bot.slack import blocks as kit
from bot.slack import files, posts
from bot.slack.client import Calls, Slack
from bot.slack.text import clip, plain
from bot.timeline import adopting, export
from bot.timeline import telling_forms as forms
from bot.timeline.listing import everything, links_of, numbers_of

EXPORT = "timeline.export"
MOST_ENTRIES = 20_000
"""How many entries a file holds at most."""
PAGES = 20
PINNED_LIMIT = 3000
"""How much of a pinned message is kept."""
OPEN_PINNED = "timeline.open_pinned"
PASS_OVER = "timeline.pass_over"  # noqa: S105 - no password, but what a button is called


def ask_for_export(session: Session, incident: Incident, form: str, *, user_id: str, key: str) -> None:
    """Send the timeline as a file, by direct message, to the person who asked. `key` is that of their asking."""
    enqueue(
        session,
        Request(
            kind=EXPORT, subject=incident.subject, arguments={"user": user_id, "format": form}, mode=Mode.ONCE,
            key=f"{incident.subject}:export:{key}"[:200], priority=URGENT, audience=user_id,
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class Move:
    """A channel to move into."""

    channel_id: str
    is_private: bool


class TellingDeliveries:
    """The kinds of this room that tell of the timeline."""

    def __init__(self, slack: Slack, settings: Settings, kinds: Kinds) -> None:
        self._slack = slack
        self._settings = settings
        self._kinds = kinds

    def register(self) -> None:
        """Add every kind to the table."""
        on_trouble = show_trouble(self._settings)
        self._kinds.add(
            Kind(
                name=EXPORT,
                nature=Nature.FINDABLE,
                label="Send the exported timeline",
                load=self._load_export,
                send=self._send_export,
                on_trouble=on_trouble,
                remove_copies=lambda draft, attempt: files.remove_copies(self._slack, draft, attempt),
            ),
            Kind(
                name=adopting.MOVE_IN,
                nature=Nature.IDEMPOTENT,
                label="Move into the channel",
                load=self._load_move,
                send=self._move_in,
                record=self._record_move,
                on_trouble=self._on_move_trouble,
            ),
            posts.kind(
                self._slack,
                adopting.OFFER,
                "Offer the pinned messages",
                self._load_offer,
                on_trouble=on_trouble,
                overwrites=True,
            ),
        )

    def _load_export(self, session: Session, message: OutboxMessage) -> files.FileDraft | Skip:
        user_id, form = message.arguments["user"], message.arguments["format"]
        seen = select(Incident).where(Incident.id == message.subject_id, membership.may_see(user_id))
        incident = session.scalars(seen).one_or_none()
        if incident is None:
            return Skip("who asked for it may not see the SEV any more")
        entries = everything(session, incident, most=MOST_ENTRIES)
        exported = export.Exported(
            incident, self._settings.current, entries,
            numbers=numbers_of(session, incident, entries),
            links=links_of(session, incident, entries, self._slack.permalink),
            names=_names(session), roles=holders(session, incident),
        )  # fmt: skip
        text = f"Here is the timeline of {incident.name}."
        draft = posts.draft_for(
            session, message, channel_id="", users=(user_id,), text=text, blocks=[kit.section(text)]
        )
        content = export.rendered(exported, form).encode("utf-8", "replace")
        return files.FileDraft(draft, export.file_name(incident, form), content)

    def _send_export(self, draft: files.FileDraft, attempt: Attempt) -> Result:
        files.share(self._slack, draft, attempt)
        return {}

    def _load_move(self, session: Session, message: OutboxMessage) -> Move | Skip:
        incident = incident_of(session, message)
        if incident.channel_id is None:
            return Skip("it has no channel any more")
        return Move(incident.channel_id, incident.is_private)

    def _move_in(self, move: Move, attempt: Attempt) -> Result:
        """Join, where a bot can by itself, and see who is there and what is pinned."""
        calls = self._slack.during(attempt)
        if not move.is_private:
            calls.call("conversations.join", channel=move.channel_id)
        pins = calls.call("pins.list", channel=move.channel_id).get("items") or []
        messages = [each["message"] for each in pins if each.get("type") == "message"]
        members, are_all = _members(calls, move.channel_id)
        if are_all and self._slack.identity().user_id not in members:  # whatever Slack said: nothing else would work
            raise Temporary("not_in_channel", "it did not get in")
        return {"members": members, "pinned": messages}

    def _on_move_trouble(self, session: Session, message: OutboxMessage) -> None:
        """As long as the bot is not in, there is no card to show it on: the declarer and the announcements say it."""
        incident = incident_of(session, message)
        surfaces.tell_trouble(session, incident)
        surfaces.announce_at_once(session, incident, self._settings.current)

    def _record_move(self, session: Session, message: OutboxMessage, result: Result, now: datetime) -> None:
        incident = membership.lock(session, message.subject_id)
        bot = self._slack.identity().user_id
        pinned = [_pinned(incident, each) for each in result["pinned"] if each.get("user") != bot]
        adopting.moved_in(session, incident, set(result["members"]) - {bot}, pinned)

    def _load_offer(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident = incident_of(session, message)
        channel = incident.working_channel
        if channel is None:
            return Skip("the SEV has no channel at the moment")
        waiting = adopting.number_waiting(session, incident)
        text = forms.offer_text(incident, waiting)
        blocks = [kit.section(text)]
        if waiting:
            label = "Add one pinned message…" if waiting == 1 else f"Add {waiting} pinned messages…"
            number = str(incident.number)
            blocks.append(
                kit.actions([kit.button(label, OPEN_PINNED, value=number), kit.button("No", PASS_OVER, value=number)])
            )
        return posts.draft_for(session, message, channel_id=channel, text=text, blocks=blocks)


def _names(session: Session) -> dict[str, str]:
    """The names of all people the bot has met, by id."""
    return {person.user_id: person.name for person in session.scalars(select(Person))}


def _pinned(incident: Incident, message: dict[str, Any]) -> adopting.PinnedMessage:
    return adopting.PinnedMessage(
        incident_id=incident.id,
        ts=message["ts"],
        author=message.get("user") or message.get("bot_id") or "",
        text=clip(plain(message.get("text")), PINNED_LIMIT),
        permalink=message.get("permalink") or "",
    )


def _members(calls: Calls, channel_id: str) -> tuple[list[str], bool]:
    """Who is in a channel, and whether these are all."""
    members: list[str] = []
    cursor = ""
    for _ in range(PAGES):
        page = calls.call(
            "conversations.members", channel=channel_id, limit=200, **({"cursor": cursor} if cursor else {})
        )
        members += page["members"]
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return members, True
    return members, False
