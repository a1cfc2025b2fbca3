"""Paging while the database is down: from the configuration alone, under a key by which the page is known again later."""

import re

from bot.config import Team
from bot.errors import CallFailed
from bot.incidents.emergency_steps import PAGE, EmergencyStep, Work
from bot.incidents.journal import Entry
from bot.integrations.pager import Action, Alarm
from bot.paging.alarm import MILDEST
from bot.paging.pagers import Pagers
from bot.paging.service import key_without_database


def step(pagers: Pagers) -> EmergencyStep:
    """Page whom the SEV calls for. Told again after a crash, a pager takes it for the same alert."""

    def run(work: Work) -> str:
        failures: list[CallFailed] = []
        teams = [team for team in work.audience.paged if team.pager]
        for team in teams:
            try:
                pagers.of(team).tell(Action.TRIGGER, alarm_of(work.entry, team))
            except CallFailed as error:
                failures.append(error)  # the others are paged all the same
        for failure in failures:
            raise failure
        names = [team.name for team in teams]
        return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} paged." if names else ""

    return EmergencyStep(PAGE, run)


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
