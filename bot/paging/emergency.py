"""Paging while the database is down: from the configuration alone, under a key by which the page is known again later."""

import re

from bot.config import Team
from bot.errors import CallFailed, Permanent
from bot.incidents.emergency_steps import PAGE, EmergencyStep, Work
from bot.incidents.journal import Entry
from bot.integrations.pager import Action, Alarm
from bot.paging.alarm import MILDEST
from bot.paging.pagers import Pagers
from bot.paging.service import key_without_database
from bot.slack.text import mrkdwn


def step(pagers: Pagers) -> EmergencyStep:
    """Page whom the SEV calls for. Told again after a crash, a pager takes it for the same alert."""

    def run(work: Work) -> str:
        failed: dict[str, CallFailed] = {}
        teams = [team for team in work.audience.paged if team.pager]
        for team in teams:
            try:
                pagers.of(team).tell(Action.TRIGGER, alarm_of(work.entry, team))
            except CallFailed as error:
                failed[team.key] = error  # the others are paged all the same
        for failure in sorted(failed.values(), key=lambda each: isinstance(each, Permanent)):
            if len(failed) == len(teams) or not isinstance(failure, Permanent):
                raise failure  # rather one that is worth another try
        return " ".join(_said(team, failed.get(team.key)) for team in teams)

    return EmergencyStep(PAGE, run)


def _said(team: Team, error: CallFailed | None) -> str:
    name = mrkdwn(team.name, 100)
    return f"{name} could not be paged ({mrkdwn(error.code, 100)})." if error else f"{name} is paged."


def alarm_of(entry: Entry, team: Team) -> Alarm:
    """What is said to whoever is paged: there is no number yet, and of a private SEV nothing but that it is one."""
    level = int(re.sub(r"\D", "", entry.severity) or MILDEST)
    drill = "DRILL " if entry.is_drill else ""
    what = "Private SEV" if entry.is_private else f"{entry.severity}: {entry.title}"
    return Alarm(
        key=key_without_database(entry.id, team.key),
        summary=f"{drill}{what} (declared without Sevbot's database)",
        level=level,
    )
