"""A use is allowed where it stands, for a reason, and the allowance goes when the use does."""

import pytest

from migration_tracker import cli
from tests.linting.conftest import DEFINITION, MIGRATED, Lint, Write

WITH = "from aiokafka import AIOKafkaConsumer\n\n{}\n"


@pytest.fixture
def tool(write: Write):
    """Writes the lines of a tool below an import of the old client."""

    def write_tool(lines: str) -> None:
        write({"migration.toml": DEFINITION, "workers/a_worker.py": MIGRATED, "tool.py": WITH.format(lines)})

    return write_tool


@pytest.mark.parametrize(
    "lines",
    [
        "client = AIOKafkaConsumer()  # migration: allow(direct-client) reads the audit cluster",
        "# migration: allow(direct-client) reads the audit cluster\nclient = AIOKafkaConsumer()",
        "#migration:allow( direct-client )reads the audit cluster\n\n# more\nclient = AIOKafkaConsumer()",
        "x = wrap(\n    AIOKafkaConsumer()\n)  # migration: allow(direct-client) reads the audit cluster",
        "# migration: allow(direct-client) reads the audit cluster\nx = wrap(\n    AIOKafkaConsumer()\n)",
        "x = wrap(\n    AIOKafkaConsumer(),  # migration: allow(direct-client) reads the audit cluster\n)",
        "x = wrap(\n  # migration: allow(direct-client) reads the audit cluster\n  AIOKafkaConsumer()\n)",
        "def f():\n # migration: allow(direct-client) reads the audit cluster\n return AIOKafkaConsumer()",
    ],
)
def test_an_allowed_use_is_counted_and_listed_with_its_reason(lines: str, tool, lint: Lint) -> None:
    tool(lines)

    ran = lint()

    assert ran.code == cli.NOTHING_TO_REPORT
    assert ": allowed: calls aiokafka.AIOKafkaConsumer: reads the audit cluster\n" in ran.out
    assert ran.out.endswith("no problems, none known, 1 allowed\n")
    assert [one["reason"] for one in lint("--format", "json").json["suppressed"]] == [
        "reads the audit cluster"
    ]


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("# migration: allow(direct-client)", "a suppression needs its reason"),
        ("# migration: allow(all) because", "“all” is no rule that can be allowed; direct-client is"),
        ("# migration: ignore this", "no suppression; write it as # migration: allow(direct-client) why"),
    ],
)
def test_a_suppression_that_is_wrong_allows_nothing(comment: str, said: str, tool, lint: Lint) -> None:
    tool(f"client = AIOKafkaConsumer()  {comment}")

    ran = lint()

    assert ran.code == cli.FINDINGS
    assert ran.checks == [("direct-client", "tool.py"), ("wrong-suppression", "tool.py")]
    assert said in ran.out


@pytest.mark.parametrize(
    "lines",
    [
        "client = 1  # migration: allow(direct-client) was needed once\nother = AIOKafkaConsumer",
        "# migration: allow(direct-client) at the end of the file",
        "x = wrap(  # migration: allow(direct-client) of another line\n    AIOKafkaConsumer,\n    1\n)",
        "# migration: allow(direct-client) too far away\nx = 1\nclient: AIOKafkaConsumer",
    ],
)
def test_a_suppression_that_suppresses_nothing_is_a_problem(lines: str, tool, lint: Lint) -> None:
    tool(lines)

    assert ("unused-suppression", "tool.py") in lint().checks


def test_what_only_looks_like_a_suppression_is_left_alone(tool, lint: Lint) -> None:
    tool('client: AIOKafkaConsumer = "# migration: allow(direct-client) in a text"  # the migration: done')

    assert lint().code == cli.NOTHING_TO_REPORT


def test_an_allowed_use_leaves_the_baseline(tool, lint: Lint) -> None:
    tool("client = AIOKafkaConsumer()")
    lint("--update-baseline")
    tool("client = AIOKafkaConsumer()  # migration: allow(direct-client) reads the audit cluster")

    assert lint().checks == [("fixed-use", "migration-baseline.txt")]
    assert lint("--update-baseline").code == cli.NOTHING_TO_REPORT
