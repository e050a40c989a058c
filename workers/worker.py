"""What the runtime asks of a worker."""

from collections.abc import Mapping
from typing import Protocol


class Worker(Protocol):
    """A worker as the runtime sees it."""

    async def start(self) -> None:
        """Connect; return once messages are being consumed."""

    async def stop(self) -> None:
        """Finish and commit what is in hand, let go of everything; also after a start that failed."""


class WorkerType(Protocol):
    """A worker's class."""

    def from_env(self, environ: Mapping[str, str]) -> Worker:
        """The worker as the environment configures it; raises SettingError or TransportError."""
