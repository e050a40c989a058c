"""A repository's code gets at nothing of the tracker's, of another run's, or of the machine's."""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from migration_tracker import probing
from migration_tracker.probing import Limits, environment, warden
from migration_tracker.probing.errors import CommandError
from migration_tracker.probing.log import BoundedLog
from migration_tracker.probing.process import Household
from migration_tracker.probing.sandbox import Sandbox
from migration_tracker.probing.sandbox.sandbox import has_views
from tests.conftest import lacking
from tests.probing.conftest import WORKERS


@pytest.fixture
def walled() -> None:
    if not has_views():
        lacking("a sandbox with a user and a view of its own needs root on Linux, and the right to mount")


@pytest.fixture
def begin(tmp_path):
    """Run a Python script in a sandbox with these limits, to its end: its exit code and what it wrote."""

    def run(script: str, limits: Limits, seconds: float = 30) -> tuple[int, str]:
        with Sandbox(limits) as sandbox, Household(tmp_path, sandbox) as household:
            household.grant(tmp_path)
            log = BoundedLog()
            process = household.start(
                ["python", "-c", script], folder=tmp_path, environment=environment.clean(tmp_path), log=log
            )
            deadline = time.monotonic() + seconds
            while process.exit_code() is None:
                assert time.monotonic() < deadline, log.text()
                time.sleep(0.02)
            process.drain()
            code = process.exit_code()
            user = sandbox.user
        assert user is None or not warden.members("none", (), str(user))
        return code, log.text()

    return run


@pytest.mark.broker
@pytest.mark.usefixtures("walled")
@pytest.mark.parametrize("transport", probing.plan.TRANSPORTS)
def test_a_worker_that_reaches_for_everything_gets_nothing(plan, tmp_path, monkeypatch, stage, transport):
    data = tmp_path / "data"  # as if somebody had forgotten to close it
    kept = [data / name for name in (".env", "tracker.sqlite3", "secret_key", "checkouts/another/output")]
    for file in kept:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("canary-secret")
        file.chmod(0o666)
    for folder in (tmp_path, *tmp_path.parents[:-1], data, data / "checkouts", data / "checkouts/another"):
        if folder.is_relative_to(tmp_path):
            folder.chmod(0o777)
    checkout = data / "checkouts" / "own" / "checkout"
    shutil.copytree(WORKERS, checkout)
    monkeypatch.setenv("SECRET_KEY", "canary-secret")
    monkeypatch.setenv("DATABASE_URL", "postgres://canary-secret")
    root = Path(__file__).resolve().parents[2]
    targets = {
        "tracker": os.getpid(),
        "files": [*map(str, kept), "/etc/shadow", "/proc/1/environ", str(root / "manage.py")],
        "folders": [str(data), str(data / "checkouts"), "/home", "/sys", "/mnt", "/srv"],
        "places": ["/usr/x", "/etc/x", "/x", sys.prefix + "/x", str(data / "x"), str(Path(sys.executable))],
    }
    made = plan("attacks", str(kept[2]), transport=transport, env={"TARGETS": json.dumps(targets)})
    report = probing.run(replace(made, folder=checkout), limits=Limits())
    seen = json.loads(report.log.partition("\n")[0])
    assert "canary" not in report.log
    assert "canary" not in str(report.as_json())
    attempts = {what: came for what, came in seen.items() if isinstance(came, str)}
    open_files = attempts.pop("open files")
    own_folders = [
        f"list {data}",
        f"list {data / 'checkouts'}",
    ]  # what leads to its own checkout, and no more
    assert [attempts.pop(folder) for folder in own_folders] == ["['checkouts']", "['own']"]
    assert [f"{what}: {came}" for what, came in attempts.items() if not came.startswith("refused")] == []
    pid, user, group, groups = seen["own"]
    assert user == group != 0
    assert groups == []
    assert pid in seen["processes seen"]
    assert os.getpid() not in seen["processes seen"]
    assert len(seen["processes seen"]) <= 3  # itself, and a service or describe command that is still there
    assert len(json.loads(open_files)) <= 4  # the standard ones, and the folder that it lists just then
    assert [file.read_text() for file in kept] == ["canary-secret"] * 4
    assert report.result == "passed", report.reason
    assert stage(report, "broker").evidence["protections"]["user"] == f"its own: {user}"


@pytest.mark.usefixtures("walled")
def test_two_runs_are_two_users_that_see_nothing_of_each_other(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    with Sandbox() as first, Sandbox() as second:
        assert first.user != second.user
        for sandbox, folder in ((first, one), (second, other)):
            folder.mkdir()
            (folder / "own").write_text(folder.name)
            sandbox.grant(folder)
        sleeper = first.start(
            ["sleep", "60"], folder=one, environment={"PATH": os.defpath}, mark={}, errors=subprocess.STDOUT
        )
        looked = second.start(
            ["sh", "-c", f"ls {tmp_path}; cat {one}/own; kill -9 {sleeper.pid}; ls /proc/{sleeper.pid}"],
            folder=other,
            environment={"PATH": os.defpath},
            mark={},
            errors=subprocess.STDOUT,
        )
        said = looked.communicate(timeout=30)[0].decode()
        assert sleeper.poll() is None
        sleeper.kill()
        sleeper.communicate()
    assert said.splitlines()[0] == "other"
    assert "one\n" not in said.replace("other\n", "", 1)


@pytest.mark.usefixtures("walled")
def test_a_fork_bomb_stays_small_and_nothing_of_it_is_left(begin):
    bomb = (
        "import os, sys, time\n"
        "most = 0\n"
        "for _ in range(200):\n"
        "    try:\n"
        "        if os.fork() == 0:\n"
        "            os.setsid(); os.execve('/bin/sleep', ['sleep', '60'], {})\n"
        "        most += 1\n"
        "    except OSError as error:\n"
        "        print(most, error.strerror); break\n"
    )
    code, said = begin(bomb, Limits(processes=40))
    assert code == 0
    assert 0 < int(said.split()[0]) <= 40


@pytest.mark.usefixtures("walled")
def test_who_fills_the_disk_with_many_files_is_ended_and_told_why(begin):
    fill = (
        "import os, time\n"
        "for number in range(1000):\n"
        "    with open(f'{number}', 'wb') as file: file.write(bytes(1_000_000))\n"
        "    time.sleep(.001)\n"
        "time.sleep(60)\n"
    )
    code, said = begin(fill, Limits(disk=50_000_000))
    assert code == -9
    assert "smoke run: ended: its files take" in said
    assert "50 MB are allowed" in said


@pytest.mark.parametrize(
    ("script", "limits", "comes_of_it"),
    [
        ("open('x', 'wb').write(bytes(30_000_000))", Limits(file=10_000_000), "File too large"),
        ("bytearray(3_000_000_000)", Limits(memory=2_000_000_000), "MemoryError"),
        ("f = [open('/dev/null') for _ in range(200)]", Limits(open_files=100), "Too many open files"),
    ],
)
def test_a_limit_is_met(begin, script, limits, comes_of_it):
    code, said = begin(script, limits)
    assert code != 0
    assert comes_of_it in said


def test_endless_work_is_ended_by_the_processor_time_it_may_have(begin):
    code, _ = begin("while True: pass", Limits(cpu=1))
    assert code < 0


@pytest.mark.skipif(sys.platform != "linux", reason="prctl(2) is Linux's")
def test_without_root_the_limits_hold_no_privilege_can_be_gained_and_the_rest_is_said_to_be_absent(tmp_path):
    sandbox = Sandbox(Limits(open_files=77))  # not entered: no user is taken
    started = sandbox.start(
        ["sh", "-c", "ulimit -n; grep NoNewPrivs /proc/self/status; env"],
        folder=tmp_path,
        environment={"PATH": os.defpath},
        mark={"MARK": "m"},
        errors=subprocess.STDOUT,
    )
    said = started.communicate(timeout=30)[0].decode().splitlines()
    assert said[:2] == ["77", "NoNewPrivs:\t1"]
    assert {line.partition("=")[0] for line in said[2:]} <= {"PATH", "MARK", "PWD", "OLDPWD", "SHLVL", "_"}
    absent = {key for key, text in sandbox.protections().items() if text.startswith("absent")}
    assert absent == {"user", "files", "processes"}


def test_a_command_that_is_not_there_is_told_as_without_a_sandbox(tmp_path):
    with (
        Sandbox() as sandbox,
        pytest.raises(CommandError, match=r"cannot run 'no-such-program'.*No such file"),
    ):
        sandbox.start(
            ["no-such-program"],
            folder=tmp_path,
            environment={"PATH": os.defpath},
            mark={},
            errors=subprocess.STDOUT,
        )


@pytest.mark.usefixtures("walled")
def test_a_folder_is_granted_without_following_links_out_of_it(tmp_path):
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "kept").touch()
    (inside / "folder").symlink_to(outside)
    (inside / "file").symlink_to(outside / "kept")
    (tmp_path / "link").symlink_to(outside)
    with Sandbox() as sandbox:
        sandbox.grant(inside)
        sandbox.grant(tmp_path / "link")
        assert (inside / "folder").lstat().st_uid == sandbox.user
    assert outside.stat().st_uid == 0
    assert (outside / "kept").stat().st_uid == 0


@pytest.mark.usefixtures("walled")
def test_a_link_in_the_place_of_a_granted_folder_shows_nothing(tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "canary").touch()
    (tmp_path / "link").symlink_to(secret)
    with Sandbox() as sandbox:
        sandbox.grant(tmp_path / "link")
        with pytest.raises(CommandError):
            sandbox.start(
                ["ls", str(tmp_path / "link")],
                folder=Path("/"),
                environment={"PATH": os.defpath},
                mark={},
                errors=subprocess.STDOUT,
            )
