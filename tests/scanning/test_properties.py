"""Random programs made of known forms get the verdict they were made for, whatever stands around them."""

import textwrap
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migration_tracker.scanning import Inventory, Status, WorkTree, scan
from migration_tracker.scanning.prefilter import Prefilter
from tests.scanning.trees import SCOPE, TRANSPORT, write

MODULES = ("alpha", "beta", "gamma")
NAMES = ("make", "Reader", "x1", "_client")


@dataclass(frozen=True)
class Program:
    files: dict[str, str]
    status: Status


@st.composite
def ways(draw: st.DrawFn) -> tuple[str, str]:
    """An import of something, and the expression that makes an instance of it: for {module} and {name}."""
    alias = draw(st.sampled_from(NAMES))
    return draw(
        st.sampled_from(
            [
                ("from {module} import {name}", "{name}()"),
                (f"from {{module}} import {{name}} as {alias}", f"{alias}()"),
                ("import {module}", "{module}.{name}()"),
                (f"import {{module}} as {alias}", f"{alias}.{{name}}()"),
                ("import importlib", "getattr(importlib.import_module('{module}'), '{name}')()"),
                ("from {module} import {name}", "[{name}][0]()"),
                ("from {module} import {name}", "(lambda made: made)({name})"),
            ]
        )
    )


@st.composite
def settings_around(draw: st.DrawFn) -> str:
    return draw(
        st.sampled_from(
            [
                "{imported}\n\nresult = {made}\n",
                "def run():\n    {imported}\n    return {made}\n",
                "{imported}\n\nclass Worker:\n    def start(self):\n        self.client = {made}\n",
                (
                    "try:\n    {imported}\nexcept ImportError:\n    raise\n\n"
                    "async def run(flag):\n    if flag:\n        return [{made} for _ in range(3)]\n"
                ),
                (
                    "{imported}\n\ndef run(client=None):\n"
                    "    with open('x') as file:\n        return client or {made}, file\n"
                ),
            ]
        )
    )


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """A worker that reaches the end of a chain of helpers: a legacy client, the layer, or nothing."""
    module, name, status = draw(
        st.sampled_from(
            [
                ("aiokafka", "AIOKafkaConsumer", Status.DIRECT),
                ("transport", "create_consumer", Status.MIGRATED),
                ("collections", "OrderedDict", Status.NONE),
            ]
        )
    )
    files = {}
    for helper in draw(st.lists(st.sampled_from(MODULES), unique=True, max_size=3)):
        imported, made = (part.format(module=module, name=name) for part in draw(ways()))
        built = f"build_{helper}"
        kind = draw(st.sampled_from(["function", "class", "re-export"]))
        if kind == "function":
            text = f"{imported}\n\ndef {built}(*given):\n    return {made}\n"
        elif kind == "class":
            text = f"{imported}\n\nclass {built}:\n    def __init__(self):\n        self.inner = {made}\n"
        else:
            text = f"from {module} import {name} as {built}\n"
        files[f"workers/{helper}.py"] = text
        module, name = f"workers.{helper}", built
    imported, made = (part.format(module=module, name=name) for part in draw(ways()))
    files["workers/some_worker.py"] = draw(settings_around()).format(imported=imported, made=made)
    return Program(files, status)


def scanned(program: Program) -> Inventory:
    with TemporaryDirectory() as folder:
        return scan(WorkTree(write(Path(folder), {**TRANSPORT, **program.files})), SCOPE)


QUICK = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(programs())
def test_a_program_gets_the_status_it_was_made_for(program: Program) -> None:
    (worker,) = scanned(program).workers

    told = "\n".join(f"# {path}\n{textwrap.indent(text, '  ')}" for path, text in program.files.items())
    assert worker.status is program.status, told


@QUICK
@given(programs())
def test_the_prefilter_changes_nothing(program: Program) -> None:
    with_it = scanned(program)
    with mock.patch.object(Prefilter, "is_seed", return_value=True):
        without = scanned(program)

    assert [one.findings for one in with_it.workers] == [one.findings for one in without.workers]
    assert with_it.elsewhere == without.elsewhere
