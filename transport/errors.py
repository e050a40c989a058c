"""What can go wrong in the transport layer. Both SDKs' errors are translated into these where they enter.

TransportError
├── ConfigurationError        the settings do not name a usable transport
├── BrokerUnavailableError    nobody answers, or the link was lost
├── AccessDeniedError         the broker answers, and does not let us in
├── UnknownTopicError         the topic, hub or consumer group is not there
├── SendError                 the broker did not acknowledge a message
├── CommitError               the broker or the store did not take a position
├── FlushError                a group commit did not make its rows durable
├── UsageError                a method was called in a state that has no answer to it
└── PermanentError            raised by a handler: trying this message again cannot help
"""

import asyncio


class TransportError(Exception):
    """Base of every error this package raises."""


class ConfigurationError(TransportError):
    """The settings do not name a usable transport. The text names the key and every place searched."""


class BrokerUnavailableError(TransportError):
    """Nobody answers at the broker's address, or the link to it was lost."""


class AccessDeniedError(TransportError):
    """The broker answers, and refuses our credentials or our rights."""


class UnknownTopicError(TransportError):
    """The topic, event hub or consumer group does not exist and is not created on first use."""


class SendError(TransportError):
    """A message was not acknowledged. It may or may not have been written."""


class CommitError(TransportError):
    """A position was not taken. Its messages come again unless a later commit succeeds."""


class FlushError(TransportError):
    """A group commit failed. None, some or all of its rows may have been written: the messages come again."""


class UsageError(TransportError):
    """A method was called in a state that has no answer to it, such as a send before start."""


class PermanentError(TransportError):
    """Raise it in a handler for a message that no repetition can help: it goes to the dead letters."""


def being_cancelled() -> bool:
    """Whether the running task was told to end; a CancelledError may also slip out of what it waits for."""
    task = asyncio.current_task()
    return task is not None and bool(task.cancelling())
