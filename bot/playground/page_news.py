"""News for open pages: a WebSocket that says what changed, so that the page fetches it again."""

import asyncio
from collections.abc import Callable

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.playground.workspace import Change, Workspace

GATHERING = 0.03
"""Seconds during which changes are gathered into one piece of news."""


class Listener:
    """One open page. Changes come from any thread and are told on the event loop."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._loop = asyncio.get_running_loop()
        self._changed: dict[str, set[str]] = {}
        self._telling: asyncio.Task[None] | None = None

    def hear(self, change: Change, channel_id: str) -> None:
        """Take note of a change."""
        self._loop.call_soon_threadsafe(self._gather, change, channel_id)

    def _gather(self, change: Change, channel_id: str) -> None:
        self._changed.setdefault(channel_id, set()).add(change)
        if self._telling is None or self._telling.done():
            self._telling = self._loop.create_task(self._tell())

    async def _tell(self) -> None:
        await asyncio.sleep(GATHERING)
        changed, self._changed = self._changed, {}
        try:
            for channel_id, changes in changed.items():
                news = {"changed": sorted(changes)}
                await self._websocket.send_json(news | ({"channel": channel_id} if channel_id else {}))
        except (WebSocketDisconnect, RuntimeError):
            # The page went away while it was being told; its listener ends by itself.
            self._changed.clear()


def news_of(workspace: Workspace) -> Callable[[WebSocket], object]:
    """Return the endpoint that tells a page of changes until it goes away."""

    async def listen(websocket: WebSocket) -> None:
        await websocket.accept()
        listener = Listener(websocket)
        workspace.watchers.append(listener.hear)
        try:
            while True:
                await websocket.receive_text()
        except WebSocketDisconnect:
            return
        finally:
            workspace.watchers.remove(listener.hear)

    return listen
