"""Checks of several requests against a real server: what is asked, what is expected, what is carried on, what is cleaned up."""

import base64
import json
from typing import Any

import pytest
import yaml
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from bot.config.checks import Check, wrong_checks
from bot.workflows.checks.streaks import Verdict
from tests.processes import ROOT
from tests.workflows.checks.conftest import Target, check, run, step


def test_what_a_step_finds_is_carried_to_the_next_and_nothing_of_it_is_kept(httpserver: HTTPServer) -> None:
    seen: dict[str, Any] = {}

    def sign_in(request: Request) -> Response:
        seen["user"] = request.json
        answer = Response(json.dumps({"token": "t0k/3n"}), headers={"X-Trace": "trace-7"})
        answer.set_cookie("session", "c00kie")
        return answer

    def order(request: Request) -> Response:
        seen["order"] = (
            request.headers["Authorization"],
            request.args["trace"],
            request.cookies["session"],
            request.json,
        )
        return Response("no t0k/3n of user s3cret&1, t0k%2F3n, t0k%2f3n or t0k\\/3n", status=500)

    httpserver.expect_request("/login", method="POST").respond_with_handler(sign_in)
    httpserver.expect_request("/orders", method="POST").respond_with_handler(order)
    extract = {"token": {"json": "$.token"}, "trace": {"header": "X-Trace"}, "cookie": {"cookie": "session"}}
    asked = {
        "headers": {"Authorization": "Bearer {{ token }}"}, "json": {"trace": "{{ trace }}", "by": "{{ secret.USER }}"},
    }  # fmt: skip
    outcome = run(
        check(
            variables={"base": httpserver.url_for("")[:-1]},
            steps=[
                step(
                    "sign in",
                    method="POST",
                    url="{{ base }}/login",
                    json={"user": "{{ secret.user }}"},
                    extract=extract,
                ),
                step("order", method="POST", url="{{ base }}/orders?trace={{ trace }}", **asked),
            ],
        ),
        user="s3cret&1",
    )
    assert seen == {
        "user": {"user": "s3cret&1"},
        "order": ("Bearer t0k/3n", "trace-7", "c00kie", {"trace": "trace-7", "by": "s3cret&1"}),
    }
    assert outcome.verdict is Verdict.FAILS
    assert outcome.said == "order: expected a status below 400, got 500"
    token = "{{ token }}"
    assert outcome.excerpt == f"no {token} of user {{{{ secret.user }}}}, {token}, {token} or {token}"
    assert [(each.name, each.status) for each in outcome.steps] == [("sign in", 200), ("order", 500)]


ANSWER = {
    "ok": True,
    "count": 3,
    "none": None,
    "name": "Ada",
    "items": [{"id": 7, "state": "new"}, {"id": 9, "state": "old"}],
}


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ({"status": 200}, ""),
        ({"status": [201, 202]}, "expected status 201 or 202, got 200"),
        ({"json": "$.ok", "exists": True}, ""),
        ({"json": "$.none", "exists": True}, ""),
        ({"json": "$.none", "equals": None}, ""),
        ({"json": "$.missing", "equals": None}, "expected $.missing to exist, it is missing"),
        ({"json": "$.missing", "exists": False}, ""),
        ({"json": "$.ok", "exists": False}, "expected $.ok to be missing, it exists"),
        ({"json": "$.ok", "equals": True}, ""),
        ({"json": "$.ok", "equals": 1}, "expected $.ok to be 1, it is true"),
        ({"json": "$.count", "equals": 3}, ""),
        ({"json": "$.count", "gt": 2}, ""),
        ({"json": "$.count", "lt": 3}, "expected $.count to be less than 3, it is 3"),
        ({"json": "$.name", "gt": 3}, 'expected $.name to be more than 3, it is "Ada"'),
        ({"json": "$.name", "contains": "da"}, ""),
        ({"json": "$.name", "matches": "^B"}, 'expected $.name to match ^B, it is "Ada"'),
        ({"json": "$.items[?(@.state=='old')].id", "equals": 9}, ""),
        ({"header": "content-type", "contains": "json"}, ""),
        ({"header": "X-None", "exists": True}, "expected the header X-None to exist, it is missing"),
        ({"header": "Content-Type", "equals": "text/html"}, 'expected the header Content-Type to be "text/html", it is "application/json"'),
        ({"body": {"contains": "Ada"}}, ""),
        ({"body": {"matches": "G.ace"}}, "expected the body to match G.ace, it does not"),
        ({"latency_ms": {"lt": 5000}}, ""),
    ],
)  # fmt: skip
def test_what_is_expected_is_met_or_told_with_what_came(
    httpserver: HTTPServer, expected: dict[str, Any], said: str
) -> None:
    httpserver.expect_request("/").respond_with_json(ANSWER)
    assert run(check(steps=[step(url=httpserver.url_for("/"), expect=[expected])])).said == said


def test_an_answer_that_is_no_json_or_slow_is_told(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("<html>", content_type="text/html")
    url = httpserver.url_for("/")
    assert (
        run(check(steps=[step(url=url, expect=[{"json": "$.ok", "exists": True}])])).said
        == "expected a body of JSON, it is none"
    )
    slow = run(check(steps=[step(url=url, expect=[{"latency_ms": {"lt": 0}}])])).said
    assert slow.startswith("expected an answer in less than 0 ms, it took ")
    httpserver.clear()
    httpserver.expect_request("/").respond_with_data("[" * 100_000)
    assert "JSON" in run(check(steps=[step(url=url, expect=[{"json": "$.ok", "exists": True}])])).said


def test_what_cleans_up_is_done_even_after_a_failure_and_the_rest_is_not(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/orders", method="POST").respond_with_json({"id": 7})
    httpserver.expect_request("/broken").respond_with_data("", status=500)
    httpserver.expect_request("/orders/7", method="DELETE").respond_with_data("", status=404)
    base = httpserver.url_for("")[:-1]
    steps = [
        step("order", method="POST", url=f"{base}/orders", extract={"id": {"json": "$.id"}}),
        step("look", url=f"{base}/broken"),
        step("pay", url=f"{base}/broken", extract={"bill": {"regex": "b(.)"}}),
        step("cancel", method="DELETE", url=f"{base}/orders/{{{{ id }}}}", always=True),
        step("cancel the bill", method="DELETE", url=f"{base}/bills/{{{{ bill }}}}", always=True),
    ]
    outcome = run(check(steps=steps))
    assert outcome.said == "look: expected a status below 400, got 500", "the first thing that went wrong"
    assert [(each.name, each.status) for each in outcome.steps] == [("order", 200), ("look", 500), ("cancel", 404)]


def test_what_cleans_up_gets_its_time_where_a_step_used_it_up(httpserver: HTTPServer, hanging: Target) -> None:
    httpserver.expect_request("/orders", method="DELETE").respond_with_data("")
    steps = [
        step("order", url=hanging.url), step("cancel", method="DELETE", url=httpserver.url_for("/orders"), always=True),
        step("look", url=httpserver.url_for("/orders")),
    ]  # fmt: skip
    outcome = run(check(timeout="300ms", steps=steps))
    assert (outcome.said, [each.status for each in outcome.steps]) == (
        "order: no full answer within 0.3 s",
        [None, 200],
    )


def test_what_is_missing_is_named(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_json({"list": [1], "empty": ""})
    url = httpserver.url_for("/")
    asked = run(check(steps=[step(url=url, headers={"Authorization": "{{ secret.api_key }}"})]))
    assert asked.said == "SEVBOT_CHECK_SECRET_API_KEY is not set"
    for source, said in (
        ({"json": "$.none"}, "expected to find $.none for later steps, it is not there"),
        ({"json": "$.empty"}, "expected to find $.empty for later steps, it is not there"),
        ({"json": "$.list"}, "expected to find a single value at $.list for later steps, there are several"),
        ({"header": "X-None"}, "expected to find the header X-None for later steps, it is not there"),
        ({"cookie": "none"}, "expected to find the cookie none for later steps, it is not there"),
        ({"regex": "z+"}, "expected to find what fits z+ for later steps, it is not there"),
    ):
        assert run(check(steps=[step(url=url, extract={"x": source})])).said == said


def test_what_was_to_be_extracted_is_hidden_even_where_the_answer_is_wrong(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_json({"token": "t0ken"}, status=500)
    outcome = run(check(steps=[step(url=httpserver.url_for("/"), extract={"token": {"json": "$.token"}})]))
    assert json.loads(outcome.excerpt) == {"token": "{{ token }}"}


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"tcp": {"host": "a", "port": 1}, "steps": [step(url="http://a")]}, ": give one of steps, tcp, dns and tls"),
        ({}, ": give one of steps, tcp, dns and tls"),
        ({"key": "counts", "tcp": {"host": "a", "port": 1}}, ".key: give another: counts is what services push"),
        ({"timeout": "61s", "tcp": {"host": "a", "port": 1}}, ".timeout: give no more than every, and 2m at most"),
        ({"steps": [step(url="http://a/{{ id }}")]}, ".steps.ask.request: nothing is called 'id'"),
        ({"steps": [step(url="http://a/{{ secret.a-b }}")]}, ".steps.ask.request: nothing is called 'secret.a-b'"),
        ({"steps": [step(url="http://a"), step(url="http://a")]}, ".steps: 'ask' is there twice"),
        ({"steps": [step(url="http://a", json={}, body="")]}, ".steps.ask.request: give one of json, form and body"),
        ({"steps": [step(url="http://a", expect=[{}])]}, ".steps.ask.expect.0: give one of status, json"),
        ({"steps": [step(url="http://a", expect=[{"status": 200, "exists": True}])]}, ".steps.ask.expect.0: leave out exists"),
        ({"steps": [step(url="http://a", expect=[{"json": "$.a"}])]}, ".steps.ask.expect.0: give one of contains, equals"),
        ({"steps": [step(url="http://a", expect=[{"header": "A", "lt": 3}])]}, ".steps.ask.expect.0: give one of contains"),
        ({"steps": [step(url="http://a", expect=[{"body": {}}])]}, ".steps.ask.expect.0: give contains or matches in body"),
        ({"steps": [step(url="http://a", extract={"a": {}})]}, ".steps.ask.extract.a: give one of json"),
    ],
)  # fmt: skip
def test_a_check_that_cannot_be_is_refused_at_load(wrong: dict[str, Any], fault: str) -> None:
    made = Check.model_validate({"key": "order", "name": "Place an order", **wrong})
    (found,) = wrong_checks([made])
    assert found.startswith(f".checks.{made.key}{fault}")


def test_all_that_is_explained_in_the_settings_is_a_check_and_nothing_is_wrong_with_it() -> None:
    text = (ROOT / "config" / "workflows.yaml").read_text()
    example = "\n".join(line[1:] for line in text.splitlines() if line.startswith("#   "))
    (workflow,) = yaml.safe_load(example)
    checks = [Check.model_validate(each) for each in workflow["checks"]]
    assert list(wrong_checks(checks)) == []
    assert [bool(each.steps or each.tcp or each.dns or each.tls) for each in checks] == [True] * 4


def test_no_part_of_a_secret_is_told_where_a_value_is_cut(httpserver: HTTPServer) -> None:
    token, secret = "t0k" * 100, "s3c" * 100
    httpserver.expect_request("/").respond_with_json({"token": token, "echo": f"you said {secret}"})
    for path in ("$.token", "$.echo"):
        tried = step(
            url=httpserver.url_for("/"), expect=[{"json": path, "equals": "x"}], extract={"token": {"json": "$.token"}}
        )
        said = run(check(steps=[tried]), key=secret).said
        assert "t0k" not in said, said
        assert "s3c" not in said, said


def test_a_password_in_an_address_is_hidden_where_it_comes_back_in_base64(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_handler(
        lambda asked: Response(asked.headers["Authorization"], status=500)
    )
    for user in ("a", "ab", "abc"):
        url = httpserver.url_for("/").replace("//", f"//{user}:{{{{ secret.password }}}}@")
        excerpt = run(check(steps=[step(url=url)]), password="correct-horse").excerpt
        encoded = base64.b64encode(f"{user}:correct-horse".encode()).decode()
        assert excerpt.startswith("Basic ")
        assert encoded[6:-4] not in excerpt
