"""Dead letters, looked at and sent back to where they came from: `python -m transport dead-letters`."""

from transport.letters.letter import Filters, Letter
from transport.letters.reading import find, take
from transport.letters.replay import Replay, replay

__all__ = ["Filters", "Letter", "Replay", "find", "replay", "take"]
