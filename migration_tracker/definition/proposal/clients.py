"""Which client is the old one, and what takes its place: by how many files build it, and who wraps it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass

from migration_tracker.definition.proposal.conclusion import Conclusion, counted, some
from migration_tracker.definition.proposal.kinds import is_client, kind, last_word, package
from migration_tracker.definition.proposal.survey import Survey

_NO_LEGACY = Conclusion(
    ("old_library.Client",),
    (
        "Not found: nothing of a library is built here that is named like a client (Client, Consumer, …).",
        "Name what is to go.",
    ),
    found=False,
)
_NO_REPLACEMENT = Conclusion(
    ("new_library.Client",),
    (
        "Not found: no module of this repository wraps the old client, and no library of its kind is used.",
        "Name what takes its place.",
    ),
    found=False,
)
_NO_LAYER = Conclusion((), ("No module of this repository wraps the old client.",), found=False)

Users = Mapping[str, Set[str]]
"""The files that use something, by its name."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A module or package of the repository that builds clients for others, and who calls what of it."""

    module: str
    users: Users

    @property
    def callers(self) -> set[str]:
        return set().union(*self.users.values())

    def holds(self, module: str) -> bool:
        """Whether a module is the layer or in it."""
        return module == self.module or module.startswith(f"{self.module}.")


@dataclass(frozen=True, slots=True)
class Clients:
    """The migration's name, the old client, the new one, and the modules that may go on using the old."""

    name: str
    legacy: Conclusion
    replacement: Conclusion
    sanctioned: Conclusion


def clients(survey: Survey) -> Clients:
    """What is to go and what takes its place, as far as the repository shows it."""
    built = _built(survey)
    by_package: dict[str, set[str]] = defaultdict(set)
    for symbol, files in built.items():
        by_package[package(symbol)] |= files
    if not by_package:
        return Clients("", _NO_LEGACY, _NO_REPLACEMENT, _NO_LAYER)
    most = max(by_package, key=lambda name: (len(by_package[name]), kind(name) is not None, name))
    old, new = _pair(most, by_package)
    kin = {symbol: files for symbol, files in built.items() if package(symbol) in {old, new}}
    layer = _layer(survey, kin)
    others = {name: files for name, files in by_package.items() if name not in {old, new}}
    legacy = _legacy(survey, old, built, others, layer)
    if layer is not None:
        return Clients(f"{old} to {layer.module}", legacy, _wrapped(layer), _sanctioned(layer))
    if new is not None:
        return Clients(f"{old} to {new}", legacy, _successor(old, new, built, by_package), _NO_LAYER)
    return Clients(f"Away from {old}", legacy, _NO_REPLACEMENT, _NO_LAYER)


def _built(survey: Survey) -> dict[str, set[str]]:
    built: dict[str, set[str]] = defaultdict(set)
    for file in survey.files:
        for symbol in survey.calls(file):
            if "." in symbol and survey.is_foreign(symbol) and is_client(symbol):
                built[symbol].add(file.path)
    return built


def _pair(most: str, by_package: Users) -> tuple[str, str | None]:
    """Of two libraries that speak the same, the one that usually gives way, and the other."""
    spoken = kind(most)
    same = [
        name for name in by_package if spoken and (other := kind(name)) is not None and other[0] == spoken[0]
    ]
    if len(same) < 2:
        return most, None
    same.sort(key=lambda name: -len(by_package[name]))
    old, new = sorted(same[:2], key=lambda name: (kind(name) or ("", 0))[1])
    return old, new


def _legacy(survey: Survey, old: str, built: Users, others: Users, layer: Layer | None) -> Conclusion:
    symbols = sorted(symbol for symbol in built if package(symbol) == old)
    outside = [
        symbol
        for symbol in symbols
        if layer is None or any(not layer.holds(survey.module(path)) for path in built[symbol])
    ]
    kept = outside or symbols
    because = [
        f"{symbol} is built in {counted(len(built[symbol]), 'file')}: {some(built[symbol])}."
        for symbol in kept
    ]
    if layer is not None and len(kept) < len(symbols):
        because.append(f"Built in {layer.module} alone, not taken: {some(set(symbols) - set(kept))}.")
    if others:
        most = sorted(others, key=lambda name: (-len(others[name]), name))[:5]
        named = ", ".join(f"{name} ({counted(len(others[name]), 'file')})" for name in most)
        because.append(f"Clients of other libraries, not taken: {named}.")
    return Conclusion(tuple(kept), tuple(because))


def _layer(survey: Survey, kin: Users) -> Layer | None:
    """The module or package around what builds these clients whose functions most other files call."""
    builders = set().union(*kin.values())
    words = {last_word(symbol.rpartition(".")[2]) for symbol in kin}
    candidates: dict[str, Layer] = {}
    for path in builders:
        module = survey.module(path)
        while module:
            if module not in candidates:
                candidates[module] = Layer(module, _callers(survey, module, words))
            module = module.rpartition(".")[0]
    with_users = [one for one in candidates.values() if one.users]
    faces = [one for one in with_users if not any(_is_inside(one, other, survey) for other in with_users)]
    ranked = sorted(faces, key=lambda one: (-len(one.callers), -one.module.count("."), one.module))
    return ranked[0] if ranked else None


def _is_inside(one: Layer, other: Layer, survey: Survey) -> bool:
    """Whether a candidate only serves another one: nobody beyond that calls it."""
    return one is not other and all(other.holds(survey.module(path)) for path in one.callers)


def _callers(survey: Survey, module: str, words: Set[str]) -> Users:
    users: dict[str, set[str]] = defaultdict(set)
    for file in survey.files:
        own = survey.module(file.path)
        if own == module or own.startswith(f"{module}."):
            continue
        for symbol in survey.calls(file):
            if symbol.startswith(f"{module}.") and _is_maker(symbol, words):
                users[symbol].add(file.path)
    return users


def _is_maker(symbol: str, words: Set[str]) -> bool:
    """Whether a name of a layer makes the same as the library's: consumers for a consumer, say."""
    last = last_word(symbol.rpartition(".")[2])
    return last in words or last in {"client", "session", "connection"} or is_client(symbol)


def _wrapped(layer: Layer) -> Conclusion:
    because = [
        f"{symbol} is called in {counted(len(files), 'file')}: {some(files)}."
        for symbol, files in sorted(layer.users.items())
    ]
    return Conclusion(
        tuple(sorted(layer.users)),
        (f"{layer.module} builds clients and hands them to other modules of this repository.", *because),
    )


def _sanctioned(layer: Layer) -> Conclusion:
    return Conclusion((layer.module,), ("The layer itself may go on using the old client.",))


def _successor(old: str, new: str, built: Users, by_package: Users) -> Conclusion:
    symbols = sorted(symbol for symbol in built if package(symbol) == new)
    spoken = (kind(old) or ("",))[0]
    used = f"{counted(len(by_package[new]), 'file')}: {some(by_package[new])}"
    return Conclusion(
        tuple(symbols),
        (
            f"{old} and {new} both speak {spoken}; {new} is used in {used}.",
            f"{old} usually gives way to {new}: swap them if it is the other way round here.",
        ),
    )
