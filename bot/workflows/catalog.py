"""The workflows of the configuration, as people and services name them."""

import difflib
from collections.abc import Sequence

from bot.config import Config, Workflow
from bot.config.workflows import PUSHED
from bot.errors import Refused
from bot.slack.commands import NAME
from bot.slack.text import clip, escape, one_line

MOST_NEAR = 3
LONGEST_WORD = 60


def pushed_signals(workflow: Workflow) -> Sequence[str]:
    """The signals that services may push counts of: those that nobody else counts by."""
    counted = {each.key for each in workflow.queries} | {each.key for each in workflow.checks}
    named = (signal for slo in workflow.slos for signal in slo.signals if signal not in counted)
    return tuple(dict.fromkeys((PUSHED, *named)))


def workflow_named(config: Config, words: str) -> Workflow:
    """The workflow of that key or name. Raises `Refused`, naming the nearest ones."""
    wanted = one_line(words).lower()
    found = config.workflow(wanted) or next((each for each in config.workflows if each.name.lower() == wanted), None)
    if found is None:
        near = " or ".join(f"`{key}`" for key in nearest(config, wanted))
        hint = f" Did you mean {near}?" if near else ""
        raise Refused(f"There is no workflow `{escape(clip(wanted, 40))}`.{hint} `{NAME} workflows` lists them.")
    return found


def nearest(config: Config, wanted: str) -> list[str]:
    """The keys of the workflows that somebody may have meant."""
    by_word = {each.name.lower(): each.key for each in config.workflows} | {
        each.key: each.key for each in config.workflows
    }
    near = difflib.get_close_matches(wanted.lower()[:LONGEST_WORD], by_word, n=2 * MOST_NEAR, cutoff=0.5)
    return list(dict.fromkeys(by_word[each] for each in near))[:MOST_NEAR]
