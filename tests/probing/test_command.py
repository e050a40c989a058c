"""`migration-tracker smoke`, as its user sees it: on a small repository of its own."""

import contextlib
import json
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from migration_tracker import cli
from migration_tracker.probing import warden

pytestmark = pytest.mark.broker

DEFINITION = """\
name = "Squares"
[legacy]
symbols = ["aiokafka.AIOKafkaConsumer"]
[replacement]
symbols = ["transport.create_consumer"]
[workers]
root = "workers"
include = ["workers/*.py"]
exclude = ["workers/signals.py"]
[smoke]
command = ["python", "workers/{worker}.py"]
[smoke.timeouts]
ready = 2
[smoke.workers.idle]
topics_read = ["numbers"]
ready = { log = "worker is ready" }
[smoke.workers.crashes_at_import]
topics_read = ["numbers"]
ready = { log = "worker is ready" }
[smoke.workers.never_ready]
topics_read = ["numbers"]
ready = { log = "worker is ready" }
[smoke.workers.exits_early]
topics_read = ["numbers"]
ready = { log = "worker is ready" }
services = ["nothing"]
"""


@pytest.fixture
def repository(tmp_path):
    """A git repository with a few of the workers beside the tests."""
    (tmp_path / "workers").mkdir()
    for name in ("idle", "crashes_at_import", "never_ready", "exits_early", "signals"):
        source = Path(__file__).parent / "workers" / f"{name}.py"
        (tmp_path / "workers" / f"{name}.py").write_bytes(source.read_bytes())
    (tmp_path / "migration.toml").write_text(DEFINITION)
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "first"], check=True)
    return tmp_path


@pytest.fixture
def smoke(repository, capsys):
    """Call the command; its exit code, standard output and standard error."""

    def call(*arguments):
        return cli.main(["smoke", *arguments, "--path", str(repository)]), *capsys.readouterr()

    return call


def test_a_worker_that_passes(smoke):
    code, out, err = smoke("idle", "--transport", "kafka")
    assert code == 0
    assert "passed" in out
    assert "prove nothing" not in out
    assert "1/1 idle on kafka: passed in" in err


def test_a_failed_worker_is_exit_code_1_with_its_reason(smoke):
    code, out, _ = smoke("idle", "crashes_at_import", "--transport", "kafka")
    assert code == 1
    assert "json.decoder.JSONDecodeError" in out


def test_runs_go_side_by_side_and_are_shown_in_the_order_of_the_workers(smoke):
    asked = ("idle", "crashes_at_import", "--transport", "kafka", "--jobs", "2", "--format", "json")
    code, out, err = smoke(*asked)
    assert code == 1
    runs = json.loads(out)["runs"]
    assert [run["worker"] for run in runs] == ["crashes_at_import", "idle"]
    began = [datetime.fromisoformat(run["started"]).timestamp() for run in runs]
    assert abs(began[0] - began[1]) < min(run["seconds"] for run in runs)  # neither waited for the other
    assert err.count(" on kafka: ") == 2


def test_what_could_not_be_told_is_exit_code_3(smoke):
    code, out, _ = smoke("exits_early", "--transport", "kafka")
    assert code == 3
    assert "[smoke.services.nothing]" in out


def test_a_dirty_work_tree_proves_nothing_and_a_revision_does(smoke, repository):
    (repository / "workers" / "idle.py").write_text("raise LookupError('not yet')\n")
    code, out, _ = smoke("idle", "--transport", "kafka", "--format", "json")
    assert (code, json.loads(out)["dirty"]) == (1, True)
    assert "prove nothing" in json.loads(out)["caveat"]
    code, out, _ = smoke("idle", "--transport", "kafka", "--rev", "HEAD", "--format", "json")
    found = json.loads(out)
    assert (code, found["dirty"], found["caveat"], len(found["commit"])) == (0, False, "", 40)
    assert found["runs"][0]["stages"][0]["key"] == "broker"


def test_junit_is_alone_on_standard_output(smoke):
    code, out, _ = smoke("idle", "--transport", "kafka", "--format", "junit")
    assert code == 0
    assert ET.fromstring(out).find(".//testcase").get("classname") == "idle"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nobody",), "no worker is called 'nobody'"),
        (("idle", "--rev", "nothing"), "no commit “nothing” here"),
        (("idle", "--definition", "no.toml"), "no.toml: there is no such file"),
        (("all", "--transport", "kafka"), "nothing describes undescribed"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(smoke, repository, arguments, said):
    (repository / "workers" / "undescribed.py").touch()
    code, out, err = smoke(*arguments)
    assert code == 2
    assert said in err
    assert out == ""
    assert err.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_no_process(repository, number):
    file = repository / "migration.toml"
    file.write_text(
        file.read_text().replace("ready = 2", "ready = 60")
    )  # or it ends by itself on a busy machine
    smoke = [sys.executable, "-m", "migration_tracker.cli", "smoke", "--transport", "kafka"]
    command = [*smoke, "never_ready", "exits_early", "--jobs", "1"]
    running = subprocess.Popen(
        [*command, "--path", str(repository)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a shell's job in the background ignores SIGINT, and hands that down
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with running:
        until(lambda: any("never_ready.py" in text for text in processes_in(repository)))
        running.send_signal(number)
        _, err = running.communicate()
    assert running.returncode == 130, err
    assert "all processes were ended" in err
    until(lambda: not processes_in(repository))


def processes_in(folder):
    """The command lines of all running smoke processes that were started in a folder."""
    found = []
    for pid, text in warden.members("").items():
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/cwd").readlink() == folder:
                found.append(text)
    return found


def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
