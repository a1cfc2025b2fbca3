"""The company as a whole: its services and its panel on one port of this machine, its customers, its job, its reports."""

import asyncio
import secrets
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Thread
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from bot.acme.counting import Counts
from bot.acme.customers import Customers
from bot.acme.monitoring import Monitoring
from bot.acme.panel import Panel
from bot.acme.parts import Modes
from bot.acme.reporting import Reporting, Reports
from bot.acme.services import Services
from bot.acme.settlement import Settlement


def real_time() -> datetime:
    """The time of day."""
    return datetime.now(UTC)


class Company:
    """Acme Pay, on 127.0.0.1. `port` 0 takes a free one.

    `key` is what those show who try its parts from outside, `now` is its clock, and `slack` is where its panel leads back to.
    """

    def __init__(
        self, reports: Reports, *, key: str, port: int = 0, now: Callable[[], datetime] = real_time, slack: str = ""
    ) -> None:
        self.modes = Modes()
        self.settlement = Settlement(reports.heartbeat)
        self.monitoring = Monitoring(f"{reports.url}/hooks/generic", reports.alert_secret)
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        counts = Counts()
        regular = secrets.token_urlsafe(12)
        services = Services(self.modes, (regular, key))
        self._reporting = Reporting(reports, counts, now)
        self._customers = Customers(self.port, regular, self.modes, counts, now)
        panel = Panel(self.modes, counts, self._reporting, self.settlement, self.monitoring, slack=slack)
        guard = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
        site = Starlette(routes=[*services.routes(), *panel.routes()], middleware=[guard])
        self._server = uvicorn.Server(
            uvicorn.Config(
                site, ws="none", lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1
            )
        )
        self._thread = Thread(target=self._serve, name="acme-pay", daemon=True)

    @property
    def url(self) -> str:
        """The address of the panel."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Open the doors: customers come from now on."""
        self._thread.start()
        for one in (self._customers, self._reporting, self.settlement, self.monitoring):
            one.start()
        return self

    def stop(self) -> None:
        """Close."""
        self._server.should_exit = True
        for one in (self.monitoring, self.settlement, self._reporting, self._customers):
            one.stop()
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _serve(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._listener]))
