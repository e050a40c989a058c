"""Registering and scanning real repositories, sound and broken."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from migration_tracker.inventory import queries, services
from migration_tracker.inventory.errors import CannotRegister
from migration_tracker.inventory.models import Finding, Migration, Scan, Worker
from migration_tracker.inventory.tasks import run_scan
from migration_tracker.jobs import State
from tests.conftest import commit, git

pytestmark = pytest.mark.django_db


def latest() -> Scan:
    scan = queries.latest_scan(Migration.objects.get())
    assert scan is not None
    return scan


class TestRegistering:
    def test_a_folder_is_registered_once(self, sample: Path):
        assert services.register(sample, by=None) == services.register(sample, by=None)
        assert Migration.objects.get().name == "Claims pipeline to Event Hubs"

    def test_two_migrations_of_one_name_get_keys_of_their_own(self, sample: Path, tmp_path: Path):
        git(tmp_path, "clone", "--quiet", str(sample), "copy")
        first, second = services.register(sample, by=None), services.register(tmp_path / "copy", by=None)
        assert (first.key, second.key) == ("claims-pipeline-to-event-hubs", "claims-pipeline-to-event-hubs-2")

    def test_a_folder_without_a_repository_is_refused(self, tmp_path: Path):
        (tmp_path / "migration.toml").write_text("")
        with pytest.raises(CannotRegister):
            services.register(tmp_path, by=None)

    def test_a_folder_without_a_definition_is_refused(self, tmp_path: Path):
        with pytest.raises(CannotRegister, match=r"migration\.toml"):
            services.register(tmp_path, by=None)

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            (("[legacy]", "[legasy]"), "legasy"),
            (('"src/pipeline/*/workers/*', '"src/[a/*/workers/*'), "include"),
        ],
    )
    def test_a_definition_with_a_fault_names_file_line_and_key(
        self, sample: Path, change: tuple[str, str], says: str
    ):
        file = sample / "migration.toml"
        file.write_text(file.read_text().replace(*change))
        with pytest.raises(CannotRegister, match=rf"migration\.toml:\d+.*{says}"):
            services.register(sample, by=None)

    def test_the_command_says_it_in_one_line(self, tmp_path: Path):
        with pytest.raises(CommandError) as caught:
            call_command("register", str(tmp_path))
        assert "\n" not in str(caught.value)


class TestScanning:
    def test_head_is_read_not_the_work_tree(self, sample: Path, scanned: Callable[[], None]):
        for file in sample.rglob("*_worker.py"):
            file.write_text("")
        scanned()
        assert sorted(latest().observations.values_list("status", flat=True)) == ["direct", "migrated"]
        assert latest().commit == git(sample, "rev-parse", "HEAD")

    def test_findings_are_kept_with_the_code_around_them(self, scanned: Callable[[], None]):
        scanned()
        found = Finding.objects.filter(kind="call", symbol="aiokafka.AIOKafkaConsumer").first()
        assert found is not None
        line = found.excerpt.split("\n")[found.line - found.excerpt_line]
        assert "AIOKafkaConsumer(" in line

    def test_an_earlier_scan_is_never_overwritten(self, sample: Path, scanned: Callable[[], None]):
        scanned()
        first = latest()
        commit(sample)
        scanned()
        assert latest() != first
        assert first.observations.count() == 2
        assert Worker.objects.count() == 2

    def test_files_that_cannot_be_read_are_told(self, sample: Path, scanned: Callable[[], None]):
        workers = sample / "src/pipeline/claimx/workers"
        (workers / "broken_worker.py").write_text("import aiokafka\ndef (:\n")
        (workers / "latin_worker.py").write_bytes(b"# caf\xe9\nimport aiokafka\n")
        (workers / "empty_worker.py").write_text("")
        (workers / "huge_worker.py").write_text("import aiokafka\n" + "x = 1\n" * 2_000_000)
        (workers / "loop_worker.py").symlink_to("loop_worker.py")
        commit(sample)
        scanned()
        told = {Path(one["path"]).stem: one["reason"] for one in latest().unreadable}
        assert {"broken_worker", "latin_worker", "huge_worker"} <= set(told)
        assert "large" in told["huge_worker"]
        statuses = dict(latest().observations.values_list("worker__name", "status"))
        assert statuses["claimx/workers/broken_worker"] == "unknown"
        assert statuses["claimx/workers/empty_worker"] == "none"

    def test_a_broken_definition_fails_the_scan_and_keeps_the_one_before(
        self, sample: Path, scanned: Callable[[], None]
    ):
        scanned()
        good = latest()
        (sample / "migration.toml").write_text("name = ")
        scanned()
        failed = queries.failed_scan(good.migration)
        assert failed is not None
        assert "migration.toml:1" in failed.error
        assert latest() == good

    def test_a_definition_that_matches_no_worker_fails_the_scan(
        self, sample: Path, scanned: Callable[[], None]
    ):
        scanned()
        file = sample / "migration.toml"
        file.write_text(re.sub(r"(?s)include = \[.*?\]", 'include = ["src/*_wrkr.py"]', file.read_text()))
        scanned()
        failed = queries.failed_scan(Migration.objects.get())
        assert failed is not None
        assert "no file matches workers.include" in failed.error
        assert latest().observations.count() == 2

    def test_a_repository_that_vanished_fails_the_scan(self, sample: Path, scanned: Callable[[], None]):
        scanned()
        sample.rename(sample.with_name("elsewhere"))
        run_scan(services.request_scan(Migration.objects.get(), by=None).pk)
        failed = queries.failed_scan(Migration.objects.get())
        assert failed is not None
        assert str(sample) in failed.error


class TestFollowing:
    def test_a_moved_head_is_scanned(self, sample: Path, scanned: Callable[[], None]):
        scanned()
        migration = Migration.objects.get()
        assert services.follow(migration) is None
        commit(sample)
        scan = services.follow(migration)
        assert scan is not None
        assert scan.state == State.QUEUED
        assert services.follow(migration) == scan, "it is not asked for twice"

    def test_a_scan_that_failed_is_not_repeated_for_the_same_commit(
        self, sample: Path, scanned: Callable[[], None]
    ):
        scanned()
        (sample / "migration.toml").write_text("name = ")
        commit(sample)
        scanned()
        assert services.follow(Migration.objects.get()) is None
