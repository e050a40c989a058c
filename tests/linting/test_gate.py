"""What may be merged: no baseline that grew, no atomic phase in part."""

from pathlib import Path

import pytest

from migration_tracker import cli
from tests.conftest import commit, git
from tests.linting.conftest import BASELINE, DEFINITION, DIRECT, MIGRATED, Lint, Write

ATOMIC = DEFINITION + '\n[[phases]]\nkey = "one"\ntitle = "One"\nworkers = ["**"]\natomic = true\n'
OTHER = "tool.py::<module> direct-client aiokafka.AIOKafkaConsumer\n"
TOOL = "from aiokafka import AIOKafkaConsumer\nAIOKafkaConsumer()\n"


class TestTheBaseline:
    def test_may_not_take_in_new_use_by_hand(
        self, begun: None, write: Write, lint: Lint, folder: Path
    ) -> None:
        write({"tool.py": TOOL, BASELINE: OTHER + (folder / BASELINE).read_text()})

        assert lint().code == cli.NOTHING_TO_REPORT
        ran = lint("--against", "main")
        assert ran.code == cli.FINDINGS
        assert ran.out.startswith(f"{BASELINE}:1:1: grown-baseline: tool.py: a new use of aiokafka.AIOKafka")

    def test_may_not_be_written_anew_with_new_use(
        self, begun: None, write: Write, lint: Lint, folder: Path
    ) -> None:
        (folder / BASELINE).unlink()
        write({"tool.py": TOOL})

        assert lint("--update-baseline").code == cli.NOTHING_TO_REPORT
        assert lint("--against", "main").checks == [("grown-baseline", BASELINE)]

    def test_may_not_begin_anew_under_another_name(self, begun: None, write: Write, lint: Lint) -> None:
        write({"migration.toml": DEFINITION + '[lint]\nbaseline = "other.txt"\n', "tool.py": TOOL})

        assert lint("--update-baseline").code == cli.NOTHING_TO_REPORT
        assert lint("--against", "main").checks == [("grown-baseline", "other.txt")]

    def test_may_take_in_what_the_target_uses_already(self, write: Write, lint: Lint, folder: Path) -> None:
        write({"migration.toml": DEFINITION, "workers/a_worker.py": DIRECT, "tool.py": TOOL, BASELINE: OTHER})
        commit(folder)
        git(folder, "checkout", "--quiet", "-b", "change")
        (folder / BASELINE).unlink()

        assert lint("--update-baseline", "--against", "main").code == cli.NOTHING_TO_REPORT

    def test_may_follow_a_move(self, begun: None, lint: Lint, folder: Path) -> None:
        git(folder, "checkout", "--quiet", "-b", "change")
        git(folder, "mv", "workers/a_worker.py", "workers/z_worker.py")
        lint("--update-baseline")
        commit(folder)

        assert lint("--against", "main").code == cli.NOTHING_TO_REPORT

    def test_may_be_the_first(self, write: Write, lint: Lint, folder: Path) -> None:
        write({"migration.toml": DEFINITION, "workers/a_worker.py": DIRECT})
        commit(folder)
        lint("--update-baseline")

        assert lint("--against", "main").code == cli.NOTHING_TO_REPORT

    def test_is_compared_with_where_the_branches_parted(
        self, begun: None, write: Write, lint: Lint, folder: Path
    ) -> None:
        git(folder, "checkout", "--quiet", "-b", "change")
        commit(folder)
        git(folder, "checkout", "--quiet", "main")
        write({"workers/a_worker.py": MIGRATED})
        lint("--update-baseline")
        commit(folder)
        git(folder, "checkout", "--quiet", "change")

        assert lint("--against", "main").code == cli.NOTHING_TO_REPORT


class TestAnAtomicPhase:
    @pytest.fixture(autouse=True)
    def two_direct(self, write: Write, lint: Lint, folder: Path) -> None:
        """Two direct workers on main, and a branch that changes them."""
        write({"migration.toml": ATOMIC, "workers/a_worker.py": DIRECT, "workers/b_worker.py": DIRECT})
        lint("--update-baseline")
        commit(folder)
        git(folder, "checkout", "--quiet", "-b", "change")

    def test_is_content_with_none(self, lint: Lint) -> None:
        assert lint("--against", "main").code == cli.NOTHING_TO_REPORT
        assert lint().code == cli.NOTHING_TO_REPORT

    def test_is_not_merged_in_part(self, write: Write, lint: Lint, folder: Path) -> None:
        write({"workers/a_worker.py": MIGRATED})
        lint("--update-baseline")
        commit(folder)

        for arguments in (["--against", "main"], []):
            ran = lint(*arguments)
            assert ran.checks == [("partial-phase", "workers/b_worker.py")]
            assert "migrated: a_worker; not migrated: b_worker" in ran.out

    def test_may_be_under_way_in_a_commit(self, write: Write, lint: Lint, folder: Path) -> None:
        write({"workers/a_worker.py": MIGRATED})

        assert lint("--update-baseline", "--part-way").code == cli.NOTHING_TO_REPORT

    def test_is_merged_whole(self, write: Write, lint: Lint) -> None:
        write({"workers/a_worker.py": MIGRATED, "workers/b_worker.py": MIGRATED})

        assert lint("--update-baseline", "--against", "main").code == cli.NOTHING_TO_REPORT

    def test_that_was_in_part_before_it_was_atomic_asks_for_the_rest_at_once(
        self, write: Write, lint: Lint, folder: Path
    ) -> None:
        write({"workers/a_worker.py": MIGRATED, "workers/c_worker.py": DIRECT})
        (folder / BASELINE).unlink()
        lint("--update-baseline")
        commit(folder)
        git(folder, "branch", "--force", "main")

        assert lint("--against", "main").code == cli.NOTHING_TO_REPORT
        assert lint().checks == [("partial-phase", "workers/b_worker.py")]
        write({"workers/b_worker.py": MIGRATED})
        assert lint("--update-baseline", "--against", "main").checks == [
            ("partial-phase", "workers/c_worker.py")
        ]

    def test_knows_a_worker_that_was_renamed_while_it_was_migrated(
        self, write: Write, lint: Lint, folder: Path
    ) -> None:
        told = '"""\n' + "A long story of what this worker does, which stays.\n" * 9 + '"""\n'
        write({"workers/a_worker.py": told + DIRECT})
        lint("--update-baseline")
        commit(folder)
        git(folder, "branch", "--force", "main")
        git(folder, "mv", "workers/a_worker.py", "workers/z_worker.py")
        write({"workers/z_worker.py": told + MIGRATED})
        git(folder, "add", "--all")
        lint("--update-baseline", "--part-way")

        assert "migrated: z_worker; not migrated: b_worker" in lint("--against", "main").out


def test_an_atomic_phase_without_workers_is_refused(write: Write, lint: Lint) -> None:
    write({"migration.toml": ATOMIC.replace('workers = ["**"]\natomic', "atomic"), "workers/a_worker.py": ""})

    ran = lint()

    assert ran.code == cli.WRONG_USE
    assert "the phase names no workers to migrate together" in ran.err


def test_without_the_history_the_gate_says_what_it_lacks(begun: None, lint: Lint, folder: Path) -> None:
    git(folder, "checkout", "--quiet", "--orphan", "lonely")
    commit(folder, "Without a parent")

    ran = lint("--against", "main")

    assert ran.code == cli.WRONG_USE
    assert "no common ancestor of “main” and “HEAD” is here; fetch more of the history" in ran.err
