"""The environment of a repository's workers: built once, kept by the hash of its lock file."""

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from migration_tracker import definition, probing
from migration_tracker.probing import Result, Timeouts, building
from migration_tracker.probing.errors import SetupError
from migration_tracker.probing.plan import prepare
from migration_tracker.probing.process import Household
from migration_tracker.probing.watch import Watch

SAMPLE = Path(__file__).parents[1] / "sample_repository"
COUNTS = (
    "import os, pathlib, sys, time; place = pathlib.Path(sys.argv[1]); place.mkdir();"
    "time.sleep(float(sys.argv[2])); (place / 'seen').write_text(repr(dict(os.environ)));"
    "open('builds', 'a').write('built\\n')"
)
FAILS = (
    "open('builds', 'a').write('tried\\n'); print('asking the index'); raise LookupError('no such version')"
)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.delenv("TRACKER_DATA_DIR", raising=False)
    monkeypatch.setenv("UV_CACHE_DIR", os.environ.get("UV_CACHE_DIR") or str(Path.home() / ".cache" / "uv"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "migration-tracker" / "environments"


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "lock").write_text("aiokafka==1")
    return folder


@pytest.fixture
def build(repository, tmp_path, plan):
    """Builds what the commands say, as one run does, which ends when `during` has."""

    def made(*commands, files=("lock",), seconds=20.0, during=lambda built: built, cancelled=None):
        chosen = replace(
            plan("idle"),
            folder=repository,
            setup=commands,
            setup_files=files,
            timeouts=Timeouts(setup=seconds),
        )
        scratch = Path(tmp_path / f"scratch-{time.monotonic_ns()}")
        scratch.mkdir()
        with ExitStack() as stack, Household(scratch) as household:
            return during(building.build(chosen, scratch, household, stack, Watch(cancelled)))

    return made


def counting(seconds="0"):
    return ("python", "-c", COUNTS, "${ENVIRONMENT}", seconds)


def builds(repository):
    file = repository / "builds"
    return len(file.read_text().splitlines()) if file.exists() else 0


def test_it_is_built_once_for_each_state_of_the_lock_file(build, repository):
    first, again = build(counting()), build(counting())
    assert first.folder == again.folder
    assert (first.seconds > 0, again.seconds) == (True, 0)
    assert builds(repository) == 1
    (repository / "lock").write_text("aiokafka==2")
    assert build(counting()).folder != first.folder
    assert builds(repository) == 2


def test_runs_that_need_it_at_once_build_it_once(build, repository):
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(lambda _: build(counting("0.5")), range(3)))
    assert len({built.folder for built in made}) == 1
    assert builds(repository) == 1


def test_a_failed_build_says_what_failed_holds_its_log_and_is_not_tried_again_at_once(build, repository):
    for _ in range(2):
        with pytest.raises(SetupError, match="exited with code 1: LookupError: no such version") as failed:
            build(("python", "-c", FAILS))
        assert "asking the index" in failed.value.log
    assert builds(repository) == 1


def test_a_build_that_takes_too_long_is_ended(build):
    with pytest.raises(SetupError, match="did not end within 1 s"):
        build(counting("60"), seconds=1)


def test_what_a_killed_build_has_left_is_built_anew(build, repository):
    folder = build(counting()).folder
    (folder / ".complete").unlink()
    assert build(counting()).seconds > 0
    assert builds(repository) == 2


def test_a_lock_file_that_is_not_there_is_named(build):
    with pytest.raises(SetupError, match=r"setup_files: uv\.lock: No such file"):
        build(counting(), files=("uv.lock",))


def test_it_knows_where_packages_come_from_and_no_secret_of_the_harness(build, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("SECRET_KEY", "of the harness")
    seen = (build(counting()).folder / "seen").read_text()
    assert "'PIP_NO_INDEX': '1'" in seen
    assert "of the harness" not in seen


def test_only_the_last_used_are_kept_and_none_that_is_in_use(build, repository, cache, monkeypatch):
    monkeypatch.setattr(building, "KEPT", 1)

    def another(built):
        (repository / "lock").write_text("another")
        build(counting())
        return built.folder.exists()

    assert build(counting(), during=another)
    build(counting())
    assert len(list(cache.glob("*/.complete"))) == 1


@pytest.mark.broker
def test_a_failed_setup_is_an_error_with_its_log(plan):
    report = probing.run(replace(plan("idle"), setup=(("python", "-c", "raise LookupError('no wheel')"),)))
    assert report.result is Result.ERROR
    assert "LookupError: no wheel" in report.reason
    assert "Traceback" in report.log


@pytest.mark.broker
def test_the_sample_s_workers_run_in_the_environment_of_their_own_lock_file(stage):
    smoke = definition.load(SAMPLE / "migration.toml").smoke
    report = probing.run(prepare(SAMPLE, smoke, "claimx/workers/event_ingester", "kafka"))
    assert report.result is Result.PASSED, report.reason + report.log
    python = stage(report, "broker").evidence["environment"]["python"]
    has = (
        "import importlib.util as u, os; kafka = u.find_spec('aiokafka');"
        "print(bool(kafka), bool(u.find_spec('django')), os.path.exists(kafka.cached))"
    )
    told = subprocess.run([python, "-c", has], capture_output=True, text=True).stdout.split()
    assert told == ["True", "False", "True"], "it holds its own packages only, and they are compiled"
