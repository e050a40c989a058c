"""What both transports offer."""

from typing import Protocol


class Consumer(Protocol):
    """Reads topics and calls a handler."""

    async def start(self) -> None:
        """Connect; return once partitions are assigned."""

    async def stop(self) -> None:
        """Let the running handler finish, store its position, disconnect."""


class Producer(Protocol):
    """Writes messages."""

    async def start(self) -> None:
        """Connect."""

    async def send(self, topic: str, value: bytes, key: bytes | None = None) -> None:
        """Write a message; return once the broker has it."""

    async def stop(self) -> None:
        """Disconnect."""
