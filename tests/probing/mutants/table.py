"""Takes every broken and every odd worker up to `survived`: which stage caught which, for docs/smoke.md.

`python tests/probing/mutants/table.py [--write]`; exit code 1 if a broken one passed or a correct one failed.
"""

import argparse
import sys
from collections.abc import Iterable
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

DESCRIPTION = {
    "topics_read": ["numbers"],
    "topics_written": ["squares"],
    "group": "squares",
    "ready": {"log": "worker is ready"},
    "samples": [{"name": "seven", "topic": "numbers", "value": {"number": 7}}],
    "expect": [{"sample": "seven", "topic": "squares", "contains": {"square": 49}}],
}
TIMES = Timeouts(ready=20, process=8, commit=5, stop=8)


def smoke(worker: type) -> Report:
    """The report of one of the workers."""
    return probing.run(
        Plan(
            worker=worker.__name__,
            transport="kafka",
            folder=HERE,
            command=("python", ".", worker.__name__),
            describe=parse(
                DESCRIPTION | {"handler": f"{worker.__module__}:{worker.__name__}.handle"}, "the mutants"
            ),
            timeouts=TIMES,
            proves="survived",
        )
    )


def told(report: Report) -> str:
    """The stage that caught the worker, the level of one that passed, or what went wrong around it."""
    failed = [stage.key for stage in report.stages if stage.result is Result.FAILED]
    return f"`{failed[0]}`" if failed else f"{report.result}, {report.level}"


def as_expected(worker: type, report: Report) -> bool:
    if caught := getattr(worker, "caught", ()):
        return told(report) in [f"`{key}`" for key in caught]
    return (report.result, report.level) == (Result.PASSED, "survived")


def table(reports: Iterable[tuple[type, Report]]) -> str:
    rows = [
        f"| {worker.__name__} | {(worker.__doc__ or '').rstrip('.')} | {told(report)} |"
        for worker, report in reports
    ]
    return "\n".join(["| worker | what it does | said |", "|---|---|---|", *rows])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table into docs/smoke.md")
    write = parser.parse_args().write
    workers = (*MUTANTS, *ODD)
    with ThreadPoolExecutor(2) as pool:
        reports = list(zip(workers, pool.map(smoke, workers), strict=True))
    made = table(reports)
    print(made)
    wrong = [(worker, report) for worker, report in reports if not as_expected(worker, report)]
    for worker, report in wrong:
        print(f"{worker.__name__}: {report.result} {report.reason}", file=sys.stderr)
    if write and not wrong:
        before, _, rest = DOCUMENT.read_text().partition(BEGIN)
        DOCUMENT.write_text(f"{before}{BEGIN}\n{made}\n{END}{rest.partition(END)[2]}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
