"""What goes wrong in the stories of signs of trouble, and what services send that nobody understands."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import PrometheusRules, Query
from bot.config.workflows import Workflow
from bot.outbox.model import State
from bot.workflows.alerts import intake
from bot.workflows.alerts.sources.table import SOURCES
from bot.workflows.checks import held
from bot.workflows.checks.model import CheckRun
from bot.workflows.problems import service as problems
from bot.workflows.problems import showing
from bot.workflows.problems.service import Sign
from bot.workflows.queries import operators
from bot.workflows.queries.model import QueryState
from tests.torture.faulting import Stage

SIGN = Sign(
    workflow="place-order", source="check", key="place-order", title="Orders can't be placed", urgency="critical"
)
UNKNOWN = b"what is this?"


def watch_a_workflow(stage: Stage) -> None:
    """From now on there is a workflow whose signs are told in a channel of its own."""
    settings = stage.bot.settings
    workflow = Workflow(key="place-order", name="Place order", channel="#payments")
    settings.current = settings.current.model_copy(update={"workflows": (workflow,)})
    stage.bot.database.run(stage.bot.house.begin)
    stage.settle()


def see(stage: Stage) -> None:
    config, now = stage.bot.settings.current, stage.bot.clock.now()
    stage.bot.database.run(lambda session: problems.seen(session, SIGN, config=config, now=now))


def a_sign_is_seen(stage: Stage) -> None:
    see(stage)
    stage.settle()


def it_recovers(stage: Stage) -> None:
    now = stage.bot.clock.now()
    stage.bot.database.run(lambda session: problems.recovered(session, SIGN.source, SIGN.key, now=now))
    stage.settle()


def a_sign_is_told_elsewhere(stage: Stage) -> None:
    """Slack does not take it in its own channel until it was told in another."""
    refusing = stage.slack.faults.add(
        "chat.postMessage", "500", times=None, where=lambda call: call.delivery_kind == showing.MESSAGE
    )
    see(stage)
    stage.slack.wait_until(lambda: _is_told_elsewhere(stage), why="it is told elsewhere", seen=stage.queue)
    refusing.times = 0
    stage.settle()


def _is_told_elsewhere(stage: Stage) -> bool:
    return any(row.kind == showing.ELSEWHERE and row.state in (State.SENT, State.DEAD) for row in stage.rows())


def ask_prometheus(stage: Stage) -> None:
    """From now on somebody is asked who is not there."""
    settings = stage.bot.settings
    query = Query(key="orders", name="Orders", good="good", total="total")
    workflow = Workflow(key="place-order", name="Place order", queries=(query,))
    rules = PrometheusRules(url="http://127.0.0.1:9")
    settings.current = settings.current.model_copy(update={"workflows": (workflow,), "prometheus": rules})


def a_query_fails_for_long(stage: Stage) -> None:
    ask_prometheus(stage)
    asking = stage.bot.house.workflows.queries.asking
    asking.ask()
    stage.bot.database.run(_long_ago)
    asking._followed = None  # as if the bot began anew: it asks at once
    asking.ask()
    stage.settle()


def _long_ago(session: Session) -> None:
    for row in session.scalars(select(QueryState)):
        row.since = row.since - operators.LASTS if row.since else None


def it_is_asked_no_more(stage: Stage) -> None:
    settings = stage.bot.settings
    settings.current = settings.current.model_copy(update={"workflows": ()})
    stage.bot.house.workflows.queries.asking.ask()
    stage.settle()


def something_unknown_is_sent(stage: Stage, body: bytes = UNKNOWN) -> None:
    now = stage.bot.clock.now()
    stage.bot.database.run(lambda session: intake.keep(session, SOURCES["alertmanager"], body, now=now))
    stage.bot.house.workflows.alerts.work_off()
    stage.settle()


def more_of_it_is_sent(stage: Stage) -> None:
    something_unknown_is_sent(stage, UNKNOWN + UNKNOWN)


def checks_prove_nothing(stage: Stage) -> None:
    """Another run of a check is held back: all fail at once, and the control does too."""
    config, now = stage.bot.settings.current, stage.bot.clock.now()

    def hold(session: Session) -> None:
        session.add(
            CheckRun(
                workflow="place-order", key="order", began_at=now, took_ms=1, verdict=held.VERDICT, said="no network"
            )
        )
        held.tell(session, config, at=now)

    stage.bot.database.run(hold)
    stage.settle()
