"""What was seen on each transport, side by side, as the table in docs/transport.md.

`python -m tests.transport.differential` plays the script on all and writes the table.
"""

from collections.abc import Mapping
from pathlib import Path

from tests.transport.differential.script import Seen

PAGE = Path(__file__).resolve().parents[3] / "docs" / "transport.md"
BEGIN, END = "<!-- differential: begin -->\n", "<!-- differential: end -->\n"

HASH = (
    "Brokers may hash keys each in its own way. A key stays on one partition of each, as its order needs; "
    'which keys it waits behind with `ordering="partition"` may differ.'
)
EXPLAINED = {"partition of each key": HASH, "keys that share a partition": HASH}
"""Differences between transports that are as they should be, and why."""


def differences(seen: Mapping[str, Seen]) -> list[str]:
    """What is not the same wherever it was played."""
    names = dict.fromkeys(name for found in seen.values() for name in found)
    return [
        name for name in names if len({repr(found[name]) for found in seen.values() if name in found}) > 1
    ]


def table(seen: Mapping[str, Seen]) -> str:
    """Markdown: what was compared, what was seen, and the differences with their reasons."""
    names = list(dict.fromkeys(name for found in seen.values() for name in found))
    different = differences(seen)
    lines = ["| | " + " | ".join(seen) + " | |", "|---|" + "---|" * (len(seen) + 1)]
    for name in names:
        cells = [_short(found.get(name)) for found in seen.values()]
        lines.append(
            f"| {name} | " + " | ".join(cells) + f" | {'differs' if name in different else 'same'} |"
        )
    reasons = [f"- *{name}*: {EXPLAINED.get(name, 'not explained')}" for name in different]
    return "".join(f"{line}\n" for line in [*lines, "", *reasons])


def write(seen: Mapping[str, Seen]) -> None:
    """Put the table between its markers."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + table(seen) + END + after)


def _short(value: object) -> str:
    if value is None:
        return "not played"
    if isinstance(value, dict):
        return "; ".join(
            f"{key}: {' '.join(text.split()[1] for text in texts) or 'none'}" for key, texts in value.items()
        )
    if isinstance(value, list | tuple):
        return "; ".join(
            " ".join(map(str, one)) if isinstance(one, list | tuple) else str(one) for one in value
        )
    return str(value)
