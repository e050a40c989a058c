"""Each import contract in pyproject.toml holds, and breaks when its violation is planted in a copy."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS = {contract["id"]: contract["name"] for contract in SETTINGS["contracts"]}

# The contract, a module that comes new into the copy, and the one line in it that must not be.
PLANTED = [
    ("layers", "migration_tracker/scanning/planted.py", "import migration_tracker.definition"),
    ("layers", "migration_tracker/definition/planted.py", "import migration_tracker.probing"),
    ("layers", "migration_tracker/outbound/planted.py", "import migration_tracker.jobs"),
    ("layers", "migration_tracker/probing/planted.py", "import migration_tracker.jobs"),
    ("layers", "migration_tracker/audit/planted.py", "import migration_tracker.accounts"),
    ("layers", "migration_tracker/accounts/planted.py", "import migration_tracker.inventory"),
    ("layers", "migration_tracker/inventory/planted.py", "import migration_tracker.checklists"),
    ("layers", "migration_tracker/checklists/planted.py", "import migration_tracker.smoke"),
    ("layers", "migration_tracker/smoke/planted.py", "import migration_tracker.dashboard"),
    ("layers", "migration_tracker/supervisor/planted.py", "import migration_tracker.dashboard"),
    ("layers", "migration_tracker/commands/planted.py", "import migration_tracker.cli"),
    ("layers", "migration_tracker/a_package_without_a_place.py", ""),
    ("no-server", "migration_tracker/linting/planted.py", "import migration_tracker.inventory.models"),
    ("no-server", "migration_tracker/scanning/planted.py", "import django.db"),
    ("no-server", "migration_tracker/commands/planted.py", "import migration_tracker.inventory.models"),
    ("no-server", "migration_tracker/probing/planted.py", "import migration_tracker.smoke.models"),
    ("no-server", "migration_tracker/definition/planted.py", "import migration_tracker.settings"),
    ("no-server", "migration_tracker/probing/planted.py", "def later():\n    from celery import Celery"),
    ("no-server", "migration_tracker/supervisor/planted.py", "import migration_tracker.celery"),
    ("no-server", "workers/planted.py", "import django"),
    ("plain-values", "migration_tracker/scanning/planted.py", "import transport.contract"),
    ("plain-values", "migration_tracker/definition/planted.py", "import transport"),
    ("workers-as-text", "migration_tracker/probing/planted.py", "import workers.registry"),
    ("workers-as-text", "migration_tracker/smoke/planted.py", "from workers import registry"),
    ("transport-alone", "transport/planted.py", "import workers.errors"),
    ("transport-alone", "transport/local/planted.py", "import migration_tracker.probing"),
    ("workers-on-transport", "workers/claimx/planted.py", "import migration_tracker.definition"),
    ("kafka-client", "transport/planted.py", "from aiokafka import AIOKafkaConsumer"),
    ("kafka-client", "workers/planted.py", "from aiokafka import AIOKafkaConsumer"),
    ("kafka-client", "migration_tracker/probing/planted.py", "import aiokafka.errors"),
    ("event-hubs-client", "transport/planted.py", "from azure.eventhub.aio import EventHubConsumerClient"),
    ("event-hubs-client", "workers/planted.py", "import azure.eventhub"),
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The packages' Python files and the contracts, where a violation does no harm."""
    for package in SETTINGS["root_packages"]:
        for source in (ROOT / package).rglob("*.py"):
            copy = tmp_path / source.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    return tmp_path


def lint(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    limits = [word for contract in contracts for word in ("--contract", contract)]
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo", *limits],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_tree_keeps_every_contract():
    ended = lint(ROOT)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"{len(CONTRACTS)} kept, 0 broken" in ended.stdout


def test_every_contract_has_a_planted_violation():
    assert {contract for contract, _, _ in PLANTED} == set(CONTRACTS)


@pytest.mark.parametrize(
    ("contract", "path", "line"), PLANTED, ids=lambda value: str(value).partition("\n")[0]
)
def test_a_planted_violation_breaks_its_contract(tree, contract, path, line):
    (tree / path).write_text(line + "\n")
    ended = lint(tree, contract)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert f"{CONTRACTS[contract]} BROKEN" in ended.stdout
    assert "0 kept, 1 broken" in ended.stdout
    assert Path(path).stem in ended.stdout.partition("Broken contracts")[2]
