"""The documents can be found: each stands in the index, and every link between files leads somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])


def links(document: Path) -> set[Path]:
    """The files that a document links to."""
    targets = re.findall(r"\]\(([^)\s#]+)", document.read_text())
    return {(document.parent / target).resolve() for target in targets if "://" not in target}


def test_every_document_stands_in_the_index():
    index = ROOT / "docs/index.md"
    assert set((ROOT / "docs").rglob("*.md")) - links(index) == {index}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(document):
    assert [str(target) for target in links(document) if not target.exists()] == []
