"""Everything that is not the Web API or Socket Mode: response URLs, uploads, files, the page and what it asks."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from bot.playground import page_state
from bot.playground.errors import Impossible, SlackError
from bot.playground.model import Channel, Json, User
from bot.playground.page_acts import ACTS
from bot.playground.page_news import news_of
from bot.playground.shapes import file_json
from bot.playground.traffic import Delivery
from bot.playground.web_api import BOT_TOKEN

if TYPE_CHECKING:
    from bot.playground.playground import Playground

STATIC = Path(__file__).parent / "static"


def routes_of(playground: "Playground") -> ASGIApp:
    """Return the application for all other paths."""
    doors = Doors(playground)
    routes = [
        Route("/", doors.page),
        Route("/archives/{rest:path}", doors.page),
        Route("/response/{token}", doors.respond, methods=["POST"]),
        Route("/upload/{file_id}", doors.upload, methods=["POST", "PUT"]),
        Route("/files/{rest:path}", doors.file),
        Route("/ui/{what}", doors.read, methods=["GET"]),
        Route("/ui/{what}", doors.do, methods=["POST"]),
        WebSocketRoute("/ui/socket", news_of(playground.workspace)),
    ]
    if STATIC.is_dir():
        routes.append(Mount("/static", FreshFiles(directory=STATIC)))
    return Starlette(routes=routes)


class FreshFiles(StaticFiles):
    """Static files that browsers ask for anew, so that no old module stands beside a new one after an upgrade."""

    def file_response(self, *args: Any, **named: Any) -> Response:
        """Return the file, or that it has not changed."""
        response = super().file_response(*args, **named)
        response.headers["cache-control"] = "no-cache"
        return response


class Doors:
    """The endpoints."""

    def __init__(self, playground: "Playground") -> None:
        self._playground = playground
        self._workspace = playground.workspace

    async def page(self, request: Request) -> Response:
        """Serve the page."""
        return FileResponse(STATIC / "index.html", headers={"cache-control": "no-cache"})

    async def respond(self, request: Request) -> Response:
        """Take an answer to a response_url; refusals are plain text with a 4xx, as Slack's."""
        try:
            answer = json.loads(await request.body())
        except ValueError:
            return PlainTextResponse("invalid_payload", 400)
        with self._workspace.lock:
            try:
                self._playground.response_urls.respond(request.path_params["token"], answer)
            except SlackError as refusal:
                return PlainTextResponse(refusal.code, 404 if refusal.code.endswith("_url") else 400)
            self._workspace.persist()
        return PlainTextResponse("ok")

    async def upload(self, request: Request) -> Response:
        """Take the bytes of a file: raw, whatever the content type says, or the first part of a multipart form."""
        content = await request.body()
        if request.headers.get("content-type", "").startswith("multipart/"):
            async with request.form() as form:
                parts = [one for one in form.values() if not isinstance(one, str)]
                content = await parts[0].read() if parts else b""
        with self._workspace.lock:
            file = self._workspace.files.get(request.path_params["file_id"])
            if file is None or file.completed:
                return PlainTextResponse("not_found", 404)
            if len(content) != file.length:
                return PlainTextResponse("length_mismatch", 400)
            file.content, file.uploaded = content, True
            self._workspace.save(file)
            self._workspace.persist()
        return PlainTextResponse(f"OK - {len(content)}")

    async def file(self, request: Request) -> Response:
        """Serve a file: to the page, and to the app with its token and scope. Others get a login page, as at Slack."""
        name = request.path_params["rest"].split("/")[0]
        file = self._workspace.files.get(name.rpartition("-")[2])
        if file is None:
            return PlainTextResponse("not_found", 404)
        from_page = request.headers.get("sec-fetch-site") == "same-origin"
        granted = "files:read" in self._workspace.scopes
        if not from_page and not (request.headers.get("authorization") == f"Bearer {BOT_TOKEN}" and granted):
            return Response("<html><body>Sign in to Acme</body></html>", media_type="text/html")
        return Response(file.content, media_type=file_json(file, self._workspace)["mimetype"])

    def _me(self, user_id: Any) -> User:
        users = self._workspace.users
        return users.get(str(user_id)) or next(iter(users.values()))

    def _channel(self, request: Request, me: User) -> Channel:
        channel = self._workspace.channels.get(request.query_params.get("channel", ""))
        if channel is None or (channel.is_private and me.id not in channel.members):
            raise Impossible("There is no such channel.")
        return channel

    async def read(self, request: Request) -> Response:
        """Answer what the page asks to show."""
        with self._workspace.lock:
            me = self._me(request.query_params.get("as"))
            readers: dict[str, Callable[[], Json]] = {
                "state": lambda: page_state.state(self._playground, me),
                "messages": lambda: page_state.messages(self._playground, me, self._channel(request, me)),
                "thread": lambda: page_state.thread(
                    self._playground, me, self._channel(request, me), request.query_params.get("ts", "")
                ),
                "views": lambda: page_state.views(self._playground, me),
                "traffic": lambda: {
                    "entries": self._playground.traffic.after(int(request.query_params.get("after", "0")))
                },
            }
            reader = readers.get(request.path_params["what"])
            if reader is None:
                return _refused("The local Slack has no such page.", 404)
            try:
                return JSONResponse({"ok": True} | reader())
            except Impossible as refusal:
                return _refused(str(refusal))

    async def do(self, request: Request) -> Response:
        """Do what the page asks, as the person it says."""
        act = ACTS.get(request.path_params["what"])
        if act is None:
            return _refused("The local Slack cannot do that.", 404)
        try:
            body = json.loads(await request.body() or b"{}")
            with self._workspace.lock:
                me = self._me(body.get("as"))
                heard = len(self._playground.client.notices.get(me.id, []))
                outcome = act(self._playground, me, body)
                self._workspace.persist()
        except Impossible as refusal:
            return _refused(str(refusal))
        except SlackError as refusal:
            return _refused(f"Slack says {refusal.code}.")
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            return _refused(f"The local Slack did not understand: {fault}", 400)
        errors: dict[str, str] = {}
        if isinstance(outcome, Delivery):
            await asyncio.to_thread(outcome.wait, self._playground.post.ack_within + 1)
            errors, outcome = outcome.errors, {}
        notices = self._playground.client.notices.get(me.id, [])[heard:]
        told = ({"errors": errors} if errors else {}) | ({"notice": notices[-1]} if notices else {})
        return JSONResponse({"ok": True} | outcome | told)


def _refused(sentence: str, status: int = 200) -> Response:
    return JSONResponse({"ok": False, "error": sentence}, status)
