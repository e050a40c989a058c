"""What a scan is asked to look for: plain values, built from a definition by whoever asks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """A document that must exist, and what it must say: phrases, or regular expressions between slashes."""

    item: str
    path: str
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PhaseScope:
    """A phase: the names or globs of its workers, and its documents."""

    key: str
    workers: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of a scan. Symbols and modules are dotted names, the rest POSIX paths and globs below the
    root.

    Args:
        legacy: the symbols that are to go, such as `aiokafka.AIOKafkaConsumer`.
        replacement: the symbols that take their place.
        sanctioned: modules that may use the legacy symbols: the layer itself.
        roots: a worker's name is its path below one of these, without `.py`.
        items: the checklist items the scanner is asked about.
        also: what else counts in a fingerprint.
    """

    legacy: tuple[str, ...]
    replacement: tuple[str, ...]
    roots: tuple[str, ...]
    include: tuple[str, ...]
    source_roots: tuple[str, ...] = (".",)
    sanctioned: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    phases: tuple[PhaseScope, ...] = ()
    items: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def is_sanctioned(self, module: str) -> bool:
        """Whether a module may use the legacy symbols: it, or a package it is in, is sanctioned."""
        return any(module == name or module.startswith(f"{name}.") for name in self.sanctioned)
