"""What to use instead: the definition's replacement that goes with an old symbol."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")


def suggestion(symbol: str, replacements: Sequence[str]) -> str:
    """Advice for an old symbol, such as "use `create_consumer()` from `transport`".

    The replacement that shares most words with the symbol is named: consumers go with consumers. Where none
    does, or several do as well, all of them are.
    """
    words = _words(symbol)
    shared = {one: len(words & _words(one)) for one in replacements}
    most = max(shared.values(), default=0)
    best = [one for one in replacements if shared[one] == most]
    return "use " + " or ".join(_named(one) for one in best)


def _words(symbol: str) -> set[str]:
    return {word.lower() for word in _WORDS.findall(symbol.rpartition(".")[2])}


def _named(symbol: str) -> str:
    module, _, name = symbol.rpartition(".")
    call = "" if name[:1].isupper() else "()"
    return f"`{name}{call}` from `{module}`"
