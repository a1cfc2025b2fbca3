"""What of the configuration is held against what is counted."""

from bot.config import Config, Workflow
from bot.workflows.evaluation.watching import Watched
from bot.workflows.slos.promises import slo_of


def watched(config: Config) -> list[Watched]:
    """Every SLO there is, with the signals it is held against."""
    return [each for workflow in config.workflows for each in watched_of(config, workflow)]


def watched_of(config: Config, workflow: Workflow) -> list[Watched]:
    """The SLOs of a workflow."""
    return [
        Watched(workflow.key, tuple(dict.fromkeys(each.signals)), slo_of(config, workflow, each))
        for each in workflow.slos
    ]
