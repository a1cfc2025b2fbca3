"""The forms of action items: what opens them, and what is done once they are sent."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from bot.config import Config, Settings
from bot.directory.people import actor_of
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import membership
from bot.incidents.subject import LONGEST_LIST, of_number, subject
from bot.remediation import forms, item_views, reading, service, snoozing, submitted
from bot.remediation.days import today_for
from bot.remediation.drafts import Source
from bot.remediation.model import ActionItem, ItemState
from bot.remediation.naming import clicked_item, named_item
from bot.remediation.service import Change
from bot.slack.commands import Form, Line
from bot.slack.rooms import Rooms
from bot.slack.visit import DONE, Answer, View, Visit, notice
from bot.timeline.memory import Memory
from bot.timeline.said import read


class Filling:
    """The listeners of forms."""

    def __init__(self, settings: Settings, memory: Memory) -> None:
        self._settings = settings
        self._memory = memory

    @property
    def _config(self) -> Config:
        return self._settings.current

    def by_command(self, visit: Visit, line: Line) -> Form | None:
        """`/sev action` and `/sev action add` without words, and `/sev action edit SEV-42/2`, open a form."""
        word, rest = (*line.text.split(maxsplit=1), "", "")[:2]
        if word.lower() == "edit":
            return self._form(
                visit,
                lambda session: forms.edit(self._config, named_item(session, visit, line, rest.strip(), lock=False)[0]),
            )
        if word and (word.lower() != "add" or rest.strip()):
            return None
        return self._form(visit, lambda session: forms.add(self._config, subject(session, visit, line, lock=False)))

    def add_clicked(self, visit: Visit) -> Form:
        """*Action item…* was clicked on a SEV's card."""
        number = int(visit.value)

        def complete(session: Session) -> View:
            return forms.add(self._config, membership.by_number(session, number, user_id=visit.user_id))

        return self._form(visit, complete)

    def add_from_message(self, visit: Visit) -> Form:
        """The shortcut was used on a message. Elsewhere than in the SEV's channel, it says who can read the message then."""
        said = read(visit.channel_id or "", visit.message)
        self._memory.remember(said)  # the form carries the beginning of a long one only
        source = Source(channel_id=said.channel_id, ts=said.ts, thread_ts=said.thread_ts, text=said.text)

        def complete(session: Session) -> View:
            here = membership.by_channel(session, visit.channel_id, user_id=visit.user_id)
            found = [here] if here else reading.sevs_for_items(
                session, self._config, reader=visit.user_id, most=LONGEST_LIST
            )  # fmt: skip
            members = reading.members_of(session, found)
            return forms.add_message(self._config, source, found, members, is_here=here is not None)

        return self._form(visit, complete)

    def opener(self, view: Callable[[Session, ActionItem, Visit], View]) -> Callable[[Visit], Form]:
        """What opens an item's form, by a button of the item."""

        def opens(visit: Visit) -> Form:
            return self._form(
                visit, lambda session: view(session, clicked_item(session, visit, visit.value, lock=False)[0], visit)
            )

        return opens

    def edit_view(self, _session: Session, item: ActionItem, _visit: Visit) -> View:
        """*Edit…*."""
        return forms.edit(self._config, item)

    def prove_view(self, _session: Session, item: ActionItem, _visit: Visit) -> View:
        """*Done…* of an item that is to be proven."""
        return forms.prove(_still_open(item))

    def snooze_view(self, session: Session, item: ActionItem, visit: Visit) -> View:
        """*Snooze…*."""
        today = today_for(session, self._config, visit.user_id, now=visit.now)
        return forms.snooze(_still_open(item), today=today)

    def give_view(self, _session: Session, item: ActionItem, _visit: Visit) -> View:
        """*Reassign…*."""
        return forms.give(self._config, _still_open(item))

    def wont_do_view(self, _session: Session, item: ActionItem, _visit: Visit) -> View:
        """*Won't do…*."""
        return forms.wont_do(_still_open(item))

    def due_view(self, _session: Session, item: ActionItem, _visit: Visit) -> View:
        """*Due date…*."""
        return forms.due(_still_open(item))

    def added(self, session: Session, visit: Visit) -> Answer:
        """A new item was filled in."""
        number = visit.metadata.get("number") or visit.values.get("sev")
        if not str(number or "").isdecimal():
            raise Refused("Choose the SEV that it is about.", field="sev")
        incident = of_number(session, visit, number)
        source = self._whole(forms.carried(visit.metadata))
        today = today_for(session, self._config, visit.user_id, now=visit.now)
        draft = submitted.draft(visit.values, config=self._config, today=today, source=source)
        item = service.add(session, incident, draft, config=self._config, actor=actor_of(session, visit), now=visit.now)
        if item.source_channel and item.source_channel == incident.working_channel:
            return DONE  # it is said in the message's thread
        return Answer(view=notice(forms.TITLE, item_views.added_text(item, self._config)))

    def _whole(self, carried: Source | None) -> Source | None:
        """The message with all its words, where they are remembered."""
        said = self._memory.recall(carried.channel_id, carried.ts) if carried else None
        if carried is None or said is None:
            return carried
        return Source(channel_id=said.channel_id, ts=said.ts, thread_ts=said.thread_ts, text=said.text)

    def edited(self, session: Session, visit: Visit) -> Answer:
        """*Edit…* was sent: what differs is changed."""
        item = self._item(session, visit)
        today = today_for(session, self._config, visit.user_id, now=visit.now)
        return self._change(
            session, visit, item, submitted.change(visit.values, item, config=self._config, today=today)
        )

    def given(self, session: Session, visit: Visit) -> Answer:
        """*Reassign…* was sent."""
        item = self._item(session, visit)
        return self._change(session, visit, item, Change(owner=submitted.owner(visit.values, config=self._config)))

    def due_set(self, session: Session, visit: Visit) -> Answer:
        """*Due date…* was sent."""
        item = self._item(session, visit)
        today = today_for(session, self._config, visit.user_id, now=visit.now)
        if not visit.values.get("due"):
            raise Refused("Choose a day.", field="due")
        return self._change(session, visit, item, Change(due_on=submitted.day(visit.values, "due", today=today)))

    def _change(self, session: Session, visit: Visit, item: ActionItem, wanted: Change) -> Answer:
        service.change(session, item, wanted, config=self._config, actor=actor_of(session, visit), now=visit.now)
        return DONE

    def proven(self, session: Session, visit: Visit) -> Answer:
        """*Done…* was sent, with the evidence."""
        return self._close(session, visit, ItemState.DONE)

    def refused(self, session: Session, visit: Visit) -> Answer:
        """*Won't do…* was sent, with the reason."""
        return self._close(session, visit, ItemState.WONT_DO)

    def _close(self, session: Session, visit: Visit, state: ItemState) -> Answer:
        said = {name: visit.values.get(name) or "" for name in ("evidence", "reason")}
        service.close(
            session, self._item(session, visit), state, **said, config=self._config,
            actor=actor_of(session, visit), now=visit.now,
        )  # fmt: skip
        return DONE

    def snoozed(self, session: Session, visit: Visit) -> Answer:
        """*Snooze…* was sent."""
        item = self._item(session, visit)
        today = today_for(session, self._config, visit.user_id, now=visit.now)
        until = submitted.day(visit.values, "until", today=today)
        if until is None:
            raise Refused("Choose a day.", field="until")
        snoozing.snooze(
            session, item, until, visit.values.get("reason") or "", config=self._config,
            actor=actor_of(session, visit), now=visit.now,
        )  # fmt: skip
        return DONE

    def _item(self, session: Session, visit: Visit) -> ActionItem:
        """The item a form was opened for, its SEV's row locked. Raises `Refused`."""
        incident = of_number(session, visit, visit.metadata["number"])
        return reading.item_of(session, incident, int(visit.metadata["item"]))

    def _form(self, visit: Visit, view: Callable[[Session], View]) -> Form:
        def complete(session: Session) -> View:
            require(self._config, actor_of(session, visit), "remediate")
            return view(session)

        return Form(forms.loading(), complete)


def _still_open(item: ActionItem) -> ActionItem:
    """The item, unless what the button offers is over. Raises `Refused`."""
    service.require_open(item)
    return item


def listen(rooms: Rooms, filling: Filling) -> None:
    """Attach the forms, and what opens them."""
    rooms.openers |= {
        item_views.OPEN_ADD: filling.add_clicked,
        forms.ADD_MESSAGE: filling.add_from_message,
        item_views.OPEN_EDIT: filling.opener(filling.edit_view),
        item_views.OPEN_DONE: filling.opener(filling.prove_view),
        item_views.OPEN_SNOOZE: filling.opener(filling.snooze_view),
        item_views.OPEN_GIVE: filling.opener(filling.give_view),
        item_views.OPEN_WONT_DO: filling.opener(filling.wont_do_view),
        item_views.OPEN_DUE: filling.opener(filling.due_view),
    }
    rooms.forms |= {
        forms.ADD: filling.added,
        forms.EDIT: filling.edited,
        forms.PROVE: filling.proven,
        forms.SNOOZE: filling.snoozed,
        forms.GIVE: filling.given,
        forms.WONT_DO: filling.refused,
        forms.DUE: filling.due_set,
    }
