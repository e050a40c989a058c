"""Faults that the local services can be asked to show, over HTTP.

    POST   /_faults  {"path": "/export/*", "fault": "throttled", "times": 2, "seconds": 1}
    GET    /_faults  the faults still to come
    DELETE /_faults  no more faults

`path` is a shell pattern for the paths it strikes, `times` how often (once, if not said), `seconds` the
delay of `slow` and the Retry-After of `throttled`.
"""

import asyncio
from fnmatch import fnmatchcase
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from pydantic import BaseModel, ConfigDict, NonNegativeFloat, NonNegativeInt, ValidationError

from workers.messages import reason

PATH = "/_faults"


class Fault(BaseModel):
    """One kind of misbehaviour, and how often it is still to come."""

    model_config = ConfigDict(extra="forbid")

    path: str
    fault: Literal["slow", "throttled", "broken", "expired", "truncated", "mistyped"]
    times: NonNegativeInt = 1
    seconds: NonNegativeFloat = 1.0


class Faults:
    """The faults still to come, shared by the services."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def routes(self) -> list[web.RouteDef]:
        """The routes by which faults are asked for."""
        return [web.post(PATH, self._add), web.get(PATH, self._list), web.delete(PATH, self._clear)]

    def middleware(self) -> Middleware:
        """Lets a service misbehave as asked."""

        @web.middleware
        async def misbehave(request: web.Request, handler: Handler) -> web.StreamResponse:
            fault = None if request.path == PATH else self._next(request.path)
            return await handler(request) if fault is None else await _show(fault, request, handler)

        return misbehave

    def _next(self, path: str) -> Fault | None:
        self._faults = [fault for fault in self._faults if fault.times > 0]
        for fault in self._faults:
            if fnmatchcase(path, fault.path):
                fault.times -= 1
                return fault
        return None

    async def _add(self, request: web.Request) -> web.Response:
        try:
            self._faults.append(Fault.model_validate_json(await request.read()))
        except ValidationError as error:
            return web.json_response({"error": reason(error)}, status=422)
        return await self._list(request)

    async def _list(self, _request: web.Request) -> web.Response:
        return web.json_response([fault.model_dump() for fault in self._faults if fault.times > 0])

    async def _clear(self, request: web.Request) -> web.Response:
        self._faults.clear()
        return await self._list(request)


async def _show(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    match fault.fault:
        case "slow":
            await asyncio.sleep(fault.seconds)
            return await handler(request)
        case "throttled":
            wait = {"Retry-After": f"{fault.seconds:.0f}"}
            return web.json_response({"error": "too many requests"}, status=429, headers=wait)
        case "broken":
            return web.json_response({"error": "internal error"}, status=500)
        case "expired":
            return web.Response(text="Request has expired", status=403)
        case "mistyped":
            return web.Response(text="<html>Please sign in</html>", content_type="text/html")
        case _:
            return await _truncated(request, await handler(request))


async def _truncated(request: web.Request, whole: web.StreamResponse) -> web.StreamResponse:
    """Promise the whole body, send half of it, and hang up."""
    body = whole.body if isinstance(whole, web.Response) else None
    assert isinstance(body, bytes), "the local services answer with whole bodies"
    response = web.StreamResponse(status=whole.status, headers={"Content-Type": whole.content_type})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
