"""`/sev stats`: figures on demand, by the same code as the digests', for who asks alone."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.config import Config, Settings
from bot.digest import backlog, figures, history, stat_views
from bot.digest.asking import Asked, asked
from bot.digest.figures import Sev, Span
from bot.directory.people import Person, actor_of
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import membership
from bot.nudges.hours import known_zone
from bot.outbox.enqueue import URGENT, Request, enqueue
from bot.outbox.model import Mode
from bot.slack.commands import Line
from bot.slack.visit import Answer, Visit

PICTURE = "digest.stats_picture"
HEALTH = "health"
"""The kind of picture that shows a workflow's health; it is asked for at the workflow."""


@dataclass(frozen=True)
class Account:
    """The SEVs somebody asked about, and those of as many days before."""

    asked: Asked
    span: Span
    zone: str
    sevs: tuple[Sev, ...]
    before: tuple[Sev, ...]
    overdue: int


class Figures:
    """The listeners."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def _config(self) -> Config:
        return self._settings.current

    def stats(self, session: Session, visit: Visit, line: Line) -> Answer:
        """`/sev stats payments 30d`."""
        require(self._config, actor_of(session, visit), "see")
        found = account(session, self._config, asked(self._config, line.text), user_id=visit.user_id, now=visit.now)
        return Answer(text="Figures", blocks=stat_views.account(self._config, found))

    def picture(self, session: Session, visit: Visit) -> Answer:
        """One of the pictures was asked for: it comes by direct message, since only a message can hold one."""
        require(self._config, actor_of(session, visit), "see")
        kind, _, words = visit.value.partition(":")
        if kind not in stat_views.PICTURES:
            raise Refused("There is no such picture. `/sev stats` shows which there are.")
        return ask_for_picture(session, visit, kind, asked(self._config, words).words)


def ask_for_picture(session: Session, visit: Visit, kind: str, words: str) -> Answer:
    """Let a picture be sent to who asks, by direct message. `words` say of what."""
    enqueue(
        session,
        Request(
            kind=PICTURE, subject=f"person:{visit.user_id}", mode=Mode.ONCE, priority=URGENT, audience=visit.user_id,
            key=f"stats:{visit.user_id}:{visit.delivery_key}"[:200],
            arguments={"user": visit.user_id, "kind": kind, "words": words},
        ),
    )  # fmt: skip
    return Answer(text="The picture comes by direct message in a moment.")


def account(session: Session, config: Config, wanted: Asked, *, user_id: str, now: datetime) -> Account:
    """What may be said to somebody of the SEVs they ask about; days are those where they live."""
    zone = zone_of(session, config, user_id)
    today = now.astimezone(ZoneInfo(zone)).date()
    since, earlier = (
        datetime.combine(today - timedelta(days=wanted.days * times), time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for times in (1, 2)
    )
    scope = wanted.scope(config, membership.may_see(user_id))
    span = Span(since, now)
    return Account(
        wanted, span, zone,
        sevs=tuple(history.sevs(session, config, scope, span)),
        before=tuple(history.sevs(session, config, scope, Span(earlier, since))),
        overdue=sum(share.count for share in backlog.shares(session, scope, today)),
    )  # fmt: skip


def zone_of(session: Session, config: Config, user_id: str) -> str:
    """The time zone somebody lives in, as far as that is known."""
    person = session.get(Person, user_id)
    return known_zone(person.time_zone if person else "", otherwise=config.nudges.time_zone)


def weeks_of(days: int) -> int:
    """How many weeks a picture of so many days shows."""
    return min(max(-(-days // figures.WEEK.days), 4), 26)
