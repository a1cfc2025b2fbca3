"""`/sev workflows` and `/sev workflow NAME`: the health of workflows, for who asks alone."""

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.config import Config, Settings
from bot.directory.people import actor_of
from bot.directory.permissions import require
from bot.errors import Refused
from bot.slack.commands import NAME, Command, Line
from bot.slack.rooms import Rooms
from bot.slack.text import one_line
from bot.slack.visit import Answer, Visit
from bot.workflows import catalog
from bot.workflows.health import portrait as health
from bot.workflows.health import views as health_views


class Showing:
    """The listeners. `lines` and `buttons` are what other rooms add to a workflow's page."""

    def __init__(self, settings: Settings, lines: health.Lines, buttons: health.Buttons) -> None:
        self._settings = settings
        self._lines = lines
        self._buttons = buttons

    @property
    def _config(self) -> Config:
        return self._settings.current

    def workflows(self, session: Session, visit: Visit, line: Line) -> Answer:
        """All workflows, or those of a team, the worst first."""
        require(self._config, actor_of(session, visit), "see")
        word = one_line(line.text).lower()
        team = next((each for each in self._config.teams if word in (each.key, each.name.lower())), None)
        if word and team is None:
            raise Refused(
                f"I can list all workflows, or those of a team: `{NAME} workflows payments`. "
                f"`{NAME} workflow NAME` shows one."
            )
        return self._page(session, visit, team.key if team else None, 0)

    def turned(self, session: Session, visit: Visit) -> Answer:
        """*More* or *First page* was clicked: the page takes the place of the one before."""
        require(self._config, actor_of(session, visit), "see")
        start, _, team = visit.value.partition(" ")
        if not start.isdecimal() or len(start) > 6:
            raise Refused(f"There is no such page. `{NAME} workflows` begins anew.")
        return replace(self._page(session, visit, team or None, int(start)), replaces=True)

    def workflow(self, session: Session, visit: Visit, line: Line) -> Answer:
        """One workflow, looked at now."""
        require(self._config, actor_of(session, visit), "see")
        if not one_line(line.text):
            raise Refused(f"Say which one: `{NAME} workflow NAME`. `{NAME} workflows` lists them.")
        wanted = catalog.workflow_named(self._config, line.text)
        found = health.portrait(session, self._config, wanted, reader=visit.user_id, now=visit.now, lines=self._lines)
        shown = health_views.workflow(self._config, found, self._buttons(wanted), now=visit.now)
        return Answer(text=f"Health of {wanted.key}", blocks=shown)

    def _page(self, session: Session, visit: Visit, team: str | None, start: int) -> Answer:
        page = health.page_of(session, self._config, team=team, start=start, reader=visit.user_id)
        return Answer(text="Workflow health", blocks=health_views.health(self._config, page, team=team, now=visit.now))


def commands(showing: Showing) -> tuple[Command, ...]:
    """The verbs."""
    return (
        Command(
            verb="workflows", usage="workflows [team]", summary="the health of all workflows, the worst first",
            run=showing.workflows, takes_target=False, changes=False,
        ),
        Command(
            verb="workflow", usage="workflow NAME",
            summary="one workflow: how it does, what is left of its error budget, its SEVs and what is owed",
            run=showing.workflow, takes_target=False, changes=False,
        ),
    )  # fmt: skip


def listen(rooms: Rooms, showing: Showing) -> None:
    """Attach the clicks."""
    rooms.clicks[health_views.TURN] = showing.turned
    rooms.free_clicks |= {health_views.TURN}
