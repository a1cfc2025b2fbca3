"""Reminders as they are shown now: what each row of the ledger says, to the one who reads it."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.nudges import views
from bot.nudges.deciding import TEAM
from bot.nudges.ledger import pause_for, pauses_of
from bot.nudges.model import Nudge, Progress
from bot.nudges.subjects import AllSubjects
from bot.slack.blocks import Block

NOT_PEOPLE = frozenset({"channel", "page"})


class Showing:
    """Reads what a message shows."""

    def __init__(self, clock: Clock, settings: Settings, subjects: AllSubjects) -> None:
        self._clock = clock
        self._settings = settings
        self._subjects = subjects

    def item(self, session: Session, row: Nudge) -> views.Item:
        """One reminder: what is wrong and what can be done, or that it is done, or that it is not theirs to see."""
        room = self._subjects.of(row.subject)
        if row.audience not in NOT_PEOPLE and not room.may_be_told(session, row.subject, row.audience):
            return views.Item(words=None)
        now = self._clock.now()
        if row.ended_at is not None:
            done = room.done(session, row.subject, row.rule)
            return views.Item(words=None, done=done, acted_by=row.acted_by, acted_at=row.acted_at)
        pause = pause_for(pauses_of(session, row.subject), row.rule, now=now)
        is_silent = pause is not None and (pause.until is None or pause.until > now)
        silence = views.Silence(pause.by, pause.until, pause.reason) if pause and is_silent else None
        words = room.words(session, row.subject, row.rule, audience=row.audience)
        return views.Item(words=words, silence=silence)

    def day(
        self, session: Session, audience: str, rows: Sequence[Nudge], *, count: int | None = None
    ) -> tuple[str, list[Block]]:
        """The one message of a day: its text and its blocks. It shows `rows`, and counts (`count`) all that it says.

        Without a count, it is the number of subjects of which it told when it was sent.
        """
        team = self._team(audience)
        told = count if count is not None else self._counted(session, rows[0])
        items = [self.item(session, row) for row in rows]
        heading, left = views.heading(told, team=team), told - len(rows)
        more = self._subjects.of(rows[0].subject).more(audience) if left > 0 else ""
        return heading, views.day(heading, items, more=f"And {left} more: {more}" if more else "")

    def _team(self, audience: str) -> str | None:
        """A team's name, for its channel."""
        if not audience.startswith(TEAM):
            return None
        key = audience.removeprefix(TEAM)
        team = self._settings.current.team(key)
        return team.name if team else key

    def _counted(self, session: Session, row: Nudge) -> int:
        query = select(func.count(Nudge.subject.distinct())).where(
            Nudge.outbox_key == row.outbox_key, Nudge.progress == Progress.DELIVERED
        )
        return session.scalar(query) or 0
