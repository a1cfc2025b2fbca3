"""`/sev why`: what was said about a SEV, to whom, when, by which rule, whether it arrived and was answered, or why not."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.config import Config, Settings
from bot.directory.people import actor_of
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import surfaces
from bot.incidents.home import HomeSection
from bot.incidents.model import Incident
from bot.incidents.subject import subject
from bot.nudges import daily, reading, service
from bot.nudges.model import Nudge
from bot.nudges.subjects import AllSubjects
from bot.operations import views
from bot.outbox.kinds import Kinds
from bot.outbox.model import OutboxMessage
from bot.postmortems.nudging import subject_of
from bot.remediation import giving
from bot.remediation import surfaces as items
from bot.remediation.model import ActionItem
from bot.remediation.naming import REFERENCE, named_item
from bot.remediation.reading import of_incident
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.commands import NAME, Command, Line
from bot.slack.text import one_line
from bot.slack.visit import Answer, Visit

ON_ONE_PAGE = 10
ON_HOME = 5
PAGES = 100
ME = "me"
NO_NOTICES = frozenset(
    {
        surfaces.CREATE_CHANNEL, surfaces.CARD, surfaces.PIN, surfaces.TOPIC, surfaces.BOOKMARK, surfaces.RECONCILE,
        service.DIRECT, service.POST, service.REFRESH, daily.DIRECT, daily.TEAM_POST, items.RECALL, items.LOOK,
    }
)  # fmt: skip
"""What tells nobody anything, and what the ledger tells better."""


class Accounting:
    """The listener. It changes nothing."""

    def __init__(self, settings: Settings, kinds: Kinds, subjects: AllSubjects) -> None:
        self._settings = settings
        self._kinds = kinds
        self._subjects = subjects

    @property
    def _config(self) -> Config:
        return self._settings.current

    def why(self, session: Session, visit: Visit, line: Line) -> Answer:
        """About a SEV, or about the person who asks."""
        require(self._config, actor_of(session, visit), "see")
        words = one_line(line.text).lower().split()
        if words[:1] == [ME] and line.target is None:
            return self._about_me(session, visit, _page(words[1:]))
        if words and REFERENCE.fullmatch(words[0]) and "/" in words[0]:
            item, _ = named_item(session, visit, line, words[0], lock=False)
            return self._about_item(session, visit, item, _page(words[1:]))
        page = _page(words)
        incident = subject(session, visit, line, lock=False)
        return self._about(session, visit, incident, page)

    def _about(self, session: Session, visit: Visit, incident: Incident, page: int) -> Answer:
        """About a SEV, its action items and its postmortem."""
        enough = page * ON_ONE_PAGE + 1
        owed = of_incident(session, incident)
        items = {item.subject: f"{item.name} " for item in owed}
        givings = {giving.key(item.giving) for item in owed if item.giving}
        facts = self._decided(session, items | {incident.subject: "", subject_of(incident): ""}, enough)
        facts += [
            views.of_message(each, self._kinds[each.kind].label)
            for each in self._notices(session, incident, givings, enough)
        ]
        facts.sort(key=lambda fact: fact.at, reverse=True)
        ahead = [] if page > 1 else self._ahead(session, visit, incident.subject, subject_of(incident))
        title = f"What was said about {incident.name}, the newest first"
        return _answer(title, facts, ahead, page, f"{NAME} why {incident.name}")

    def _about_item(self, session: Session, visit: Visit, item: ActionItem, page: int) -> Answer:
        facts = self._decided(session, {item.subject: ""}, page * ON_ONE_PAGE + 1)
        given = select(OutboxMessage).where(OutboxMessage.key == giving.key(item.giving or 0))
        facts += [views.of_message(each, self._kinds[each.kind].label) for each in session.scalars(given)]
        facts.sort(key=lambda fact: fact.at, reverse=True)
        ahead = [] if page > 1 else self._ahead(session, visit, item.subject)
        title = f"What was said about {item.name}, the newest first"
        return _answer(title, facts, ahead, page, f"{NAME} why {item.name}")

    def _decided(self, session: Session, about: dict[str, str], limit: int) -> list[views.Fact]:
        """The newest decisions about some subjects, each with how it is named here."""
        nudges = reading.decisions_about(session, list(about), limit=limit)
        errors = _errors(session, nudges)
        return [
            views.of_nudge(each, error=errors.get(each.outbox_key or ""), about=about[each.subject]) for each in nudges
        ]

    def _ahead(self, session: Session, visit: Visit, *about: str) -> list[str]:
        config = self._config.nudges
        found = [
            each
            for subject in about
            for each in reading.outlook(session, subject, subjects=self._subjects, config=config, now=visit.now)
        ]
        return [views.of_outlook(each) for each in found]

    def _notices(self, session: Session, incident: Incident, givings: set[str], limit: int) -> list[OutboxMessage]:
        """What was said of it. What gave items of several SEVs at once (`givings`) is about the first of these, and tells of all."""
        query = select(OutboxMessage).where(
            or_(OutboxMessage.subject == incident.subject, OutboxMessage.key.in_(givings)),
            OutboxMessage.kind.not_in(NO_NOTICES),
            OutboxMessage.kind.in_(self._kinds.names()),
        )
        newest = query.order_by(OutboxMessage.decided_at.desc(), OutboxMessage.id.desc()).limit(limit)
        return list(session.scalars(newest))

    def _about_me(self, session: Session, visit: Visit, page: int) -> Answer:
        """What the asker was reminded of, as far as they may still see it."""
        facts = _facts_for(session, visit.user_id, self._subjects, limit=page * ON_ONE_PAGE + 1)
        return _answer("What you were reminded of, the newest first", facts, [], page, f"{NAME} why {ME}")


def reminded(subjects: AllSubjects) -> HomeSection:
    """What a person was reminded of lately, for their Home."""

    def section(session: Session, user_id: str) -> list[Block]:
        facts = _facts_for(session, user_id, subjects, limit=ON_HOME)
        return [kit.header("What you were reminded of"), *(kit.section(each.text) for each in facts)] if facts else []

    return section


def _facts_for(session: Session, user_id: str, subjects: AllSubjects, *, limit: int) -> list[views.Fact]:
    """The newest reminders of a person, as far as they may still see what it was about."""
    nudges = reading.decisions_for(session, user_id, limit=limit)
    names = subjects.names(session, (each.subject for each in nudges), reader=user_id)
    errors = _errors(session, nudges)
    return [
        views.of_nudge(each, error=errors.get(each.outbox_key or ""), about=f"{names[each.subject]} ")
        for each in nudges
        if each.subject in names
    ]


def _answer(title: str, facts: list[views.Fact], ahead: list[str], page: int, again: str) -> Answer:
    start = (page - 1) * ON_ONE_PAGE
    older = f"`{again} {page + 1}` shows what was before." if len(facts) > start + ON_ONE_PAGE else ""
    return Answer(text=title, blocks=views.account(title, facts[start : start + ON_ONE_PAGE], ahead, older=older))


def _page(words: list[str]) -> int:
    """The page that was asked for. Raises `Refused`."""
    if not words:
        return 1
    if len(words) == 1 and words[0].isdecimal() and words[0].isascii() and 1 <= int(words[0][:4]) <= PAGES:
        return int(words[0][:4])
    raise Refused(
        f"Type `{NAME} why`, `{NAME} why SEV-42`, or `{NAME} why {ME}`; a number from 1 to {PAGES} shows older ones."
    )


def _errors(session: Session, nudges: Sequence[Nudge]) -> dict[str, str | None]:
    """What the outbox says of the reminders it was asked for, by its keys."""
    keys = {each.outbox_key for each in nudges if each.outbox_key}
    rows = session.execute(select(OutboxMessage.key, OutboxMessage.last_error).where(OutboxMessage.key.in_(keys)))
    return {row.key: row.last_error for row in rows}


def commands(accounting: Accounting) -> tuple[Command, ...]:
    """The verb of this room."""
    return (
        Command(
            verb="why", usage="why [me|SEV-42/2] [PAGE]", summary="what was said, to whom, by which rule; or why not",
            details=f"`{NAME} why {ME}` is about what you were reminded of, `{NAME} why SEV-42/2` about an action item.", run=accounting.why, changes=False,
        ),
    )  # fmt: skip
