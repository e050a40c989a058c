"""What is finished beyond a stored position, as a text stored with it, so that a crash repeats little.

    1:41:2.5.1.10

is version 1, beyond position 41: 2 positions open, 5 finished, 1 open, 10 finished. It names the position it
belongs to, and is ignored with any other: positions can be set by others, who know nothing of it.
"""

import re
from collections.abc import Collection, Iterable
from itertools import accumulate, pairwise

from transport.adapter import BEYOND_LIMIT

VERSION = "1"
FORM = re.compile(VERSION + r":(-?\d{1,19}):(\d{1,19}(?:\.\d{1,19})*)", re.ASCII)


def write(base: int, opened: Iterable[int], ahead: Collection[int], limit: int = BEYOND_LIMIT) -> str:
    """The text for a position; where it would be too long the last messages are left out, and come again.

    Arguments:
        base: the position stored: everything up to it is finished.
        opened: positions of the messages delivered beyond it, in their order.
        ahead: positions among them that are finished.
        limit: bytes.
    """
    if not ahead:
        return ""
    left, turn, lengths, before, finished = len(ahead), base, [], base, False
    for offset in opened:
        if (offset in ahead) != finished:
            lengths.append(before - turn)
            turn, finished = before, not finished
        before = offset
        left -= finished
        if not left:
            break
    lengths.append(before - turn)
    text = f"{VERSION}:{base}:" + ".".join(map(str, lengths))
    while len(text) > limit:
        lengths = lengths[: 2 * (len(lengths) * limit // len(text) // 2)]
        text = f"{VERSION}:{base}:" + ".".join(map(str, lengths)) if lengths else ""
    return text


def read(text: str, base: int) -> list[range]:
    """The finished positions a text tells of, as ascending ranges; none if it is not about this position."""
    found = FORM.fullmatch(text)
    if found is None or int(found[1]) != base:
        return []
    turns = list(accumulate(map(int, found[2].split(".")), initial=base + 1))
    return [range(*turn) for turn in list(pairwise(turns))[1::2]]
