"""Changing a SEV from Slack: each listener parses, makes one service call, and returns its answer."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Category, Config, Settings
from bot.directory.people import actor_of
from bot.errors import Refused
from bot.incidents import channel, field_views, fields, forms, lifecycle, membership, service, words
from bot.incidents.declaring import Declaring
from bot.incidents.field_needs import Missing
from bot.incidents.looking import Looking
from bot.incidents.model import Incident
from bot.incidents.subject import of_number, subject
from bot.slack import blocks as kit
from bot.slack.commands import NAME, Command, Form, Line
from bot.slack.rooms import Rooms
from bot.slack.text import mrkdwn
from bot.slack.visit import DONE, Answer, View, Visit


class Changing:
    """The listeners that change a SEV."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    @property
    def _config(self) -> Config:
        return self._settings.current

    def severity(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Change the severity, or say what it is."""
        incident = subject(session, visit, line)
        if not line.text:
            possible = ", ".join(f"`{each.key}` ({mrkdwn(each.meaning, 200)})" for each in self._config.severities)
            return Answer(text=f"{incident.name} is {incident.severity}. Possible are: {possible}.")
        service.change_severity(
            session, incident, line.text, config=self._config, actor=actor_of(session, visit), now=visit.now
        )
        return Answer(text=f"{incident.name} is now {incident.severity}.")

    def pick_severity(self, session: Session, visit: Visit) -> Answer:
        """The severity was picked from a menu."""
        number, _, severity = visit.value.partition(":")
        incident = of_number(session, visit, number)
        if severity != incident.severity:
            service.change_severity(
                session, incident, severity, config=self._config, actor=actor_of(session, visit), now=visit.now
            )
        return DONE

    def status(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Change the status, or say what it is."""
        incident = subject(session, visit, line)
        word, *reason = line.text.split(maxsplit=1) or [""]
        if not word:
            possible = lifecycle.possible(self._config, incident)
            label = self._config.status(incident.status).label.lower()
            return Answer(text=f"{incident.name} is {mrkdwn(label, 100)}. Possible next: {possible}.")
        return self._move(session, visit, incident, word.lower(), "".join(reason))

    def short(self, category: Category) -> Callable[[Session, Visit, Line], Answer]:
        """The short form of a status: `mitigate`, `resolve`, `close`, `cancel REASON`."""

        def run(session: Session, visit: Visit, line: Line) -> Answer:
            incident = subject(session, visit, line)
            return self._move(session, visit, incident, self._config.status_of(category).key, line.text)

        return run

    def move_clicked(self, session: Session, visit: Visit) -> Answer:
        """*Mitigate*, *Resolve* or *Close* was clicked, and confirmed."""
        number, _, status = visit.value.partition(":")
        answer = self._move(session, visit, of_number(session, visit, number), status, "")
        return answer if answer.blocks else DONE

    def _move(self, session: Session, visit: Visit, incident: Incident, status: str, reason: str) -> Answer:
        target = next((each for each in self._config.statuses if each.key == status), None)
        if target is None:
            possible = lifecycle.possible(self._config, incident)
            raise Refused(f"There is no status of that name. Possible next: {possible}.")
        who: dict[str, Any] = {"config": self._config, "actor": actor_of(session, visit), "now": visit.now}
        try:
            service.change_status(session, incident, target, reason=reason, **who)
        except Missing as missing:
            return field_views.refused(incident, missing, resolves=target.category is Category.RESOLVED)
        return Answer(text=f"{incident.name} is now {mrkdwn(self._config.status(incident.status).label.lower(), 100)}.")

    def reopen(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Open it again, with a reason."""
        return self._reopen(session, visit, subject(session, visit, line), line.text)

    def reopen_submitted(self, session: Session, visit: Visit) -> Answer:
        """The form that asks for the reason was sent."""
        incident = of_number(session, visit, visit.metadata["number"])
        self._reopen(session, visit, incident, visit.values.get("reason") or "")
        return DONE

    def _reopen(self, session: Session, visit: Visit, incident: Incident, reason: str) -> Answer:
        service.reopen(session, incident, reason, config=self._config, actor=actor_of(session, visit), now=visit.now)
        return Answer(text=f"{incident.name} is open again.")

    def title(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Change the title, or say what it is."""
        incident = subject(session, visit, line)
        if not line.text:
            return Answer(
                text=f"{incident.name} is called “{mrkdwn(incident.title, 900)}”. `{NAME} title TEXT` changes it."
            )
        service.change_title(
            session, incident, line.text, config=self._config, actor=actor_of(session, visit), now=visit.now
        )
        return Answer(text=f"{incident.name} is now called “{mrkdwn(incident.title, 900)}”.")

    def summary(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Change the summary, or show it."""
        incident = subject(session, visit, line)
        if not line.text:
            shown = mrkdwn(incident.summary, 2900) or f"{incident.name} has no summary."
            return Answer(text=f"{shown}\n`{NAME} summary TEXT` changes it.")
        service.change_summary(
            session, incident, line.text, config=self._config, actor=actor_of(session, visit), now=visit.now
        )
        return Answer(text=f"The summary of {incident.name} is changed.")

    def edit_submitted(self, session: Session, visit: Visit) -> Answer:
        """The form with title, severity and summary was sent: what differs is changed."""
        incident = of_number(session, visit, visit.metadata["number"])
        actor = actor_of(session, visit)
        who: dict[str, Any] = {"config": self._config, "actor": actor, "now": visit.now}
        said_title, said_summary = visit.values.get("title") or "", visit.values.get("summary") or ""
        # What came back just as it was shown was not touched: made plain once more, it could change.
        title = incident.title if said_title == incident.title else words.checked_title(said_title)
        summary = incident.summary if said_summary == incident.summary else words.checked_summary(said_summary)
        severity = visit.values.get("severity") or incident.severity
        if title != incident.title:
            service.change_title(session, incident, title, **who)
        if summary != incident.summary:
            service.change_summary(session, incident, summary, **who)
        if severity != incident.severity:
            service.change_severity(session, incident, severity, **who)
        workflows = visit.values.get("workflows")
        if workflows is not None:
            service.change_workflows(session, incident, workflows, **who)
        said = field_views.submitted(self._config, visit.values, visit.metadata.get("seen"))
        fields.set_fields(session, incident, said, **who)
        return DONE

    def times_submitted(self, session: Session, visit: Visit) -> Answer:
        """The form with the times was sent."""
        incident = of_number(session, visit, visit.metadata["number"])
        times = forms.submitted_times(visit.values)
        # The form knows whole minutes only: what was not touched keeps its seconds.
        for name, moment in times.items():
            before: datetime | None = getattr(incident, name)
            if moment and before and int(before.timestamp()) // 60 == int(moment.timestamp()) // 60:
                times[name] = before
        service.change_times(
            session, incident, times, config=self._config, actor=actor_of(session, visit), now=visit.now
        )
        return DONE

    def retry(self, session: Session, visit: Visit) -> Answer:
        """*Retry* was clicked."""
        incident = of_number(session, visit, visit.value)
        steps = service.retry(
            session, incident, config=self._config, actor=actor_of(session, visit), machine_now=self._clock.machine()
        )
        return Answer(text="Trying again now." if steps else "There is nothing left to retry.")

    def replace_channel(self, session: Session, visit: Visit) -> Answer:
        """*Make a new channel* was clicked."""
        incident = of_number(session, visit, visit.value)
        channel.replace(session, incident, config=self._config, actor=actor_of(session, visit), now=visit.now)
        return Answer(text=f"{incident.name} gets a new channel.")

    def edit_form(self, visit: Visit) -> Form:
        """*Edit…* was clicked."""
        return self._later(visit, int(visit.value), lambda incident: forms.edit(self._config, incident))

    def times_form(self, visit: Visit) -> Form:
        """*Times…* was clicked."""
        return self._later(visit, int(visit.value), forms.times)

    def reopen_form(self, visit: Visit) -> Form:
        """*Reopen…* was clicked."""
        return Form(forms.reopen(int(visit.value)))

    def times_by_command(self, visit: Visit, line: Line) -> Form:
        """`/sev times`, in a SEV's channel or with its name."""
        view = forms.loading(line.target) if line.target else kit.modal(
            "incident.loading", "Times", [kit.section("One moment…")], submit=None
        )  # fmt: skip
        return Form(view, lambda session: forms.times(subject(session, visit, line, lock=False)))

    def times(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Never asked: `/sev times` always opens its form."""
        raise Refused(f"`{NAME} times` opens a form.")

    def _later(self, visit: Visit, number: int, view: Callable[[Incident], View]) -> Form:
        def complete(session: Session) -> View:
            return view(membership.by_number(session, number, user_id=visit.user_id))

        return Form(forms.loading(number), complete)


def commands(declaring: Declaring, changing: Changing, looking: Looking) -> tuple[Command, ...]:
    """The verbs of this room, in the order the help lists them."""
    return (
        Command(
            verb="declare", usage="declare [SEVn] [title]", summary="declare a SEV: its channel, card and announcement",
            details="With a severity and a title it is declared at once; otherwise a form opens. "
            "`--private`: only invited people see it. `--drill`: an exercise.",
            run=declaring.declare, form=declaring.form_of_command, flags=("private", "drill"), takes_target=False,
            alone=declaring.declare_alone,
        ),
        Command(
            verb="status", usage="status [STATUS] [reason]", summary="see or change the status",
            details="Going back from mitigated needs a reason.", run=changing.status,
        ),
        Command(
            verb="mitigate", usage="mitigate", summary="customers are no longer hurt",
            run=changing.short(Category.MITIGATED),
        ),
        Command(
            verb="resolve", usage="resolve", summary="the cause is gone and all works",
            run=changing.short(Category.RESOLVED),
        ),
        Command(
            verb="close", usage="close", summary="the follow-up work is done too", run=changing.short(Category.CLOSED)
        ),
        Command(verb="reopen", usage="reopen REASON", summary="open what was over", run=changing.reopen),
        Command(
            verb="cancel", usage="cancel REASON", summary="it was no SEV after all",
            run=changing.short(Category.CANCELLED),
        ),
        Command(verb="severity", usage="severity [SEVn]", summary="see or change the severity", run=changing.severity),
        Command(verb="title", usage="title [TEXT]", summary="see or change the title", run=changing.title),
        Command(verb="summary", usage="summary [TEXT]", summary="see or change the summary", run=changing.summary),
        Command(
            verb="times", usage="times", summary="correct when it started, was detected, mitigated, resolved",
            run=changing.times, form=changing.times_by_command,
        ),
        Command(
            verb="list", usage="list [open|all|mine|SEVn|workflow|FIELD=VALUE]", summary="list SEVs", run=looking.list_incidents,
            changes=False,
        ),
        Command(verb="show", usage="show", summary="show a SEV", run=looking.show, changes=False),
    )  # fmt: skip


def tray(looking: Looking) -> Command:
    """Bare `/sev`."""
    return Command(verb="", usage="", summary="what can be done here", run=looking.tray, changes=False)


def listen(rooms: Rooms, declaring: Declaring, changing: Changing) -> None:
    """Attach the clicks and forms of this room."""
    rooms.clicks |= {
        "incident.move": changing.move_clicked,
        "incident.pick_severity": changing.pick_severity,
        "incident.retry": changing.retry,
        "incident.replace_channel": changing.replace_channel,
        "incident.preview": declaring.preview,
    }
    rooms.free_clicks |= {"incident.preview"}
    rooms.alone |= {"incident.preview": declaring.preview_alone, forms.DECLARE: declaring.submitted_alone}
    rooms.forms |= {
        forms.DECLARE: declaring.submitted,
        forms.EDIT: changing.edit_submitted,
        forms.TIMES_FORM: changing.times_submitted,
        forms.REOPEN: changing.reopen_submitted,
    }
    rooms.openers |= {
        forms.DECLARE: declaring.form_of_shortcut,
        forms.DECLARE_FROM_MESSAGE: declaring.form_of_message,
        "incident.open_declare": declaring.form_of_shortcut,
        "incident.open_edit": changing.edit_form,
        "incident.open_times": changing.times_form,
        "incident.open_reopen": changing.reopen_form,
    }
