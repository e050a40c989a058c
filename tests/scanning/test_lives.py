"""All workers' lines in one walk: turns, renames, removals and slips, each with its commit."""

from pathlib import Path

from migration_tracker.scanning.history import past
from migration_tracker.scanning.inventory import Status
from migration_tracker.scanning.scope import Scope
from tests.conftest import commit, git

SCOPE = Scope(
    legacy=("aiokafka.AIOKafkaConsumer",),
    replacement=("transport.create_consumer",),
    sanctioned=("transport",),
    roots=("workers",),
    include=("workers/*_worker.py",),
)
OLD = (
    "import aiokafka\n\n\nclass Worker:\n    def start(self):\n        self.c = aiokafka.AIOKafkaConsumer()\n"
)
NEW = (
    "import transport\n\n\nclass Worker:\n    async def start(self):\n"
    "        self.c = await transport.create_consumer()\n"
)


def test_a_worker_that_is_renamed_slips_back_and_goes_is_followed_to_its_end(tmp_path: Path):
    git(tmp_path, "init", "--quiet")
    workers = tmp_path / "workers"
    workers.mkdir()
    (tmp_path / "transport.py").write_text("async def create_consumer(): ...\n")
    commit(tmp_path, "No worker yet")
    first, second = workers / "first_worker.py", workers / "second_worker.py"
    first.write_text(OLD)
    second.write_text(OLD + "\n\nLIMIT = 2\n" * 3)
    began = commit(tmp_path, "Two workers")
    first.write_text(NEW)
    moved_on = commit(tmp_path, "Migrate the first")
    (tmp_path / "README").write_text("nothing to do with it")
    commit(tmp_path, "Say something")
    renamed = workers / "renamed_worker.py"
    first.rename(renamed)
    second.unlink()
    (workers / "third_worker.py").write_text(OLD.replace("Worker", "Third") + "\n\nX = [1, 2, 3]\n" * 9)
    shuffled = commit(tmp_path, "Rename one, remove one, add one")
    renamed.write_text(OLD)
    slipped = commit(tmp_path, "Go back")

    told = past(tmp_path, "HEAD", SCOPE)

    def turns(name: str) -> list[tuple[str, Status | None, str | None]]:
        return [(turn.commit.id, turn.status, turn.path) for turn in told.turns[f"workers/{name}_worker.py"]]

    assert turns("renamed") == [
        (began, Status.DIRECT, "workers/first_worker.py"),
        (moved_on, Status.MIGRATED, "workers/first_worker.py"),
        (shuffled, Status.MIGRATED, "workers/renamed_worker.py"),
        (slipped, Status.DIRECT, "workers/renamed_worker.py"),
    ]
    assert turns("second") == [(began, Status.DIRECT, "workers/second_worker.py"), (shuffled, None, None)]
    assert turns("third") == [(shuffled, Status.DIRECT, "workers/third_worker.py")]
    assert "workers/first_worker.py" not in told.turns
    assert [step.commit.id for step in told.steps if step.statuses] == [began, moved_on, slipped]
