"""What a problem is called, wherever it is spoken of. Pure."""

from bot.config import Config
from bot.workflows.problems.model import Problem

KINDS = {"burn": "Burning error budget", "check": "Failing check", "heartbeat": "Missing heartbeat"}
SENDERS = {"alertmanager": "Alertmanager", "grafana": "Grafana", "pagerduty": "PagerDuty"}


def heading_words(config: Config, problem: Problem) -> str:
    """The problem and its workflow, in plain words: `Place order: Orders fail`."""
    known = config.workflow(problem.workflow)
    return f"{known.name}: {problem.title}" if known else problem.title


def source_words(problem: Problem) -> str:
    """What noticed it: `Alert from Alertmanager`, `Failing check`."""
    if problem.source != "alert":
        return KINDS.get(problem.source, "Sign of trouble")
    sender = SENDERS.get(problem.key.partition(":")[0])
    return f"Alert from {sender}" if sender else "Alert"
