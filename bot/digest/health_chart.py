"""*Show chart*: how a workflow did, as a picture that comes by direct message, since only a message can hold one."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot.config import Settings, Workflow
from bot.digest.stats import HEALTH, ask_for_picture
from bot.directory.people import actor_of
from bot.directory.permissions import require
from bot.errors import Refused
from bot.slack import blocks as kit
from bot.slack.visit import Answer, Visit

SHOW = "digest.workflow_chart"


def buttons(workflow: Workflow) -> Sequence[Any]:
    """What a workflow's page offers: its chart, where there is anything to draw."""
    return [kit.button("Show chart", SHOW, value=workflow.key)] if workflow.slos else []


class Charts:
    """The listener."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def show(self, session: Session, visit: Visit) -> Answer:
        """The chart of a workflow was asked for."""
        config = self._settings.current
        require(config, actor_of(session, visit), "see")
        workflow = config.workflow(visit.value)
        if workflow is None or not workflow.slos:
            raise Refused("This workflow promises nothing any more. `/sev workflows` lists those that do.")
        return ask_for_picture(session, visit, HEALTH, workflow.key)
