"""Takes every broken and every odd worker up to `survived`: which stage caught which, for docs/smoke.md.

`python tests/probing/mutants/table.py [--on TRANSPORT] [--only NAME]… [--write]`; exit code 1 if a broken one
passed or a correct one failed.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
DOCUMENT = ROOT / "docs" / "smoke.md"
BEGIN, END = "<!-- mutants: begin -->", "<!-- mutants: end -->"

for place in (ROOT, HERE):
    if str(place) not in sys.path:
        sys.path.append(str(place))

from broken import MUTANTS  # noqa: E402
from odd import ODD  # noqa: E402

from migration_tracker import probing  # noqa: E402
from migration_tracker.probing import Plan, Report, Result, Timeouts  # noqa: E402
from migration_tracker.probing.description import parse  # noqa: E402

TRANSPORTS = {"kafka": "on Kafka", "eventhub": "on Event Hubs"}
DESCRIPTION = {
    "topics_read": ["numbers"],
    "topics_written": ["squares"],
    "group": "squares",
    "event_hubs": {"numbers": {"event_hub": "numbers", "consumer_group": "squares"}},
    "ready": {"log": "worker is ready"},
    "samples": [{"name": "seven", "topic": "numbers", "value": {"number": 7}}],
    "expect": [{"sample": "seven", "topic": "squares", "contains": {"square": 49}}],
}
TIMES = Timeouts(ready=20, process=8, commit=5, stop=8)


def takes_part(worker: type, transport: str) -> bool:
    """Whether what it does means anything there."""
    return transport in getattr(worker, "on", TRANSPORTS)


def smoke(worker: type, transport: str) -> Report:
    """The report of one of the workers."""
    return probing.run(
        Plan(
            worker=worker.__name__,
            transport=transport,
            folder=HERE,
            command=("python", ".", worker.__name__),
            describe=parse(
                DESCRIPTION | {"handler": f"{worker.__module__}:{worker.__name__}.handle"}, "the mutants"
            ),
            timeouts=TIMES,
            proves="survived",
        )
    )


def told(report: Report | None) -> str:
    """The stage that caught the worker, the level of one that passed, or what went wrong around it."""
    if report is None:
        return "–"
    failed = [stage.key for stage in report.stages if stage.result is Result.FAILED]
    return f"`{failed[0]}`" if failed else f"{report.result}, {report.level}"


def as_expected(worker: type, report: Report) -> bool:
    if caught := getattr(worker, "caught", ()):
        return told(report) in [f"`{key}`" for key in caught]
    return (report.result, report.level) == (Result.PASSED, "survived")


def table(reports: Mapping[tuple[type, str], Report], transports: Sequence[str]) -> str:
    workers = dict.fromkeys(worker for worker, _ in reports)
    rows = [
        [
            worker.__name__,
            (worker.__doc__ or "").rstrip("."),
            *(told(reports.get((worker, each))) for each in transports),
        ]
        for worker in workers
    ]
    head = ["worker", "what it does", *(TRANSPORTS[each] for each in transports)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows]).replace(
        " --- ", "---"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--on", choices=TRANSPORTS, help="one transport only")
    parser.add_argument("--only", action="append", metavar="NAME", help="these workers only")
    parser.add_argument("--write", action="store_true", help="put the table into docs/smoke.md")
    asked = parser.parse_args()
    if asked.write and (asked.on or asked.only):
        parser.error("--write writes the whole table: leave --on and --only out")
    transports = [asked.on] if asked.on else list(TRANSPORTS)
    cells = [
        (worker, transport)
        for worker in (*MUTANTS, *ODD)
        for transport in transports
        if takes_part(worker, transport) and (not asked.only or worker.__name__ in asked.only)
    ]
    with ThreadPoolExecutor(2) as pool:
        reports = dict(zip(cells, pool.map(_told, cells), strict=True))
    made = table(reports, transports)
    print(made)
    wrong = {cell: report for cell, report in reports.items() if not as_expected(cell[0], report)}
    for (worker, transport), report in wrong.items():
        print(f"{worker.__name__} on {transport}: {report.result} {report.reason}", file=sys.stderr)
    if asked.write and not wrong:
        before, _, rest = DOCUMENT.read_text().partition(BEGIN)
        DOCUMENT.write_text(f"{before}{BEGIN}\n{made}\n{END}{rest.partition(END)[2]}")
    return 1 if wrong else 0


def _told(cell: tuple[type, str]) -> Report:
    report = smoke(*cell)
    print(f"{cell[0].__name__} on {cell[1]}: {told(report)}", file=sys.stderr, flush=True)
    return report


if __name__ == "__main__":
    sys.exit(main())
