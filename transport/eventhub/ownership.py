"""Lets the SDK share partitions between processes by our checkpoint store."""

from collections.abc import Iterable
from typing import Any

from azure.eventhub.aio import CheckpointStore

from transport.adapter import Progress
from transport.checkpoints import Ownership, Store
from transport.watermark import Mark


class SharedOwnership(CheckpointStore):
    """The SDK's view of a checkpoint store.

    Arguments:
        reader: name of the worker.

    `claimed` is the number of partitions the first round of claims brought us, None until it is over; with it
    a consumer knows how many assignments to wait for. `owned` are the partitions that were ours when the SDK
    last looked, `stored` the checkpoints it read before it last began to receive.
    """

    def __init__(self, store: Store, reader: str) -> None:
        self._store = store
        self._reader = reader
        self._rounds = 0
        self._owner = ""
        self.claimed: int | None = None
        self.owned: set[str] = set()
        self.stored: dict[str, Progress] = {}

    async def list_ownership(
        self, fully_qualified_namespace: str, eventhub_name: str, consumer_group: str, **_: Any
    ) -> Iterable[dict[str, Any]]:
        self._rounds += 1
        if self._rounds > 1 and self.claimed is None:
            self.claimed = 0  # every partition has another owner: we stand by
        owners = await self._store.owners()
        self.owned = {one.partition for one in owners if one.owner and one.owner == self._owner}
        return [
            {
                "fully_qualified_namespace": fully_qualified_namespace,
                "eventhub_name": eventhub_name,
                "consumer_group": consumer_group,
                "partition_id": one.partition,
                "owner_id": one.owner,
                "last_modified_time": one.modified,
                "etag": one.etag,
            }
            for one in owners
        ]

    async def claim_ownership(
        self, ownership_list: Iterable[dict[str, Any]], **_: Any
    ) -> Iterable[dict[str, Any]]:
        wanted = {one["partition_id"]: one for one in ownership_list}
        claims = [
            Ownership(partition, one["owner_id"], self._reader, 0.0, one.get("etag") or "")
            for partition, one in wanted.items()
        ]
        taken = await self._store.claim(claims)
        self._owner = next((one.owner for one in taken if one.owner), self._owner)
        self.owned |= {one.partition for one in taken if one.owner}
        if self.claimed is None:
            self.claimed = len(taken)
        return [
            {**wanted[one.partition], "last_modified_time": one.modified, "etag": one.etag} for one in taken
        ]

    async def update_checkpoint(self, checkpoint: dict[str, Any], **_: Any) -> None:
        mark = Mark(int(checkpoint["sequence_number"]), str(checkpoint["offset"]))
        await self._store.advance({str(checkpoint["partition_id"]): Progress(mark)})

    async def list_checkpoints(
        self, fully_qualified_namespace: str, eventhub_name: str, consumer_group: str, **_: Any
    ) -> Iterable[dict[str, Any]]:
        self.stored = await self._store.checkpoints()
        return [
            {
                "fully_qualified_namespace": fully_qualified_namespace,
                "eventhub_name": eventhub_name,
                "consumer_group": consumer_group,
                "partition_id": partition,
                "sequence_number": mark.offset,
                "offset": mark.cursor,
            }
            for partition, (mark, _) in self.stored.items()
        ]
