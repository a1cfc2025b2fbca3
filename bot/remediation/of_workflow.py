"""What is still owed after the SEVs of a workflow, for who looks at its health."""

from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.incidents import membership
from bot.incidents.model import AffectedWorkflow, Incident
from bot.remediation.days import today_for
from bot.remediation.model import OPEN_STATES, ActionItem
from bot.slack.commands import NAME


def owed(session: Session, config: Config, workflow: str, user_id: str, now: datetime) -> list[str]:
    """How many action items are open and overdue, of the SEVs that the reader may see: a line of mrkdwn, or none."""
    today = today_for(session, config, user_id, now=now)
    query = (
        select(func.count(), func.sum(case((ActionItem.due_on < today, 1), else_=0)))
        .select_from(AffectedWorkflow)
        .join(Incident, Incident.id == AffectedWorkflow.incident_id)
        .join(ActionItem, ActionItem.incident_id == Incident.id)
        .where(AffectedWorkflow.workflow == workflow, ActionItem.state.in_(OPEN_STATES), membership.may_see(user_id))
    )
    count, overdue = session.execute(query).one()
    if not count:
        return []
    late = f", *{overdue} overdue*" if overdue else ""
    return [f"{count} action item{'' if count == 1 else 's'} open after its SEVs{late}. `{NAME} items all`"]
