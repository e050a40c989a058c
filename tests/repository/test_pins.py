"""What is installed is what is pinned, each pin with its hashes, and tests run on what a server installs."""

import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

FOLDER = Path(__file__).parents[2] / "requirements"
FILES = sorted(FOLDER.glob("*.txt"))
SERVER, TESTS = FOLDER / "run.txt", FOLDER / "dev.txt"


def pins(text: str) -> dict[str, str]:
    """What follows each `name==version` of a file that `requirements/compile` wrote, by that requirement."""
    found = {}
    for entry in text.replace("\\\n", " ").splitlines():
        if entry and not entry.startswith(("#", " ")):
            requirement, *hashes = re.split(r"\s+--hash=", entry)
            found[requirement.strip()] = " ".join(hashes)
    return found


def versions(file: Path) -> dict[str, str]:
    """The version of each package that this Python and system install from a file."""
    required = [Requirement(pin) for pin in pins(file.read_text())]
    return {
        one.name: str(one.specifier).removeprefix("==")
        for one in required
        if one.marker is None or one.marker.evaluate()
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_requirement_is_pinned_with_its_hashes(file: Path):
    found = pins(file.read_text())
    assert found
    for pin, hashes in found.items():
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==[^*;\s]+( ;|$)", pin), pin
        assert re.search(r"\bsha256:[0-9a-f]{64}\b", hashes), pin


def test_a_pin_without_a_hash_and_one_of_any_version_are_noticed():
    assert pins("a==1 \\\n    --hash=sha256:00\n    # via b\nc>=2\n") == {"a==1": "sha256:00", "c>=2": ""}


def test_tests_run_on_what_a_server_installs():
    tested = versions(TESTS)
    assert {name: tested.get(name) for name in versions(SERVER)} == versions(SERVER)


def test_what_is_installed_is_what_is_pinned():
    def installed(name: str) -> str:
        try:
            return version(name)
        except PackageNotFoundError:
            return "none"

    pinned = versions(TESTS)
    assert {name: installed(name) for name in pinned} == pinned
