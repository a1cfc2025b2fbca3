"""The channels the configuration names: their ids, learned once, and the bot's membership in them."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.config import Config
from bot.db import Base
from bot.errors import Blame, NotYet, Permanent
from bot.outbox.enqueue import Request, enqueue
from bot.outbox.kinds import Attempt, Kind, Nature, Result
from bot.outbox.model import Mode, OutboxMessage, State
from bot.slack import posts
from bot.slack.client import Slack

log = logging.getLogger(__name__)

LEARN = "directory.learn_channel"
Purpose = Literal["announce", "team", "digest", "postmortems", "problems", "operators"]
GREETINGS: dict[Purpose, str] = {
    "announce": "Hello. SEVs will be announced here from now on.",
    "team": "Hello. This team will read here what it is given to do after a SEV, and once a day what of it is overdue.",
    "digest": "Hello. A digest of SEVs, and of what is owed after them, will be posted here.",
    "operators": "Hello. What Sevbot can't use, of its configuration or of what it is sent, will be told here.",
    "postmortems": "Hello. Postmortems will be announced here when they are published.",
    "problems": "Hello. Signs of trouble in a workflow will be shown here.",
}
NOT_JOINABLE = frozenset({"method_not_supported_for_channel_type", "channel_not_found"})
"""A private channel cannot be joined: somebody has to invite the bot."""


class KnownChannel(Base):
    """A place as the configuration writes it (`#incidents`, `C0123456`), and the channel it is."""

    __tablename__ = "known_channels"

    place: Mapped[str] = mapped_column(String(100), primary_key=True)
    channel_id: Mapped[str] = mapped_column(String(32))
    learned_at: Mapped[datetime]


@dataclass(frozen=True)
class Lesson:
    place: str
    draft: posts.Draft


def learning_key(place: str) -> str:
    """The outbox key under which a place is learned."""
    return f"place:{place}"


def channel_id(session: Session, place: str) -> str:
    """The id of a configured place. Raises `NotYet` while it is being learned, `Permanent` where that failed."""
    known = session.get(KnownChannel, place)
    if known is not None:
        return known.channel_id
    lesson = session.query(OutboxMessage).filter_by(key=learning_key(place)).one_or_none()
    if lesson is not None and lesson.state == State.DEAD:
        raise Permanent(lesson.last_error or "channel_not_found", place, blame=Blame.GONE)
    raise NotYet("channel_not_learned_yet", place)


def learn_places(session: Session, config: Config) -> None:
    """Ask for every configured place to be learned that is not known yet."""
    for place, purpose in sorted(all_places(config).items()):
        learn_place(session, place, purpose=purpose)


def learn_place(session: Session, place: str, *, purpose: Purpose = "announce") -> None:
    """Ask for one place to be learned, unless it is known. `purpose` is why the bot will come back to it."""
    if session.get(KnownChannel, place) is None:
        key = learning_key(place)
        request = Request(kind=LEARN, subject=key, key=key, mode=Mode.LATEST, arguments={"purpose": purpose})
        enqueue(session, request)


def all_places(config: Config) -> dict[str, Purpose]:
    """Every channel the configuration announces in, or sends a digest to, and what for; SEVs go before all else."""
    found: dict[str, Purpose] = {each.channel: "digest" for each in config.digests}
    if config.operators:
        found[config.operators] = "operators"
    if config.postmortems.announce:
        found[config.postmortems.announce] = "postmortems"
    severities = [place for each in config.severities for place in each.announce]
    workflows = [place for each in config.workflows for place in each.announce]
    ruled = [place for each in config.invitations for place in each.announce]
    return found | dict.fromkeys((*severities, *workflows, *ruled), "announce")


def kinds(slack: Slack) -> tuple[Kind[Lesson], ...]:
    """The outbox kind of this room."""

    def load(session: Session, message: OutboxMessage) -> Lesson:
        place = message.key.removeprefix("place:")
        draft = posts.draft_for(
            session, message, channel_id=place, text=GREETINGS[message.arguments.get("purpose", "announce")], blocks=[]
        )
        return Lesson(place, draft)

    def send(lesson: Lesson, attempt: Attempt) -> Result:
        """Greet where only the name is known, since the answer holds the id; then join, to be able to look back there."""
        calls = slack.during(attempt)
        channel = lesson.draft.channel_id
        if channel.startswith("#"):
            greeted = posts.put(slack, lesson.draft, attempt, can_look=False)
            channel = greeted["channel"]
            message = attempt.message
            attempt.commit(lambda session: posts.remember(session, message, greeted))  # so that it is never said again
        try:
            calls.call("conversations.join", channel=channel)
        except Permanent as error:
            if error.code not in NOT_JOINABLE:
                raise
            log.warning("channels.not_joined", extra={"channel": channel, "error": error.code})
        return {"channel": channel}

    def record(session: Session, message: OutboxMessage, result: Result, now: datetime) -> None:
        place = message.key.removeprefix("place:")
        session.merge(KnownChannel(place=place, channel_id=result["channel"], learned_at=now))

    def remove_copies(lesson: Lesson, attempt: Attempt) -> None:
        posts.remove_copies(slack, lesson.draft, attempt)

    return (
        Kind(
            name=LEARN, nature=Nature.FINDABLE, label="Learn a channel's id", load=load, send=send, record=record,
            remove_copies=remove_copies,
        ),
    )  # fmt: skip
