"""What customers speak with: sign in, deposit, place an order, read the statement. As slow or broken as it was made."""

import asyncio
import random
import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.acme.parts import DEPOSIT, PLACE_ORDER, SIGN_IN, STATEMENT, Mode, Modes, Part

MOST_SESSIONS = 500
LINES_SHOWN = 10
SLOW = 6.0
"""Seconds a slow part takes: longer than anybody waits."""


@dataclass
class Account:
    """What a customer has, in cents, and what was done lately."""

    email: str
    balance: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)

    def book(self, what: str, amount: int) -> None:
        """Put a movement of money on the statement."""
        self.balance += amount
        self.lines = [*self.lines, {"what": what, "amount": amount}][-LINES_SHOWN:]


class Services:
    """The parts, behind their addresses. They run on one event loop."""

    def __init__(self, modes: Modes, keys: Iterable[str]) -> None:
        """`keys` are what those show who need not sign in, each for an account of its own."""
        self._modes = modes
        self._standing = {key: Account(f"{place}@example.com") for place, key in enumerate(keys, 1)}
        self._sessions: OrderedDict[str, Account] = OrderedDict()

    def routes(self) -> list[Route]:
        """The addresses."""
        return [
            Route("/api/session", self.sign_in, methods=["POST"]),
            Route("/api/session", self.sign_out, methods=["DELETE"]),
            Route("/api/deposits", self.deposit, methods=["POST"]),
            Route("/api/orders", self.place_order, methods=["POST"]),
            Route("/api/statement", self.statement, methods=["GET"]),
        ]

    async def sign_in(self, request: Request) -> Response:
        """Open a session: `{"email": ..., "password": ...}`. The oldest end where there are too many."""
        body = await _body(request)  # first, since whoever is tired of waiting is gone later
        if not isinstance(body.get("email"), str) or not body.get("password"):
            raise HTTPException(401, "Give your email address and password.")
        await self._do(SIGN_IN)
        session = secrets.token_urlsafe(12)
        self._sessions[session] = Account(body["email"])
        while len(self._sessions) > MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return JSONResponse({"session": session}, 201)

    async def sign_out(self, request: Request) -> Response:
        """End a session."""
        self._sessions.pop(_session(request), None)
        return Response(status_code=204)

    async def deposit(self, request: Request) -> Response:
        """Pay in: `{"amount": 2500}`, in cents."""
        account, amount = self._account(request), await _amount(request)
        await self._do(DEPOSIT)
        account.book("Deposit", amount)
        return JSONResponse({"balance": account.balance}, 201)

    async def place_order(self, request: Request) -> Response:
        """Buy something: `{"item": "book", "amount": 1200}`."""
        account, amount = self._account(request), await _amount(request)
        await self._do(PLACE_ORDER)
        account.book("Order", -amount)
        return JSONResponse({"order": secrets.token_hex(4)}, 201)

    async def statement(self, request: Request) -> Response:
        """The last movements, and what is left."""
        await self._do(STATEMENT)
        account = self._account(request)
        return JSONResponse({"balance": account.balance, "lines": account.lines})

    async def _do(self, part: Part) -> None:
        """Take as long as the part takes, and fail as often as it fails."""
        mode = self._modes.of(part)
        await asyncio.sleep(SLOW if mode is Mode.SLOW else random.uniform(0.005, 0.03))  # noqa: S311 - it is a play
        if mode is Mode.BROKEN or random.random() < part.failing:  # noqa: S311
            raise HTTPException(500, "The upstream processor did not answer.")

    def _account(self, request: Request) -> Account:
        session = _session(request)
        account = self._standing.get(session) or self._sessions.get(session)
        if account is None:
            raise HTTPException(401, "Sign in first.")
        return account


def _session(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise HTTPException(400, "Send a JSON object.")
    return body


async def _amount(request: Request) -> int:
    amount = (await _body(request)).get("amount")
    if type(amount) is not int or not 0 < amount <= 1_000_000:
        raise HTTPException(422, "Give an amount of 1 to 1000000 cents.")
    return amount
