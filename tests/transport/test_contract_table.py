"""The table of contract tests in docs/transport.md says what there is."""

import json
import subprocess
import sys

from tests.transport import contract_table


def test_the_table_names_every_test_there_is_and_no_other():
    done = subprocess.run(
        [sys.executable, "-m", "tests.transport.contract_table", "--collect"],
        cwd=contract_table.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    there_are = {int(number): set(brokers) for number, brokers in json.loads(done.stdout).items()}
    page = contract_table.PAGE.read_text()
    assert contract_table.structure(page) == there_are, "run python -m tests.transport.contract_table"


def test_each_of_the_42_has_a_test():
    page = contract_table.PAGE.read_text()
    found = contract_table.structure(page)
    assert sorted(found) == list(range(1, 43))
    assert [number for number, brokers in found.items() if not brokers] == []
    assert "FAILED" not in page.partition(contract_table.BEGIN)[2].partition(contract_table.END)[0]
