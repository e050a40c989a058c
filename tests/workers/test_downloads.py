"""Downloads from a host that may be slow, wrong or hostile."""

import asyncio
from dataclasses import replace

import pytest
from aiohttp import web

from tests.workers.fleet import ask_for_a_fault
from workers.downloads import Downloads
from workers.errors import DownloadInterruptedError, DownloadRefusedError, UrlExpiredError
from workers.local.file_host import SIZE, content
from workers.local.links import link
from workers.local.world import World
from workers.origins import Origins

PATH = "/files/4711/m-4711-1/front.jpg"
BLOB = "claimx/4711/m-4711-1/front.jpg"


@pytest.fixture
async def downloads(world: World, tmp_path):
    origins = Origins.from_env({"FILE_HOST_URL": world.file_host_url})
    async with Downloads(tmp_path / "cache", origins, timeout=5) as downloads:
        yield downloads


@pytest.fixture
def fault(world: World):
    """Asks the file host for a fault."""

    async def ask(kind: str, **more) -> None:
        await ask_for_a_fault(world.file_host_url, path="/files/*", fault=kind, **more)

    return ask


def leftovers(tmp_path) -> list[str]:
    return [path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()]


async def test_a_file_lies_in_the_cache_whole(world, downloads, tmp_path):
    cached = await downloads.fetch(world.file_host_url + link(PATH), BLOB)
    assert cached.path == tmp_path / "cache" / BLOB
    assert cached.path.read_bytes() == content(PATH)
    assert (cached.size, cached.content_type) == (SIZE, "image/jpeg")
    assert leftovers(tmp_path) == ["front.jpg"]


async def test_fetching_twice_leaves_one_file(world, downloads, tmp_path):
    for _ in range(2):
        await downloads.fetch(world.file_host_url + link(PATH), BLOB)
    assert leftovers(tmp_path) == ["front.jpg"]


async def test_an_expired_link_is_told_apart(world, downloads):
    with pytest.raises(UrlExpiredError):
        await downloads.fetch(world.file_host_url + link(PATH, expires=1), BLOB)


async def test_a_link_made_for_another_file_is_no_good(world, downloads):
    with pytest.raises(UrlExpiredError):
        await downloads.fetch(world.file_host_url + link(PATH).replace("front", "kitchen"), BLOB)


@pytest.mark.parametrize("kind", ["broken", "throttled", "truncated"])
async def test_what_may_pass_is_interrupted_and_leaves_nothing(kind, world, downloads, fault, tmp_path):
    await fault(kind)
    with pytest.raises(DownloadInterruptedError):
        await downloads.fetch(world.file_host_url + link(PATH), BLOB)
    assert leftovers(tmp_path) == []
    assert (await downloads.fetch(world.file_host_url + link(PATH), BLOB)).size == SIZE


async def test_a_page_instead_of_a_photo_is_refused(world, downloads, fault, tmp_path):
    await fault("mistyped")
    with pytest.raises(DownloadRefusedError, match="should be image/jpeg, and is text/html"):
        await downloads.fetch(world.file_host_url + link(PATH), BLOB)
    assert leftovers(tmp_path) == []


async def test_a_silent_host_is_given_up(world, fault, tmp_path):
    await fault("slow", seconds=30)
    origins = Origins.from_env({"FILE_HOST_URL": world.file_host_url})
    async with Downloads(tmp_path / "cache", origins, timeout=0.2) as downloads:
        with pytest.raises(DownloadInterruptedError, match="silent"):
            await downloads.fetch(world.file_host_url + link(PATH), BLOB)


async def test_a_host_that_is_not_there_is_an_interruption_that_hides_the_signature(tmp_path):
    origins = Origins.from_env({"FILE_HOST_URL": "http://127.0.0.1:1"})
    async with Downloads(tmp_path / "cache", origins) as downloads:
        with pytest.raises(DownloadInterruptedError) as raised:
            await downloads.fetch("http://127.0.0.1:1" + link(PATH), BLOB)
    assert "signature" not in str(raised.value)


@pytest.mark.parametrize("length", ["told", "untold"])
async def test_a_file_beyond_the_limit_is_refused(length, served, tmp_path):
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
        if length == "told":
            response.content_length = 10**9
        await response.prepare(request)
        while True:
            await response.write(bytes(64 * 1024))

    origins = await served(endless)
    async with Downloads(tmp_path / "cache", origins, most_bytes=1_000_000) as downloads:
        with pytest.raises(DownloadRefusedError, match="larger than 1000000 bytes"):
            await downloads.fetch(f"{origins.local}/a.jpg", BLOB)
    assert leftovers(tmp_path) == []


async def test_a_host_that_drips_is_given_up(served, tmp_path):
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.05)

    origins = await served(drip)
    async with Downloads(tmp_path / "cache", origins, timeout=5, longest=0.4) as downloads:
        with pytest.raises(DownloadInterruptedError, match="too slow"):
            await downloads.fetch(f"{origins.local}/a.jpg", BLOB)
    assert leftovers(tmp_path) == []


async def test_a_redirect_to_an_allowed_name_that_leads_to_a_private_address_is_refused(served, tmp_path):
    async def elsewhere(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "https://localhost/a.jpg?signature=x"})

    origins = replace(await served(elsewhere), hosts=frozenset({"localhost"}))
    async with Downloads(tmp_path / "cache", origins) as downloads:
        with pytest.raises(DownloadRefusedError, match=r"^localhost leads to a private address$"):
            await downloads.fetch(f"{origins.local}/a.jpg", BLOB)
    assert leftovers(tmp_path) == []


async def test_a_redirect_is_followed_only_to_where_one_may_ask(served, tmp_path):
    async def elsewhere(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": request.query.get("to", "/a.jpg")})

    origins = await served(elsewhere)
    async with Downloads(tmp_path / "cache", origins) as downloads:
        with pytest.raises(DownloadRefusedError, match=r"169\.254\.169\.254"):
            await downloads.fetch(f"{origins.local}/a.jpg?to=http://169.254.169.254/latest/meta-data", BLOB)
        with pytest.raises(DownloadRefusedError, match="no URL"):
            await downloads.fetch(f"{origins.local}/a.jpg?to=http://[x", BLOB)
        with pytest.raises(DownloadRefusedError, match="more than 3 times"):
            await downloads.fetch(f"{origins.local}/a.jpg", BLOB)


@pytest.mark.parametrize("blob", ["../out.jpg", "/etc/out.jpg", "a/../../out.jpg", "."])
async def test_no_name_leads_out_of_the_cache(blob, world, downloads):
    with pytest.raises(DownloadRefusedError, match="leads out of the cache"):
        await downloads.fetch(world.file_host_url + link(PATH), blob)


async def test_no_link_in_the_cache_leads_out_of_it(world, downloads, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "claimx").symlink_to(tmp_path)
    with pytest.raises(DownloadRefusedError, match="leads out of the cache"):
        await downloads.fetch(world.file_host_url + link(PATH), BLOB)


@pytest.fixture
async def served():
    """Serves one handler for every path; the origins that allow it."""
    runners: list[web.AppRunner] = []

    async def serve(handler) -> Origins:
        app = web.Application()
        app.router.add_get("/{name:.*}", handler)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return Origins.from_env({"FILE_HOST_URL": f"http://127.0.0.1:{runner.addresses[0][1]}"})

    yield serve
    for runner in runners:
        await runner.cleanup()
