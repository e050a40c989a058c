"""The report says what the scan says, the same every time, and a plan document holds it in a block."""

from pathlib import Path

import pytest

from migration_tracker import cli
from migration_tracker.reporting.block import BEGIN, END
from tests.conftest import commit

PLAN = f"# The plan\n\nWhy we do this.\n\n## Where we stand\n\n{BEGIN}\n{END}\n\nWhat is next.\n"


@pytest.fixture
def plan(sample: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A plan document with an empty block in the sample repository, which commands run in."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(sample)
    plan = sample / "PLAN.md"
    plan.write_text(PLAN)
    return plan


def test_the_report_says_how_far_the_migration_is(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    definition = plan.parent / "migration.toml"
    definition.write_text(
        definition.read_text().replace(
            "[smoke]",
            '[[checklist]]\nkey = "cut-over"\ntitle = "Cut | over"\n'
            '[[phases]]\nkey = "later"\ntitle = "Later"\nworkers = ["claimx/**"]\natomic = true\n'
            'deferred = "until spring"\nitems = [{ key = "told", title = "Told" }]\n'
            '[[criteria]]\nkey = "all"\ntitle = "All done"\nstatus = "migrated"\n'
            '[[criteria]]\nkey = "boots"\ntitle = "Boots"\ntransport = "eventhub"\n[smoke]',
            1,
        )
    )
    (plan.parent / "tool.py").write_text("import aiokafka\naiokafka.AIOKafkaProducer()\n")

    assert cli.main(["report"]) == cli.NOTHING_TO_REPORT

    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["# Claims pipeline to Event Hubs", "", "1 of 2 workers are migrated (1 direct)."]
    assert "Old clients outside workers: `tool.py`." in lines
    assert "- **Core workers** (`phase-1`): 0 of 1 workers migrated" in lines
    later = (
        "- **Later** (`later`): 1 of 1 workers migrated, merged whole or not at all, deferred until spring"
    )
    assert lines[lines.index(later) + 1] == "  - [?] Told: people: see the tracker"
    (worker,) = (line for line in lines if line.startswith("| `verisk/workers/enrichment_worker`"))
    assert worker.startswith(
        "| `verisk/workers/enrichment_worker` | phase-1 | direct | 0 of 6 | create-consumer, "
    )
    assert "| Cut \\| over (`cut-over`) |  | people: see the tracker |" in lines
    assert "- [ ] All done: verisk/workers/enrichment_worker: status direct." in lines
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
    assert text.startswith(f"{before}\n\n### Claims pipeline to Event Hubs\n\n1 of 2 workers")
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
