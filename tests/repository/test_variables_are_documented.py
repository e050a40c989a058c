"""Every environment variable that is read has its line in docs/operations.md, and no line is left over."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def documented(heading: str) -> set[str]:
    part = (ROOT / "docs/operations.md").read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([A-Z_]+)` \|", part, re.MULTILINE))


def test_the_trackers_variables_are_documented():
    settings = (ROOT / "migration_tracker/settings.py").read_text()
    read = set(re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', settings))
    assert documented("Environment of the tracker") == read | {"PORT"}


def test_the_transports_variables_are_documented():
    from transport.config import CONFIG_FILE, SETTINGS

    assert documented("Environment of the workers") == {setting.variable for setting in SETTINGS} | {
        CONFIG_FILE
    }
