"""Who owns a file, by the CODEOWNERS of a commit.

The rules are GitHub's: patterns as in .gitignore, the last that matches wins, and one without owners says
that nobody owns the file. Of GitLab's sections the default owners are taken too.
Source: docs.github.com, About code owners; docs.gitlab.com, CODEOWNERS syntax.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from migration_tracker.scanning import git
from migration_tracker.scanning.errors import SourceError

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""From the root of the repository; the first that is there counts."""

_SECTION = re.compile(r"\^?\[[^\]]+\](?:\[\d+\])?(.*)")
_WILD = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_WILDCARD = re.compile(r"(\*\*/|\*\*|\*|\?)")


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern and those who own what it matches."""

    pattern: re.Pattern[str]
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodeOwners:
    """The rules of one file; paths are asked for as they are below `folder`, itself below the root."""

    rules: Sequence[Rule] = ()
    folder: str = ""

    def of(self, path: str) -> tuple[str, ...]:
        """The owners of a file, as they are written; none if nobody owns it."""
        whole = self.folder + path
        return next((rule.owners for rule in reversed(self.rules) if rule.pattern.fullmatch(whole)), ())


def read(folder: Path, commit: str) -> CodeOwners:
    """The owners at a commit; nobody owns anything where there is no such file.

    Args:
        folder: the folder of the repository that paths are below.
        commit: the commit whose file counts.
    """
    for place in PLACES:
        try:
            text = git.run(folder, "cat-file", "blob", f"{commit}:{place}").decode(errors="replace")
        except SourceError:
            continue
        return CodeOwners(parse(text), git.prefix(folder))
    return CodeOwners()


def parse(text: str) -> tuple[Rule, ...]:
    """The rules of a CODEOWNERS, in its order; a line that is none is passed over, as GitHub does."""
    rules = []
    default: tuple[str, ...] = ()
    for line in text.splitlines():
        words = [word.replace("\\ ", " ") for word in re.findall(r"(?:\\ |\S)+", line)]
        comment = next((at for at, word in enumerate(words) if word.startswith("#")), len(words))
        words = words[:comment]
        if not words:
            continue
        if section := _SECTION.fullmatch(" ".join(words)):
            default = tuple(section[1].split())
        elif not words[0].startswith("!"):
            rules.append(Rule(_pattern(words[0]), tuple(words[1:]) or default))
    return tuple(rules)


def _pattern(written: str) -> re.Pattern[str]:
    body = written.strip("/")
    anchored = "/" in written.rstrip("/")
    expression = "".join(_WILD.get(part) or re.escape(part) for part in _WILDCARD.split(body) if part)
    below = "/.*" if written.endswith("/") else "" if anchored and body.endswith("/*") else "(?:/.*)?"
    return re.compile(("" if anchored else "(?:.*/)?") + expression + below, re.DOTALL)
