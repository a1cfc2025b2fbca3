"""The API's description is true: schemathesis asks everything it says can be asked, well and badly, and believes no answer."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.web.v1.document import document
from tests.web.services import Service, secret, serving

ASKS_FOR_NOTHING = "/api/v1/openapi.json"
"""So that nobody can ask it wrongly."""
TRIES = 4
MANY = 150


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as found:
        callers = found.bot.house.workflows.health.counts.callers
        callers._burst, callers._per_second = 1e9, 1e9
        for number in range(1, 4):
            found.declares(f"outage {number}")
        found.asks("POST", "/1/updates", {"text": "the cause is found"})
        yield found.named("everything")


def ask(operation: Any, service: Service, mode: Any, tries: int) -> None:
    """Ask one thing in so many ways."""
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    # All but that whatever the description allows is accepted: what a title may hold is said in words, not in a pattern.
    true = [
        not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
        checks.response_headers_conformance, checks.response_schema_conformance, checks.negative_data_rejection,
        checks.missing_required_header, checks.unsupported_method, checks.ignored_auth,
    ]  # fmt: skip
    base = f"http://127.0.0.1:{service.bot.server.port}"
    bearer = {"Authorization": f"Bearer {secret(service.name)}"}

    @settings(
        max_examples=tries, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def asks(case: Any) -> None:
        number = (case.path_parameters or {}).get("number")
        if number is not None and mode.is_positive:
            case.path_parameters["number"] = 1 + number % 4  # most are there
        case.call_and_validate(base_url=base, headers=bearer, checks=true)

    asks()


def ask_everything(service: Service, tries: int) -> None:
    import schemathesis  # it takes seconds, which only this test needs

    operations: list[Any] = [*schemathesis.openapi.from_dict(document()).get_all_operations()]
    for operation in (each.ok() for each in operations):
        ask(operation, service, schemathesis.GenerationMode.POSITIVE, tries)
        if operation.path != ASKS_FOR_NOTHING:
            ask(operation, service, schemathesis.GenerationMode.NEGATIVE, tries)


def test_every_route_is_described_and_nothing_else(service: Service) -> None:
    described = {(path.replace("{number}", "{subject}").replace("{key}", "{subject}"), method.upper())
                 for path, methods in document()["paths"].items() for method in methods if method != "parameters"}  # fmt: skip
    routes: list[Any] = service.bot.server._routes().routes
    assert described == {
        (route.path, method) for route in routes if route.path.startswith("/api/") for method in route.methods
    }


def test_a_sample_of_all_that_can_be_asked(service: Service) -> None:
    ask_everything(service, TRIES)


@pytest.mark.torture
@pytest.mark.timeout(600)
def test_much_of_all_that_can_be_asked(service: Service) -> None:
    ask_everything(service, MANY)
