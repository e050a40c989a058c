"""Small repositories to patch a worker in."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from migration_tracker import definition, scanning
from migration_tracker.codemods import Patch, conventions, propose
from tests.scanning.trees import TRANSPORT, write

PAIRS = Path(__file__).parent / "pairs"

DEFINITION = """
name = "Transport layer"

[legacy]
symbols = ["aiokafka.AIOKafkaConsumer", "aiokafka.AIOKafkaProducer"]

[replacement]
symbols = ["transport.create_consumer", "transport.create_producer"]
sanctioned = ["transport"]

[workers]
root = "workers"
include = ["workers/**/*_worker.py"]
"""
FORMATTED = """
[tool.ruff]
line-length = 100
lint.select = ["I"]
lint.isort.known-first-party = ["transport", "workers"]
"""


def repository(folder: Path, files: Mapping[str, str], *, formatter: str = FORMATTED) -> Path:
    """A repository with the transport layer, a definition, and files as they are given."""
    write(folder, {**TRANSPORT, "migration.toml": DEFINITION, "pyproject.toml": formatter})
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return folder


def patched(folder: Path, worker: str) -> Patch:
    """The patch of a worker, by the repository's own definition."""
    described = definition.load(folder / "migration.toml")
    given = conventions(described.patch, folder, worker)
    return propose(scanning.WorkTree(folder), described.scope, given, worker)


def names() -> list[str]:
    return sorted(one.name for one in PAIRS.iterdir() if (one / "before.py").exists())


def worker_of(name: str) -> str:
    return f"claims/{name}_worker"


def copied(folder: Path, name: str) -> Path:
    """A repository whose one worker is the pair's `before.py`."""
    made = repository(folder, {})
    target = made / f"workers/{worker_of(name)}.py"
    target.parent.mkdir(parents=True)
    shutil.copy(PAIRS / name / "before.py", target)
    return made
