"""`/sev items` and `/sev mine`: lists of action items, page by page, in which one can act."""

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.config import Config, Settings
from bot.directory.people import actor_of
from bot.directory.permissions import require
from bot.incidents import membership
from bot.remediation import item_views, listing, reading, service, tagging
from bot.remediation.days import today_for
from bot.remediation.drafts import Owner
from bot.remediation.handing_over import Handover, hand_over, read_handover, to_hand_over
from bot.remediation.model import ItemState
from bot.remediation.naming import clicked_item
from bot.remediation.reading import Wanted
from bot.slack.commands import Command, Line
from bot.slack.rooms import Rooms
from bot.slack.visit import DONE, Answer, Visit


class Listing:
    """The listeners that show lists, and those that act in them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def _config(self) -> Config:
        return self._settings.current

    def items(self, session: Session, visit: Visit, line: Line) -> Answer:
        """The open items of a SEV, a person, a team, or of all; in a SEV's channel its own."""
        require(self._config, actor_of(session, visit), "see")
        word, rest = (*line.text.split(maxsplit=1), "", "")[:2]
        if word.lower() == "handover":
            return self._handover(session, visit, rest)
        wanted = listing.asked(line.text, config=self._config, reader=visit.user_id)
        incident = None
        if line.target is not None:
            incident = membership.by_number(session, line.target, user_id=visit.user_id)
        elif not line.text:
            incident = membership.by_channel(session, visit.channel_id, user_id=visit.user_id)
        return self._page(session, visit, replace(wanted, sev=incident.number) if incident else wanted)

    def mine(self, session: Session, visit: Visit, line: Line) -> Answer:
        """What the person owes."""
        require(self._config, actor_of(session, visit), "see")
        wanted = listing.asked(line.text, config=self._config, reader=visit.user_id)
        return self._page(session, visit, replace(wanted, owner=Owner(user=visit.user_id)))

    def mine_clicked(self, session: Session, visit: Visit) -> Answer:
        """*My items* was clicked."""
        require(self._config, actor_of(session, visit), "see")
        return self._page(session, visit, Wanted(owner=Owner(user=visit.user_id)))

    def turned(self, session: Session, visit: Visit) -> Answer:
        """*More* or *First page* was clicked: the page takes the place of the one before."""
        require(self._config, actor_of(session, visit), "see")
        return replace(self._page(session, visit, listing.decoded(visit.value)), replaces=True)

    def done(self, session: Session, visit: Visit) -> Answer:
        """*Done* was clicked: in a list, the list is shown anew; elsewhere what shows the item shows it."""
        item, wanted = clicked_item(session, visit, visit.value)
        service.close(session, item, ItemState.DONE, config=self._config, actor=actor_of(session, visit), now=visit.now)
        if wanted is None or visit.response_url is None:
            return DONE
        session.flush()
        page = self._page(session, visit, wanted, said=f"{item.name} is done.")
        return replace(page, replaces=True)

    def _handover(self, session: Session, visit: Visit, text: str) -> Answer:
        """What would change hands; nothing does before that was confirmed."""
        handover = read_handover(text, self._config)
        items, has_more = to_hand_over(session, handover, reader=visit.user_id)
        shown = item_views.handover_preview(items, handover.former, handover.new, self._config, has_more=has_more)
        return Answer(text="Hand over action items?", blocks=shown)

    def hand_over(self, session: Session, visit: Visit) -> Answer:
        """*Hand over* was clicked."""
        former, _, new = visit.value.partition(" ")
        handover = Handover(listing.decoded_owner(former), listing.decoded_owner(new))
        done = hand_over(session, handover, config=self._config, actor=actor_of(session, visit), now=visit.now)
        said = item_views.handed_over(done.given, done.kept, handover.new, self._config, has_more=done.has_more)
        return Answer(text=said, replaces=True)

    def undo(self, session: Session, visit: Visit) -> Answer:
        """*Undo* was clicked: nobody promised what was but a reaction."""
        item, _ = clicked_item(session, visit, visit.value)
        tagging.undo(session, item, config=self._config, actor=actor_of(session, visit), now=visit.now)
        return DONE

    def _page(self, session: Session, visit: Visit, wanted: Wanted, *, said: str = "") -> Answer:
        today = today_for(session, self._config, visit.user_id, now=visit.now)
        page = reading.page_of(session, wanted, reader=visit.user_id, today=today)
        closed = []
        if wanted.sev is not None and not wanted.is_overdue:
            incident = membership.by_number(session, wanted.sev, user_id=visit.user_id)
            closed = [each for each in reading.of_incident(session, incident) if not each.is_open]
        title = item_views.list_title(wanted, self._config)
        shown = item_views.items_page(page, wanted, self._config, title=title, today=today, closed=closed, said=said)
        return Answer(text=title, blocks=shown)


def commands(lists: Listing) -> tuple[Command, ...]:
    """The verbs of this part of the room."""
    return (
        Command(
            verb="items", usage="items [@who|team|overdue|nobody|all]", summary="action items, what is overdue first",
            details="In a SEV's channel, or with its name, those of that SEV. `items payments overdue` asks for both. "
            "`items handover @grace @linus` (or a team) hands over all that somebody owes, once you confirm.",
            run=lists.items, changes=False,
        ),
        Command(
            verb="mine", usage="mine [overdue]", summary="the action items you owe", run=lists.mine,
            takes_target=False, changes=False,
        ),
    )  # fmt: skip


def listen(rooms: Rooms, lists: Listing) -> None:
    """Attach the clicks of this part of the room."""
    rooms.clicks |= {
        item_views.HAND_OVER: lists.hand_over,
        item_views.DONE: lists.done,
        item_views.UNDO: lists.undo,
        item_views.TURN: lists.turned,
        item_views.MINE: lists.mine_clicked,
    }
    rooms.free_clicks |= {item_views.TURN, item_views.MINE}
