"""Postmortems from Slack: the verb with its words, the buttons and the forms."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from bot.config import Config, Settings
from bot.directory.people import actor_of
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import membership
from bot.incidents.model import Incident
from bot.incidents.subject import of_number, subject
from bot.postmortems import composing, reading, searching, service, surfaces, views
from bot.postmortems.deliveries import dates_of
from bot.postmortems.dues import OVER
from bot.postmortems.model import Postmortem
from bot.postmortems.reading import LONGEST_LIST, Whole
from bot.postmortems.rendering import FORMATS, TEMPLATES
from bot.slack.commands import NAME, Command, Line
from bot.slack.rooms import Rooms
from bot.slack.text import leading_link, link, mentioned_users, one_line
from bot.slack.visit import DONE, Answer, Visit
from bot.timeline.listing import Permalink, card_link

WORDS = ("list", "search", "export", "link", "submit", "approve", "changes", "publish", "draft")


class Postmortems:
    """The listeners of this room."""

    def __init__(self, settings: Settings, permalink: Permalink) -> None:
        self._settings = settings
        self._permalink = permalink

    @property
    def _config(self) -> Config:
        return self._settings.current

    def postmortem(self, session: Session, visit: Visit, line: Line) -> Answer:
        """`/sev postmortem`: open it, drafting it where nobody did; or what its first word says."""
        first, _, rest = line.text.strip().partition(" ")
        word = one_line(first).lower()
        if word == "list":
            return self._list(session, visit, rest)
        if word == "search":
            return self._search(session, visit, rest)
        verbs: dict[str, Callable[[Session, Visit, Incident, str], Answer]] = {
            "": self._open, "export": self._export, "link": self._link, "submit": self._submit, "approve": self._approve,
            "changes": self._ask_for_changes, "publish": self._publish, "draft": self._take_back,
        }  # fmt: skip
        if word not in verbs:
            raise Refused(
                f"`{NAME} postmortem` opens it. After it may stand: {', '.join(f'`{each}`' for each in WORDS)}."
            )
        return verbs[word](session, visit, subject(session, visit, line), rest)

    def _open(self, session: Session, visit: Visit, incident: Incident, _rest: str = "") -> Answer:
        postmortem, is_new = service.draft(
            session, incident, config=self._config, actor=actor_of(session, visit), now=visit.now
        )
        if visit.channel_id is not None and visit.channel_id == incident.working_channel:
            return self._pointed_to(session, incident, postmortem, is_new=is_new)
        whole = begun(session, incident)
        blocks = views.board(self._config, whole, dates_of(self._config, incident, postmortem))
        news = f"The postmortem of {incident.name} is begun. " if is_new else ""
        return Answer(text=f"{news}{views.board_text(incident, postmortem)}", blocks=blocks)

    def _pointed_to(self, session: Session, incident: Incident, postmortem: Postmortem, *, is_new: bool) -> Answer:
        """Where it is, for whoever asks in the channel in which it stands for all."""
        if is_new:
            return Answer(
                text=f"The postmortem of {incident.name} is begun: it is posted here, where everybody can work on it."
            )
        address = card_link(session, incident, self._permalink, surface=surfaces.ON_BOARD)
        if not address:
            surfaces.show_board(session, incident)  # somebody deleted it, or it is on its way
        where = f"It is worked on in {link(address, 'this message')}." if address else "It is posted here."
        return Answer(text=f"{views.board_text(incident, postmortem)}. {where}")

    def _list(self, session: Session, visit: Visit, rest: str) -> Answer:
        require(self._config, actor_of(session, visit), "see")
        workflow, cause = self._narrowed(one_line(rest).lower())
        found = reading.listed(session, user_id=visit.user_id, workflow=workflow, cause=cause)
        if not found:
            return Answer(text="There is no such postmortem yet.")
        return Answer(text="Postmortems, the newest first", blocks=views.listed(self._config, found, most=LONGEST_LIST))

    def _narrowed(self, word: str) -> tuple[Any, Any]:
        """The workflow or the cause that a word names. Raises `Refused` with what can be named."""
        if not word:
            return None, None
        workflow = next((each for each in self._config.workflows if word in (each.key, each.name.lower())), None)
        causes = self._config.postmortems.causes
        cause = next((each for each in causes if word in (each.key, each.label.lower())), None)
        if workflow is None and cause is None:
            raise Refused(f"I can list those of a workflow, or of a cause: {', '.join(each.key for each in causes)}.")
        return workflow, None if workflow else cause

    def _search(self, session: Session, visit: Visit, rest: str) -> Answer:
        require(self._config, actor_of(session, visit), "see")
        hits = searching.search(session, rest, user_id=visit.user_id)
        if not hits:
            return Answer(text="No postmortem that you can see has all these words.")
        found = [(hit.incident, hit.postmortem) for hit in hits]
        passages = [hit.passage for hit in hits]
        blocks = views.listed(self._config, found, passages, most=LONGEST_LIST)
        return Answer(text="Postmortems with these words", blocks=blocks)

    def _export(self, session: Session, visit: Visit, incident: Incident, rest: str) -> Answer:
        require(self._config, actor_of(session, visit), "see")
        service.begun(session, incident)
        form, template = FORMATS[0], str(self._config.postmortems.template(incident.severity))
        for word in one_line(rest).lower().split():
            if word in FORMATS:
                form = word
            elif word in TEMPLATES:
                template = word
            else:
                possible = [f"`{each}`" for each in (*FORMATS, *TEMPLATES)]
                raise Refused(f"The postmortem can be had as {', '.join(possible[:-1])} or {possible[-1]}.")
        surfaces.export(session, incident, form, template, user_id=visit.user_id, asking=visit.delivery_key)
        return Answer(text=f"The postmortem of {incident.name} is on its way to you, in a direct message.")

    def _link(self, session: Session, visit: Visit, incident: Incident, rest: str) -> Answer:
        address, title = leading_link(rest)
        service.add_link(
            session, incident, address, title, config=self._config, actor=actor_of(session, visit), now=visit.now
        )
        return Answer(text=f"The postmortem of {incident.name} points there.")

    def _submit(self, session: Session, visit: Visit, incident: Incident, rest: str) -> Answer:
        people = mentioned_users(rest)
        service.submit(session, incident, people, config=self._config, actor=actor_of(session, visit), now=visit.now)
        return Answer(
            text=f"The postmortem of {incident.name} is in review. Its reviewers are asked by direct message."
        )

    def _approve(self, session: Session, visit: Visit, incident: Incident, _rest: str = "") -> Answer:
        service.approve(session, incident, config=self._config, actor=actor_of(session, visit), now=visit.now)
        return Answer(text=f"You approved the postmortem of {incident.name}.")

    def _ask_for_changes(self, session: Session, visit: Visit, incident: Incident, rest: str) -> Answer:
        service.ask_for_changes(
            session, incident, rest, config=self._config, actor=actor_of(session, visit), now=visit.now
        )
        return Answer(text=f"The postmortem of {incident.name} is a draft again, and who submitted it is told why.")

    def _publish(self, session: Session, visit: Visit, incident: Incident, _rest: str = "") -> Answer:
        service.publish(session, incident, config=self._config, actor=actor_of(session, visit), now=visit.now)
        return Answer(text=f"The postmortem of {incident.name} is published.")

    def _take_back(self, session: Session, visit: Visit, incident: Incident, rest: str) -> Answer:
        service.take_back(session, incident, rest, config=self._config, actor=actor_of(session, visit), now=visit.now)
        return Answer(text=f"The postmortem of {incident.name} is a draft again.")

    def open_clicked(self, session: Session, visit: Visit) -> Answer:
        """*Postmortem* was clicked on a card, on Home or on a reminder."""
        return self._open(session, visit, of_number(session, visit, number_of(visit.value)))

    def approve_clicked(self, session: Session, visit: Visit) -> Answer:
        """*Approve* was clicked: the message that asked shows it."""
        self._approve(session, visit, of_number(session, visit, number_of(visit.value)))
        return DONE

    def publish_clicked(self, session: Session, visit: Visit) -> Answer:
        """*Publish* was clicked: the channel hears of it."""
        self._publish(session, visit, of_number(session, visit, number_of(visit.value)))
        return DONE

    def export_clicked(self, session: Session, visit: Visit) -> Answer:
        """*Get it as a file* was clicked."""
        incident = membership.by_number(session, number_of(visit.value), user_id=visit.user_id)
        return self._export(session, visit, incident, "")

    def read_clicked(self, session: Session, visit: Visit) -> Answer:
        """*Read it* was clicked: the whole of it, for whoever did."""
        require(self._config, actor_of(session, visit), "see")
        incident = membership.by_number(session, number_of(visit.value), user_id=visit.user_id)
        whole = begun(session, incident)
        blocks = views.read(self._config, whole, composing.items_of(session, incident))
        return Answer(text=views.board_text(incident, whole.postmortem), blocks=blocks)

    def buttons(self, incident: Incident) -> list[Any]:
        """What this room adds to the buttons of a SEV that is over."""
        return [views.button(incident)] if self._config.status(incident.status).category in OVER else []


def number_of(value: str) -> int:
    """The SEV's number in a button's value `42` or `42:impact`."""
    return int(value.partition(":")[0])


def begun(session: Session, incident: Incident) -> Whole:
    """The postmortem with all that belongs to it. Raises `Refused` where nobody began it."""
    service.begun(session, incident)
    session.flush()
    whole = reading.whole(session, incident)
    assert whole is not None  # noqa: S101 - it was just seen to be begun
    return whole


def commands(postmortems: Postmortems) -> tuple[Command, ...]:
    """The verb of this room."""
    return (
        Command(
            verb="postmortem", usage=f"postmortem [{'|'.join(WORDS)}]",
            summary="write down what is to be learned, have it reviewed, publish it",
            details="Alone it opens it. `list [workflow|cause]` and `search WORDS` find others, `export [html|md] "
            "[short|full|customer]` sends it as a file, `link URL` points to a document elsewhere, `submit @who` asks for "
            "a review, which ends with `approve` or `changes REASON`; `publish`, and `draft REASON` to go back.",
            run=postmortems.postmortem, names_people=True,
        ),
    )  # fmt: skip


def listen(rooms: Rooms, postmortems: Postmortems) -> None:
    """Attach the clicks and forms of this room."""
    rooms.clicks |= {
        views.OPEN: postmortems.open_clicked,
        views.READ: postmortems.read_clicked,
        views.APPROVE: postmortems.approve_clicked,
        views.PUBLISH: postmortems.publish_clicked,
        views.EXPORT: postmortems.export_clicked,
    }
    rooms.free_clicks |= {views.READ}
