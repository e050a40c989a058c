"""The documents can be found: each stands in the index, and what they name is there."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
OURS = "(?:benchmarks|config|deploy|docs|migration_tracker|requirements|templates|tests|transport|workers)"
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def links(document: Path) -> set[tuple[Path, str]]:
    """The files that a document links to, each with the heading that is meant, if one is."""
    targets = re.findall(r"\]\(([^)\s]+)", document.read_text())
    parts = [target.partition("#") for target in targets if "://" not in target]
    return {((document.parent / path).resolve() if path else document, anchor) for path, _, anchor in parts}


def anchors(document: Path) -> set[str]:
    """What the headings of a document are linked by, as code hosts make it."""
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in plain}


def test_every_document_stands_in_the_index():
    index = ROOT / "docs/index.md"
    assert set((ROOT / "docs").rglob("*.md")) - {path for path, _ in links(index)} == {index}


def test_decisions_stand_in_the_index_in_their_order_and_by_their_titles():
    index = (ROOT / "docs/index.md").read_text().partition("## Decisions")[2]
    titles = {path: path.read_text().partition("\n")[0] for path in sorted((ROOT / "docs/adr").glob("*.md"))}
    assert re.findall(r"^\d+\. .*$", index, re.MULTILINE) == [
        re.sub(r"^# (\d+)\. (.*)$", rf"\1. [\2](adr/{path.name})", title) for path, title in titles.items()
    ]


@each_document
def test_every_link_leads_to_a_file_and_to_a_heading_in_it(document):
    for path, anchor in links(document):
        assert path.exists(), f"{path} is linked and not there"
        assert not anchor or anchor in anchors(path), f"{path} has no heading #{anchor}"


@each_document
def test_every_file_and_module_of_ours_that_is_named_is_there(document):
    if document.name == "CHANGELOG.md":
        pytest.skip("it tells of the past")
    text = document.read_text()
    for name in re.findall(rf"`({OURS}/[\w./-]+)`", text):
        assert (ROOT / name).exists(), f"{name} is named and not there"
    for module in re.findall(rf"python -m ({OURS}(?:\.\w+)*)\b", text):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), f"python -m {module}"


def test_the_architecture_shows_the_layers_that_imports_are_held_to():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (held,) = (contract["layers"] for contract in settings["contracts"] if contract["id"] == "layers")
    text = (ROOT / "docs/architecture.md").read_text()
    assert re.search(r"<!-- layers[^\n]*\n```\n(.*?)```", text, re.DOTALL)[1].splitlines() == held
