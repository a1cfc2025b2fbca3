"""What is clicked in a problem's message, and the form that asks for a SEV."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Config, Settings
from bot.directory.people import actor_of
from bot.errors import Refused
from bot.incidents.declaring import Declaring
from bot.incidents.model import Incident
from bot.incidents.subject import LONGEST_LIST, open_incidents
from bot.slack.commands import NAME, Form
from bot.slack.rooms import Rooms
from bot.slack.visit import DONE, Answer, View, Visit
from bot.workflows.problems import acting, folding, sev_signs, showing
from bot.workflows.problems import views as problem_views
from bot.workflows.problems.model import Problem
from bot.workflows.problems.service import locked

JUST_NOW = timedelta(minutes=10)
"""How long after a SEV was declared from a problem a second one is taken for a slip."""


class Answering:
    """The listeners about a problem."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    @property
    def _config(self) -> Config:
        return self._settings.current

    def attach(self, session: Session, visit: Visit) -> Answer:
        """*Attach to SEV-41* was clicked."""
        problem_id, _, number = visit.value.partition(":")
        return self._attach(session, visit, int(problem_id), int(number))

    def attach_form(self, visit: Visit) -> Form:
        """*Attach to a SEV…* was clicked."""
        problem_id = int(visit.value)

        def complete(session: Session) -> View:
            found = open_incidents(session, self._config, visit)[:LONGEST_LIST]
            if not found:
                raise Refused(
                    f"No SEV is open that you can see. *Declare SEV* declares one, and so does `{NAME} declare`."
                )
            return problem_views.attach_form(problem_id, found)

        return Form(problem_views.attach_loading(), complete)

    def attach_submitted(self, session: Session, visit: Visit) -> Answer:
        """The form was sent."""
        number = str(visit.values.get("number") or "")
        if not number.isdecimal():
            raise Refused("Choose a SEV from the list.", field="number")
        return self._attach(session, visit, int(visit.metadata["problem"]), int(number))

    def _attach(self, session: Session, visit: Visit, problem_id: int, number: int) -> Answer:
        incident = acting.attach(
            session, problem_id, number, config=self._config, actor=actor_of(session, visit), now=visit.now
        )
        if not incident.is_private:
            return DONE  # the message says so
        return Answer(text=f"It is in the timeline of {incident.name} now. Its message says nothing of a private SEV.")

    def ignore(self, session: Session, visit: Visit) -> Answer:
        """*Ignore for 1 h* was clicked."""
        acting.ignore(session, int(visit.value), config=self._config, actor=actor_of(session, visit), now=visit.now)
        return DONE

    def end(self, session: Session, visit: Visit) -> Answer:
        """*It is over* was clicked."""
        acting.end(session, int(visit.value), config=self._config, actor=actor_of(session, visit), now=visit.now)
        return DONE

    def retry(self, session: Session, visit: Visit) -> Answer:
        """*Retry* was clicked."""
        acting.retry(
            session, int(visit.value), config=self._config, actor=actor_of(session, visit),
            machine_now=self._clock.machine(),
        )  # fmt: skip
        return DONE


def declare_form(declaring: Declaring, visit: Visit) -> Form:
    """*Declare SEV* was clicked: the form, filled with what the button carries."""
    about = problem_views.carried_in(visit.value)
    workflows = [about["workflow"]] if about.get("workflow") else []
    return declaring.form_about(
        visit, title=about.get("title") or "", workflows=workflows, carried={"problem": about.get("problem")}
    )


def declared_from(session: Session, visit: Visit, incident: Incident) -> None:
    """A SEV was declared through the form: if that was opened from a problem, this is what detected it.

    Raises `Refused` where somebody else has just declared one from the same problem.
    """
    found = visit.metadata.get("problem")
    problem = locked(session, Problem.id == int(found)) if found else None
    if problem is not None:
        first, *others = folding.going_on(session, problem)
        for each in (first, *others):
            _refuse_a_second(session, each, visit)
        who = actor_of(session, visit)
        sev_signs.attach(session, first, incident, actor=who, now=visit.now, detected=True)
        for each in others:
            sev_signs.attach(session, each, incident, actor=who, now=visit.now)
        showing.show(session, problem)


def _refuse_a_second(session: Session, problem: Problem, visit: Visit) -> None:
    for each in sev_signs.attached_to(session, problem):
        is_open = each.resolved_at is None and each.closed_at is None
        if is_open and not each.is_private and each.declared_at > visit.now - JUST_NOW:
            raise Refused(
                f"{each.name} was declared for this a moment ago. For another SEV, type `{NAME} declare`.",
                field="title",
            )


def listen(rooms: Rooms, answering: Answering, declaring: Declaring) -> None:
    """Attach the clicks and the form of this room."""
    rooms.clicks |= {
        problem_views.ATTACH: answering.attach,
        problem_views.IGNORE: answering.ignore,
        problem_views.END: answering.end,
        problem_views.RETRY: answering.retry,
    }
    rooms.forms |= {problem_views.ATTACH_TO: answering.attach_submitted}
    rooms.openers |= {
        problem_views.OPEN_ATTACH: answering.attach_form,
        problem_views.OPEN_DECLARE: lambda visit: declare_form(declaring, visit),
    }
