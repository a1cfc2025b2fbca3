"""What queries bring to the house: what asks Prometheus, a message for operators, and lines on a workflow's page."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Config, Settings
from bot.db import Database
from bot.environment import PrometheusAccess
from bot.outbox.kinds import Kinds
from bot.slack.client import Slack
from bot.workflows.queries import operators
from bot.workflows.queries import views as query_views
from bot.workflows.queries.asking import Asking
from bot.workflows.queries.model import QueryState


class QueriesRoom:
    """Queries on the house's ground."""

    def __init__(
        self, slack: Slack, database: Database, clock: Clock, settings: Settings, access: PrometheusAccess
    ) -> None:
        self._slack = slack
        self._settings = settings
        self.asking = Asking(access, database, clock, settings)

    def register(self, kinds: Kinds) -> None:
        """Add what is said in Slack to the table."""
        kinds.add(operators.kind(self._slack, self._settings))

    def jobs(self) -> tuple[tuple[str, timedelta, Callable[[], None]], ...]:
        """What the loop calls: its name, how often, and what it does."""
        return (("queries.ask", timedelta(seconds=5), self.asking.ask),)

    def lines(self, session: Session, config: Config, workflow: str, user_id: str, now: datetime) -> list[str]:
        """What a workflow's page says of its queries: lines of mrkdwn, the worst first."""
        known = config.workflow(workflow)
        if known is None or not known.queries:
            return []
        found = session.scalars(select(QueryState).where(QueryState.workflow == workflow))
        return query_views.lines(known.queries, {each.key: each for each in found})
