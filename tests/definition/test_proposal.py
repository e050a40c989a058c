"""Proposed definitions: they load, say what a person would have said, and give reasons for it."""

import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from migration_tracker import definition
from migration_tracker.definition import Definition
from migration_tracker.definition.proposal import propose
from migration_tracker.scanning import Status, WorkTree, scan

ROOT = Path(__file__).parents[2]
KAFKA = "from aiokafka import AIOKafkaConsumer\n\n\ndef make_consumer():\n    return AIOKafkaConsumer()\n"
USER = "from app.layer import make_consumer\n\nconsumer = make_consumer()\n"


def proposed(folder: Path, files: Mapping[str, str | bytes] = {}) -> tuple[Definition, str]:
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
    text = propose(WorkTree(folder))
    return definition.parse(text), text


def keys_without_a_reason(text: str) -> list[str]:
    """The keys that no comment stands above; the name speaks for itself."""
    lines = text.splitlines()
    return [
        line
        for above, line in zip(["", *lines], lines, strict=False)
        if " = " in line and not line.startswith(("#", " ", "name = ")) and not above.startswith("#")
    ]


def statuses(folder: Path, defined: Definition) -> dict[str, Status]:
    inventory = scan(WorkTree(folder), defined.scope, with_checklist=False)
    return {worker.path: worker.status for worker in inventory.workers}


@pytest.mark.parametrize("folder", [ROOT, ROOT / "tests/sample_repository"], ids=["ours", "sample"])
def test_a_repository_that_people_described_gets_the_same_workers_and_statuses(folder: Path) -> None:
    by_people = definition.load(folder / "migration.toml")

    defined, text = proposed(folder)

    assert statuses(folder, defined) == statuses(folder, by_people)
    for key in ("source_roots", "replacement", "sanctioned"):
        assert getattr(defined, key) == getattr(by_people, key)
    assert set(defined.legacy) <= set(by_people.legacy)
    # What nobody but the layer builds any more is told, not taken.
    assert all(symbol in text for symbol in by_people.legacy)
    assert keys_without_a_reason(text) == []


def test_a_layer_is_told_from_what_is_inside_it_and_from_its_users(tmp_path: Path) -> None:
    defined, _ = proposed(
        tmp_path,
        {
            "app/layer/__init__.py": "from app.layer.inner import make_consumer\n",
            "app/layer/inner.py": "from app.layer.kafka import KafkaConsumer\nmade = KafkaConsumer()\n"
            + KAFKA,
            "app/layer/kafka.py": KAFKA.replace("make_consumer", "KafkaConsumer"),
            "app/a_job.py": USER,
            "app/b_job.py": KAFKA,
        },
    )

    assert defined.sanctioned == ("app.layer",)
    assert defined.replacement == ("app.layer.make_consumer",)
    assert statuses(tmp_path, defined) == {"app/a_job.py": "migrated", "app/b_job.py": "direct"}


def test_several_source_roots_are_found_by_what_imports_resolve_to(tmp_path: Path) -> None:
    defined, _ = proposed(
        tmp_path,
        {
            "services/a/src/alpha/__init__.py": "",
            "services/a/src/alpha/client.py": "import redis\n\nclient = redis.Redis()\n",
            "services/b/src/beta/__init__.py": "",
            "services/b/src/beta/jobs.py": "from alpha.client import client\nimport beta.tools\n",
            "services/b/src/beta/tools.py": "from alpha import client\n",
        },
    )

    assert set(defined.source_roots) == {"services/a/src", "services/b/src"}


def test_a_module_that_bears_the_name_of_one_of_python_s_own_makes_no_source_root(tmp_path: Path) -> None:
    uses = "import types\n\nfrom app.clients import client\n"
    defined, _ = proposed(
        tmp_path,
        {
            "app/__init__.py": "",
            "app/clients.py": "import redis\n\nclient = redis.Redis()\n",
            "app/jobs.py": uses,
            "tools/types.py": uses,
        },
    )

    assert defined.source_roots == (".",)


def test_globs_take_no_crowd_of_files_that_use_no_client(tmp_path: Path) -> None:
    among_others = {
        f"app/part_{number}/plain_{other}_job.py": "" for number in range(6) for other in range(3)
    }
    using = {f"app/part_{number}/first_job.py": USER for number in range(6)}
    together = {f"app/jobs/part{number}.py": USER for number in range(6)}
    layer = {"app/layer.py": KAFKA}

    ends_alike, text = proposed(tmp_path / "a", {**layer, **among_others, **using})
    assert set(ends_alike.include) == using.keys()
    assert "named one by one" in text

    lie_together, _ = proposed(
        tmp_path / "b", {**layer, **together, **{f"app/part{number}/only.py": USER for number in range(6)}}
    )
    assert set(lie_together.include) == {
        "app/jobs/*.py",
        *(f"app/part{number}/only.py" for number in range(6)),
    }


def test_what_only_tests_build_is_no_client_of_the_program(tmp_path: Path) -> None:
    _, text = proposed(tmp_path, {"tests/test_app.py": KAFKA, "app.py": "import json\n"})

    assert "aiokafka" not in text
    assert "Not found" in text


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    broken = {
        "a.py": b"def (:\n",
        "b.py": b"x = '\xff'\n",
        "c.py": b"(" * 3_000 + b")" * 3_000,
        "d.py": b"\0",
    }

    _, text = proposed(tmp_path, {**broken, "e_worker.py": KAFKA})

    assert "Not read, for size or syntax: a.py, b.py, c.py and 1 more." in text
    assert "e_worker.py" in text


def test_another_migration_below_is_left_out(tmp_path: Path) -> None:
    _, text = proposed(tmp_path, {"other/migration.toml": "", "other/a_worker.py": KAFKA})

    assert "aiokafka" not in text


def test_an_empty_folder_gets_a_definition_that_says_what_was_not_found(tmp_path: Path) -> None:
    defined, text = proposed(tmp_path)

    assert defined.legacy == ("old_library.Client",)
    assert text.count("Not found") == 5
    assert keys_without_a_reason(text) == []


@pytest.mark.parametrize(
    ("files", "command"),
    [
        (
            {"app/__main__.py": "", "app/a_job.py": USER, "app/b_job.py": KAFKA},
            ("python", "-m", "app", "{worker}"),
        ),
        (
            dict.fromkeys(("app/a_job.py", "app/b_job.py"), USER + "if __name__ == '__main__':\n    pass\n"),
            ("python", "-m", "app.{dotted}"),
        ),
        ({"app/a_job.py": USER, "app/b_job.py": KAFKA}, ()),
    ],
    ids=["package", "own", "none"],
)
def test_how_workers_start_is_guessed_from_what_runs(
    files: dict[str, str], command: tuple[str, ...], tmp_path: Path
) -> None:
    defined, text = proposed(tmp_path, {"app/layer.py": KAFKA, "app/__init__.py": "", **files})

    assert defined.smoke.command == command
    assert ("guess" in text) == ("__main__.py" in str(files))


def test_odd_names_are_still_toml(tmp_path: Path) -> None:
    odd = 'we"ird \\ näme\x7f'

    defined, _ = proposed(tmp_path / odd, {"a.py": ""})

    assert defined.name == odd
