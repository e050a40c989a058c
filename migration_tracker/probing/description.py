"""What a worker says about itself: topics, group, services, samples, what to expect, how it shows that it is
ready.

It comes from the definition's `describe` command (JSON on standard output) or is spelled out in
`[smoke.workers."NAME"]`; the keys are the same, see docs/smoke.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from migration_tracker.probing.errors import DescriptionError

if TYPE_CHECKING:
    from pydantic import ConfigDict, TypeAdapter, ValidationError

_FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
_STRICT: ConfigDict = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Hub:
    """What a topic is called on Event Hubs, and who reads it there."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    event_hub: str
    consumer_group: str = "$Default"


@dataclass(frozen=True, slots=True)
class Sample:
    """A message to send. `value` is sent as JSON, a string as it is; `${NAME}` in it comes from the run."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    name: str
    topic: str
    value: Any
    kind: Literal["good", "malformed", "duplicate"] = "good"
    key: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


SCRATCH = "${SCRATCH}"  # the run's own folder


@dataclass(frozen=True, slots=True)
class Expectation:
    """After `sample`, a message on `topic` whose JSON value contains `contains` (a subset of it); or a file
    whose text contains the text `contains`, where `file` is a glob below `${SCRATCH}`."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    sample: str
    topic: str = ""
    contains: Any = None
    file: str = ""

    @property
    def where(self) -> str:
        """Where it is to show up."""
        return self.topic or self.file


@dataclass(frozen=True, slots=True)
class Ready:
    """How readiness shows: a regular expression looked for in the worker's output, line by line."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    log: str


@dataclass(frozen=True, slots=True)
class Description:
    """All a smoke run has to know about a worker."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    ready: Ready
    topics_read: tuple[str, ...]
    topics_written: tuple[str, ...] = ()
    topics_aside: tuple[str, ...] = ()  # retry topics, dead letters: of what fails, and of what comes again
    group: str | None = None
    worker: str | None = None
    event_hubs: dict[str, Hub] = field(default_factory=dict)
    services: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    handler: str | None = None
    samples: tuple[Sample, ...] = ()
    expect: tuple[Expectation, ...] = ()

    def hub(self, topic: str) -> Hub:
        """The event hub of `topic`; where nothing is said it is called like the topic."""
        return self.event_hubs.get(topic) or Hub(topic)

    def topics(self) -> tuple[str, ...]:
        """All topics that it uses, each once."""
        named = (*self.topics_read, *self.topics_written, *self.topics_aside)
        return tuple(dict.fromkeys(named))

    def good_samples(self) -> tuple[Sample, ...]:
        return tuple(sample for sample in self.samples if sample.kind == "good")

    def bad_samples(self) -> tuple[Sample, ...]:
        """What a worker must bear: malformed and repeated messages. Where the description has none, one that
        is no JSON, and the first good sample once more."""
        good = self.good_samples()[:1]
        malformed = [sample for sample in self.samples if sample.kind == "malformed"]
        repeated = [sample for sample in self.samples if sample.kind == "duplicate"]
        garbage = [Sample("no JSON", sample.topic, '{"cut o', "malformed", sample.key) for sample in good]
        return (*(malformed or garbage), *(repeated or good))

    def expected(self) -> tuple[Expectation, ...]:
        """What the good samples must bring about."""
        names = {sample.name for sample in self.good_samples()}
        return tuple(expectation for expectation in self.expect if expectation.sample in names)


def parse(data: Mapping[str, Any] | str, where: str) -> Description:
    """Read a description from JSON text or from the values of a TOML table.

    Raises DescriptionError, which names `where`, the key and what is wrong with it.
    """
    from pydantic import ValidationError

    try:
        if isinstance(data, str):
            data = json.loads(data)
        description = _adapter().validate_python(data)
    except ValueError as error:
        wrong = _wrong(error) if isinstance(error, ValidationError) else f"it is not JSON: {error}"
        raise DescriptionError(f"{where}: {wrong}") from error
    if wrong := _contradiction(description):
        raise DescriptionError(f"{where}: {wrong}")
    return description


@cache
def _adapter() -> TypeAdapter[Description]:
    from pydantic import TypeAdapter  # .2 s that those who only look at reports need not wait for

    return TypeAdapter(Description)


def _wrong(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, problem['loc'])) or 'the whole'}: {_said(problem)}"
        for problem in error.errors(include_url=False)[:5]
    )


def _said(problem: Any) -> str:
    match problem["type"]:
        case "missing":
            return "is missing"
        case "unexpected_keyword_argument":
            return "is no key of a description"
        case _:
            return str(problem["msg"])


def _meaningless(expectation: Expectation) -> str:
    if bool(expectation.topic) == bool(expectation.file):
        return "name a topic or a file, one of them"
    if expectation.contains is None:
        return "contains is missing"
    if expectation.file and not (isinstance(expectation.contains, str) and expectation.contains):
        return "what a file contains must be a text"
    if expectation.file and not expectation.file.startswith(f"{SCRATCH}/"):
        return f"file must begin with {SCRATCH}/, or what was there before the run would count"
    if any("**" in part and part != "**" for part in expectation.file.split("/")):
        return "in file ** stands for whole folders, so it must stand alone between two /"
    return ""


def _contradiction(description: Description) -> str:
    names = [sample.name for sample in description.samples]
    for sample in description.samples:
        if names.count(sample.name) > 1:
            return f"two samples are called {sample.name!r}"
        if sample.topic not in description.topics_read:
            return f"sample {sample.name!r} goes to {sample.topic!r}, which is not in topics_read"
    for expectation in description.expect:
        if expectation.sample not in names:
            return f"expect names the sample {expectation.sample!r}, which there is not"
        if wrong := _meaningless(expectation):
            return f"expect after {expectation.sample!r}: {wrong}"
    if description.handler and not _FUNCTION.fullmatch(description.handler):
        return f"handler {description.handler!r} is no function; write it as module:Class.method"
    try:
        re.compile(description.ready.log)
    except re.error as error:
        return f"ready.log {description.ready.log!r} is no regular expression: {error}"
    return ""
