"""What vendors' answers are recorded as: every test says which requests it expects, and others are refused."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import responses

from bot.http import Http
from bot.integrations.opsgenie import Opsgenie
from bot.integrations.pager import Alarm
from bot.integrations.pagerduty import PagerDuty

ROUTING_KEY = "a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4"
GENIE_KEY = "eb243592-faa2-4ba2-a551-1afdf565c889"
TOKEN = "y_NbAkKc66ryYTWUXYEu"
ALARM = Alarm(
    key="sevbot-3f2a-SEV-42-payments",
    summary="SEV-42 SEV1: checkout is down",
    level=1,
    details={"Why": "the processor refuses everything"},
    link="https://slack.com/app_redirect?channel=C042",
)


@pytest.fixture
def vendor() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def pagerduty() -> PagerDuty:
    http = Http(vendor="pagerduty", timeout=timedelta(seconds=1))
    return PagerDuty(events=http, rest=http, routing_key=ROUTING_KEY, token=TOKEN)


@pytest.fixture
def opsgenie() -> Opsgenie:
    http = Http(vendor="opsgenie", timeout=timedelta(seconds=1))
    return Opsgenie(http=http, key=GENIE_KEY, api_key=TOKEN, responder="Payments")
