"""The tracker of the configuration: which vendor, at which address; and what is still missing to use it."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from bot.addresses import Reach
from bot.config import Config
from bot.environment import LOOPBACK, TrackerAccess
from bot.errors import Blame, Permanent
from bot.http import Http
from bot.integrations.jira import Jira
from bot.integrations.tracker import Tracker

NAMES = {"jira": "Jira"}
"""What people call each tracker, by what the settings call it."""


class Trackers:
    """Opens the door to the tracker."""

    def __init__(self, access: TrackerAccess, *, timeout: Callable[[], timedelta]) -> None:
        self._access = access
        self._timeout = timeout

    def current(self, config: Config) -> Tracker:
        """The tracker. Raises `Permanent` where there is none, or something is missing to speak to it."""
        if config.tracker.service is None:
            raise Permanent("no_tracker", "the configuration names none", blame=Blame.OPERATOR)
        access = self._access
        if not access.jira_url or not access.jira_email or not access.jira_token:
            raise Permanent("no_tracker", "set JIRA_URL, JIRA_EMAIL and JIRA_TOKEN", blame=Blame.OPERATOR)
        # The operator named the address, so it may be in the house.
        reach = Reach.LOOPBACK if urlsplit(access.jira_url).hostname in LOOPBACK else Reach.PRIVATE
        http = Http(vendor="jira", timeout=self._timeout(), reach=reach)
        return Jira(http=http, site=access.jira_url, email=access.jira_email, token=access.jira_token)

    @property
    def address(self) -> str:
        """Where the tracker is."""
        return self._access.jira_url

    def is_there(self, config: Config) -> bool:
        """Whether it could be spoken to."""
        return config.tracker.service is not None and bool(self._access.jira_url)

    def missing(self, config: Config) -> list[str]:
        """What is missing to keep action items in the tracker as the configuration says, a sentence each."""
        if config.tracker.service is None:
            return []
        access, place = self._access, "sevbot.yaml: tracker"
        faults = []
        if not access.jira_url:
            faults.append(f"{place}: nothing can be kept in Jira: set JIRA_URL, JIRA_EMAIL and JIRA_TOKEN")
        if not access.jira_webhook_secret:
            faults.append(f"{place}: changes in Jira come late: set JIRA_WEBHOOK_SECRET, and make a webhook there")
        return faults


def name_of(config: Config) -> str:
    """What people call the tracker."""
    return NAMES.get(config.tracker.service or "", "the tracker")
