"""What can go wrong in a smoke run that is not the worker's fault, and the signals between stages.

ProbingError                    the harness's, the broker's or the definition's fault: the result is `error`
├── DescriptionError            what a worker says about itself, or what is spelled out for it, cannot be used
├── CommandError                a command of the definition could not be run, or did not do what it is for
├── SetupError                  the repository's environment could not be built; it holds the log
├── MissingError                what a run needs is not installed
├── PostError                   a tracker did not take the results
└── SelectionError              a worker that was asked for is not there
"""

from __future__ import annotations


class ProbingError(Exception):
    """The harness could not tell. `lasting` says that it could not if it tried again either."""

    lasting = False


class DescriptionError(ProbingError):
    """The description of a worker is wrong."""

    lasting = True


class CommandError(ProbingError):
    """A command of the definition could not be run."""


class SetupError(ProbingError):
    """The environment of a repository's workers could not be built."""

    lasting = True

    def __init__(self, message: str, log: str) -> None:
        super().__init__(message)
        self.log = log


class MissingError(ProbingError):
    """What a run needs is not installed."""

    lasting = True


class PostError(ProbingError):
    """A tracker did not take the results."""


class SelectionError(ProbingError):
    """No such worker."""


class Cancelled(Exception):
    """Whoever asked for the run no longer wants it."""
