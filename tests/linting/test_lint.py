"""What lint reports, what it leaves alone, and how it is narrowed."""

from pathlib import Path

import pytest

from migration_tracker import cli
from migration_tracker.linting.suggestion import suggestion
from tests.conftest import ROOT, SAMPLE
from tests.linting.conftest import DEFINITION, DIRECT, MIGRATED, TRANSPORT, Lint, Write


def test_a_direct_client_is_refused_with_what_to_use_instead_and_the_guide(write: Write, lint: Lint) -> None:
    write(
        {"migration.toml": DEFINITION, "workers/a_worker.py": DIRECT, "docs/WORKER_MIGRATION_GUIDE.md": "#"}
    )

    ran = lint()

    assert ran.code == cli.FINDINGS
    assert ran.out == (
        "workers/a_worker.py:5:25: direct-client: calls aiokafka.AIOKafkaConsumer;"
        " use `create_consumer()` from `transport` (see docs/WORKER_MIGRATION_GUIDE.md)\n"
        "1 problem, none known (--update-baseline begins migration-baseline.txt), 0 allowed\n"
    )


def test_clients_are_refused_everywhere_but_in_the_layer_itself(write: Write, lint: Lint) -> None:
    write(
        {
            "migration.toml": DEFINITION,
            "transport/__init__.py": TRANSPORT,
            "workers/b_worker.py": MIGRATED,
            "tools/replay.py": "import aiokafka\naiokafka.AIOKafkaProducer()\n",
            "tools/left_over.py": "from aiokafka import AIOKafkaConsumer\n",
        }
    )

    ran = lint()

    assert ran.checks == [("direct-client", "tools/left_over.py"), ("direct-client", "tools/replay.py")]
    assert "take the import away" in ran.out
    assert "use `create_producer()` from `transport`" in ran.out


def test_types_are_left_alone(write: Write, lint: Lint) -> None:
    typed = """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from aiokafka import AIOKafkaConsumer

        def use(consumer: "AIOKafkaConsumer") -> None: ...
        """
    write({"migration.toml": DEFINITION, "workers/a_worker.py": MIGRATED, "tools/typed.py": typed})

    assert lint().code == cli.NOTHING_TO_REPORT


def test_what_cannot_be_decided_is_reported(write: Write, lint: Lint) -> None:
    dynamic = "import importlib, os\nclient = importlib.import_module(os.environ['CLIENT']).Client()\n"
    write({"migration.toml": DEFINITION, "workers/a_worker.py": dynamic})

    ran = lint("--format", "json")

    assert [(one["found"]["kind"], one["line"]) for one in ran.json["problems"]] == [("dynamic", 2)]
    assert "name it in so many words" in ran.json["problems"][0]["message"]


def test_where_lint_does_not_look_has_its_reason(write: Write, lint: Lint) -> None:
    excluded = '[[lint.exclude]]\nglob = "tests/**"\nreason = "tests speak to brokers themselves"\n'
    write({"migration.toml": DEFINITION + excluded, "workers/a_worker.py": MIGRATED})
    assert "lint.exclude: “tests/**” matches no Python file" in lint().err

    write({"tests/test_broker.py": DIRECT, "tests/unused.py": "# migration: allow(direct-client) of old\n"})
    ran = lint()
    assert (ran.code, ran.err) == (cli.NOTHING_TO_REPORT, "")

    write({"migration.toml": DEFINITION + '[[lint.exclude]]\nglob = "tests/**"\n'})
    ran = lint()
    assert ran.code == cli.WRONG_USE
    assert "why does lint not look at tests/**? add reason" in ran.err


def test_a_folder_with_a_migration_of_its_own_is_left_to_it(write: Write, lint: Lint) -> None:
    write(
        {
            "migration.toml": DEFINITION,
            "workers/a_worker.py": MIGRATED,
            "sample/migration.toml": DEFINITION,
            "sample/workers/a_worker.py": DIRECT + "# migration: allow(direct-client) of the sample\n",
        }
    )

    assert lint().code == cli.NOTHING_TO_REPORT
    ran = lint("sample/workers/a_worker.py")
    assert ran.checks == [
        ("direct-client", "workers/a_worker.py"),
        ("unused-suppression", "workers/a_worker.py"),
    ]


def test_paths_narrow_what_is_reported_and_not_what_is_linked(write: Write, lint: Lint) -> None:
    helper = "from aiokafka import AIOKafkaConsumer\n\ndef build():\n    return AIOKafkaConsumer()\n"
    write(
        {
            "migration.toml": DEFINITION,
            "helper.py": helper,
            "workers/a_worker.py": "from helper import build\n\nconsumer = build()\n",
        }
    )

    assert lint().checks == [("direct-client", "helper.py"), ("direct-client", "workers/a_worker.py")]
    narrowed = lint("workers")
    assert narrowed.checks == [("direct-client", "workers/a_worker.py")]
    assert "reaches aiokafka.AIOKafkaConsumer through helper.build" in narrowed.out
    assert lint("workers/a_worker.py", "helper.py").checks == lint().checks
    assert lint("migration.toml").code == cli.NOTHING_TO_REPORT


def test_a_file_that_cannot_be_read_is_not_taken_for_a_good_one(write: Write, lint: Lint) -> None:
    write({"migration.toml": DEFINITION, "workers/a_worker.py": "from aiokafka import (\n"})

    ran = lint()

    assert ran.code == 3
    assert "workers/a_worker.py: not read: " in ran.out
    assert "1 file not read" in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.py"], "nowhere.py: there is no such file or folder"),
        (["nowhere/at/all.py"], "nowhere/at/all.py: there is no such file or folder"),
        (["workers", "/etc/hostname"], "/etc/hostname: not below"),
        (["--baseline", "none.txt"], "none.txt: there is no such file; --update-baseline writes one"),
        (["--update-baseline", "workers"], "--update-baseline looks at everything; leave the paths out"),
        (["--against", "nothing"], "no commit “nothing” here"),
        (["--definition", "none.toml"], "none.toml: there is no such file"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    arguments: list[str], said: str, begun: None, lint: Lint
) -> None:
    ran = lint(*arguments)

    assert (ran.code, ran.out) == (cli.WRONG_USE, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_another_definition_can_be_named(write: Write, lint: Lint, tmp_path: Path) -> None:
    write({"workers/a_worker.py": DIRECT})
    (tmp_path / "other.toml").write_text(DEFINITION, encoding="utf-8")

    ran = lint("workers/a_worker.py", "--definition", str(tmp_path / "other.toml"))

    assert ran.checks == [("direct-client", "workers/a_worker.py")]


@pytest.mark.parametrize(
    ("symbol", "replacements", "said"),
    [
        (
            "aiokafka.AIOKafkaConsumer",
            ["t.create_consumer", "t.create_producer"],
            "`create_consumer()` from `t`",
        ),
        (
            "aiokafka.AIOKafkaProducer",
            ["t.create_consumer", "t.create_producer"],
            "`create_producer()` from `t`",
        ),
        ("boto3.client", ["storage.open_store"], "`open_store()` from `storage`"),
        ("requests.Session", ["net.HttpSession", "net.fetch"], "`HttpSession` from `net`"),
        (
            "requests.get",
            ["net.HttpSession", "net.fetch"],
            "`HttpSession` from `net` or `fetch()` from `net`",
        ),
    ],
)
def test_the_replacement_that_goes_with_the_symbol_is_suggested(
    symbol: str, replacements: list[str], said: str
) -> None:
    assert suggestion(symbol, replacements) == f"use {said}"


@pytest.mark.parametrize("folder", [SAMPLE, ROOT], ids=["the sample repository", "this one"])
def test_repositories_here_are_content_with_their_baselines(
    folder: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    ran = lint(str(folder))

    assert ran.code == cli.NOTHING_TO_REPORT, ran.out
