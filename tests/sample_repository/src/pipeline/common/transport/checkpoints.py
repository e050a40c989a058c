"""How far a consumer group has come in an event hub: one JSON file a partition.

FOLDER/EVENT_HUB/CONSUMER_GROUP/PARTITION.json holds {"sequence_number": 41, "offset": "8208"}, those of the last
event that was processed.
"""

import json
import os
from pathlib import Path


class Checkpoints:
    """The checkpoints of one consumer group of one event hub."""

    def __init__(self, folder: Path, event_hub: str, consumer_group: str) -> None:
        self._folder = folder / event_hub / consumer_group

    def load(self, partition: str) -> int | None:
        """The sequence number of the last processed event, None if there is none."""
        try:
            return int(json.loads(self._file(partition).read_text("utf-8"))["sequence_number"])
        except FileNotFoundError:
            return None

    def store(self, partition: str, sequence_number: int, offset: str) -> None:
        """Move the checkpoint on; it never goes back, and is never seen half written."""
        last = self.load(partition)
        if last is not None and last >= sequence_number:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f".{partition}.{os.getpid()}"
        draft.write_text(json.dumps({"sequence_number": sequence_number, "offset": offset}), "utf-8")
        draft.replace(self._file(partition))

    def _file(self, partition: str) -> Path:
        return self._folder / f"{partition}.json"
