"""A Prometheus that says what a test wants, over real HTTP."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from bot.integrations.prometheus import QUERY_RANGE

GOOD, TOTAL = 'sum(increase(orders{code!="500"}[1m]))', "sum(increase(orders[1m]))"
NOTHING: Mapping[str, Any] = {"resultType": "matrix", "result": []}
Number = float | str | None
"""What an expression gives at a moment; None: nothing."""


class FakePrometheus:
    """Answers range queries, each expression with what it was told to."""

    def __init__(self, server: HTTPServer) -> None:
        self.numbers: dict[str, Callable[[int], Number]] = {GOOD: lambda _at: 98.7, TOTAL: lambda _at: 100.4}
        self.asked: list[Mapping[str, str]] = []
        self.headers: list[Mapping[str, str]] = []
        self.says: Callable[[], Response | None] = lambda: None
        """Instead of an answer."""
        self.adds: dict[str, Any] = {}
        """To each answer."""
        self.url = server.url_for("/prom")
        server.expect_request(f"/prom{QUERY_RANGE}", method="GET").respond_with_handler(self._answer)

    def gives(self, expression: str, number: Number) -> None:
        """The same at every moment."""
        self.numbers[expression] = lambda _at: number

    def fails(self, code: int = 200, **content: Any) -> None:
        """From now on it answers this."""
        self.says = lambda: Response(json.dumps(content), code, content_type="application/json")

    def is_well(self) -> None:
        self.says = lambda: None

    def _answer(self, request: Request) -> Response:
        self.asked.append(request.args.to_dict())
        self.headers.append(dict(request.headers))
        said = self.says()
        if said is not None:
            return said
        first, last, step = (int(request.args[name]) for name in ("start", "end", "step"))
        numbers = [(at, self.numbers[request.args["query"]](at)) for at in range(first, last + 1, step)]
        values = [[at, str(number)] for at, number in numbers if number is not None]
        result = [{"metric": {}, "values": values}] if values else []
        return Response(json.dumps({"status": "success", "data": {**NOTHING, "result": result}, **self.adds}))
