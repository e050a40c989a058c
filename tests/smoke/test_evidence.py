"""Evidence is nested JSON; people read it line by line."""

import pytest

from migration_tracker.smoke.templatetags.evidence import told


@pytest.mark.parametrize(
    ("evidence", "lines"),
    [
        ({}, []),
        ({"exit code": 1}, [("exit code", ["1"])]),
        ({"sent": {"topic": "a", "key": None}}, [("sent · topic", ["a"]), ("sent · key", ["none"])]),
        ({"children": []}, [("children", ["none"])]),
        ({"children": [12, 14]}, [("children", ["12, 14"])]),
        ({"found": [{"at": 1}, {"at": 2}]}, [("found 1 · at", ["1"]), ("found 2 · at", ["2"])]),
        ({"stack": ["a.py:1 run", "b.py:2 dial"]}, [("stack", ["a.py:1 run", "b.py:2 dial"])]),
        ({"items": {"keys": "x"}}, [("items · keys", ["x"])]),
    ],
)
def test_each_value_gets_a_line(evidence: dict, lines: list[tuple[str, list[str]]]):
    assert told(evidence) == lines
