"""The file host: serves any file to whoever has a presigned link, the same bytes every time."""

import hashlib
import mimetypes
from itertools import count, islice

from aiohttp import web

from workers.local.faults import Faults
from workers.local.links import honoured

SIZE = 48 * 1024


def application(faults: Faults) -> web.Application:
    """The file host."""
    app = web.Application(middlewares=[faults.middleware()])
    app.add_routes([*faults.routes(), web.get("/files/{name:.+}", _serve)])
    return app


def content(path: str) -> bytes:
    """The SIZE bytes that lie at `path`."""
    blocks = (hashlib.sha256(f"{path} {number}".encode()).digest() for number in count())
    return b"".join(islice(blocks, SIZE // hashlib.sha256().digest_size))


async def _serve(request: web.Request) -> web.Response:
    query = request.query
    if not honoured(request.path, query.get("expires", ""), query.get("signature", "")):
        return web.Response(text="Request has expired", status=403)
    kind, _ = mimetypes.guess_type(request.path)
    return web.Response(body=content(request.path), content_type=kind or "application/octet-stream")
