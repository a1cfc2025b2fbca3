"""What stories are told with: a stage on which the bot works and people act, and a SEV as they see it."""

import re
from dataclasses import dataclass

from sqlalchemy import func, select

from bot.app import Bot
from bot.audit import AuditRecord
from bot.incidents.model import Incident, TimelineEntry
from bot.outbox.model import OPEN, OutboxMessage
from bot.playground import Person, Playground
from bot.playground.model import Channel, Message
from bot.playground.reading import message_words
from tests.databases import UNDELIVERED, has_rows

DECLARED = re.compile(r"^SEV-(\d+) declared; its channel is being set up\.$")


class Stage:
    """A workspace with the bot in it. What was said before a story begins is no part of it."""

    def __init__(self, slack: Playground, bot: Bot) -> None:
        self.slack = slack
        self.bot = bot

    def settles(self) -> None:
        """Wait until Slack shows all that was decided."""
        self.slack.wait_until(self.is_settled, why="the outbox is empty", seen=lambda: str(self._waiting()))
        self.slack.wait_quiet(quiet=0.02)

    def hears(self) -> None:
        """Wait until the bot has taken every event, and Slack shows all that was decided then."""
        self.slack.wait_until(lambda: self.slack.traffic.is_heard, why="every event is taken")
        self.settles()

    def is_settled(self) -> bool:
        """Whether nothing waits in the outbox. It is asked at every change, so that it reads no rows, and none meanwhile."""
        if self.slack.web_api.busy:
            return False
        return not has_rows(self.bot.database, UNDELIVERED)

    def _waiting(self) -> list[tuple[str, str | None]]:
        with self.bot.database.read() as session:
            rows = session.scalars(select(OutboxMessage).where(OutboxMessage.state.in_(OPEN)))
            return [(row.key, row.last_error) for row in rows]

    def begins(self) -> None:
        """All that was said so far is known; from here on every word of the bot has to be expected by somebody."""
        self.settles()
        self.slack.expect_all()

    def declared(self, person: Person, words: str) -> "Sev":
        """`person` declares a SEV with `/sev declare words`, and it is in place."""
        found = DECLARED.match(person.types(f"/sev declare {words}").text)
        assert found, f"{words!r} was not declared"
        self.begins()
        return self.sev(int(found[1]))

    def sev(self, number: int) -> "Sev":
        """A SEV that is there, by its number."""
        return Sev(self, number)

    def expects(self, *words: str) -> None:
        """Take for expected what the bot said to everybody with any of these words in it; each must have been said."""
        self.settles()
        said = self.everything_said()
        for each in words:
            found = [message for message in said if each in self.words(message)]
            assert found, f"nobody was told {each!r}"
            self.slack.expected.update(found)

    def number_of_sevs(self) -> int:
        with self.bot.database.read() as session:
            return session.scalar(select(func.count(Incident.id))) or 0

    def words(self, message: Message) -> str:
        """What a reader of the message reads."""
        with self.slack.workspace.lock:
            return message_words(self.slack.workspace, message)

    def everything_said(self) -> list[Message]:
        """What the bot posted for more than one reader, anywhere."""
        return [message for place in list(self.slack.workspace.channels) for message in self.said_in(place)]

    def said_in(self, place: str, *, containing: str = "") -> list[Message]:
        """What the bot posted for everybody in a channel, oldest first; notices of Slack's own left out."""
        channel = self.slack.channel(place)
        with self.slack.workspace.lock:
            posted = [message for message in channel.messages.values() if message.by_app and not message.subtype]
        return [message for message in posted if containing in self.words(message)]


@dataclass(frozen=True)
class Sev:
    """A SEV as people see it in Slack, and as the database keeps it."""

    stage: Stage
    number: int

    @property
    def name(self) -> str:
        return f"SEV-{self.number}"

    @property
    def kept(self) -> Incident:
        """What the database keeps of it."""
        with self.stage.bot.database.read() as session:
            incident = session.scalars(select(Incident).where(Incident.number == self.number)).one()
            session.expunge_all()
            return incident

    @property
    def timeline(self) -> list[TimelineEntry]:
        """Its timeline, in the order in which things happened."""
        with self.stage.bot.database.read() as session:
            entries = select(TimelineEntry).join(Incident, Incident.id == TimelineEntry.incident_id)
            by_time = entries.where(Incident.number == self.number).order_by(TimelineEntry.at, TimelineEntry.id)
            found = list(session.scalars(by_time))
            session.expunge_all()
            return found

    @property
    def facts(self) -> list[TimelineEntry]:
        """Its timeline without who came, since people come when they like."""
        return [entry for entry in self.timeline if entry.kind != "joined"]

    @property
    def audit(self) -> list[AuditRecord]:
        """Who did what to it, in order."""
        with self.stage.bot.database.read() as session:
            own = select(AuditRecord).where(AuditRecord.subject == self.kept.subject).order_by(AuditRecord.id)
            found = list(session.scalars(own))
            session.expunge_all()
            return found

    @property
    def channel(self) -> Channel:
        return self.stage.slack.channel(self.kept.channel_id or "it has no channel")

    @property
    def place(self) -> str:
        return f"#{self.channel.name}"

    @property
    def topic(self) -> str:
        return str(self.channel.topic["value"])

    @property
    def members(self) -> set[str]:
        """The names of the people in its channel."""
        users = self.stage.slack.workspace.users
        return {users[member].name for member in self.channel.members} - {"sevbot"}

    @property
    def briefed(self) -> list[str]:
        """Who was told, in its channel and to them alone, how it stands: their names, in order."""
        users = self.stage.slack.workspace.users
        whispers = [each for each in self.channel.ephemerals if "Only you see this." in self.stage.words(each)]
        return [users[each.ephemeral_to].name for each in whispers]

    @property
    def bookmarks(self) -> dict[str, str]:
        """The links at the top of its channel, by title."""
        return {each["title"]: each["link"] for each in self.channel.bookmarks}

    @property
    def card(self) -> str:
        """What its card says: the one pinned message of its channel."""
        (pin,) = self.channel.pins
        (card,) = self.stage.said_in(self.place, containing="Declared by")
        assert pin["ts"] == card.ts
        return self.stage.words(card)

    @property
    def card_among_pins(self) -> str:
        """What its card says, where other messages are pinned too."""
        (card,) = self.stage.said_in(self.place, containing="Declared by")
        assert card.ts in {pin["ts"] for pin in self.channel.pins}
        return self.stage.words(card)

    @property
    def lines(self) -> list[str]:
        """What the bot told its channel, besides the card."""
        said = [self.stage.words(message) for message in self.stage.said_in(self.place)]
        return [words for words in said if "Declared by" not in words]

    def announcement(self, place: str) -> str:
        """What its announcement in a channel says; there must be exactly one."""
        (message,) = self.stage.said_in(place, containing=f"{self.name} ")
        return self.stage.words(message)
