"""Answering a person after their click was acknowledged: at most once, and only they see it."""

import logging

from bot.errors import CallFailed
from bot.slack import visit as visits
from bot.slack.client import MODAL_TIMEOUT, Slack
from bot.slack.visit import Answer

log = logging.getLogger(__name__)


def respond(slack: Slack, url: str, answer: Answer) -> None:
    """Say it where they clicked, by the click's response URL."""
    try:
        slack.respond(url, text=answer.text, blocks=answer.blocks, replaces=answer.replaces)
    except CallFailed as error:
        log.warning("visit.not_answered", extra={"error": str(error)})


def show(slack: Slack, trigger_id: str | None, answer: Answer) -> None:
    """Say it in a window of its own: on Home there is no other place."""
    try:
        view = visits.notice("Sevbot", answer.text)
        slack.call("views.open", kind="form", trigger_id=trigger_id, view=view, timeout=MODAL_TIMEOUT)
    except CallFailed as error:
        log.warning("visit.not_answered", extra={"error": str(error)})
