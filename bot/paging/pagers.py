"""The pagers of the teams: which vendor, which key, which address; and what is still missing to use them."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from bot.addresses import Reach
from bot.config import Config, PagerService, Team, TeamPager
from bot.environment import LOOPBACK, PAGER_KEY, PagerAccess
from bot.errors import Blame, Permanent
from bot.http import Http
from bot.integrations.opsgenie import API_URL as OPSGENIE_URL
from bot.integrations.opsgenie import Opsgenie
from bot.integrations.pager import Pager
from bot.integrations.pagerduty import API_URL as PAGERDUTY_URL
from bot.integrations.pagerduty import EVENTS_URL, PagerDuty

TOKENS = {PagerService.PAGERDUTY: "PAGERDUTY_API_TOKEN", PagerService.OPSGENIE: "OPSGENIE_API_KEY"}
"""With which one may ask who is on call."""


class Pagers:
    """Opens the door to a team's pager."""

    def __init__(self, access: PagerAccess, *, timeout: Callable[[], timedelta]) -> None:
        self._access = access
        self._timeout = timeout

    def of(self, team: Team | None) -> Pager:
        """The pager of a team. Raises `Permanent` where it has none, or its key is missing."""
        if team is None or team.pager is None:
            raise Permanent("no_pager", "the team has no pager in the configuration", blame=Blame.OPERATOR)
        key = self._access.keys.get(team.pager.key, "")
        if not key:
            raise Permanent("no_key", f"set {PAGER_KEY}{team.pager.key}", blame=Blame.OPERATOR)
        return self._door(team.pager, key)

    def schedule_of(self, team: Team | None) -> tuple[Pager, str] | None:
        """The pager of a team and its schedule there; None where one can't ask who is on call."""
        if team is None or team.pager is None or not team.pager.schedule or not self._token(team.pager.service):
            return None
        return self._door(team.pager, ""), team.pager.schedule

    def missing(self, config: Config) -> list[str]:
        """What is missing to page as the configuration says, a sentence each."""
        called = {key for severity in config.severities for key in severity.page} | set(config.private.page)
        faults = []
        for team in config.teams:
            place = f"sevbot.yaml: teams.{team.key}.pager"
            if team.pager is None:
                faults += [f"{place}: {team.key} is to be paged, and has no pager"] if team.key in called else []
                continue
            if not self._access.keys.get(team.pager.key):
                faults.append(f"{place}: there is no key: set {PAGER_KEY}{team.pager.key} (or …_FILE)")
            if team.pager.schedule and not self._token(team.pager.service):
                faults.append(
                    f"{place}: nobody can be asked who is on call: set {TOKENS[team.pager.service]} (or …_FILE)"
                )
        return faults

    def _token(self, service: PagerService) -> str:
        access = self._access
        return access.pagerduty_token if service is PagerService.PAGERDUTY else access.opsgenie_key

    def _door(self, pager: TeamPager, key: str) -> Pager:
        access = self._access
        if pager.service is PagerService.PAGERDUTY:
            return PagerDuty(
                events=self._http(pager.service, access.pagerduty_events_url),
                rest=self._http(pager.service, access.pagerduty_api_url),
                routing_key=key, token=access.pagerduty_token,
                events_url=access.pagerduty_events_url or EVENTS_URL,
                api_url=access.pagerduty_api_url or PAGERDUTY_URL,
            )  # fmt: skip
        return Opsgenie(
            http=self._http(pager.service, access.opsgenie_api_url), key=key, api_key=access.opsgenie_key,
            responder=pager.responder, api_url=access.opsgenie_api_url or OPSGENIE_URL,
        )  # fmt: skip

    def _http(self, service: PagerService, named: str) -> Http:
        """How far it may reach: to the world; where the operator named the endpoint, also into the house."""
        reach = Reach.PUBLIC
        if named:
            reach = Reach.LOOPBACK if urlsplit(named).hostname in LOOPBACK else Reach.PRIVATE
        return Http(vendor=service, timeout=self._timeout(), reach=reach)
