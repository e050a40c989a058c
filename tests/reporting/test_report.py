"""The report says what the scan says, the same every time, and a plan document holds it in a block."""

from pathlib import Path

import pytest

from migration_tracker import cli
from migration_tracker.reporting.block import BEGIN, END
from tests.conftest import commit, git
from tests.linting.conftest import DEFINITION, DIRECT, MIGRATED

REST = """
[[checklist]]
key = "cut-over"
title = "Cut | over"

[[phases]]
key = "first"
title = "First"
workers = ["a_worker"]

[[phases]]
key = "later"
title = "Later"
workers = ["b_worker"]
atomic = true
deferred = "until spring"
items = [{ key = "told", title = "Told" }, { key = "plan", title = "Written", document = "PLAN.md" }]

[[criteria]]
key = "all"
title = "All done"
status = "migrated"

[[criteria]]
key = "boots"
title = "Boots"
transport = "eventhub"
"""
PLAN = f"# The plan\n\nWhy we do this.\n\n## Where we stand\n\n{BEGIN}\n{END}\n\nWhat is next.\n"


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plan document with an empty block, in a repository with a direct and a migrated worker."""
    folder = tmp_path / "repository"
    (folder / "workers").mkdir(parents=True)
    git(folder, "init", "--quiet")
    (folder / "migration.toml").write_text(DEFINITION)
    (folder / "workers/a_worker.py").write_text(DIRECT)
    (folder / "workers/b_worker.py").write_text(MIGRATED)
    (folder / "PLAN.md").write_text(PLAN)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(folder)
    return folder / "PLAN.md"


def test_the_report_says_how_far_the_migration_is(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (plan.parent / "migration.toml").write_text(DEFINITION + REST)
    (plan.parent / "tool.py").write_text("import aiokafka\naiokafka.AIOKafkaProducer()\n")

    assert cli.main(["report"]) == cli.NOTHING_TO_REPORT

    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["# Transport layer", "", "1 of 2 workers are migrated (1 direct)."]
    assert "Old clients outside workers: `tool.py`." in lines
    assert "- **First** (`first`): 0 of 1 workers migrated" in lines
    later = (
        "- **Later** (`later`): 1 of 1 workers migrated, merged whole or not at all, deferred until spring"
    )
    place = lines.index(later)
    assert lines[place + 1 : place + 3] == [
        "  - [?] Told: people: see the tracker",
        "  - [x] Written: PLAN.md is there",
    ]
    (worker,) = (line for line in lines if line.startswith("| `a_worker`"))
    assert worker.startswith("| `a_worker` | first | direct | ")
    assert "create-consumer" in worker
    assert "| Cut \\| over (`cut-over`) |  | people: see the tracker |" in lines
    assert "- [ ] All done: a_worker: status direct." in lines
    assert "- [?] Boots: smoke runs: see the tracker." in lines


def test_the_same_code_gives_the_same_report_anywhere(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["report"])
    first = capsys.readouterr().out
    commit(plan.parent, "Another commit")
    plan.parent.rename(tmp_path / "elsewhere")

    cli.main(["report", str(tmp_path / "elsewhere")])

    assert capsys.readouterr().out == first


def test_a_block_is_filled_and_nothing_else_is_touched(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["report", "--check", "PLAN.md"]) == cli.FINDINGS
    said = capsys.readouterr()
    assert "+1 of 2 workers are migrated (1 direct)." in said.out
    assert said.err == "PLAN.md is stale: migration-tracker report --update PLAN.md\n"

    assert cli.main(["report", "--update", "PLAN.md"]) == cli.NOTHING_TO_REPORT
    assert capsys.readouterr().err == "PLAN.md: rewritten\n"
    text = plan.read_text()
    before, after = PLAN.split(f"\n{END}")
    assert text.startswith(f"{before}\n\n### Transport layer\n\n1 of 2 workers")
    assert "\n#### Workers\n" in text
    assert text.endswith(f"\n\n{END}{after}")

    assert cli.main(["report", "--check", "PLAN.md"]) == cli.NOTHING_TO_REPORT
    assert cli.main(["report", "--update", "PLAN.md"]) == cli.NOTHING_TO_REPORT
    assert capsys.readouterr().err.endswith("PLAN.md: was true already\n")
    assert plan.read_text() == text


def test_a_document_with_other_ends_of_lines_keeps_them(plan: Path) -> None:
    plan.write_bytes(PLAN.replace("\n", "\r\n").encode())

    cli.main(["report", "--update", "PLAN.md"])

    assert plan.read_bytes().count(b"\n") == plan.read_bytes().count(b"\r\n") > 20


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# The plan\n", "PLAN.md: no block for the report; add these two lines: <!-- migration-tracker"),
        (f"{END}\n{BEGIN}\n", "PLAN.md: the marks on lines 2, 1 are no one block"),
        (f"{BEGIN}\n", "PLAN.md: the marks on lines 1 are no one block"),
        (f"{BEGIN}\n{END}\n" * 2, "PLAN.md: the marks on lines 1, 3, 2, 4 are no one block"),
        (None, "PLAN.md: there is no such file"),
        ("\udce9", "PLAN.md: not UTF-8 (byte 0)"),
    ],
)
@pytest.mark.parametrize("option", ["--update", "--check"])
def test_a_document_without_its_block_is_refused_and_left_alone(
    option: str, text: str | None, said: str, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan.unlink()
    if text is not None:
        plan.write_bytes(text.encode(errors="surrogateescape"))

    assert cli.main(["report", option, "PLAN.md"]) == cli.WRONG_USE

    told = capsys.readouterr()
    assert said in told.err
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert text is None or plan.read_bytes() == text.encode(errors="surrogateescape")
