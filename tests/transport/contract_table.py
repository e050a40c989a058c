"""Which of the contract's 42 tests ran where: `python -m tests.transport.contract_table`, for the docs.

A test names the numbers it shows at the start of its docstring. The command runs all tests of the transport
layer with itself as a plugin, which notes for each what broker it used and how it ended, and writes the table
in docs/transport.md. `--collect` prints as JSON which tests there are for which number, and runs none: so
`test_contract_table.py` sees a table that is out of date.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "transport.md"
BEGIN, END = "<!-- contract tests: begin -->\n", "<!-- contract tests: end -->\n"
NUMBERS = re.compile(r"\d+(?:, \d+)*(?=$|[:;.])")

CONTRACT = (
    "handler per message",
    "commit only after return",
    "raise: not committed",
    "raise: comes again in the same process",
    "a later success never passes a failure",
    "stop in mid-batch loses nothing",
    "commit in mid-batch exact",
    "SIGKILL: none lost",
    "join and leave: none lost",
    "revoke flushes before release",
    "a stale owner cannot turn a checkpoint back",
    "assignment race: no record dropped",
    "key order under concurrency",
    "partition order",
    "max_in_flight respected",
    "a full buffer pauses intake",
    "fair across partitions",
    "backoff grows, jittered",
    "N attempts: dead letter",
    "a failing dead letter holds the offset",
    "PermanentError skips retries",
    "poison does not starve other keys",
    "no dead letter: hold, unhealthy",
    "a refused commit is tolerated and tried again",
    "commit lag bounded",
    "corrupt or foreign metadata ignored",
    "offset gaps accepted",
    "a dead link is seen despite idle callbacks",
    "reconnect: no duplicates in process",
    "broker down and up: resumes",
    "handler not cancelled before the drain timeout",
    "stop idempotent and bounded",
    "a failed start leaves nothing open",
    "key, headers, bytes, None round-trip",
    "send acknowledged or raises",
    "stop flushes the producer",
    "lag equals ground truth",
    "health flips on stall",
    "configuration precedence",
    "error text names the key",
    "secrets never logged",
    "two instances own disjoint partitions",
)
# Column, and the fixtures by which a test shows that it uses that broker.
BROKERS = {
    "engine alone": (),
    "memory": ("memory_bench",),
    "Kafka stand-in": ("kafka_bench", "kafka_environment", "kafka_broker", "kafka_stand_in"),
    "Apache Kafka": ("real_kafka_bench", "real_kafka", "kafka_node", "node"),
    "the same, blobs": ("blob_bench",),
    "Event Hubs stand-in": ("eventhub_bench", "eventhub_environment", "event_hubs_broker", "only_one_hub"),
}
SKIPPED = "Skipped: "
ALONE = next(iter(BROKERS))
BY_PARAMETER = {"memory": "memory", "kafka": "Kafka stand-in", "eventhub": "Event Hubs stand-in"}

Found = dict[int, dict[str, dict[str, str]]]  # number → broker → test → how it ended


class Noted:
    """The plugin: notes what is collected and how it ends."""

    def __init__(self) -> None:
        self.found: Found = defaultdict(lambda: defaultdict(dict))
        self._places: dict[str, list[tuple[int, str]]] = {}

    def pytest_collection_finish(self, session) -> None:
        for item in session.items:
            numbers = list(_numbers((getattr(item.obj, "__doc__", None) or "").strip()))
            self._places[item.nodeid] = [(number, broker) for number in numbers for broker in _brokers(item)]
            self._note(item.nodeid, "collected")

    def pytest_runtest_logreport(self, report) -> None:
        if report.when == "call" or report.outcome != "passed":
            self._note(report.nodeid, report.outcome)
        if report.outcome == "skipped":
            self._note(report.nodeid, str(report.longrepr[2]))

    def _note(self, test: str, outcome: str) -> None:
        for number, broker in self._places.get(test, ()):
            self.found[number][broker][test] = outcome

    def pytest_unconfigure(self, config) -> None:
        Path(config.getoption("--contract-table")).write_text(json.dumps(self.found))


def pytest_addoption(parser) -> None:
    parser.addoption("--contract-table", help="file for what was noted")


def pytest_configure(config) -> None:
    config.pluginmanager.register(Noted())


def _numbers(docstring: str) -> Iterator[int]:
    if found := NUMBERS.match(docstring.partition("\n")[0]):
        yield from map(int, found.group().split(", "))


def _brokers(item) -> list[str]:
    used = set(item.fixturenames)
    if (callspec := getattr(item, "callspec", None)) is not None and "bench" in callspec.params:
        return [BY_PARAMETER[callspec.params["bench"]]]
    if "blob_bench" in used:
        return ["the same, blobs"]
    return [name for name, fixtures in BROKERS.items() if used & set(fixtures)] or [ALONE]


def noted(*arguments: str) -> Found:
    """What a run of the transport layer's tests notes; its own output goes to standard error."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "tests.transport.contract_table",
            "tests/transport",
        ]
        subprocess.run(
            [*command, "-m", "not long", f"--contract-table={file.name}", *arguments],
            cwd=ROOT,
            stdout=sys.stderr,
            check=False,
        )
        found = json.loads(Path(file.name).read_text())
    return {int(number): brokers for number, brokers in found.items()}


def table(found: Found) -> str:
    """The table as Markdown, and why what was skipped was skipped."""
    lines = ["| | | " + " | ".join(BROKERS) + " |", "|---|---|" + "---|" * len(BROKERS)]
    reasons = []
    for number, title in enumerate(CONTRACT, start=1):
        cells = [_cell(found.get(number, {}).get(broker, {})) for broker in BROKERS]
        lines.append(f"| {number} | {title} | " + " | ".join(cells) + " |")
        reasons += [
            f"- {number}, {broker}: {outcome.removeprefix(SKIPPED)}"
            for broker in BROKERS
            for outcome in found.get(number, {}).get(broker, {}).values()
            if outcome.startswith(SKIPPED)
        ]
    return "".join(f"{line}\n" for line in [*lines, "", *dict.fromkeys(reasons)])


def structure(text: str) -> dict[int, set[str]]:
    """The brokers a table has tests on, by number."""
    rows = re.findall(r"^\| (\d+) \| [^|]+ \|(.*)\|$", text, re.MULTILINE)
    return {
        int(number): {broker for broker, cell in zip(BROKERS, cells.split("|"), strict=True) if cell.strip()}
        for number, cells in rows
    }


def _cell(tests: Mapping[str, str]) -> str:
    outcomes = ["skipped" if one.startswith(SKIPPED) else one for one in tests.values()]
    words = {"passed": "✓", "failed": "FAILED", "skipped": "skipped", "collected": "not run"}
    counted = [(word, outcomes.count(outcome)) for outcome, word in words.items() if outcome in outcomes]
    return ", ".join(word if times == 1 else f"{word} {times}" for word, times in counted)


def main() -> int:
    if sys.argv[1:] == ["--collect"]:
        found = noted("--collect-only")
        print(json.dumps({number: sorted(brokers) for number, brokers in found.items()}))
        return 0
    found = noted(*sys.argv[1:])
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + table(found) + END + after)
    return int(any("failed" in tests.values() for brokers in found.values() for tests in brokers.values()))


if __name__ == "__main__":
    sys.exit(main())
