"""How a set of reports is shown: a table for people, JSON for scripts, JUnit's XML for CI."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import indent
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from migration_tracker.probing.report import Report, Result

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

VERSION = 1

_MARKS = {
    Result.PASSED: ("✓", "green"),
    Result.FAILED: ("✗", "bold red"),
    Result.ERROR: ("!", "bold yellow"),
    Result.CANCELLED: ("×", "dim"),
    Result.SKIPPED: ("–", "dim"),
}
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""XML 1.0, section 2.2, without the control characters from 7F to 9F, which it discourages."""
_NO_LIMIT = 100_000
_LAST_LINES, _LONGEST_LINE = 12, 300  # of the output of what did not pass


@dataclass(frozen=True, slots=True)
class Results:
    """What one call found. `commit` is None outside git; `dirty` says that the files differ from it."""

    repository: str
    commit: str | None
    dirty: bool
    seconds: float
    reports: Sequence[Report]

    @property
    def caveat(self) -> str:
        """Why the results prove nothing; empty if they do."""
        if self.commit is None:
            return "no commit (outside git, or git is not installed), so these results prove nothing"
        if self.dirty:
            return f"dirty: the files differ from commit {self.commit[:10]}, so these results prove nothing"
        return ""

    @property
    def exit_code(self) -> int:
        """0 all passed, 1 one has failed, 3 the harness could not tell."""
        found = {report.result for report in self.reports}
        if Result.FAILED in found:
            return 1
        return 3 if found - {Result.PASSED} else 0

    def as_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "repository": self.repository,
            "commit": self.commit,
            "dirty": self.dirty,
            "caveat": self.caveat,
            "seconds": round(self.seconds, 3),
            "runs": [report.as_json() for report in self.reports],
        }


def show_json(results: Results) -> str:
    return json.dumps(results.as_json(), indent=2, ensure_ascii=False)


def show_table(results: Results, console: Console) -> None:
    """A row per run with a mark per stage, the reasons below; without boxes and colours off a terminal."""
    from rich.measure import Measurement
    from rich.padding import Padding
    from rich.text import Text

    table = _table(results, console, narrow=False)
    wanted = Measurement.get(console, console.options.update(max_width=_NO_LIMIT), table).maximum
    if not console.is_terminal:
        console.width = wanted
    narrow = wanted > console.width
    console.print(_table(results, console, narrow=True) if narrow else table)
    if narrow:
        console.print(Text(f"stages, in their order: {', '.join(_stage_keys(results))}", "dim"))
    for report in results.reports:
        if told := _told(report):
            heading = (f"{report.worker} on {report.transport}", "bold")
            console.print(Text.assemble(heading, f": {report.result}"), soft_wrap=True)
            if console.is_terminal:
                console.print(Padding(Text(told), (0, 0, 0, 4)))
            else:
                console.print(Text(indent(told, "    ")), soft_wrap=True)
    if len(results.reports) > 1:
        counts = Counter(report.result for report in results.reports)
        ended = (f"{counts[result]} {result}" for result in Result if counts[result])
        console.print(Text(f"{len(results.reports)} runs: {', '.join(ended)}", "bold"))
    if results.caveat:
        console.print(Text(results.caveat, "yellow"), soft_wrap=True)


def _table(results: Results, console: Console, *, narrow: bool) -> Table:
    """The rows; `narrow` for all marks in one column."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD if console.is_terminal else None, pad_edge=False)
    keys = _stage_keys(results)
    for heading in ("worker", "transport"):
        table.add_column(heading, no_wrap=not narrow, overflow="fold")
    for key in ("stages",) if narrow else keys:
        table.add_column(key, justify="center", no_wrap=True)
    table.add_column("result", no_wrap=True)
    table.add_column("seconds", justify="right", no_wrap=True)
    for report in results.reports:
        marks = {stage.key: _MARKS[stage.result] for stage in report.stages}
        cells = [Text(*marks[key]) if key in marks else Text(" ") for key in keys]
        shown = [Text.assemble(*cells)] if narrow else cells
        result = Text(str(report.result), _MARKS[report.result][1])
        table.add_row(report.worker, report.transport, *shown, result, f"{report.seconds:.1f}")
    return table


def _stage_keys(results: Results) -> tuple[str, ...]:
    stages = next((report.stages for report in results.reports if report.stages), ())
    return tuple(stage.key for stage in stages)


def show_junit(results: Results) -> str:
    """A test case per run, as CI systems read it: class is the worker, name the transport."""
    counts = {result: sum(report.result is result for report in results.reports) for result in Result}
    totals = {
        "tests": str(len(results.reports)),
        "failures": str(counts[Result.FAILED]),
        "errors": str(counts[Result.ERROR]),
        "skipped": str(counts[Result.CANCELLED]),
        "time": f"{results.seconds:.3f}",
    }
    root = ET.Element("testsuites", {"name": "migration-tracker smoke", **totals})
    suite = ET.SubElement(root, "testsuite", {"name": _printable(f"smoke {results.repository}"), **totals})
    properties = ET.SubElement(suite, "properties")
    for name, value in (("commit", results.commit or ""), ("caveat", results.caveat)):
        ET.SubElement(properties, "property", name=name, value=_printable(value))
    for report in results.reports:
        case = ET.SubElement(
            suite,
            "testcase",
            classname=_printable(report.worker),
            name=report.transport,
            time=f"{report.seconds:.3f}",
        )
        elements = {Result.FAILED: "failure", Result.ERROR: "error", Result.CANCELLED: "skipped"}
        if element := elements.get(report.result):
            outcome = ET.SubElement(case, element, message=_printable(report.reason), type=_kind(report))
            outcome.text = _printable(_stages(report))
        ET.SubElement(case, "system-out").text = _printable(report.log)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _told(report: Report) -> str:
    """What a person wants to know who sees the row: why it did not pass, or what was not looked at."""
    lines = [report.reason] if report.reason else []
    lines += [f"tried before: {earlier.result}: {earlier.reason}" for earlier in report.before]
    if report.cause:
        lines.append(report.cause.text)
    if report.result is Result.PASSED:
        skipped = [stage for stage in report.stages if stage.result is Result.SKIPPED]
        lines += [f"not looked at: “{stage.title}”: {stage.detail}" for stage in skipped]
    elif not report.cause and (last := report.log.rstrip().splitlines()[-_LAST_LINES:]):
        lines.append("its output ends so (--format json has it all):")
        lines += [f"  {line[:_LONGEST_LINE]}" for line in last]
    return _printable("\n".join(lines))


def _kind(report: Report) -> str:
    return report.cause.kind if report.cause else str(report.result)


def _stages(report: Report) -> str:
    told = [f"{_MARKS[stage.result][0]} {stage.title}: {stage.detail}" for stage in report.stages]
    return "\n".join([*told, *([report.cause.text] if report.cause else [])])


def _printable(text: str) -> str:
    """Without what XML cannot hold, and what would steer a terminal."""
    return _UNPRINTABLE.sub("�", text)
