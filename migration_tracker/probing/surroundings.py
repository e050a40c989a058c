"""What a worker needs around it: a broker of the run's own, the services of the world outside, an
environment."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from migration_tracker.probing import building, environment, leading
from migration_tracker.probing.building import Built
from migration_tracker.probing.commands import Crashed, Question, Service
from migration_tracker.probing.description import Description
from migration_tracker.probing.errors import DescriptionError, MissingError, ProbingError
from migration_tracker.probing.fence import Fence
from migration_tracker.probing.inside import PRELUDE, Inside
from migration_tracker.probing.plan import Plan
from migration_tracker.probing.process import Household, exit_code
from migration_tracker.probing.wall import Wall
from migration_tracker.probing.watch import Watch

if TYPE_CHECKING:
    from transport.local import StandIn

STAND_IN = "stand-in"  # the only kind of broker there is so far: every run owns a fresh one


class Broker:
    """A fresh stand-in for one transport; `stack` ends it. Raises ProbingError."""

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

    @property
    def folders(self) -> list[Path]:
        """The folders that its clients write to."""
        return [path for value in self.environment.values() if (path := Path(value)).is_dir()]

    @property
    def files(self) -> list[Path]:
        """The files that its clients read."""
        return [path for value in self.environment.values() if (path := Path(value)).is_file()]

    @property
    def led(self) -> str:
        """Where who names a real Event Hubs namespace is led: to AMQP over WebSocket with TLS."""
        return self._stand_in.endpoints["wss"]

    def fault(self) -> str:
        """Why it is not there any more; empty while it runs."""
        try:
            if not hasattr(os, "waitid") or exit_code(self._stand_in.pid) is None:
                return ""
        except ChildProcessError:
            pass  # it has ended, and somebody else has seen it end
        last = self._stand_in.log_tail().strip().rpartition("\n")[2]
        return f"the stand-in broker died in the middle of the run: {last or 'it logged nothing'}"


class Surroundings:
    """All that is started before the worker, and what is learnt from it.

    Attributes:
        environment: the worker's, complete once everything is up; also what `${NAME}` stands for.
        description: what the worker says about itself, or how it crashed when asked.
        built: the environment that the repository's setup has built; None for the harness's own.
        fence: what keeps a worker on Event Hubs from everything else; None on Kafka.
        inside: the watch over its handler.
        prefix: what goes before the worker's command.
    """

    broker: Broker
    description: Description | Crashed
    inside: Inside

    def __init__(
        self, plan: Plan, scratch: Path, household: Household, stack: ExitStack, watch: Watch
    ) -> None:
        self._plan, self._household, self._stack, self._watch = plan, household, stack, watch
        self._scratch = scratch
        self._where = f"the description of {plan.worker}"
        self._around: list[Broker | Service] = []
        self.environment = environment.clean(scratch)
        self.services: list[str] = []
        self.fence: Fence | None = None
        self.built: Built | None = None
        self.prefix: tuple[str, ...] = ()

    def rise(self) -> None:
        """Start everything. Raises ProbingError, for what is not the worker's fault."""
        plan = self._plan
        self._household.grant(plan.folder, self._scratch)
        self._household.show(PRELUDE)
        self.built = building.build(plan, self._scratch, self._household, self._stack, self._watch)
        if self.built:
            self._household.python = self.built.python
            self._household.show(self.built.folder)
            self.environment |= self.built.environment(self.environment)
        question = None if isinstance(plan.describe, Description) else self._ask(plan.describe)
        self.broker = Broker(plan.transport, self._stack)  # meanwhile the describe command is running
        self._around.append(self.broker)
        self._household.grant(*self.broker.folders)
        self._household.show(*self.broker.files)
        self.environment |= self.broker.environment
        try:
            described = question.answer(self._watch, plan.timeouts.describe) if question else plan.describe
        except Crashed as crashed:
            self.description = crashed
            return
        assert isinstance(described, Description)
        self.description = described
        reachable: list[Mapping[str, str]] = [self.broker.environment, *self._serve(described)]
        self.environment |= environment.filled(plan.env, self.environment, "[smoke] env")
        self.environment |= environment.filled(described.env, self.environment, self._where)
        self.inside = Inside(self._scratch / "seen", plan, described.handler or "")
        self.environment |= self.inside.environment(self.environment)
        if plan.transport == "eventhub":
            self._fence_in(reachable)

    def fault(self) -> str:
        """Why some of it is not there any more; empty while all of it runs."""
        return next(filter(None, (part.fault() for part in self._around)), "")

    def _fence_in(self, reachable: list[Mapping[str, str]]) -> None:
        """From here on the worker reaches its broker and its services only."""
        kept = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="smoke-wall-")))
        self.fence = Fence(self._scratch / "fence", reachable, kept / "refused")
        authority = self.broker.environment["EVENTHUB_CA_FILE"]
        led = leading.environment(self.inside.record, self.broker.led, authority)
        self.environment = led | self.environment | self.fence.environment(self.environment)
        wall = Wall(kept, self.fence.allowed, self.broker.led, self._household)
        if not (reason := wall.rise(self._watch)):
            self.prefix = wall.prefix()
        self.fence.missing = reason

    def _ask(self, command: tuple[str, ...]) -> Question:
        plan = self._plan
        names = self.environment | {"PIPELINE_TRANSPORT": plan.transport}
        known = environment.filled(plan.env, names, "[smoke] env", absent=None)
        return Question(command, self._household, plan.folder, names | known)

    def _serve(self, description: Description) -> list[dict[str, str]]:
        """Start the services; what each has printed."""
        commands = self._plan.services
        if unknown := [name for name in description.services if name not in commands]:
            raise DescriptionError(
                f"{self._where}: no [smoke.services.{unknown[0]}] says how to start {unknown[0]!r}"
            )
        services = [
            Service(name, commands[name], self._household, self._plan.folder, self.environment)
            for name in description.services
        ]
        printed = []
        for service in services:
            printed.append(service.environment(self._watch, self._plan.timeouts.service))
            self.environment |= printed[-1]
            self._around.append(service)
            self.services.append(service.name)
        return printed
