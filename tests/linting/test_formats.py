"""The forms of output, each as those who read it want it."""

import json
from pathlib import Path

import jsonschema
import pytest

from migration_tracker import cli
from migration_tracker.linting.formats.github import _annotation
from migration_tracker.linting.outcome import Check, Problem
from migration_tracker.scanning import Place
from tests.linting.conftest import BASELINE, DEFINITION, DIRECT, MIGRATED, Lint, Write

SCHEMA = json.loads((Path(__file__).parent / "vendor/sarif-2.1.0-rtm.5.json").read_text())
ALLOWED = "import aiokafka\naiokafka.AIOKafkaProducer()  # migration: allow(direct-client) audit, “as is”\n"


@pytest.fixture
def of_each(begun: None, write: Write) -> None:
    """One known use, one new, one allowed, one that was fixed, and a file that cannot be read."""
    known = "gone.py::f direct-client a.B\nworkers/a_worker.py::Worker.start direct-client {}\n"
    write(
        {
            BASELINE: known.format("aiokafka.AIOKafkaConsumer"),
            "tools/new tool.py": DIRECT,
            "tools/allowed.py": ALLOWED,
            "workers/c_worker.py": "def (",
        }
    )


def test_json_has_what_scripts_need(of_each: None, lint: Lint, folder: Path) -> None:
    ran = lint("--format", "json")

    said = ran.json
    assert ran.code == cli.FINDINGS
    assert (said["version"], said["repository"], said["dirty"]) == (1, str(folder), True)
    assert (said["baseline"], said["guide"], said["warnings"]) == (BASELINE, None, [])
    assert [(one["check"], one["path"], one["line"]) for one in said["problems"]] == [
        ("fixed-use", BASELINE, 1),
        ("direct-client", "tools/new tool.py", 5),
    ]
    assert said["problems"][1]["found"]["within"] == "Worker.start"
    assert [one["path"] for one in said["known"]] == ["workers/a_worker.py"]
    assert [(one["path"], one["reason"]) for one in said["suppressed"]] == [
        ("tools/allowed.py", "audit, “as is”")
    ]
    assert [one["path"] for one in said["unreadable"]] == ["workers/c_worker.py"]


def test_sarif_fits_its_schema_and_tells_new_from_known_and_allowed(of_each: None, lint: Lint) -> None:
    said = lint("--format", "sarif").json

    jsonschema.validate(said, SCHEMA)
    (run,) = said["runs"]
    results = [
        (
            one["ruleId"],
            one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            one.get("baselineState"),
            [suppression["kind"] for suppression in one.get("suppressions", [])],
        )
        for one in run["results"]
    ]
    assert results == [
        ("fixed-use", BASELINE, None, []),
        ("direct-client", "tools/new%20tool.py", "new", []),
        ("direct-client", "workers/a_worker.py", "unchanged", ["external"]),
        ("direct-client", "tools/allowed.py", "unchanged", ["inSource"]),
    ]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert all(rules[one["ruleIndex"]] == one["ruleId"] for one in run["results"])
    (unread,) = run["invocations"][0]["toolExecutionNotifications"]
    assert unread["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "workers/c_worker.py"


def test_sarif_keeps_a_finding_the_same_when_lines_shift(begun: None, write: Write, lint: Lint) -> None:
    def fingerprints() -> list[str]:
        results = lint("--format", "sarif").json["runs"][0]["results"]
        return [one["partialFingerprints"]["use/v1"] for one in results]

    before = fingerprints()
    write({"workers/a_worker.py": "# more\n" + DIRECT})
    assert fingerprints() == before != []


def test_sarif_links_a_guide_that_has_an_address(write: Write, lint: Lint) -> None:
    guide = '[lint]\nguide = "https://example.org/guide"\n'
    write({"migration.toml": DEFINITION + guide, "workers/a_worker.py": MIGRATED})

    said = lint("--format", "sarif").json

    jsonschema.validate(said, SCHEMA)
    assert said["runs"][0]["tool"]["driver"]["rules"][0]["helpUri"] == "https://example.org/guide"


def test_github_gets_annotations_and_a_summary(of_each: None, lint: Lint) -> None:
    lines = lint("--format", "github").out.splitlines()

    assert lines[0].startswith(
        f"::error file={BASELINE},line=1,col=1,title=fixed-use::gone.py: f no longer uses"
    )
    assert lines[1] == (
        "::error file=tools/new tool.py,line=5,col=25,title=direct-client::calls aiokafka.AIOKafkaConsumer;"
        " use `create_consumer()` from `transport`"
    )
    assert lines[2].startswith("::warning file=workers/c_worker.py,title=not read::")
    assert lines[3] == f"2 problems, 1 known in {BASELINE}, 1 allowed, 1 file not read"


def test_annotations_are_escaped() -> None:
    problem = Problem(Check.DIRECT, Place("a,b:c%\n.py", 1, 2), "100%\r\nsure: yes, it is", ())

    assert _annotation(problem, "sub/" + problem.place.path) == (
        "::error file=sub/a%2Cb%3Ac%25%0A.py,line=1,col=2,title=direct-client::100%25%0D%0Asure: yes, it is"
    )


def test_paths_are_told_from_the_root_of_the_work_tree_where_code_hosts_want_them_so(
    write: Write, lint: Lint, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write({"service/migration.toml": DEFINITION, "service/workers/a_worker.py": DIRECT})
    monkeypatch.chdir(folder / "service/workers")

    assert lint().out.startswith("workers/a_worker.py:5:25")
    assert "file=service/workers/a_worker.py," in lint("--format", "github").out
    assert '"uri": "service/workers/a_worker.py"' in lint("--format", "sarif").out


def test_a_baseline_outside_the_repository_is_named_as_it_is(begun: None, lint: Lint, tmp_path: Path) -> None:
    other = tmp_path / "known.txt"
    other.write_text("gone.py::f direct-client a.B\nworkers/a_worker.py::Worker.start direct-client a.C\n")

    ran = lint("--baseline", str(other), "--format", "sarif")

    jsonschema.validate(ran.json, SCHEMA)
    first = ran.json["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert first == {"uri": str(other)}
    assert f"::error file={other},line=1" in lint("--baseline", str(other), "--format", "github").out
