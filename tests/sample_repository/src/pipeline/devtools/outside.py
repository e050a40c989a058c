"""Stands in for ClaimX, iTel and the other partners: `python src/pipeline/devtools/outside.py`.

Prints one line of JSON, the variables that workers need to find it, and serves on loopback until SIGTERM. It knows
project 4711 with a photo, a cabinet form (t-1) and a mitigation report (t-2), and takes every order and notice. A
file and a cached copy of it are in a temporary folder.
"""

import asyncio
import json
import os
import signal
import tempfile
from pathlib import Path
from typing import Any

from aiohttp import web

TOKEN = "for-developers-only"
PHOTO = b"\xff\xd8" + bytes(range(256)) * 8
TASKS: dict[str, tuple[str, str]] = {"t-1": ("32513", "Cabinet repair"), "t-2": ("31001", "Mitigation report")}
FORM = [
    {"question": "damageDescription", "answer": "dishwasher leaked"},
    {"question": "lowerCabinetsLinearFeet", "answer": "7.5", "mediaIds": ["m-1"]},
]


def application() -> web.Application:
    app = web.Application()
    app.add_routes(
        [
            web.get("/claimx/export/project/4711", project),
            web.get("/claimx/export/project/4711/media", media),
            web.get("/claimx/customTasks/assignment/{id}", assignment),
            web.get("/files/{name:.+}", file),
            web.post("/itel/orders", order),
            web.post("/partner/notices", notice),
        ]
    )
    return app


async def project(_request: web.Request) -> web.Response:
    return web.json_response({"projectId": "4711", "masterFileName": "MFN-1", "status": "OPEN"})


async def media(request: web.Request) -> web.Response:
    url = f"http://{request.host}/files/4711/front.jpg"
    return web.json_response([{"mediaId": "m-1", "fileName": "front.jpg", "downloadUrl": url}])


async def assignment(request: web.Request) -> web.Response:
    assignment_id = request.match_info["id"]
    if assignment_id not in TASKS:
        return web.json_response({"error": "unknown"}, status=404)
    task_id, name = TASKS[assignment_id]
    told: dict[str, Any] = {"assignmentId": assignment_id, "projectId": "4711", "taskId": task_id, "taskName": name}
    return web.json_response({**told, "status": "COMPLETED", "form": FORM if task_id == "32513" else []})


async def file(_request: web.Request) -> web.Response:
    return web.Response(body=PHOTO, content_type="image/jpeg")


async def order(request: web.Request) -> web.Response:
    asked = await request.json()
    return web.json_response({"order": f"order-{asked['reference']}"}, status=201)


async def notice(request: web.Request) -> web.Response:
    return web.json_response({"taken": len(await request.json())})


async def main() -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    runner = web.AppRunner(application(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = "http://127.0.0.1:%d" % runner.addresses[0][1]
    with tempfile.TemporaryDirectory(prefix="outside-") as folder:
        photo = Path(folder) / "photo.jpg"
        photo.write_bytes(PHOTO)
        variables = {
            "CLAIMX_API_URL": f"{base}/claimx",
            "CLAIMX_API_TOKEN": TOKEN,
            "ITEL_API_URL": f"{base}/itel",
            "ITEL_API_TOKEN": TOKEN,
            "PARTNER_URL": f"{base}/partner",
            "PARTNER_TOKEN": TOKEN,
            "MEDIA_DEV_URL": f"{base}/files/",
            "CACHED_PHOTO": str(photo),
        }
        print(json.dumps(variables), flush=True)
        parent = os.getppid()
        while not stopped.is_set() and os.getppid() == parent:
            try:
                await asyncio.wait_for(stopped.wait(), 0.5)
            except TimeoutError:
                pass
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
