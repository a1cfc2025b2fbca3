"""Writing a postmortem from Slack: the form of each section, its versions, and the forms that move it on."""

from sqlalchemy.orm import Session

from bot.config import Config, Settings
from bot.config.postmortems import PostmortemPart
from bot.directory.people import actor_of
from bot.directory.permissions import require
from bot.incidents import forms as incident_forms
from bot.incidents import membership
from bot.incidents.model import Incident
from bot.incidents.subject import of_number
from bot.postmortems import forms, reading, service, views, writing
from bot.postmortems.model import WRITABLE
from bot.postmortems.slack import begun, number_of
from bot.slack.commands import Form
from bot.slack.rooms import Rooms
from bot.slack.visit import DONE, Answer, View, Visit


class Writing:
    """The listeners that open forms, and take what was filled in."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def _config(self) -> Config:
        return self._settings.current

    def versions_clicked(self, session: Session, visit: Visit) -> Answer:
        """*Versions* was clicked, or another section was picked among them."""
        require(self._config, actor_of(session, visit), "see")
        incident = membership.by_number(session, number_of(visit.value), user_id=visit.user_id)
        return self._versions(session, incident, self._part(visit.value), replaces=":" in visit.value)

    def restore_clicked(self, session: Session, visit: Visit) -> Answer:
        """*Restore* was clicked beside an earlier version."""
        incident = of_number(session, visit, number_of(visit.value))
        part, number = self._part(visit.value), visit.value.rpartition(":")[2]
        writing.restore(
            session, incident, part.key, int(number) if number.isdecimal() else 0,
            config=self._config, actor=actor_of(session, visit), now=visit.now,
        )  # fmt: skip
        return self._versions(session, incident, part, replaces=True)

    def _versions(self, session: Session, incident: Incident, part: PostmortemPart, *, replaces: bool) -> Answer:
        whole = begun(session, incident)
        found = reading.versions_of(session, incident, part.key)
        can_write = whole.postmortem.state in WRITABLE
        blocks = views.versions(part, incident, found, self._config.postmortems.parts, writable=can_write)
        return Answer(text=f"Versions of the postmortem of {incident.name}", blocks=blocks, replaces=replaces)

    def section_form(self, visit: Visit) -> Form:
        """*Edit…* was clicked beside a section."""
        number, part = number_of(visit.value), self._part(visit.value)

        def complete(session: Session) -> View:
            incident = membership.by_number(session, number, user_id=visit.user_id)
            writing.require_writable(session, incident)
            return forms.section(incident, part, reading.section_of(session, incident, part.key))

        return Form(incident_forms.loading(number), complete)

    def section_submitted(self, session: Session, visit: Visit) -> Answer:
        """A section was written. Where somebody else was faster, both their words and one's own are shown."""
        incident = of_number(session, visit, visit.metadata["number"])
        part = self._part(f":{visit.metadata.get('section')}")
        text = visit.values.get("text") or ""
        try:
            writing.write(
                session, incident, part, text, seen=int(visit.metadata.get("seen") or 0), config=self._config,
                actor=actor_of(session, visit), now=visit.now,
            )  # fmt: skip
        except writing.WrittenMeanwhile as earlier:
            return Answer(view=forms.section_again(incident, part, earlier.theirs, text))
        return DONE

    def submit_form(self, visit: Visit) -> Form:
        """*Submit for review…* was clicked."""
        number = number_of(visit.value)

        def complete(session: Session) -> View:
            incident = membership.by_number(session, number, user_id=visit.user_id)
            last = [each.user_id for each in reading.reviewers_of(session, incident) if each.user_id != visit.user_id]
            return forms.submit(self._config, incident, last)

        return Form(incident_forms.loading(number), complete)

    def submit_submitted(self, session: Session, visit: Visit) -> Answer:
        """Reviewers were picked."""
        incident = of_number(session, visit, visit.metadata["number"])
        service.submit(
            session, incident, visit.values.get("reviewers") or (), config=self._config, actor=actor_of(session, visit),
            now=visit.now,
        )  # fmt: skip
        return DONE

    def changes_form(self, visit: Visit) -> Form:
        """*Ask for changes…* was clicked."""
        return Form(forms.changes(number_of(visit.value)))

    def changes_submitted(self, session: Session, visit: Visit) -> Answer:
        """A reviewer said what should change."""
        incident = of_number(session, visit, visit.metadata["number"])
        service.ask_for_changes(
            session, incident, visit.values.get("reason") or "", config=self._config, actor=actor_of(session, visit),
            now=visit.now,
        )  # fmt: skip
        return DONE

    def take_back_form(self, visit: Visit) -> Form:
        """*Back to draft…* was clicked."""
        return Form(forms.take_back(number_of(visit.value)))

    def take_back_submitted(self, session: Session, visit: Visit) -> Answer:
        """Somebody said why it is a draft again."""
        incident = of_number(session, visit, visit.metadata["number"])
        service.take_back(
            session, incident, visit.values.get("reason") or "", config=self._config, actor=actor_of(session, visit),
            now=visit.now,
        )  # fmt: skip
        return DONE

    def causes_form(self, visit: Visit) -> Form:
        """*Causes…* was clicked."""
        number = number_of(visit.value)

        def complete(session: Session) -> View:
            incident = membership.by_number(session, number, user_id=visit.user_id)
            whole = reading.whole(session, incident)
            return forms.causes(self._config, incident, whole.causes if whole else ())

        return Form(incident_forms.loading(number), complete)

    def causes_submitted(self, session: Session, visit: Visit) -> Answer:
        """Causes were picked."""
        incident = of_number(session, visit, visit.metadata["number"])
        service.name_causes(
            session, incident, visit.values.get("causes") or (), config=self._config, actor=actor_of(session, visit),
            now=visit.now,
        )  # fmt: skip
        return DONE

    def _part(self, value: str) -> PostmortemPart:
        """The section a button is for, from `42:impact` or `42:impact:3`; the first where it names none there is."""
        _, _, rest = value.partition(":")
        parts = self._config.postmortems.parts
        return self._config.postmortems.part(rest.partition(":")[0]) or parts[0]


def listen(rooms: Rooms, writer: Writing) -> None:
    """Attach these clicks and forms."""
    rooms.clicks |= {views.VERSIONS_OF: writer.versions_clicked, views.RESTORE: writer.restore_clicked}
    rooms.free_clicks |= {views.VERSIONS_OF}
    rooms.openers |= {
        views.OPEN_SECTION: writer.section_form,
        views.OPEN_SUBMIT: writer.submit_form,
        views.OPEN_CHANGES: writer.changes_form,
        views.OPEN_TAKE_BACK: writer.take_back_form,
        views.OPEN_CAUSES: writer.causes_form,
    }
    rooms.forms |= {
        forms.SECTION: writer.section_submitted,
        forms.SUBMIT: writer.submit_submitted,
        forms.CHANGES: writer.changes_submitted,
        forms.TAKE_BACK: writer.take_back_submitted,
        forms.CAUSES: writer.causes_submitted,
    }
