"""The broker of a run: a fresh stand-in, or one that was given, of which it uses its own names only."""

from __future__ import annotations

import fcntl
import hashlib
import os
import uuid
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from migration_tracker.probing import building
from migration_tracker.probing.description import Description, Hub
from migration_tracker.probing.errors import DescriptionError, MissingError, ProbingError
from migration_tracker.probing.given import CHECKPOINT_STORE, STAND_IN, Given
from migration_tracker.probing.process import exit_code
from migration_tracker.probing.watch import Watch

if TYPE_CHECKING:
    from transport.local import StandIn

PREFIX = "SMOKE_PREFIX"
_WAIT_FOR_OTHERS = 600.0  # seconds, for runs that use the same names


class Broker(Protocol):
    """What a run needs of its broker.

    Attributes:
        kind: `stand-in`, `emulator` or `real`.
        prefix: what the run's topics, groups and event hubs begin with; "" where all of it is the run's own.
        led: where who names a real Event Hubs namespace is led; "" for nowhere.
    """

    kind: str
    prefix: str

    @property
    def environment(self) -> Mapping[str, str]: ...

    @property
    def reachable(self) -> Mapping[str, str]: ...

    @property
    def led(self) -> str: ...

    def prepare(self, description: Description, watch: Watch) -> dict[str, dict[int, int]]:
        """Make what the worker needs there. Where each partition ended before the run, by topic, where it
        was not empty. Raises ProbingError."""

    def fault(self) -> str:
        """Why it is not there any more; empty while it runs."""


class FreshStandIn:
    """A fresh stand-in for one transport; `stack` ends it. Raises ProbingError."""

    kind, prefix = STAND_IN, ""

    def __init__(self, transport: str, stack: ExitStack) -> None:
        from transport import local

        if reason := local.missing(transport):
            raise MissingError(reason)
        try:
            self._stand_in: StandIn = stack.enter_context(
                local.kafka() if transport == "kafka" else local.eventhub(strangers=True)
            )
        except local.StandInError as wrong:
            raise ProbingError(str(wrong)) from wrong

    @property
    def environment(self) -> Mapping[str, str]:
        return self._stand_in.environment

    reachable = environment

    @property
    def led(self) -> str:
        return self._stand_in.endpoints.get("wss", "")

    def prepare(self, _description: Description, _watch: Watch) -> dict[str, dict[int, int]]:
        return {}

    def fault(self) -> str:
        try:
            if not hasattr(os, "waitid") or exit_code(self._stand_in.pid) is None:
                return ""
        except ChildProcessError:
            pass  # it has ended, and somebody else has seen it end
        last = self._stand_in.log_tail().strip().rpartition("\n")[2]
        return f"the stand-in broker died in the middle of the run: {last or 'it logged nothing'}"


class GivenBroker:
    """A broker that is not the run's: it makes the run's topics, and `stack` removes them."""

    led = ""

    def __init__(self, given: Given, transport: str, scratch: Path, stack: ExitStack) -> None:
        self.kind, self._given, self._stack, self._transport = given.kind, given, stack, transport
        own = f"{uuid.uuid4().hex[:8]}-" if transport == "kafka" else ""
        self.prefix = given.prefix + own
        self._environment = {**given.environment, "PIPELINE_TRANSPORT": transport}
        if transport == "eventhub" and not given.container():
            store = scratch / "checkpoints"
            store.mkdir()
            self._environment[CHECKPOINT_STORE] = str(store)

    @property
    def environment(self) -> Mapping[str, str]:
        return self._environment

    @property
    def reachable(self) -> Mapping[str, str]:
        return {**self._environment, **self._given.reachable()}

    def prepare(self, description: Description, watch: Watch) -> dict[str, dict[int, int]]:
        from migration_tracker.probing import real_hubs, real_kafka

        _check_names(description, self._transport, self.prefix)
        topics = list(description.topics())
        if self._transport == "kafka":
            self._stack.callback(real_kafka.remove, self._environment, self.prefix)
            real_kafka.make(self._environment, topics)
            return {}
        hubs = sorted({description.hub(topic).event_hub for topic in topics})
        for hub in hubs:
            self._wait_for_others(hub, watch)
        if self._given.container():
            self._stack.callback(real_hubs.leave, self._environment, hubs)
            real_hubs.forget(self._environment, hubs)  # what an interrupted run has left
        return real_hubs.ends(
            self._environment, {topic: description.hub(topic).event_hub for topic in topics}
        )

    def _wait_for_others(self, hub: str, watch: Watch) -> None:
        """Hold an event hub for this run; in an order, so that two runs never wait for each other."""
        where = self._environment["EVENTHUB_NAMESPACE_CONNECTION_STRING"].partition(";")[0]
        name = hashlib.sha256(f"{where} {hub}".encode()).hexdigest()[:32]
        folder = building.default_folder().parent / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        lock = self._stack.enter_context((folder / name).open("w"))

        def taken() -> bool:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        if not watch.until(taken, _WAIT_FOR_OTHERS):
            raise ProbingError(f"event hub {hub} has been in use by another run for too long")

    def fault(self) -> str:
        return ""  # its own clients say so, which makes an error


def _check_names(description: Description, transport: str, prefix: str) -> None:
    """Raises DescriptionError if the worker would use a name that is not the run's."""
    topics = description.topics()
    if transport == "kafka":
        names: Iterable[tuple[str, str]] = [("topic", topic) for topic in topics]
        names = [*names, ("group", description.group or "")]
    else:
        names = [("event hub", description.hub(topic).event_hub) for topic in topics]
    for what, name in names:
        if not name.startswith(prefix):
            named = f"{what} {name!r}" if name else f"no {what}"
            raise DescriptionError(
                f"the worker names {named}, and on a broker that is not the run's own every {what} must begin"
                f" with {prefix!r}. It was not started. Give its configuration a setting that is put before"
                f' all its names, and let the run set it: [smoke.env] SETTING = "${{{PREFIX}}}" (the'
                " transport layer of this project takes PIPELINE_PREFIX); or run it on a stand-in, without"
                " --broker"
            )


def named_for(description: Description, prefix: str) -> Description:
    """The description with the run's prefix for `${SMOKE_PREFIX}` in all names of topics, groups and hubs."""

    def named(text: str) -> str:
        return text.replace(f"${{{PREFIX}}}", prefix)

    return replace(
        description,
        topics_read=tuple(map(named, description.topics_read)),
        topics_written=tuple(map(named, description.topics_written)),
        topics_aside=tuple(map(named, description.topics_aside)),
        group=named(description.group) if description.group else description.group,
        event_hubs={
            named(topic): Hub(named(hub.event_hub), named(hub.consumer_group))
            for topic, hub in description.event_hubs.items()
        },
        samples=tuple(replace(sample, topic=named(sample.topic)) for sample in description.samples),
        expect=tuple(replace(one, topic=named(one.topic)) for one in description.expect),
    )
