"""How a process watches its own consumers: what is made inside `observed` tells the observer what it does."""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from transport.adapter import Sink
from transport.contract import Handler, Headers, Health, PipelineMessage


class Observed(Protocol):
    """A consumer, as far as it can be watched."""

    @property
    def name(self) -> str:
        """Its group."""

    def health(self) -> Health:
        """How it is doing."""


class Observer(Protocol):
    """Is told what becomes of messages. What it does must be quick, and must not raise."""

    def made(self, consumer: Observed) -> None:
        """A consumer was made; it may be asked for its health from now on."""

    def handled(self, topic: str, seconds: float) -> None:
        """A handler returned."""

    def failed(self, topic: str, seconds: float) -> None:
        """A handler raised; the message comes again, or is given up."""

    def deferred(self, topic: str) -> None:
        """A retry topic acknowledged a message of `topic`; it comes again when its wait is over."""

    def dead_lettered(self, topic: str) -> None:
        """The dead letters acknowledged a message of `topic`."""


_observer: ContextVar[Observer | None] = ContextVar("observer", default=None)


@contextmanager
def observed(observer: Observer) -> Iterator[None]:
    """Consumers that are made within it, also by tasks begun there, tell `observer` what they do."""
    token = _observer.set(observer)
    try:
        yield
    finally:
        _observer.reset(token)


def current() -> Observer | None:
    """Who watches what is made here; nobody unless `observed` says so, and then nothing costs anything."""
    return _observer.get()


def handler(inner: Handler, observer: Observer) -> Handler:
    """`inner`, with each of its calls told to the observer."""

    async def handle(message: PipelineMessage) -> None:
        began = time.monotonic()
        try:
            await inner(message)
        except BaseException:
            observer.failed(message.topic, time.monotonic() - began)
            raise
        observer.handled(message.topic, time.monotonic() - began)

    return handle


class LeavingSink:
    """A sink that tells the observer of each message that retry topics and dead letters acknowledged.

    Arguments:
        dead: the topics that hold dead letters.
    """

    def __init__(self, inner: Sink, observer: Observer, dead: Collection[str]) -> None:
        self._inner = inner
        self._observer = observer
        self._dead = dead

    async def open(self) -> None:
        await self._inner.open()

    async def send(self, topic: str, value: bytes | None, key: bytes | None, headers: Headers) -> None:
        await self._inner.send(topic, value, key, headers)
        origin = dict(headers).get("x-origin-topic", b"").decode("utf-8", "replace")
        if topic in self._dead:
            self._observer.dead_lettered(origin)
        else:
            self._observer.deferred(origin)

    async def close(self) -> None:
        await self._inner.close()
