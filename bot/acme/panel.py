"""The page on which the company is slowed, broken and repaired, and what it asks."""

from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.acme.counting import Counts
from bot.acme.monitoring import AlertMode, Monitoring
from bot.acme.parts import PARTS, Mode, Modes, Part, part_named
from bot.acme.reporting import Reporting
from bot.acme.settlement import JobMode, Settlement

STATIC = Path(__file__).parent / "static"
SETTLEMENT, MONITORING = "settlement", "monitoring"
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


class Panel:
    """The page's addresses."""

    def __init__(
        self,
        modes: Modes,
        counts: Counts,
        reporting: Reporting,
        settlement: Settlement,
        monitoring: Monitoring,
        *,
        slack: str,
    ) -> None:
        self._modes = modes
        self._counts = counts
        self._reporting = reporting
        self._settlement = settlement
        self._monitoring = monitoring
        self._slack = slack

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        return [
            Route("/", self.page),
            Route("/panel/state", self.state),
            Route("/panel/mode", self.put, methods=["POST"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]

    async def page(self, request: Request) -> Response:
        """Serve the page."""
        return FileResponse(STATIC / "panel.html", headers={"cache-control": "no-cache"})

    async def state(self, request: Request) -> Response:
        """How everything does."""
        return JSONResponse(
            {
                "parts": [self._part(part) for part in PARTS],
                "settlement": {"mode": self._settlement.mode, "runs": self._settlement.runs},
                "monitoring": {"mode": self._monitoring.mode, "sent": self._monitoring.sent},
                "arrives": self._reporting.arrives,
                "slack": self._slack,
            }
        )

    async def put(self, request: Request) -> Response:
        """Slow, break or repair a part, the job, or what monitoring says: `{"part": "deposit", "mode": "broken"}`."""
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).hostname not in LOCAL:
            raise HTTPException(403, "Only a page of this machine may do that.")
        try:
            given = await request.json()
            name, mode = given["part"], given["mode"]
            part = part_named(name)
            if name == SETTLEMENT:
                self._settlement.put(JobMode(mode))
            elif name == MONITORING:
                self._monitoring.put(AlertMode(mode))
            elif part is not None:
                self._modes.put(part, Mode(mode))
            else:
                raise HTTPException(404, "There is no such part.")
        except (ValueError, KeyError, TypeError):
            raise HTTPException(422, "Give a part and a mode.") from None
        return await self.state(request)

    def _part(self, part: Part) -> dict[str, Any]:
        lately = self._counts.lately(part)
        return {
            "key": part.key,
            "name": part.name,
            "what": part.what,
            "mode": self._modes.of(part),
            "visits": [int(went_well) for went_well, _ in lately],
            "seconds": median(seconds for _, seconds in lately[-10:]) if lately else None,
        }
