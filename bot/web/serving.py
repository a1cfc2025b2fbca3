"""What serves HTTP. Importing uvicorn takes a while, so nobody but the server's thread imports this."""

import asyncio
import socket
from contextlib import suppress

import uvicorn


class PromptServer(uvicorn.Server):
    """A server that ends at once when it is told to and nobody waits for an answer.

    uvicorn's own looks ten times a second whether it is to end, and then waits a tenth of a second for nobody.
    """

    _ending: asyncio.Event | None = None
    _loop: asyncio.AbstractEventLoop

    def end(self) -> None:
        """Answer what is being asked, and stop. Any thread may say so."""
        self.should_exit = True
        if self._ending is not None:
            with suppress(RuntimeError):  # its loop is over already
                self._loop.call_soon_threadsafe(self._ending.set)

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ending = asyncio.Event()
        while not await self.on_tick(0):  # each time, what answers say of the date is made anew
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), timeout=1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
            return
        for server in self.servers:
            server.close()
            await server.wait_closed()
        for each in sockets or []:
            each.close()
