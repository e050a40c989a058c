"""Plans made from a definition."""

from pathlib import Path

import pytest

from migration_tracker.definition import Service, Smoke
from migration_tracker.probing import Description, DescriptionError
from migration_tracker.probing.plan import prepare

COMMAND = ("python", "-m", "runners.{module}", "{worker}", "{dotted}")


def test_the_worker_is_put_into_the_commands():
    smoke = Smoke(command=COMMAND, describe=("python", "{worker}"), services={"world": Service(("serve",))})
    plan = prepare(Path(), smoke, "claimx/download_worker", "kafka")
    assert plan.command[2:] == ("runners.download_worker", "claimx/download_worker", "claimx.download_worker")
    assert plan.describe == ("python", "claimx/download_worker")
    assert plan.services == {"world": ("serve",)}
    assert plan.folder == Path.cwd()


def test_what_is_spelled_out_goes_before_the_describe_command():
    spelled = {"a": {"topics_read": ["t"], "ready": {"log": "x"}}}
    plan = prepare(Path(), Smoke(command=COMMAND, describe=("no",), workers=spelled), "a", "kafka")
    assert isinstance(plan.describe, Description)


def test_a_worker_may_be_started_by_a_command_of_its_own():
    smoke = Smoke(command=COMMAND, commands={"x/a": ("run", "{module}")}, describe=("d",))
    assert prepare(Path(), smoke, "x/a", "kafka").command == ("run", "a")
    assert prepare(Path(), smoke, "x/b", "kafka").command != ("run", "b")


def test_timeouts_are_taken_from_the_definition():
    smoke = Smoke(command=COMMAND, describe=("d",), timeouts={"ready": 5.0})
    assert prepare(Path(), smoke, "a", "kafka").timeouts.ready == 5
    assert prepare(Path(), smoke, "a", "kafka").timeouts.stop == 15


@pytest.mark.parametrize(
    ("smoke", "said"),
    [
        (Smoke(), r"\[smoke\] command is missing"),
        (Smoke(command=("c",)), "nothing describes a: add"),
        (
            Smoke(command=("c",), describe=("d",), timeouts={"redy": 1.0}),
            r"\[smoke.timeouts\] redy is not known",
        ),
        (Smoke(command=("c",), workers={"a": {}}), r'\[smoke.workers."a"\]: ready: is missing'),
    ],
)
def test_what_is_missing_is_named(smoke, said):
    with pytest.raises(DescriptionError, match=said):
        prepare(Path(), smoke, "a", "kafka")
