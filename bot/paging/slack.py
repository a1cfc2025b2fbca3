"""Paging from Slack: each listener parses, makes one service call, and returns its answer."""

from typing import Any

from sqlalchemy.orm import Session

from bot.config import Config, Settings, Team
from bot.directory.people import actor_of
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import forms, lifecycle, membership
from bot.incidents.model import Incident
from bot.incidents.subject import of_number, subject
from bot.paging import reading, service, views
from bot.slack import blocks as kit
from bot.slack.commands import NAME, Command, Form, Line
from bot.slack.rooms import Rooms
from bot.slack.text import mrkdwn, one_line
from bot.slack.visit import Answer, View, Visit


class Paging:
    """The listeners of this room."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def _config(self) -> Config:
        return self._settings.current

    def page(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Page a team, for the reason that follows its name."""
        incident = subject(session, visit, line)
        team, why = self._split_team(line.text)
        return self._page(session, visit, incident, team, why)

    def form_of_command(self, visit: Visit, line: Line) -> Form | None:
        """The form, where no team is named."""
        if one_line(line.text) or not views.pageable(self._config):
            return None
        loading = forms.loading(line.target) if line.target else kit.modal(
            "incident.loading", "Page a team", [kit.section("One moment…")], submit=None
        )  # fmt: skip
        return Form(loading, lambda session: views.page_form(self._config, subject(session, visit, line, lock=False)))

    def form_of_button(self, visit: Visit) -> Form:
        """*Page a team…* was clicked."""
        number = int(visit.value)

        def complete(session: Session) -> View:
            return views.page_form(self._config, membership.by_number(session, number, user_id=visit.user_id))

        return Form(forms.loading(number), complete)

    def submitted(self, session: Session, visit: Visit) -> Answer:
        """The form was sent."""
        incident = of_number(session, visit, visit.metadata["number"])
        team = self._config.team(visit.values.get("team") or "")
        if team is None:
            raise Refused("There is no such team any more. Choose another one.", field="team")
        answer = self._page(session, visit, incident, team, visit.values.get("why") or "")
        return Answer(
            view=kit.modal("paging.paged", "Page a team", [kit.section(answer.text)], submit=None, close="Close")
        )

    def _page(self, session: Session, visit: Visit, incident: Incident, team: Team, why: str) -> Answer:
        service.request_page(
            session, incident, team, why, config=self._config, actor=actor_of(session, visit), now=visit.now
        )
        return Answer(text=views.asked(reading.on_call_of(session, self._config, team.key)))

    def on_call(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Who is on call: for one team, or for all that have a pager."""
        require(self._config, actor_of(session, visit), "page")
        teams = [self._split_team(line.text)[0]] if one_line(line.text) else views.pageable(self._config)
        if not teams:
            return Answer(text="No team has a pager in Sevbot's configuration.")
        return Answer(text=views.on_call([reading.on_call_of(session, self._config, each.key) for each in teams[:20]]))

    def _split_team(self, text: str) -> tuple[Team, str]:
        """The team somebody named, by its key or its name, and the words after it. Raises `Refused`."""
        words = one_line(text)
        named = [(name, team) for team in self._config.teams for name in (team.key, team.name)]
        for name, team in sorted(named, key=lambda each: -len(each[0])):
            rest = words[len(name) :]
            if words[: len(name)].casefold() == name.casefold() and rest[:1] in ("", " ", ":", ","):
                return team, rest.lstrip(" :,")
        possible = ", ".join(f"`{mrkdwn(team.key, 100)}`" for team in self._config.teams) or "none yet"
        raise Refused(f"Name a team: `{NAME} page payments the processor is down`. Teams are: {possible}.")

    def buttons(self, incident: Incident) -> list[Any]:
        """What this room adds to a SEV's buttons."""
        is_open = lifecycle.is_open(self._config, incident)
        return [views.button(incident)] if is_open and views.pageable(self._config) else []


def commands(paging: Paging) -> tuple[Command, ...]:
    """The verbs of this room, in the order the help lists them."""
    return (
        Command(
            verb="page", usage="page TEAM [why]", summary="page a team",
            details="Without a team a form opens. Why it is needed stands on their phones.",
            run=paging.page, form=paging.form_of_command,
        ),
        Command(
            verb="oncall", usage="oncall [TEAM]", summary="who is on call, with phone numbers", run=paging.on_call,
            takes_target=False,  # it changes nothing, but must know who asks
        ),
    )  # fmt: skip


def listen(rooms: Rooms, paging: Paging) -> None:
    """Attach the clicks and forms of this room."""
    rooms.forms |= {views.PAGE: paging.submitted}
    rooms.openers |= {views.OPEN_PAGE: paging.form_of_button}
