"""What keeps a worker from being patched.

PatchError
├── UnknownWorker      the definition selects no worker of that name
├── TopicsUnreadable   the file that names the topics' keys cannot be used
├── Refused            the worker's file is such that no patch can be made of it
└── CannotWrite        a file that the patch changes cannot be written
"""

from __future__ import annotations


class PatchError(Exception):
    """No patch can be made; the text says why in one line."""


class UnknownWorker(PatchError):
    """The definition selects no worker of that name."""


class TopicsUnreadable(PatchError):
    """The file that names the topics' keys cannot be used."""


class Refused(PatchError):
    """The worker's file is such that no patch can be made of it."""


class CannotWrite(PatchError):
    """A file that the patch changes cannot be written."""
