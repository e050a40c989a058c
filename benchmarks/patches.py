"""What patches make of workers, without a hand's help: lines, TODOs, the scanner's word, both transports.

    python -m benchmarks.patches [--only GLOB]… [--no-smoke] [--write docs/patches.md]

Each worker that is direct is patched in a checkout of its own; one that was migrated since is patched as it
was before the commit that did it, and the patch compared with that commit. Today's definition judges every
revision. The sample repository is taken as it lies in the work tree.
"""

from __future__ import annotations

import argparse
import difflib
import fnmatch
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from migration_tracker import codemods, definition
from migration_tracker.codemods import Change, Patch
from migration_tracker.definition import Definition
from migration_tracker.scanning import (
    FileCache,
    Inventory,
    Revision,
    Source,
    Status,
    Verdict,
    WorkerReport,
    WorkTree,
    default_path,
    scan,
)

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "tests/sample_repository"
BEGIN, END = "<!-- patches -->", "<!-- /patches -->"
TRANSPORTS = ("kafka", "eventhub")
OLD = (Status.DIRECT, Status.PARTIAL)
HEADINGS = ("worker", "lines made", "TODOs", "scans clean", *TRANSPORTS, "lines by hand", "lines since")


@dataclass(frozen=True, slots=True)
class Task:
    """A worker to patch: as it was at `before`, and at `after`, the commit that migrated it, if one did."""

    folder: Path
    worker: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One worker's line of the table; None where nobody looked, or no commit migrated it."""

    worker: str
    made: int
    todos: int
    is_clean: bool
    smoke: tuple[bool | None, ...]
    by_hand: int | None
    since: int | None

    @property
    def is_proven(self) -> bool:
        """Whether the patch alone proves the worker."""
        return self.is_clean and not self.todos and all(self.smoke)

    def cells(self) -> tuple[str, ...]:
        marks = {True: "✓", False: "✗", None: "–"}
        hand = ("–" if lines is None else str(lines) for lines in (self.by_hand, self.since))
        smoke = (marks[one] for one in self.smoke)
        return (f"`{self.worker}`", str(self.made), str(self.todos), marks[self.is_clean], *smoke, *hand)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.patches", description=__doc__)
    parser.add_argument("--only", action="append", metavar="GLOB", help="only workers of such names")
    parser.add_argument("--no-smoke", action="store_true", help="do not boot anything")
    parser.add_argument("--write", type=Path, metavar="FILE", help="a document to put the tables into")
    args = parser.parse_args(arguments)
    sections = []
    for title, folder in (("This repository", ROOT), ("The sample repository", SAMPLE)):
        rows = []
        for task in tasks(folder, args.only or ["*"]):
            rows.append(measured(task, smoke=not args.no_smoke))
            print("  ".join(rows[-1].cells()), flush=True)
        if rows:
            sections.append(section(title, rows))
    text = "\n\n".join(sections)
    print(f"\n{text}")
    if args.write:
        put(args.write, text)
    return 0


def section(title: str, rows: Sequence[Row]) -> str:
    """A table with its sum in a sentence."""
    proven = sum(row.is_proven for row in rows)
    lines = [HEADINGS, ("---", *["---:"] * 2, *["---"] * (len(HEADINGS) - 5), *["---:"] * 2)]
    lines += [row.cells() for row in rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{title}: {proven} of {len(rows)} proven by the patch alone.\n\n{table}"


def put(document: Path, text: str) -> None:
    """Replace what stands between the marks of a document."""
    before, _, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    document.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


# Which workers, and as they were when


def tasks(folder: Path, globs: Sequence[str]) -> Iterator[Task]:
    described = definition.load(folder / definition.FILE_NAME)
    for worker in read(WorkTree(folder), described).workers:
        if not any(fnmatch.fnmatchcase(worker.name, glob) for glob in globs):
            continue
        if worker.status in OLD:
            yield Task(folder, worker.name)
        elif folder == ROOT and (found := migrated_by(described, worker)):
            yield Task(folder, worker.name, before=found[0], after=found[1])


def migrated_by(described: Definition, worker: WorkerReport) -> tuple[str, str] | None:
    """The last revision at which a worker was on the old client, and the commit after it, if there is one."""
    commits = git("log", "--first-parent", "--format=%H %P", "--", worker.path).split("\n")
    for line in filter(None, commits):
        commit, *parents = line.split()
        old = report(read(Revision(ROOT, parents[0]), described), worker.name) if parents else None
        if old is not None and old.status in OLD:
            return parents[0], commit
    return None


def read(source: Source, described: Definition) -> Inventory:
    with FileCache(default_path()) as cache:
        return scan(source, described.scope, cache)


def report(inventory: Inventory, worker: str) -> WorkerReport | None:
    return next((one for one in inventory.workers if one.name == worker), None)


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


# What becomes of one


def measured(task: Task, *, smoke: bool) -> Row:
    """Patch a worker in a checkout of its own, and look at what came of it."""
    described = definition.load(task.folder / definition.FILE_NAME)
    with TemporaryDirectory(prefix="patches-") as place:
        folder = Path(place) / "checkout"
        checkout(task, folder)
        given = codemods.conventions(described.patch, folder, task.worker)
        with FileCache(default_path()) as cache:
            patch = codemods.propose(WorkTree(folder), described.scope, given, task.worker, cache)
        codemods.write(patch, folder)
        found = report(read(WorkTree(folder), described), task.worker)
        runs = smoked(folder, task) if smoke else {}
    return Row(
        worker=task.worker,
        made=sum(changed(one.before, one.after or "") for one in patch.changes),
        todos=len(patch.todos),
        is_clean=found is not None and is_clean(found),
        smoke=tuple(runs.get(one) for one in TRANSPORTS),
        by_hand=by_hand(patch, task.after) if task.after else None,
        since=since(patch, task.after) if task.after else None,
    )


def checkout(task: Task, folder: Path) -> None:
    """The files as they were; today's definition beside them."""
    if task.before is not None:
        Revision(ROOT, task.before).export(folder)
    else:
        for entry in WorkTree(task.folder).entries():
            place = folder / entry.path
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(task.folder / entry.path, place)
    shutil.copyfile(task.folder / definition.FILE_NAME, folder / definition.FILE_NAME)


def is_clean(found: WorkerReport) -> bool:
    return found.status is Status.MIGRATED and all(one.verdict is Verdict.MET for one in found.checklist)


def smoked(folder: Path, task: Task) -> dict[str, bool]:
    """The results of a worker's smoke runs by transport."""
    command = [sys.executable, "-m", "migration_tracker.cli", "smoke", task.worker, "--format", "json"]
    done = subprocess.run(
        [*command, "--path", folder, "--transport", "both"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        runs = json.loads(done.stdout)["runs"]
    except ValueError:
        raise SystemExit(f"{task.worker}: the smoke tests could not run: {done.stderr.strip()}") from None
    return {run["transport"]: run["result"] == "passed" for run in runs}


def by_hand(patch: Patch, after: str) -> int:
    """Lines in which the commit that migrated a worker differs from the patch, in the patch's files."""
    return sum(changed(one.after or "", at(after, one)) for one in patch.changes)


def since(patch: Patch, after: str) -> int:
    """Lines of the patch's files that later commits changed, up to HEAD."""
    return sum(changed(at(after, one), at("HEAD", one)) for one in patch.changes)


def at(revision: str, change: Change) -> str:
    """A patched file's text at a revision; empty where it is gone."""
    listed = git("ls-tree", "--name-only", revision, "--", change.path).strip()
    return git("show", f"{revision}:{change.path}") if listed else ""


def changed(before: str, after: str) -> int:
    """Lines taken out and put in."""
    diff = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return sum(line[:1] in {"+", "-"} and line[:3] not in {"+++", "---"} for line in diff)


if __name__ == "__main__":
    sys.exit(main())
