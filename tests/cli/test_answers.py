"""Answers that are told again: only while all that they rest on is as it was."""

import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from migration_tracker import cli
from migration_tracker.commands import answers, unchanged
from tests.cli.test_scan import DEFINITION, DIRECT, MIGRATED
from tests.scanning.test_kept import settle
from tests.scanning.trees import run_git, write

WORKER, OTHER = "workers/a_worker.py", "tools/replay.py"
HARMLESS = DIRECT.replace("= AIOKafkaConsumer(", "= ANOKafkaConsumer(").replace("import AIO", "import ANO")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with a file that was changed, one that is not tracked, and one that is ignored."""
    folder = write(
        tmp_path / "repository",
        {"migration.toml": DEFINITION, WORKER: MIGRATED, OTHER: HARMLESS, ".gitignore": "ignored.py\n"},
    )
    run_git(folder, "init", "--quiet", "--initial-branch=main")
    run_git(folder, "add", "--all")
    run_git(folder, "commit", "--quiet", "--message=first")
    write(folder, {OTHER: HARMLESS + "\n", "tools/new.py": HARMLESS, "ignored.py": DIRECT})
    settle(folder)
    return folder


Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command with --format json; the exit code, and what it says but for time and cache."""

    def run(*arguments: str) -> tuple[int, Any]:
        code = cli.main([*arguments, "--format", "json"])
        said = capsys.readouterr()
        told = [json.loads(said.out)] if arguments[0] == "scan" else said.out.splitlines()
        if arguments[0] == "scan":
            assert told[0].pop("seconds") >= 0
            told[0]["files"].pop("cached")
        return code, (told, said.err)

    return run


def kept(*arguments: str) -> bool:
    """Whether there is an answer that still holds."""
    asked = answers.question([*arguments, "--format", "json"])
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        return asked is not None and asked.answer() is not None


def test_an_answer_that_still_holds_is_told_again_with_little_imported(folder: Path) -> None:
    program = (
        "import sys; from migration_tracker.cli import main;"
        "code = main(['scan', sys.argv[1], '--format', 'json']);"
        "print(sorted({'argparse', 're', 'typing', 'sqlite3'} & sys.modules.keys()), code, file=sys.stderr)"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", program, folder], capture_output=True, text=True, check=True)
        for _ in range(2)
    )

    warned = (
        "migration-tracker: warning: migration.toml: phases: “gone_worker” in phase-1 matches no worker\n"
    )
    assert second.stderr == f"{warned}[] 0\n" != first.stderr
    again, before = json.loads(second.stdout), json.loads(first.stdout)
    assert again["files"].pop("cached") == again["files"]["parsed"] > before["files"].pop("cached")
    assert list(again) == list(before)
    assert again | {"seconds": 0} == before | {"seconds": 0}


def changes(folder: Path) -> Iterator[str]:
    """Change one thing after another, and say what was changed."""
    place = folder / WORKER
    before = place.stat()
    place.write_text(MIGRATED.replace("create_consumer()", "print________()"))
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    yield "a tracked file, of the same size and with the times of before"
    write(folder, {OTHER: DIRECT})
    yield "a file that was changed already"
    write(folder, {"tools/new.py": DIRECT})
    yield "a file that is not tracked"
    write(folder, {"tools/newer.py": DIRECT})
    yield "a new file"
    (folder / "tools/new.py").unlink()
    yield "a file that is gone"
    (folder / OTHER).unlink()
    yield "a tracked file that is gone"
    write(folder, {".gitignore": "\n"})
    yield "what is ignored"
    write(folder, {"migration.toml": DEFINITION.replace("aiokafka.AIOKafkaConsumer", "aiokafka.Other")})
    yield "the definition"
    run_git(folder, "add", "--all")
    yield "the index"
    run_git(folder, "commit", "--quiet", "--message=second")
    yield "the commit"


def test_any_change_is_seen(folder: Path, ask: Ask) -> None:
    question = ("scan", str(folder))
    ask(*question)
    assert kept(*question)
    for what in changes(folder):
        assert not kept(*question), what
        assert ask(*question) == ask(*question, "--no-cache"), what


def test_another_question_has_another_answer(folder: Path, ask: Ask) -> None:
    ask("scan", str(folder))
    assert kept("scan", str(folder))

    assert ask("scan", str(folder), "--inventory-only")[1][0][0]["workers"][0]["checklist"] == []
    assert ask("scan", str(folder))[1][0][0]["workers"][0]["checklist"] != []
    other = write(folder.parent, {"other.toml": DEFINITION.replace("*_worker.py", "a_*.py")}) / "other.toml"
    assert ask("scan", str(folder), "--definition", str(other))[0] == cli.NOTHING_TO_REPORT
    assert kept("scan", str(folder), "--definition", str(other))


def test_what_git_does_not_look_at_is_looked_at_anew(folder: Path, ask: Ask) -> None:
    run_git(folder, "update-index", "--assume-unchanged", WORKER)
    settle(folder, ".git/index")

    ask("scan", str(folder))

    assert not kept("scan", str(folder))
    write(folder, {WORKER: DIRECT})
    assert ask("scan", str(folder))[0] == cli.FINDINGS


def test_links_are_followed_anew(folder: Path, ask: Ask) -> None:
    (folder / "tools/linked.py").symlink_to(folder / "ignored.py")
    for text, code in ((DIRECT, cli.FINDINGS), (HARMLESS, cli.NOTHING_TO_REPORT)):
        write(folder, {"ignored.py": text})
        assert ask("scan", str(folder))[0] == code
        assert not kept("scan", str(folder))

    run_git(folder, "add", "--all")
    run_git(folder, "commit", "--quiet", "--message=linked")
    settle(folder, ".git/index")
    for text, code in ((DIRECT, cli.FINDINGS), (HARMLESS, cli.NOTHING_TO_REPORT)):
        write(folder, {"ignored.py": text})
        assert ask("scan", str(folder))[0] == code
        assert not kept("scan", str(folder))


def test_a_damaged_answer_is_as_if_there_were_none(folder: Path, ask: Ask, tmp_path: Path) -> None:
    expected = ask("scan", str(folder))
    (place,) = (tmp_path / "cache" / "migration-tracker" / "answers").iterdir()
    whole = place.read_bytes()
    for damaged in (b"", b"x" * 100, whole[:-9], zlib.compress(b"no lengths"), zlib.compress(b"9 9\nabc")):
        place.write_bytes(damaged)
        assert not kept("scan", str(folder))
        assert ask("scan", str(folder)) == expected
        assert place.read_bytes() != damaged


def test_few_answers_are_kept(
    folder: Path, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "_MOST", 2)

    for flags in (["--inventory-only"] * 3, ["--inventory-only"] * 2, ["--inventory-only"], []):
        ask("scan", str(folder), *flags)

    assert len([*(tmp_path / "cache" / "migration-tracker" / "answers").iterdir()]) == 2
    assert kept("scan", str(folder))


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan", "--no-cache", "--format", "json"],
        ["scan", "--rev", "HEAD", "--format", "json"],
        ["scan", "--format", "table"],
        ["scan", "one", "two", "--format", "json"],
        ["scan", "--format"],
        ["history", "--worker", "a_worker", "--format", "json"],
        ["lint", "--format", "json"],
        [],
    ],
    ids=" ".join,
)
def test_of_other_commands_no_answer_is_kept(arguments: list[str]) -> None:
    assert answers.question(arguments) is None


def test_a_history_is_told_again_until_there_is_another_commit(folder: Path, ask: Ask) -> None:
    question = ("history", str(folder))
    code, (first, _) = ask(*question)
    assert kept(*question)
    assert ask(*question) == (code, (first, ""))

    run_git(folder, "commit", "--quiet", "--all", "--message=second")
    _, (second, _) = ask(*question)
    assert (len(first), len(second)) == (1, 2)


def test_a_past_that_was_cut_off_or_replaced_is_read_anew(folder: Path, tmp_path: Path) -> None:
    run_git(folder, "commit", "--quiet", "--all", "--message=second")
    assert unchanged.past(str(folder), "HEAD") == run_git(folder, "rev-parse", "HEAD").encode()

    clone = tmp_path / "clone"
    run_git(folder, "clone", "--quiet", "--depth=1", f"file://{folder}", str(clone))
    run_git(folder, "replace", "--graft", "HEAD")

    assert unchanged.past(str(clone), "HEAD") is None
    assert unchanged.past(str(folder), "HEAD") is None
    assert unchanged.past(str(folder), "no-such") is None
