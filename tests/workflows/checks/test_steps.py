"""Checks of several requests against a real server: what is asked, what is expected, what is carried on, what is cleaned up."""

import json
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from bot.workflows.checks.streaks import Verdict
from tests.workflows.checks.conftest import check, run, step

SHOP = {"variables": {"base": "http://127.0.0.1"}}


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
