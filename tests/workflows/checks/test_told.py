"""What people read in Slack of checks: the bot's own loop runs them against a real server."""

from datetime import datetime

from pytest_httpserver import HTTPServer
from sqlalchemy.orm import Session

from bot.playground import Person
from bot.workflows.checks import held
from bot.workflows.checks.model import CheckRun
from tests.workflows.checks.conftest import check, config_with, step
from tests.workflows.conftest import TroubleStage

SOON = 20
"""Seconds on a busy machine."""


def test_what_breaks_is_told_in_its_channel_shown_on_its_page_and_over_once_it_is_mended(
    trouble: TroubleStage, ada: Person, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/login").respond_with_json({"token": "t0ken"})
    httpserver.expect_request("/order").respond_with_data("out of stock: t0ken <!channel>", status=503)
    steps = [
        step("sign in", url=httpserver.url_for("/login"), extract={"token": {"json": "$.token"}}),
        step("order", url=httpserver.url_for("/order")),
    ]
    trouble.bot.settings.current = config_with(check(every="1s", timeout="1s", fails_after=2, steps=steps))
    ada.sees("Place an order fails", in_="#payments", within=SOON)
    said = trouble.message()
    assert "Failing check" in said
    assert "Place an order: order: expected a status below 400, got 503." in said
    page = str(ada.types("/sev workflow place-order").text)
    assert "fails since" in page
    assert "order: expected a status below 400, got 503" in page
    assert "it answered: out of stock: {{ token }} @channel" in page
    assert "t0ken" not in page
    httpserver.clear()
    httpserver.expect_request("/login").respond_with_json({"token": "t0ken"})
    httpserver.expect_request("/order").respond_with_data("done")
    trouble.slack.wait_until(lambda: trouble.problems()[0].recovered_at, why="it recovers")
    trouble.settles()
    page = str(ada.types("/sev workflow place-order").text)
    assert "well  Check Place an order" in page
    assert "(sign in " in page


def test_operators_are_told_once_that_the_bot_has_no_network(trouble: TroubleStage) -> None:
    bot = trouble.bot
    bot.settings.current = config_with(control_url="https://control.example.com/").model_copy(
        update={"operators": "#platform"}
    )
    for number in (1, 2):
        now = bot.clock.now()
        run = CheckRun(workflow="place-order", key="order", began_at=now, took_ms=number, verdict=held.VERDICT)

        def hold(session: Session, run: CheckRun = run, now: datetime = now) -> None:
            session.add(run)
            held.tell(session, bot.settings.current, at=now)

        bot.database.run(hold)
        trouble.settles()
    trouble.expects("Signs of trouble in a workflow will be shown here.")
    (message,) = [each for each in trouble.said_in("#platform") if "no network" in trouble.words(each)]
    trouble.slack.expected.add(message)
    said = trouble.words(message)
    assert (
        "Sevbot itself seems to have no network. 2 failed checks were not counted, and nobody is told of them." in said
    )
    assert "https://control.example.com/ did not answer either" in said
