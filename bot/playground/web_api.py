"""The Web API's door: arguments, token, scopes, faults, hooks, limits; then the method; then the answer."""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from typing import Any, Literal

from bot.playground.arguments import Arguments, parse
from bot.playground.errors import DropConnection, SlackError
from bot.playground.faults import Faults, Rule
from bot.playground.limits import Limits, TooFast
from bot.playground.methods import METHODS, Asked, Method
from bot.playground.methods.table import refuse_missing
from bot.playground.modals import Triggers
from bot.playground.model import Json
from bot.playground.traffic import Call, Traffic
from bot.playground.workspace import Workspace

BOT_TOKEN = "xoxb-playground"
APP_TOKEN = "xapp-1-A0SEVBOT-playground"
HANGS_AT_MOST = 30.0

HungUp = Callable[[], Awaitable[None]]
Hook = Callable[[Call, Literal["before", "after"]], None]
Reply = tuple[int, dict[str, str], bytes]
"""Status, headers, body."""


class WebApi:
    """Answers calls. `calls` keeps every one of them; `busy` counts those not yet answered."""

    def __init__(
        self, workspace: Workspace, faults: Faults, traffic: Traffic, new_link: Callable[[], str], triggers: Triggers
    ) -> None:
        self.workspace = workspace
        self.faults = faults
        self.limits = Limits()
        self.calls: list[Call] = []
        self.hooks: list[Hook] = []
        self.busy = 0
        self.last_at = time.monotonic()
        self.enforce_limits = False
        self._traffic = traffic
        self._new_link = new_link
        self._triggers = triggers
        # Hooks may block, to hold one call back while others pass, so they run beside the event loop.
        self._hook_threads = ThreadPoolExecutor(max_workers=64, thread_name_prefix="playground-hook")

    def close(self) -> None:
        """Let the threads of the hooks go."""
        self._hook_threads.shutdown(wait=False, cancel_futures=True)

    async def answer(
        self, method: str, query: bytes, headers: dict[bytes, bytes], body: bytes, hung_up: HungUp
    ) -> Reply:
        """Perform one call and return the reply; raises DropConnection where a fault or hook wants none.

        `hung_up` waits until the caller has gone away.
        """
        call = Call(method, {}, len(self.calls) + 1, headers.get(b"x-sevbot-kind", b"").decode("latin-1"))
        self.calls.append(call)
        self._traffic.add(call)
        self.busy += 1
        try:
            return await self._answer(call, query, headers, body, hung_up)
        finally:
            self.busy -= 1
            self.last_at = time.monotonic()
            call.duration = self.last_at - call.at
            self.workspace.touch("traffic")

    async def _answer(
        self, call: Call, query: bytes, headers: dict[bytes, bytes], body: bytes, hung_up: HungUp
    ) -> Reply:
        try:
            call.args = parse(query, headers.get(b"content-type", b"").decode("latin-1"), body)
        except SlackError as refusal:
            return self._reply(call, refusal.answer())
        await self._run_hooks(call, "before")
        if self.faults.outage:
            return self._reply(call, {"ok": False, "error": "service_unavailable"}, status=503)
        rule = self.faults.take(call)
        delay = self.faults.latency_ms / 2000
        await self._pause(delay)
        if rule is not None:
            early = await self._fault_before(call, rule, hung_up)
            if early is not None:
                return early
        reply = self._perform(call, headers)
        await self._pause(delay)
        await self._run_hooks(call, "after")
        if rule is not None:
            reply = await self._fault_after(call, rule, reply, hung_up)
        return reply

    async def _pause(self, seconds: float) -> None:
        if seconds:
            await asyncio.sleep(seconds)

    async def _hang(self, hung_up: HungUp) -> None:
        """Say nothing until the caller gives up."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(hung_up(), HANGS_AT_MOST)

    async def _run_hooks(self, call: Call, moment: Literal["before", "after"]) -> None:
        for hook in list(self.hooks):
            await asyncio.get_running_loop().run_in_executor(self._hook_threads, hook, call, moment)

    async def _fault_before(self, call: Call, rule: Rule, hung_up: HungUp) -> Reply | None:
        """Apply the part of a fault that comes before the effect; None lets the call go on."""
        fault = rule.fault
        if fault == "429":
            return self._too_fast(call, rule.retry_after)
        if fault == "500":
            call.status = 500
            return 500, {"content-type": "text/html"}, b"<html><body>Internal Server Error</body></html>"
        if fault == "timeout_before":
            await self._hang(hung_up)
        if fault in ("timeout_before", "drop_before"):
            raise DropConnection
        if fault.startswith("slow:"):
            await self._pause(int(fault.removeprefix("slow:")) / 1000)
            return None
        if fault in ("timeout_after", "drop_after", "fatal_error_after"):
            return None
        return self._reply(call, SlackError(fault, **self._beside(call, fault)).answer())

    def _beside(self, call: Call, error: str) -> dict[str, Any]:
        """Return what Slack says beside some error codes."""
        if error == "missing_scope":
            method = METHODS.get(call.method)
            needed = ",".join(method.scopes(self._asked(call))) if method else ""
            return {"needed": needed, "provided": ",".join(self.workspace.scopes)}
        if error in ("invalid_blocks", "invalid_arguments"):
            problem = "failed to match all allowed schemas [json-pointer:/blocks/0]"
            return {"errors": [problem], "response_metadata": {"messages": [f"[ERROR] {problem}"]}}
        return {}

    async def _fault_after(self, call: Call, rule: Rule, reply: Reply, hung_up: HungUp) -> Reply:
        """Apply the part of a fault that comes after the effect."""
        if rule.fault == "timeout_after":
            await self._hang(hung_up)
        if rule.fault in ("timeout_after", "drop_after"):
            raise DropConnection
        if rule.fault == "fatal_error_after":
            return self._reply(call, {"ok": False, "error": "fatal_error"})
        return reply

    def _asked(self, call: Call) -> Asked:
        return Asked(self.workspace, Arguments(call.args), self._triggers, self._new_link)

    def _perform(self, call: Call, headers: dict[bytes, bytes]) -> Reply:
        with self.workspace.lock:
            try:
                method = self._method(call)
                asked = self._asked(call)
                self._authorise(call, headers, method, asked)
                refuse_missing(method, asked.args)
                answer = {"ok": True} | method.run(asked)
                self.workspace.persist()
            except TooFast as too_fast:
                return self._too_fast(call, too_fast.retry_after)
            except SlackError as refusal:
                answer = refusal.answer()
            return self._reply(call, answer)

    def _method(self, call: Call) -> Method:
        method = METHODS.get(call.method)
        if method is None:
            raise SlackError("unknown_method", req_method=call.method)
        return method

    def _authorise(self, call: Call, headers: dict[bytes, bytes], method: Method, asked: Asked) -> None:
        """Check the token, its scopes and the rate limits, in Slack's order."""
        scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        token = token if scheme.lower() == "bearer" else asked.args.text("token")
        if not token:
            raise SlackError("not_authed")
        if token not in (BOT_TOKEN, APP_TOKEN):
            raise SlackError("invalid_auth")
        if not self.workspace.installed:
            raise SlackError("account_inactive")
        if (token == APP_TOKEN) != method.app_token:
            raise SlackError("not_allowed_token_type")
        needed = method.scopes(asked)
        granted = ("connections:write",) if method.app_token else self.workspace.scopes
        if needed and not any(scope in granted for scope in needed):
            raise SlackError("missing_scope", needed=",".join(needed), provided=",".join(granted))
        if self.enforce_limits:
            self.limits.check(call.method, method.tier, asked.args.text("channel"))

    def _too_fast(self, call: Call, retry_after: int) -> Reply:
        return self._reply(
            call, {"ok": False, "error": "ratelimited"}, status=429, headers={"retry-after": str(retry_after)}
        )

    def _reply(self, call: Call, answer: Json, *, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
        call.answer, call.status = answer, status
        given = {
            "content-type": "application/json; charset=utf-8",
            "date": formatdate(usegmt=True),
            "x-oauth-scopes": ",".join(self.workspace.scopes),
            "x-slack-req-id": f"{call.number:032x}",
            "x-playground-clock-offset": f"{self.workspace.clock.offset:g}",
        }
        method = METHODS.get(call.method)
        if method is not None:
            given["x-accepted-oauth-scopes"] = ",".join(method.scopes(self._asked(call)))
        return status, given | (headers or {}), json.dumps(answer).encode()
