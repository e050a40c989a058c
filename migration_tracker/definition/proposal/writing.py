"""The proposal as TOML: each key with the reasons for its value above it."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from migration_tracker.definition.proposal.clients import Clients
from migration_tracker.definition.proposal.conclusion import Conclusion, counted, some
from migration_tracker.definition.proposal.kinds import MESSAGING, last_word
from migration_tracker.definition.proposal.starting import Starting
from migration_tracker.definition.proposal.workers import Workers

_WIDTH = 110


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that a proposal says."""

    name: str
    read: int
    unread: tuple[str, ...]
    roots: Conclusion
    clients: Clients
    workers: Workers
    starting: Starting
    locks: tuple[str, ...]


def write(found: Findings) -> str:
    """The text of the definition."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Findings) -> Iterator[str]:
    read = counted(found.read, "Python file was", "Python files were")
    yield from _comment(
        "Proposed by `migration-tracker init`: the comments say from what each value was concluded. Check"
        f" them, then run `migration-tracker scan`. {read} read; tests are left out of all counts."
    )
    if found.unread:
        yield from _comment(f"Not read, for size or syntax: {some(found.unread)}.")
    yield from _comment("Every key is explained in docs/migration-toml.md of the tracker.")
    yield f"name = {_text(found.name or 'Migration')}"
    yield ""
    yield from _key("source_roots", found.roots)
    yield from _items(found.clients.legacy)
    yield ""
    yield "[legacy]"
    yield from _key("symbols", found.clients.legacy)
    yield ""
    yield "[replacement]"
    yield from _key("symbols", found.clients.replacement)
    yield from _key("sanctioned", found.clients.sanctioned)
    yield ""
    yield "[workers]"
    yield from _key("root", found.workers.root)
    yield from _key("include", found.workers.include)
    if found.workers.exclude.values:
        yield from _key("exclude", found.workers.exclude)
    yield ""
    yield from _fingerprint(found.locks)
    yield from _comment(
        "Phases were not looked for: only people know in which order they migrate. For example:"
    )
    yield '# [[phases]]\n# key = "phase-1"\n# title = "The first"\n# workers = ["**"]'
    yield ""
    yield from _smoke(found.starting)


def _items(legacy: Conclusion) -> Iterator[str]:
    """The plan's items ask for what only workers have that handle messages."""
    words = {last_word(symbol.rpartition(".")[2]) for symbol in legacy.values}
    if legacy.found and not words & MESSAGING:
        because = (
            "The plan's checklist items are about workers that handle messages, and the old client has none."
        )
        yield from _key("items", Conclusion((), (because,)))


def _fingerprint(locks: tuple[str, ...]) -> Iterator[str]:
    if locks:
        yield "[fingerprint]"
        yield from _key(
            "also", Conclusion(locks, ("What pins the libraries: a change there may change every worker.",))
        )
    else:
        yield from _comment("No file was found that pins the libraries; if there is one:")
        yield '# [fingerprint]\n# also = ["requirements.txt"]'
    yield ""


def _smoke(starting: Starting) -> Iterator[str]:
    if starting.command.values:
        yield "[smoke]"
        yield from _key("command", starting.command)
        yield from _environment(starting.path)
        return
    if not starting.commands:
        yield from _comment(" ".join(starting.command.because))
        yield '# [smoke]\n# command = ["python", "-m", "workers", "{worker}"]'
        return
    yield "[smoke]"
    yield from _environment(starting.path)
    for name, command in starting.commands.items():
        yield ""
        yield f"[smoke.workers.{_text(name)}]"
        yield from _key(
            "command", Conclusion(command, (f"{command[-1]} runs, and imports this worker alone.",))
        )


def _environment(path: Conclusion) -> Iterator[str]:
    if path.values:
        yield from _comment(" ".join(path.because))
        yield f"env = {{ PYTHONPATH = {_text(path.values[0])} }}"


def _key(key: str, conclusion: Conclusion) -> Iterator[str]:
    for sentence in conclusion.because:
        yield from _comment(sentence)
    values = [_text(value) for value in conclusion.values]
    line = f"{key} = [{', '.join(values)}]" if key != "root" else f"{key} = {values[0]}"
    if len(line) <= _WIDTH:
        yield line
    else:
        yield f"{key} = ["
        yield from (f"    {value}," for value in values)
        yield "]"


def _comment(text: str) -> Iterable[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False)


def _text(value: str) -> str:
    """A TOML text; JSON's escapes are TOML's too, but for the one it leaves alone."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
