"""Every error the workers raise themselves.

WorkerError
├── UnknownWorkerError           no worker has that name
├── SettingError                 the environment lacks what a worker needs, or says what cannot be
├── UnmappedTopicError           the configuration file lacks a worker's topic
├── PluginFileError              a plugin's configuration file cannot be used
├── StepError                    a message does not get through a plugin action's steps
├── ApiError                     an API did not give what was asked
│   ├── ApiRefusedError          and asking again would not help
│   └── ApiUnavailableError      for now
├── DownloadError                a file was not fetched
│   ├── DownloadRefusedError     and must not be, or is not what was promised
│   ├── UrlExpiredError          its presigned URL is no longer good
│   └── DownloadInterruptedError for now
├── StorageError                 a file did not get to the store, for now
│   └── StorageRefusedError      or ever: it is not there, or must not go where it was to go
└── TableError                   rows did not get to a Delta table, for now
    └── RowRefusedError          or ever: no column takes what is in them
"""

from transport.errors import PermanentError


class WorkerError(Exception):
    """Something a worker cannot go on with."""


class UnknownWorkerError(WorkerError):
    """No worker has this name; `near` are the names that look like it."""

    def __init__(self, name: str, near: tuple[str, ...]) -> None:
        self.name = name
        self.near = near
        hint = f"did you mean {' or '.join(near)}?" if near else "none has a name like it."
        super().__init__(f'there is no worker "{name}"; {hint} `python -m workers --list` names all.')


class SettingError(WorkerError):
    """An environment variable is missing, or its value cannot be used."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name} {problem}")


class UnmappedTopicError(WorkerError):
    """The configuration file does not say what a worker's topic is called."""

    def __init__(self, domain: str, key: str, where: str) -> None:
        super().__init__(f"{where}: [domains.{domain}.topics.{key}] is missing, or names no topic.")


class PluginFileError(WorkerError):
    """A configuration file of the plugins cannot be used; the text names the file, the key and the fault."""


class StepError(WorkerError):
    """A message does not get through a plugin action's steps, and never will."""


class ApiError(WorkerError):
    """An API did not give what was asked."""


class ApiRefusedError(ApiError):
    """The API's answer is final: asking again would give the same."""


class ApiUnavailableError(ApiError):
    """The API cannot answer now; `retry_after` is the wait it asked for, in seconds, if it did."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class DownloadError(WorkerError):
    """A file was not fetched."""


class DownloadRefusedError(DownloadError):
    """The file must not be fetched, or is not what was promised; trying again would not help."""


class UrlExpiredError(DownloadError):
    """The host no longer honours the presigned URL; a fresh one may work."""


class DownloadInterruptedError(DownloadError):
    """The host could not be reached or broke off; trying again may help."""


class StorageError(WorkerError):
    """A file did not get to the store; trying again may help."""


class StorageRefusedError(StorageError):
    """The file is not there, or its path leads out of the store; trying again would not help."""


class TableError(WorkerError):
    """Rows did not get to a Delta table; trying again may help, and never doubles a row."""


class RowRefusedError(TableError, PermanentError):
    """What is in a row fits into no column, such as a number beyond 64 bits; trying again would not help."""
