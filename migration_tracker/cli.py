"""`migration-tracker`: the command line.

No Django, no database, and quick to start: an answer that still holds is printed before anything slow is
imported, and otherwise only the module of the command that was asked for is.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys

from migration_tracker.commands import answers
from migration_tracker.commands.exits import FINDINGS, NOTHING_TO_REPORT, WRONG_USE, WrongUse

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FINDINGS", "NOTHING_TO_REPORT", "WRONG_USE", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns 0: nothing to report, 1: findings, 2: wrong use, 3: it could not tell."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        question = answers.question(given)
        known = question.answer() if question is not None else None
        code = _run(given, question) if known is None else known
        sys.stdout.flush()
    except WrongUse as wrong:
        print(f"migration-tracker: {wrong}", file=sys.stderr)
        return WRONG_USE
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINDINGS
    except KeyboardInterrupt:
        return 130
    if known is not None and arguments is None:
        os._exit(known)  # nothing is left to be tidied up, and Python's own end takes an eighth of the time
    return code


def _run(arguments: list[str], question: answers.Question | None) -> int:
    atexit.register(gc.freeze)  # what is left goes with the process: looking for cycles in it takes a tenth
    gc.disable()  # what is imported stays
    from migration_tracker.commands.parsing import parsed

    try:
        args = parsed(arguments)
    finally:
        gc.enable()
    args.question = question
    code: int = args.run(args)
    return code


if __name__ == "__main__":
    sys.exit(main())
