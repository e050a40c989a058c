"""The checkpoint store that forgets: every start begins with the oldest message, for one process alone."""

import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace

from transport.adapter import Progress
from transport.checkpoints.store import Ownership


class Nowhere:
    """Checkpoints and owners for as long as this object lives."""

    def __init__(self) -> None:
        self._checkpoints: dict[str, Progress] = {}
        self._owners: dict[str, Ownership] = {}

    async def checkpoints(self) -> dict[str, Progress]:
        return dict(self._checkpoints)

    async def advance(self, finished: Mapping[str, Progress]) -> None:
        for partition, progress in finished.items():
            stored = self._checkpoints.get(partition)
            if stored is None or stored.mark.offset <= progress.mark.offset:
                self._checkpoints[partition] = progress

    async def owners(self) -> list[Ownership]:
        return list(self._owners.values())

    async def claim(self, wanted: Iterable[Ownership]) -> list[Ownership]:
        taken = []
        for claim in wanted:
            stored = self._owners.get(claim.partition)
            if (stored.etag if stored else "") == claim.etag:
                taken.append(replace(claim, modified=time.time(), etag=uuid.uuid4().hex))
                self._owners[claim.partition] = taken[-1]
        return taken

    async def close(self) -> None:
        """Nothing is open."""
