"""What others wrote lies in the repository exactly as they published it."""

import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [ROOT / "static" / "vendor", ROOT / "tests/browser/vendor", ROOT / "tests/linting/vendor"]
OURS = {"MANIFEST.sha256", "README.md"}


def manifest(folder: Path) -> dict[str, str]:
    lines = (folder / "MANIFEST.sha256").read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
class TestVendored:
    def test_every_file_is_as_its_manifest_says(self, folder: Path):
        digests = {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in manifest(folder)
        }
        assert digests == manifest(folder)

    def test_no_file_is_outside_the_manifest(self, folder: Path):
        assert {file.name for file in folder.iterdir()} - OURS == set(manifest(folder))

    def test_the_readme_names_each_with_its_version(self, folder: Path):
        readme = (folder / "README.md").read_text()
        for name in manifest(folder):
            assert f"`{name}`" in readme
