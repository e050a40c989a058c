"""What the scanner and other tools say of the same small programs, and whether it is right.

    python -m benchmarks.accuracy [--peers FOLDER] [--write docs/scanning.md]

The programs are the forms that the scanner is tested with; a tool that is missing is left out, and that is
said. A verdict is right if the worker is reported when it uses an old client or may use one, and not else. A
line is right if, with that, every line that is to change is reported; others may be reported beside it.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.peers import ENVIRONMENT, PEERS
from benchmarks.table import show
from migration_tracker.scanning import Kind, Rule, Status, WorkTree, scan
from tests.scanning.forms import FORMS, WORKER, Form
from tests.scanning.trees import SCOPE, TRANSPORT, write

BEGIN, END = "<!-- accuracy: begin -->", "<!-- accuracy: end -->"
_OLD = frozenset({Status.DIRECT, Status.PARTIAL})


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a tool said the right thing of a form, and of its lines."""

    verdict: bool
    line: bool

    def __str__(self) -> str:
        return "✓" if self.verdict and self.line else "verdict" if self.verdict else "✗"


@dataclass(frozen=True, slots=True)
class Column:
    """A tool and its answers, form by form."""

    name: str
    configuration: str
    answers: tuple[Answer, ...]

    @property
    def totals(self) -> tuple[int, int]:
        return sum(one.verdict for one in self.answers), sum(one.verdict and one.line for one in self.answers)


def main() -> None:
    """Print who was right how often, or write the whole table into a document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy")
    parser.add_argument(
        "--peers", type=Path, default=ENVIRONMENT, help="where the other tools are (make peers)"
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="a document with markers for the table")
    chosen = parser.parse_args()
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for number, form in enumerate(FORMS):
            write(folder / _name(number), {**TRANSPORT, WORKER: form.worker, **form.files})
        columns = [_ours(folder), *_theirs(folder, chosen.peers)]
    show(
        ["tool", "right verdicts", "and right lines", "of"],
        [[one.name, *map(str, one.totals), str(len(FORMS))] for one in columns],
    )
    if chosen.write is not None:
        _write(chosen.write, columns)


def _ours(folder: Path) -> Column:
    return Column(
        "migration-tracker",
        "statuses must be right to the word",
        tuple(map(_asked(folder), enumerate(FORMS))),
    )


def _asked(folder: Path) -> Callable[[tuple[int, Form]], Answer]:
    def answer(numbered: tuple[int, Form]) -> Answer:
        number, form = numbered
        (worker,) = scan(WorkTree(folder / _name(number)), SCOPE, with_checklist=False).workers
        wanted = Rule.TRANSPORT if form.status is Status.MIGRATED else Rule.DIRECT
        counting = [one for one in worker.findings if one.counts and one.kind is not Kind.DYNAMIC]
        lines = [one.line for one in counting if one.rule is wanted]
        return Answer(worker.status is form.status, lines == [line for line, _, _ in form.at])

    return answer


def _theirs(folder: Path, environment: Path) -> list[Column]:
    columns = []
    for peer in PEERS:
        program = peer.find(environment)
        if program is None:
            print(f"{peer.name} is not installed, so it was not asked: make peers", file=sys.stderr)
            continue
        peer.prepare(folder)
        found = peer.run(program, folder)
        answers = tuple(
            _judged(form, found.get(f"{_name(number)}/{WORKER}", set())) for number, form in enumerate(FORMS)
        )
        columns.append(Column(f"{peer.name} {peer.version(program)}", peer.configuration, answers))
    return columns


def _judged(form: Form, reported: set[int]) -> Answer:
    is_wanted = form.status in _OLD or form.status is Status.UNKNOWN
    lines = {line for line, _, _ in form.at} if form.status in _OLD else set()
    return Answer(bool(reported) == is_wanted, lines <= reported)


def _name(number: int) -> str:
    return f"form_{number:03}"


def _write(document: Path, columns: Sequence[Column]) -> None:
    text = document.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise SystemExit(f"{document}: needs the lines {BEGIN} and {END}, between which the table goes")
    table = "\n".join(_document(columns))
    written = re.sub(
        f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: f"{BEGIN}\n{table}\n{END}", text, flags=re.DOTALL
    )
    document.write_text(written, encoding="utf-8")


def _document(columns: Sequence[Column]) -> list[str]:
    rows = [["form", "is", *(one.name for one in columns)]]
    rows += [
        [form.name, str(form.status), *(str(one.answers[number]) for one in columns)]
        for number, form in enumerate(FORMS)
    ]
    return [
        "| tool | right verdicts | and right lines | set up as |",
        "|---|---|---|---|",
        *(
            f"| {one.name} | {one.totals[0]} of {len(FORMS)} | {one.totals[1]} | {one.configuration} |"
            for one in columns
        ),
        "",
        *(f"| {' | '.join(row)} |" for row in rows[:1]),
        "|" + "---|" * len(rows[0]),
        *(f"| {' | '.join(map(cell, row))} |" for row in rows[1:]),
    ]


def cell(text: str) -> str:
    """A text as a cell of a Markdown table, where code must not be taken for a link."""
    return text.replace("|", "\\|").replace("[", "&#91;").replace("]", "&#93;")


if __name__ == "__main__":
    main()
