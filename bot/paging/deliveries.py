"""How a page gets to its team: through its pager, and where that fails, by whatever else there is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.config import Config, Settings, Team
from bot.errors import Temporary
from bot.incidents import membership
from bot.incidents.model import Incident
from bot.incidents.noting import note
from bot.incidents.reading import incident_of, state_of, where_lines_go
from bot.incidents.surfaces import show_card
from bot.incidents.troubles import show_trouble
from bot.integrations.pager import Action, Alarm, Pager
from bot.outbox.kinds import Attempt, Kind, Kinds, Nature, Result, Skip
from bot.outbox.model import OutboxMessage, State
from bot.paging import reading, surfaces, views
from bot.paging.alarm import alarm
from bot.paging.model import Duty, Page
from bot.paging.pagers import Pagers
from bot.slack import blocks as kit
from bot.slack import posts
from bot.slack.client import Slack


@dataclass(frozen=True)
class Order:
    """What a pager is to be told: how the page is now, and what it was told before."""

    team: Team | None
    alarm: Alarm
    wanted: Action
    told: str


class Deliveries:
    """The kinds of this room."""

    def __init__(self, slack: Slack, settings: Settings, kinds: Kinds, pagers: Pagers) -> None:
        self._slack = slack
        self._settings = settings
        self._kinds = kinds
        self._pagers = pagers

    @property
    def _config(self) -> Config:
        return self._settings.current

    def register(self) -> None:
        """Add every kind to the table."""
        self._kinds.add(
            Kind(
                name=surfaces.TELL, nature=Nature.IDEMPOTENT, label="Page a team", load=self._load_order,
                send=self._tell, record=self._record_told, on_trouble=self._call_otherwise, overwrites=True,
            ),
            posts.kind(
                self._slack, surfaces.OUTCOME, "Say what became of a page", self._load_outcome,
                record=self._record_outcome, on_trouble=show_trouble(self._settings), overwrites=True,
            ),
            posts.kind(
                self._slack, surfaces.CALL, "Call somebody directly", self._load_call,
                record=_record_call, on_trouble=show_trouble(self._settings),
            ),
            Kind(
                name=surfaces.ON_CALL, nature=Nature.IDEMPOTENT, label="Ask who is on call",
                load=self._load_question, send=self._ask,
                record=_record_duty,
            ),
        )  # fmt: skip

    def _load_order(self, session: Session, message: OutboxMessage) -> Order | Skip:
        incident, page = incident_of(session, message), _page_of(session, message)
        wanted = Action.TRIGGER
        if page.acknowledged_at:
            wanted = Action.ACKNOWLEDGE
        if page.resolved_at:
            wanted = Action.RESOLVE
        if page.told == wanted == Action.TRIGGER:
            return Skip("it rings already; rung again after it was resolved there, it would ring anew")
        return Order(self._config.team(page.team), alarm(self._config, incident, page), wanted, page.told)

    def _tell(self, order: Order, attempt: Attempt) -> Result:
        """Tell the pager. What it does not know at all it is told first, unless that is over already."""
        may_be_known = order.told or attempt.look_first
        if order.wanted is Action.RESOLVE and not may_be_known:
            return {"told": order.wanted, "rang": False}
        must_ring = not order.told and order.wanted is not Action.RESOLVE
        pager = self._pagers.of(order.team)
        for action in dict.fromkeys((Action.TRIGGER, order.wanted)) if must_ring else (order.wanted,):
            attempt.require_lease(pager.longest)
            pager.tell(action, order.alarm)
            attempt.has_written = True
        return {"told": order.wanted, "rang": must_ring}

    def _record_told(self, session: Session, message: OutboxMessage, result: Result, now: datetime) -> None:
        incident = membership.lock(session, message.subject_id)
        page = _page_of(session, message)
        page.told = result["told"]
        if result["rang"] and page.sent_at is None:
            page.sent_at = now
            surfaces.show_outcome(session, incident, page)
        elif page.sent_at is None and state_of(session, surfaces.key(incident, page, "outcome")) is not None:
            surfaces.show_outcome(session, incident, page)
        show_card(session, incident)

    def _call_otherwise(self, session: Session, message: OutboxMessage) -> None:
        """The pager can't be told. If that is about ringing, people hear of it in every other way there is."""
        show_trouble(self._settings)(session, message)
        incident, page = incident_of(session, message), _page_of(session, message)
        if page.sent_at or page.resolved_at or message.state in (State.SENT, State.SKIPPED):
            return
        surfaces.show_outcome(session, incident, page)
        team = self._config.team(page.team)
        for user_id in team.members[: views.MENTIONS_AT_MOST] if team else ():
            surfaces.call_directly(session, incident, page, user_id)

    def _load_outcome(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident, page = incident_of(session, message), _page_of(session, message)
        place = where_lines_go(session, incident)
        if place is None:
            raise Temporary("no_place_yet", "there is neither a channel nor an announcement")
        text = views.outcome(incident, reading.seen(session, self._config, incident, page))
        return posts.draft_for(
            session, message, channel_id=place[0], thread_ts=place[1], text=text, blocks=[kit.section(text)]
        )

    def _record_outcome(self, session: Session, message: OutboxMessage, result: Result, now: datetime) -> None:
        incident = membership.lock(session, message.subject_id)
        posts.remember(session, message, result)
        page = _page_of(session, message)
        if page.sent_at is None and page.resolved_at is None and page.failed_at is None:
            page.failed_at = now
            note(session, incident, "page_failed", now=now, team=page.team)

    def _load_call(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident, page = incident_of(session, message), _page_of(session, message)
        if page.sent_at or page.resolved_at:
            return Skip("the pager did it, or nobody needs to come any more")
        text = views.direct(incident, self._config.team(page.team) or Team(key=page.team, name=page.team), page)
        who = (message.arguments["user"],)
        return posts.draft_for(session, message, channel_id="", users=who, text=text, blocks=[kit.section(text)])

    def _load_question(self, _session: Session, message: OutboxMessage) -> tuple[Pager, str] | Skip:
        found = self._pagers.schedule_of(self._config.team(message.arguments["team"]))
        return found or Skip("the team has no schedule, or there is no key to ask with")

    def _ask(self, question: tuple[Pager, str], attempt: Attempt) -> Result:
        pager, schedule = question
        attempt.require_lease(pager.longest)
        return {"people": [{"name": each.name, "phones": list(each.phones)} for each in pager.on_call(schedule)]}


def _page_of(session: Session, message: OutboxMessage) -> Page:
    return session.get_one(Page, message.arguments["page"])


def _record_call(session: Session, message: OutboxMessage, result: Result, _now: datetime) -> None:
    membership.lock(session, message.subject_id)
    posts.remember(session, message, result)


def _record_duty(session: Session, message: OutboxMessage, result: Result, now: datetime) -> None:
    session.merge(Duty(team=message.arguments["team"], people=result["people"], learned_at=now))


def card_lines(settings: Settings, session: Session, incident: Incident) -> list[str]:
    """What this room adds to a SEV's card."""
    return [views.card_line(each) for each in reading.latest_pages(session, settings.current, incident)]
