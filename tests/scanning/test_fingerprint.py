"""A fingerprint moves with what a worker runs, and with nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from migration_tracker.scanning import Inventory, Scope, WorkTree, explain, scan
from migration_tracker.scanning.fingerprint import digest
from tests.scanning.trees import SCOPE, TRANSPORT, write

WORKER = "workers/claimx/download_worker.py"
FILES = {
    WORKER: '''
        """Downloads."""
        from transport import create_consumer
        from workers.claimx.media import fetch

        def run(a, b):
            """Run."""
            return fetch("x", a) + f"{b!r:>4}"
        ''',
    "workers/claimx/media.py": "from ..shared import client\n\ndef fetch(*given): return client(given)\n",
    "workers/shared.py": "def client(given): return str(given)\n",
    "workers/unrelated.py": "X = 1\n",
    "lock.txt": "aiokafka==1\n",
}


@pytest.fixture
def fingerprint(tmp_path: Path) -> Callable[..., str]:
    """The worker's fingerprint with some files changed."""
    number = 0

    def of(changed: Mapping[str, str] | None = None, scope: Scope = SCOPE) -> str:
        nonlocal number
        number += 1
        folder = write(tmp_path / str(number), {**TRANSPORT, **FILES, **(changed or {})})
        (worker,) = scan(WorkTree(folder), scope).workers
        return worker.fingerprint

    return of


@pytest.mark.parametrize(
    "changed",
    [
        {WORKER: FILES[WORKER].replace("def run", "# now\n        def run")},
        {
            WORKER: FILES[WORKER].replace(
                '"x", a', "\n                'x',\n                (a),\n            "
            )
        },
        {WORKER: FILES[WORKER].replace('"x"', '("" "x")')},
        {WORKER: FILES[WORKER].replace('"""Run."""', '"""\n            Run.\n            """')},
        {"workers/unrelated.py": "X = 2\n"},
        {"workers/claimx/new.py": "X = 2\n"},
        {"lock.txt": "aiokafka==2\n"},
    ],
    ids=[
        "comment",
        "lines and quotes",
        "joined strings",
        "docstring layout",
        "unrelated",
        "new",
        "not named",
    ],
)
def test_it_stays_with_comments_formatting_and_unrelated_files(
    changed: dict[str, str], fingerprint: Callable[..., str]
) -> None:
    assert fingerprint(changed) == fingerprint()


@pytest.mark.parametrize(
    "changed",
    [
        {WORKER: FILES[WORKER].replace('"x"', '"y"')},
        {WORKER: FILES[WORKER].replace("Run.", "Walk.")},
        {"workers/claimx/media.py": FILES["workers/claimx/media.py"].replace("given)", "given * 2)")},
        {"workers/shared.py": "def client(given): return repr(given)\n"},
        {"transport/kafka.py": TRANSPORT["transport/kafka.py"] + "\n        X = 1\n"},
        {"workers/__init__.py": "import workers.unrelated\n"},
    ],
    ids=["string", "docstring", "import", "import of an import", "transport layer", "package"],
)
def test_it_moves_with_what_runs(changed: dict[str, str], fingerprint: Callable[..., str]) -> None:
    assert fingerprint(changed) != fingerprint()


def test_what_the_definition_names_counts_too(fingerprint: Callable[..., str]) -> None:
    scope = replace(SCOPE, also=("lock.txt", "*.toml"))

    assert fingerprint(scope=scope) != fingerprint()
    assert fingerprint({"lock.txt": "aiokafka==2\n"}, scope) != fingerprint(scope=scope)


def test_a_pattern_that_matches_nothing_is_a_warning(scanned: Callable[..., Inventory]) -> None:
    inventory = scanned(FILES, replace(SCOPE, also=("*.toml",)))

    assert inventory.warnings == ("fingerprint.also: “*.toml” matches no file",)


def test_imports_for_type_checkers_do_not_run(fingerprint: Callable[..., str]) -> None:
    typed = FILES[WORKER] + (
        "\n        import typing\n        if typing.TYPE_CHECKING:\n            import workers.unrelated\n"
    )

    assert fingerprint({WORKER: typed}) == fingerprint({WORKER: typed, "workers/unrelated.py": "X = 2\n"})


def test_circles_of_imports_end(fingerprint: Callable[..., str]) -> None:
    assert fingerprint({"workers/shared.py": "import workers.claimx.media\n"}) != fingerprint()


def test_the_parts_of_a_fingerprint_are_told_with_their_digests(tmp_path: Path) -> None:
    files = {
        "workers/a_worker.py": "from workers import helper\n",
        "workers/helper.py": "x = 1\n",
        "workers/other.py": "x = 1\n",
        "settings.toml": "a = 1\n",
    }
    source = WorkTree(write(tmp_path, files))
    scope = replace(SCOPE, also=("*.toml",))

    parts = explain(source, scope)["a_worker"]

    assert [(part.path, part.why) for part in parts] == [
        ("settings.toml", "also"),
        ("workers/a_worker.py", "worker"),
        ("workers/helper.py", "import"),
    ]
    (worker,) = scan(source, scope).workers
    assert digest(parts) == worker.fingerprint
    assert digest(parts[1:]) == scan(source, SCOPE).workers[0].fingerprint
