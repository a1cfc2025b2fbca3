"""`/sev action`: adding an item and changing it by what is typed. Each listener parses, makes one service call, and answers."""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from bot.config import Config, Settings
from bot.directory.people import actor_of
from bot.errors import Refused
from bot.incidents.subject import subject
from bot.remediation import item_views, service
from bot.remediation.days import day_text, today_for
from bot.remediation.drafts import day_named, drafted, owner_named
from bot.remediation.model import ActionItem, ItemState, Priority
from bot.remediation.naming import named_item
from bot.remediation.service import Change
from bot.slack.commands import NAME, TARGET, Command, Form, Line
from bot.slack.text import mrkdwn, one_line
from bot.slack.visit import Answer, Visit

Deed = Callable[[Session, Visit, ActionItem, str], str]
"""What one word after `action` does to an item with what follows; it gives the answer."""


class Acting:
    """The listeners of what is typed."""

    def __init__(self, settings: Settings, more: Mapping[str, Deed]) -> None:
        self._settings = settings
        self._deeds: Mapping[str, Deed] = {
            "done": self._done,
            "start": self._start,
            "wontdo": self._wont_do,
            "reopen": self._reopen,
            "give": self._give,
            "due": self._due,
            "prove": self._prove,
            "priority": self._priority,
            "title": self._title,
            "show": self._show,
            **more,
        }

    @property
    def _config(self) -> Config:
        return self._settings.current

    def action(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Do what the first word says."""
        word, rest = (*line.text.split(maxsplit=1), "", "")[:2]
        deed = self._deeds.get(word.lower().replace("'", "").replace("\u2019", ""))
        if word.lower() == "add":
            return self._add(session, visit, line, rest)
        if deed is None:
            possible = ", ".join(f"`{each}`" for each in ("add", *self._deeds, "edit"))
            raise Refused(f"After `action` say what to do: {possible}. `{NAME} help action` explains them.")
        item, rest = named_item(session, visit, line, rest.strip())
        return Answer(text=deed(session, visit, item, rest))

    def _add(self, session: Session, visit: Visit, line: Line, text: str) -> Answer:
        target, words = line.target, text.strip()
        first, _, after = words.partition(" ")
        named = TARGET.match(first)
        if target is None and named:
            target, words = int(named[1]), after
        incident = subject(session, visit, Line(line.verb, target, words, line.flags))
        today = today_for(session, self._config, visit.user_id, now=visit.now)
        draft = drafted(words, config=self._config, today=today)
        item = service.add(session, incident, draft, config=self._config, actor=actor_of(session, visit), now=visit.now)
        return Answer(text=item_views.added_text(item, self._config))

    def _done(self, session: Session, visit: Visit, item: ActionItem, rest: str) -> str:
        self._close(session, visit, item, ItemState.DONE, evidence=rest)
        return f"{item.name} is done."

    def _wont_do(self, session: Session, visit: Visit, item: ActionItem, rest: str) -> str:
        self._close(session, visit, item, ItemState.WONT_DO, reason=rest)
        return f"{item.name} won't be done."

    def _close(
        self,
        session: Session,
        visit: Visit,
        item: ActionItem,
        state: ItemState,
        *,
        evidence: str = "",
        reason: str = "",
    ) -> None:
        service.close(
            session, item, state, evidence=evidence, reason=reason, config=self._config,
            actor=actor_of(session, visit), now=visit.now,
        )  # fmt: skip

    def _start(self, session: Session, visit: Visit, item: ActionItem, _rest: str) -> str:
        service.start(session, item, config=self._config, actor=actor_of(session, visit), now=visit.now)
        return f"{item.name} is in progress."

    def _reopen(self, session: Session, visit: Visit, item: ActionItem, rest: str) -> str:
        service.reopen(session, item, rest, config=self._config, actor=actor_of(session, visit), now=visit.now)
        return f"{item.name} is open again, {item_views.due_text(item)}."

    def _give(self, session: Session, visit: Visit, item: ActionItem, rest: str) -> str:
        owner = owner_named(rest, self._config)
        is_new = self._change(session, visit, item, Change(owner=owner))
        now = "is now" if is_new else "is already"
        return f"{item.name} {now} owned by {item_views.owner_text(owner, self._config)}, {item_views.due_text(item)}."

    def _due(self, session: Session, visit: Visit, item: ActionItem, rest: str) -> str:
        today = today_for(session, self._config, visit.user_id, now=visit.now)
        day = day_named(rest, today=today)
        self._change(session, visit, item, Change(due_on=day))
        return f"{item.name} is due {day_text(day)}."

    def _prove(self, session: Session, visit: Visit, item: ActionItem, rest: str) -> str:
        is_none = one_line(rest).lower() in ("", "none", "nothing")
        self._change(session, visit, item, Change(proof="" if is_none else rest))
        if is_none:
            return f"{item.name} need not be proven. `{NAME} action prove {item.name} TEXT` says how it shall be."
        return f"Whoever closes {item.name} is asked what shows that it works."

    def _priority(self, session: Session, visit: Visit, item: ActionItem, rest: str) -> str:
        word = one_line(rest).upper()
        if word not in {each.value for each in Priority}:
            raise Refused(f"Possible priorities are: {', '.join(Priority)}.", field="priority")
        self._change(session, visit, item, Change(priority=Priority(word)))
        return f"{item.name} is {word}, {item_views.due_text(item)}."

    def _title(self, session: Session, visit: Visit, item: ActionItem, rest: str) -> str:
        self._change(session, visit, item, Change(title=rest))
        return f"{item.name} is now called “{mrkdwn(item.title, 900)}”."

    def _show(self, session: Session, visit: Visit, item: ActionItem, _rest: str) -> str:
        today = today_for(session, self._config, visit.user_id, now=visit.now)
        return item_views.item_text(item, self._config, today)

    def _change(self, session: Session, visit: Visit, item: ActionItem, wanted: Change) -> bool:
        return service.change(session, item, wanted, config=self._config, actor=actor_of(session, visit), now=visit.now)


DETAILS = f"""`{NAME} action add add a circuit breaker @grace P1 due friday #detect`; a team is named like `@payments`. Without words \
a form opens.
`done SEV-42/2 EVIDENCE`, `start`, `wontdo … REASON`, `reopen … REASON`, `give … @who|@team`, `due … DATE`, `prove … HOW`, \
`priority … P1`, `title … TEXT`, `show`, `edit` change one; in the SEV's channel `2` is enough for its name.
`track SEV-42/2` makes an issue of it in the tracker, `link SEV-42/2 PAY-7` takes one that is there, `unlink` parts them."""


def commands(acting: Acting, form: Callable[[Visit, Line], Form | None]) -> tuple[Command, ...]:
    """The verb of this part of the room."""
    return (
        Command(
            verb="action", usage="action [add TEXT|done SEV-42/2|…]", summary="write down what to do after a SEV, and change it",
            details=DETAILS, run=acting.action, form=form, names_people=True,
        ),
    )  # fmt: skip
