"""Custom fields from Slack: the verb, the form with all of them, and the form with which a SEV is resolved."""

from sqlalchemy.orm import Session

from bot.config import Category, Config, CustomField, Settings
from bot.directory.people import actor_of
from bot.errors import Refused
from bot.incidents import field_needs, field_views, fields, forms, membership, service
from bot.incidents.field_values import block_id, given, held
from bot.incidents.subject import of_number, subject
from bot.slack import blocks as kit
from bot.slack.commands import NAME, Command, Form, Line
from bot.slack.rooms import Rooms
from bot.slack.text import mrkdwn, one_line
from bot.slack.visit import DONE, Answer, View, Visit

NOTHING = "none"
"""The word that takes away what a field holds."""


class FieldWork:
    """The listeners about custom fields."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def _config(self) -> Config:
        return self._settings.current

    def say(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Say what a field holds, or ask for it."""
        incident = subject(session, visit, line)
        field, text = self._field_of(line.text)
        if not text:
            holds = held(incident.fields).get(field.key)
            known = field_views.line(self._config, holds) if holds else f"*{mrkdwn(field.name, 100)}*: not known."
            return Answer(text=f"{known}\n`{NAME} field {field.key} VALUE` sets it.")
        said = given(field, None if one_line(text).casefold() == NOTHING else text)
        is_new = fields.set_fields(
            session, incident, [said], config=self._config, actor=actor_of(session, visit), now=visit.now
        )
        if not said.words:
            return Answer(
                text=f"{mrkdwn(field.name, 100)} of {incident.name} holds nothing{' any more' if is_new else ''}."
            )
        value = field_views.rendered(self._config, said, field_views.LISTED_LIMIT)
        return Answer(
            text=f"{mrkdwn(field.name, 100)} of {incident.name} is {'now ' if is_new else 'already '}{value}."
        )

    def form_of_command(self, visit: Visit, line: Line) -> Form | None:
        """`/sev field` without more opens the form."""
        if line.text:
            return None

        def complete(session: Session) -> View:
            return field_views.form(self._config, subject(session, visit, line, lock=False))

        view = kit.modal("incident.loading", "Fields", [kit.section("One moment…")], submit=None)
        return Form(view, complete)

    def open_fields(self, visit: Visit) -> Form:
        """*Fill in…* was clicked."""
        number = int(visit.value)

        def complete(session: Session) -> View:
            return field_views.form(self._config, membership.by_number(session, number, user_id=visit.user_id))

        return Form(forms.loading(number), complete)

    def open_resolve(self, visit: Visit) -> Form:
        """*Resolve…* was clicked."""
        number = int(visit.value)

        def complete(session: Session) -> View:
            return field_views.resolve(self._config, membership.by_number(session, number, user_id=visit.user_id))

        return Form(forms.loading(number), complete)

    def submitted(self, session: Session, visit: Visit) -> Answer:
        """The form with all fields was sent."""
        self._keep(session, visit)
        return DONE

    def resolve_submitted(self, session: Session, visit: Visit) -> Answer:
        """The form with which a SEV is resolved was sent."""
        self._keep(session, visit)
        incident = of_number(session, visit, visit.metadata["number"])
        try:
            service.change_status(
                session, incident, self._config.status_of(Category.RESOLVED), config=self._config,
                actor=actor_of(session, visit), now=visit.now,
            )  # fmt: skip
        except field_needs.Missing as missing:
            empty = (block_id(each.key) for each in field_needs.required(self._config, incident))
            raise Refused(
                missing.sentence, field=next((each for each in empty if each in visit.values), None)
            ) from None
        return DONE

    def _keep(self, session: Session, visit: Visit) -> None:
        incident = of_number(session, visit, visit.metadata["number"])
        said = field_views.submitted(self._config, visit.values, visit.metadata.get("seen"))
        fields.set_fields(
            session, incident, said, config=self._config, actor=actor_of(session, visit), now=visit.now
        )  # fmt: skip

    def _field_of(self, text: str) -> tuple[CustomField, str]:
        """The field that a line begins with, by its key or its name, and the rest. Raises `Refused`."""
        first, *rest = text.split(maxsplit=1)
        by_key = self._config.field(first.casefold())
        if by_key:
            return by_key, "".join(rest)
        for field in sorted(self._config.fields, key=lambda each: -len(each.name)):
            name, following = text[: len(field.name)], text[len(field.name) :]
            if name.casefold() == field.name.casefold() and (not following or following[0].isspace()):
                return field, following.strip()
        keys = ", ".join(f"`{each.key}`" for each in self._config.fields)
        if not keys:
            raise Refused("There are no fields. They are set up in sevbot.yaml, under `fields`.")
        raise Refused(f"There is no such field. There are {keys}.")


def commands(work: FieldWork) -> tuple[Command, ...]:
    """The verb of custom fields."""
    return (
        Command(
            verb="field", usage="field [NAME [VALUE]]", summary="say what else your company wants to know of a SEV",
            details=f"Without more a form opens with all of it. `{NAME} field NAME {NOTHING}` takes it away.",
            run=work.say, form=work.form_of_command, names_people=True,
        ),
    )  # fmt: skip


def listen(rooms: Rooms, work: FieldWork) -> None:
    """Attach the forms of custom fields."""
    rooms.forms |= {field_views.FIELDS: work.submitted, field_views.RESOLVE: work.resolve_submitted}
    rooms.openers |= {field_views.OPEN_FIELDS: work.open_fields, field_views.OPEN_RESOLVE: work.open_resolve}
