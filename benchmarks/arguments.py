"""What the benchmarks' command lines accept."""

import argparse


def count(text: str) -> int:
    """A whole number above 0; raises ArgumentTypeError."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)
