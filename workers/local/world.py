"""All services together, on free loopback ports."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from workers.local import claimx_api, file_host, itel_api
from workers.local.cached_files import cached_files
from workers.local.faults import Faults

HOST = "127.0.0.1"
TOKEN = "local-token"  # noqa: S105  # guards nothing but invented data


@dataclass(frozen=True, slots=True)
class World:
    """Where the services are, for whoever uses them."""

    claimx_api_url: str
    claimx_api_token: str
    itel_api_url: str
    itel_api_token: str
    file_host_url: str
    cached_files: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """What a worker's environment must say to find them."""
        return {
            "CLAIMX_API_URL": self.claimx_api_url,
            "CLAIMX_API_TOKEN": self.claimx_api_token,
            "ITEL_API_URL": self.itel_api_url,
            "ITEL_API_TOKEN": self.itel_api_token,
            "FILE_HOST_URL": self.file_host_url,
            "CACHED_FILES": str(self.cached_files),
        }


@asynccontextmanager
async def serve() -> AsyncIterator[World]:
    """Serve the ClaimX API, the iTel API and the file host while the block runs."""
    faults = Faults()
    async with AsyncExitStack() as running:
        files = await _listen(file_host.application(faults), running)
        claimx = await _listen(claimx_api.application(TOKEN, files, faults), running)
        itel = await _listen(itel_api.application(TOKEN, faults), running)
        yield World(claimx, TOKEN, itel, TOKEN, files, running.enter_context(cached_files()))


async def _listen(app: web.Application, running: AsyncExitStack) -> str:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    running.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, HOST, 0)
    await site.start()
    return f"http://{HOST}:{runner.addresses[0][1]}"
