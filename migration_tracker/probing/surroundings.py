"""What a worker needs around it: a broker of the run's own, the services of the world outside, an
environment."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from migration_tracker.probing import building, environment, leading
from migration_tracker.probing.brokers import PREFIX, Broker, FreshStandIn, GivenBroker, named_for
from migration_tracker.probing.building import Built
from migration_tracker.probing.commands import Crashed, Question, Service
from migration_tracker.probing.description import Description
from migration_tracker.probing.errors import DescriptionError
from migration_tracker.probing.fence import Fence
from migration_tracker.probing.inside import PRELUDE, Inside
from migration_tracker.probing.plan import Plan
from migration_tracker.probing.process import Household
from migration_tracker.probing.wall import Wall
from migration_tracker.probing.watch import Watch


class Surroundings:
    """All that is started before the worker, and what is learnt from it.

    Attributes:
        environment: the worker's, complete once everything is up; also what `${NAME}` stands for.
        description: what the worker says about itself, or how it crashed when asked.
        built: the environment that the repository's setup has built; None for the harness's own.
        fence: what keeps a worker on Event Hubs from everything else; None on Kafka.
        inside: the watch over its handler.
        prefix: what goes before the worker's command.
        before: where each partition ended before the run, by topic, where the broker was not empty.
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
        self.before: dict[str, dict[int, int]] = {}
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
        if plan.broker:
            self.broker = GivenBroker(plan.broker, plan.transport, self._scratch, self._stack)
            self.environment[PREFIX] = self.broker.prefix
        else:
            self.environment[PREFIX] = ""
        question = None if isinstance(plan.describe, Description) else self._ask(plan.describe)
        if not plan.broker:
            self.broker = FreshStandIn(
                plan.transport, self._stack
            )  # meanwhile the describe command is running
        self._around.append(self.broker)
        values = self.broker.environment.values()  # a connection string is too long for Path.is_dir
        self._household.grant(*map(Path, filter(os.path.isdir, values)))
        self._household.show(*map(Path, filter(os.path.isfile, values)))
        self.environment |= self.broker.environment
        try:
            described = question.answer(self._watch, plan.timeouts.describe) if question else plan.describe
        except Crashed as crashed:
            self.description = crashed
            return
        assert isinstance(described, Description)
        self.description = described = named_for(described, self.broker.prefix)
        self.before = self.broker.prepare(described, self._watch)
        reachable: list[Mapping[str, str]] = [self.broker.reachable, *self._serve(described)]
        self.environment |= environment.filled(plan.env, self.environment, "[smoke] env")
        self.environment |= environment.filled(described.env, self.environment, self._where)
        self.inside = Inside(self._scratch / "seen", plan, described.handler or "")
        self.environment |= self.inside.environment(self.environment)
        if self.broker.prefix:
            self.environment |= self.inside.keep_to(self.broker.prefix)
        if plan.transport == "eventhub":
            self._fence_in(reachable)

    def fault(self) -> str:
        """Why some of it is not there any more; empty while all of it runs."""
        return next(filter(None, (part.fault() for part in self._around)), "")

    def _fence_in(self, reachable: list[Mapping[str, str]]) -> None:
        """From here on the worker reaches its broker and its services only."""
        kept = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="smoke-wall-")))
        self.fence = Fence(self._scratch / "fence", reachable, kept / "refused", self._plan.folder)
        if self.broker.led:
            authority = self.broker.environment["EVENTHUB_CA_FILE"]
            led = leading.environment(self.inside.record, self.broker.led, authority)
            self.environment = led | self.environment
        self.environment |= self.fence.environment(self.environment)
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
