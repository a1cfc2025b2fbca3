"""What checks bring to the house: what runs them, what operators are told, and lines on a workflow's page."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Config, Settings
from bot.db import Database
from bot.outbox.kinds import Kinds
from bot.slack.client import Slack
from bot.workflows.checks import held
from bot.workflows.checks import views as check_views
from bot.workflows.checks.model import CheckRow, CheckRun
from bot.workflows.checks.runner import Runner


class ChecksRoom:
    """Checks on the house's ground. `secrets`: what they fill in, by name."""

    def __init__(
        self, slack: Slack, clock: Clock, settings: Settings, database: Database, secrets: Mapping[str, str]
    ) -> None:
        self._slack = slack
        self._settings = settings
        self.runner = Runner(database, clock, settings, secrets)

    def register(self, kinds: Kinds) -> None:
        """Add what is said in Slack to the table."""
        kinds.add(held.kind(self._slack, self._settings))

    def jobs(self) -> tuple[tuple[str, timedelta, Callable[[], None]], ...]:
        """What the loop calls: its name, how often, and what it does."""
        return (("checks.run", timedelta(seconds=1), self.runner.tick),)

    def lines(self, session: Session, config: Config, workflow: str, _user_id: str, _now: datetime) -> list[str]:
        """What a workflow's page says of its checks: lines of mrkdwn, the worst first."""
        known = config.workflow(workflow)
        if known is None or not known.checks:
            return []
        rows = session.scalars(select(CheckRow).where(CheckRow.workflow == workflow))
        last = select(func.max(CheckRun.id)).where(CheckRun.workflow == workflow).group_by(CheckRun.key)
        runs = session.scalars(select(CheckRun).where(CheckRun.id.in_(last)))
        return check_views.lines(known.checks, {row.key: row for row in rows}, {run.key: run for run in runs})
