"""Declaring a SEV from Slack: at once from a command's words, or through the form."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot import inbound
from bot.config import Config, Settings
from bot.directory.people import actor_of
from bot.incidents import field_views, forms, service
from bot.incidents.emergency import Emergencies
from bot.incidents.model import Incident
from bot.incidents.subject import open_incidents
from bot.slack.commands import Form, Line
from bot.slack.text import channel as channel_mention
from bot.slack.text import clip, one_line, plain
from bot.slack.visit import Answer, View, Visit

Declared = Callable[[Session, Visit, Incident], None]
"""What another room does about a SEV that was just declared, with what the form was opened with."""


class Declaring:
    """The listeners that declare."""

    def __init__(
        self,
        settings: Settings,
        permalink: Callable[[str, str], str],
        emergencies: Emergencies,
        *,
        also: Sequence[Declared] = (),
    ) -> None:
        self._settings = settings
        self._permalink = permalink
        self._emergencies = emergencies
        self._also = also

    @property
    def _config(self) -> Config:
        return self._settings.current

    def form_of_command(self, visit: Visit, line: Line) -> Form | None:
        """The form, filled with what was given; None where that is enough to declare at once."""
        severity, title = self._split_severity(line.text)
        if severity and title:
            return None
        return self._declare_form(visit, severity=severity, title=one_line(title), flags=sorted(line.flags))

    def declare(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Declare at once, from the words of the command."""
        return Answer(text=self._declare(session, visit, self._typed(visit, line)))

    def declare_alone(self, visit: Visit, line: Line) -> Answer:
        """The same, without the database."""
        return Answer(text=self._emergencies.declare(self._typed(visit, line), visit))

    def _typed(self, visit: Visit, line: Line) -> service.Declaration:
        severity, title = self._split_severity(line.text)
        answer = {"response_url": visit.response_url} if visit.response_url else {}
        return service.Declaration(
            title=title, severity=severity or "", is_private="private" in line.flags, is_drill="drill" in line.flags,
            answer=answer,
        )  # fmt: skip

    def form_of_shortcut(self, visit: Visit) -> Form:
        """The global shortcut, and the button of the tray."""
        return self._declare_form(visit)

    def form_of_message(self, visit: Visit) -> Form:
        """The message shortcut: the message gives the title, and becomes the first timeline entry."""
        message = visit.message
        text = plain(message.get("text"))
        author = message.get("user") or message.get("bot_id") or ""
        carried = {
            "source": {
                "channel": visit.channel_id,
                "ts": message["ts"],
                "user": author,
                "text": clip(text, forms.SOURCE_TEXT_LIMIT),
                "link": self._permalink(visit.channel_id or "", message["ts"]),
            }
        }
        return self._declare_form(visit, title=one_line(text.partition("\n")[0]), carried=carried)

    def form_about(self, visit: Visit, *, title: str, workflows: Sequence[str], carried: dict[str, Any]) -> Form:
        """The form about something another room knows: filled with that, and carrying what it is."""
        return self._declare_form(visit, title=title, workflows=workflows, carried=carried)

    def submitted(self, session: Session, visit: Visit) -> Answer:
        """The form was sent. Sent twice, it is the same SEV."""
        return Answer(view=forms.declared(self._declare(session, visit, self._filled_in(visit))))

    def submitted_alone(self, visit: Visit) -> Answer:
        """The form was sent, and there is no database."""
        return Answer(view=forms.declared(self._emergencies.declare(self._filled_in(visit), visit)))

    def preview_alone(self, visit: Visit) -> Answer:
        """The preview without what only the database knows: which SEVs are open."""
        return Answer(view=self._declare_view(visit, None))

    def _filled_in(self, visit: Visit) -> service.Declaration:
        values, source = visit.values, visit.metadata.get("source")
        flags = values.get(forms.FLAGS) or []
        return service.Declaration(
            title=values.get("title") or "",
            severity=values.get(forms.SEVERITY) or "",
            summary=values.get("summary") or "",
            workflows=tuple(values.get(forms.WORKFLOWS) or ()),
            is_private="private" in flags,
            is_drill="drill" in flags,
            fields=tuple(field_views.submitted(self._config, values)),
            source=service.Source(
                channel_id=source["channel"],
                ts=source["ts"],
                user_id=source["user"],
                text=source["text"],
                permalink=source["link"],
            )
            if source
            else None,
            answer={"view_id": visit.view_id or ""},
        )

    def preview(self, session: Session, visit: Visit) -> Answer:
        """Severity, workflows or kind were changed in the form: show who will be invited, told and paged now."""
        return Answer(view=self._declare_view(visit, open_incidents(session, self._config, visit)))

    def _declare_view(self, visit: Visit, found: list[Incident] | None) -> View:
        return forms.declare(
            self._config,
            severity=visit.values.get(forms.SEVERITY),
            title=visit.values.get("title") or "",
            summary=visit.values.get("summary") or "",
            flags=visit.values.get(forms.FLAGS) or (),
            workflows=visit.values.get(forms.WORKFLOWS) or (),
            open_incidents=found,
            carried=visit.metadata,
            declarer=visit.user_id,
            said=field_views.typed(self._config, visit.values),
        )

    def _declare_form(
        self,
        visit: Visit,
        *,
        severity: str | None = None,
        title: str = "",
        flags: list[str] | None = None,
        workflows: Sequence[str] = (),
        carried: dict[str, Any] | None = None,
    ) -> Form:
        def view(found: list[Incident] | None) -> View:
            return forms.declare(
                self._config, severity=severity, title=title, flags=flags or (), workflows=workflows, open_incidents=found,
                carried=carried, declarer=visit.user_id,
            )  # fmt: skip

        return Form(view(None), lambda session: view(open_incidents(session, self._config, visit)), works_alone=True)

    def _declare(self, session: Session, visit: Visit, said: service.Declaration) -> str:
        if known := self._emergencies.already(said, visit):
            return known
        source = f"slack.{visit.door}"
        if visit.delivery_key and not inbound.is_new(session, source, visit.delivery_key, now=visit.now):
            known = inbound.subject_of(session, source, visit.delivery_key)
            if known:
                incident = session.get_one(Incident, int(known.partition(":")[2]))
                return _already(incident)
        actor = actor_of(session, visit)
        result = service.declare(session, said, config=self._config, actor=actor, now=visit.now)
        for also in self._also if result.is_new else ():
            also(session, visit, result.incident)
        if visit.delivery_key:
            inbound.set_subject(session, source, visit.delivery_key, result.incident.subject)
        if result.is_new:
            return f"{result.incident.name} declared; its channel is being set up."
        return _already(result.incident)

    def _split_severity(self, text: str) -> tuple[str | None, str]:
        first, *rest = text.split(maxsplit=1) or [""]
        found = self._config.severity(first)
        return (found.key, "".join(rest)) if found else (None, text)


def _already(incident: Incident) -> str:
    place = f": {channel_mention(incident.channel_id)}" if incident.channel_id else "; its channel is being set up"
    return f"{incident.name} is already declared{place}."
