"""What somebody asks figures of: `payments 30d`, `SEV1 place order`, or nothing. Pure."""

import re
from dataclasses import dataclass

from sqlalchemy import ColumnElement

from bot.config import Config
from bot.digest.about import named
from bot.digest.history import Scope, scope_of
from bot.errors import Refused
from bot.slack.text import mrkdwn, one_line

USUAL_DAYS = 30
MOST_DAYS = 366
SPAN = re.compile(r"(?:^|\s)(\d{1,4})\s*(d|days?|w|weeks?)$", re.IGNORECASE)
UNITS = {"d": 1, "w": 7}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which SEVs of the last `days` somebody wants to know about."""

    days: int = USUAL_DAYS
    team: str | None = None
    workflow: str | None = None
    severity: str | None = None

    def scope(self, config: Config, seen: ColumnElement[bool]) -> Scope:
        """The SEVs it is about, as far as somebody may know of them."""
        return scope_of(
            config, teams=(self.team,) if self.team else (), workflows=(self.workflow,) if self.workflow else (),
            severity=self.severity, seen=seen,
        )  # fmt: skip

    def about(self, config: Config) -> str:
        """What it is about, plain; empty: everything."""
        found = named(config, [self.team] if self.team else [], [self.workflow] if self.workflow else [])
        return " ".join(each for each in (self.severity, found) if each)

    @property
    def words(self) -> str:
        """How to ask for it again."""
        return " ".join([*(each for each in (self.team, self.workflow, self.severity) if each), f"{self.days}d"])


def asked(config: Config, text: str) -> Asked:
    """What somebody asks for. Raises `Refused` with what can be asked for."""
    words = one_line(text).lower()
    days = USUAL_DAYS
    span = SPAN.search(words)
    if span:
        days, words = int(span[1]) * UNITS[span[2][0]], words[: span.start()].strip()
    if not 1 <= days <= MOST_DAYS:
        raise Refused(f"Ask for 1 to {MOST_DAYS} days, such as `/sev stats 30d` or `/sev stats 12w`.")
    if not words:
        return Asked(days=days)
    severity = config.severity(words)
    if severity:
        return Asked(days=days, severity=severity.key)
    for each in config.workflows:
        if words in (each.key, each.name.lower()):
            return Asked(days=days, workflow=each.key)
    for team in config.teams:
        if words in (team.key, team.name.lower()):
            return Asked(days=days, team=team.key)
    raise Refused(
        f"There is no team, workflow or severity “{mrkdwn(words, 100)}”. Type `/sev stats`, `/sev stats SEV1`, or the name "
        f"of {_possible(config)}; `30d` or `12w` after it says how far back."
    )


def _possible(config: Config) -> str:
    some = [*(each.key for each in config.teams), *(each.key for each in config.workflows)][:8]
    return f"a team or workflow: {', '.join(f'`{each}`' for each in some)}" if some else "a team or workflow"
