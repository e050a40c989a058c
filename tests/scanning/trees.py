"""Writing small trees of files, with a transport layer, and putting them under git."""

import subprocess
import textwrap
from collections.abc import Mapping
from pathlib import Path

from migration_tracker.scanning import Scope

SCOPE = Scope(
    legacy=("aiokafka.AIOKafkaConsumer", "aiokafka.AIOKafkaProducer"),
    replacement=("transport.create_consumer", "transport.create_producer"),
    sanctioned=("transport",),
    roots=("workers",),
    include=("workers/**/*_worker.py",),
    items=(
        "create-consumer",
        "consume-loop",
        "one-message",
        "awaited",
        "unused-config",
        "contract-docstring",
    ),
)

TRANSPORT = {
    "transport/__init__.py": "from transport.factory import create_consumer, create_producer\n",
    "transport/factory.py": """
        from transport import kafka

        async def create_consumer(**given):
            return kafka.KafkaConsumer(**given)

        def create_producer(**given):
            return kafka.KafkaProducer(**given)
        """,
    "transport/kafka.py": """
        from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

        class KafkaConsumer:
            def __init__(self, **given):
                self._client = AIOKafkaConsumer(**given)

        class KafkaProducer:
            def __init__(self, **given):
                self._client = AIOKafkaProducer(**given)
        """,
}


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a folder; texts are dedented."""
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            place.write_bytes(content)
        else:
            place.write_text(textwrap.dedent(content).lstrip("\n"), encoding="utf-8")
    return folder


def run_git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()
