"""Everything that a server installs is under a licence that this project takes.

What a package says of itself in its metadata is believed. `make sbom` writes the whole list.
"""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==[^\s;]+( ;)?", re.MULTILINE)

TAKEN = {
    "Apache Software License", "Apache-2.0", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT",
    "MIT License", "MIT-0", "PSF-2.0", "Python Software Foundation License",
}  # fmt: skip
# Weak copyleft: used as they are, unchanged and as libraries of their own, which these licences allow.
AS_THEY_ARE = {"LGPL-3.0-only", "LGPLv3", "Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"}


def said(name: str) -> str:
    """The licence that a package names: as an expression, as classifiers, or in a few words."""
    metadata = distribution(name).metadata
    classifiers = [one for one in metadata.get_all("Classifier") or [] if one.startswith("License ::")]
    named = " AND ".join(one.rpartition(" :: ")[2] for one in classifiers)
    return metadata.get("License-Expression") or named or metadata.get("License") or "none"


def parts(licence: str) -> set[str]:
    return set(re.split(r" AND | OR ", licence.strip()))


PINS = PINNED.findall((ROOT / "requirements/run.txt").read_text())


@pytest.mark.parametrize(("name", "conditional"), PINS, ids=lambda value: str(value))
def test_the_licence_is_one_that_is_taken(name, conditional):
    try:
        licence = said(name)
    except PackageNotFoundError:
        assert conditional, f"{name} is pinned and not installed"
        return  # for another version of Python
    assert parts(licence) <= TAKEN | AS_THEY_ARE, f"{name}: {licence}"


def test_a_licence_that_is_not_taken_is_noticed():
    assert not parts("GPL-3.0-only AND MIT") <= TAKEN | AS_THEY_ARE
    assert parts("MIT OR Apache-2.0") <= TAKEN
