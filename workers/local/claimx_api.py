"""The ClaimX API, as far as the workers use it. What was posted, by idempotency key, is told at GET /data."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from workers.local import data
from workers.local.faults import Faults

PROJECT = "/export/project/{project_id}"


def application(token: str, file_host: str, faults: Faults) -> web.Application:
    """The API; it wants `token` as the bearer token, and its links lead to `file_host`."""

    @web.middleware
    async def authorised(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/_") or request.headers.get("Authorization") == f"Bearer {token}":
            return await handler(request)
        return web.json_response({"error": "a valid bearer token is needed"}, status=401)

    posted: dict[str, Any] = {}

    async def take(request: web.Request) -> web.Response:
        try:
            body = await request.json()
        except ValueError:
            return web.json_response({"error": "the body is not JSON"}, status=400)
        posted[request.headers.get("Idempotency-Key") or str(len(posted))] = body
        return web.json_response({"status": "accepted"})

    async def tell(_request: web.Request) -> web.Response:
        return web.json_response(list(posted.values()))

    app = web.Application(middlewares=[authorised, faults.middleware()])
    app.add_routes(faults.routes())
    app.add_routes(
        [
            web.get(PROJECT, _told(data.project)),
            web.get(f"{PROJECT}/media", _told(lambda project_id: data.media(project_id, file_host))),
            web.get(f"{PROJECT}/contacts", _told(data.contacts)),
            web.get(f"{PROJECT}/conversations", _told(data.conversations)),
            web.get("/customTasks/assignment/{assignment_id}", _told(data.task)),
            web.post("/data", take),
            web.get("/data", tell),
        ]
    )
    return app


def _told(knows: Callable[[str], Any]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler that tells what is known about the one id in the path."""

    async def handler(request: web.Request) -> web.Response:
        (subject,) = request.match_info.values()
        answer = knows(subject)
        if answer is None:
            return web.json_response({"error": f"{subject} is not known"}, status=404)
        return web.json_response(answer)

    return handler
