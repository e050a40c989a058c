"""From what a definition says of its replacement to the conventions that a patch follows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from migration_tracker.codemods.topic_files import topic_keys
from migration_tracker.codemods.values import Conventions


def conventions(patch: Mapping[str, Any], root: Path, worker: str) -> Conventions:
    """How the replacement is called in the repository at `root`, for a worker.

    Args:
        patch: the keys of `[patch]`, as a definition has them.
        root: where `patch.topics_file` is looked for.
        worker: the worker's name; its domain decides which topics are meant.

    Raises:
        TopicsUnreadable: the file that names the topics' keys cannot be used.
    """
    keys = {**patch}
    topics = {(topic, ""): key for topic, key in keys.pop("topic_keys").items()}
    if file := keys.pop("topics_file"):
        topics |= topic_keys(root / file, worker.partition("/")[0])
    return Conventions(**keys, topic_keys=topics)
