"""What follows once a SEV that was declared without the database is in it: its channel's name, and the truth in it."""

import re
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.config import Settings
from bot.errors import Blame, Permanent
from bot.incidents import recovery, surfaces
from bot.incidents.channel_making import NAMES
from bot.incidents.naming import next_name
from bot.incidents.reading import incident_of
from bot.incidents.troubles import show_trouble
from bot.outbox.kinds import Attempt, Kind, Kinds, Nature, Result, Skip
from bot.outbox.model import OutboxMessage
from bot.slack import blocks as kit
from bot.slack import posts
from bot.slack.client import Slack
from bot.slack.text import channel as channel_mention
from bot.slack.text import when

NO_CHANNEL = Skip("the SEV has no channel at the moment")


@dataclass(frozen=True)
class Naming:
    """A channel, and the name it shall bear."""

    channel_id: str
    name: str


class RecoveryDeliveries:
    """The kinds that follow a recovery."""

    def __init__(self, slack: Slack, settings: Settings, kinds: Kinds) -> None:
        self._slack = slack
        self._settings = settings
        self._kinds = kinds

    def register(self) -> None:
        """Add every kind to the table."""
        self._kinds.add(
            Kind(
                name=surfaces.NAME,
                nature=Nature.FINDABLE,
                label="Name the channel",
                load=self._load_name,
                send=self._rename,
                on_trouble=show_trouble(self._settings),
            ),
            posts.kind(
                self._slack,
                surfaces.RECOVERED,
                "Say that the database is back",
                self._load_recovered,
                on_trouble=show_trouble(self._settings),
                overwrites=True,
            ),
        )

    def _load_name(self, session: Session, message: OutboxMessage) -> Naming | Skip:
        incident = incident_of(session, message)
        channel = incident.working_channel
        return Naming(channel, recovery.proper_name(self._settings.current, incident)) if channel else NO_CHANNEL

    def _rename(self, naming: Naming, attempt: Attempt) -> Result:
        """Under the first name that is free. Whether an earlier try got through, the channel itself says."""
        calls = self._slack.during(attempt)
        is_ours = re.compile(rf"{re.escape(naming.name)}(-\d+)?")
        name = naming.name
        if attempt.look_first:
            found = calls.call("conversations.info", channel=naming.channel_id)["channel"]
            if is_ours.fullmatch(str(found.get("name", ""))):
                return {}
        for _ in range(NAMES):
            try:
                calls.call("conversations.rename", channel=naming.channel_id, name=name)
            except Permanent as error:
                if error.code != "name_taken":
                    raise
                name = next_name(naming.name, name)
            else:
                return {}
        raise Permanent("name_taken", f"{NAMES} names tried", blame=Blame.GONE)

    def _load_recovered(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        """In the place of the first message. Where the database had kept the SEV after all, it has another channel."""
        incident = incident_of(session, message)
        channel: str = message.arguments["channel"]
        since = when(incident.declared_at)
        if incident.channel_id == channel:
            if incident.working_channel is None:
                return NO_CHANNEL
            text = f":white_check_mark: Declared {since}, while Sevbot could not reach its database. It is {incident.name}."
        else:
            place = channel_mention(incident.channel_id) if incident.channel_id else "another channel"
            text = f":white_check_mark: This is {incident.name}, which has a channel already. Go on in {place}."
        draft = posts.draft_for(session, message, channel_id=channel, text=text, blocks=[kit.section(text)])
        token: str = message.arguments["entry"]
        return posts.Draft(
            key=draft.key, token=token, channel_id=draft.channel_id, text=text, blocks=draft.blocks,
            since=min(draft.since, incident.declared_at - posts.OVERLAP), ts=draft.ts,
        )  # fmt: skip
