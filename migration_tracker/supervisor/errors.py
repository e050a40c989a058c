"""What keeps the supervisor from starting.

SupervisorError
├── PortError           the port is no number, or taken
└── PreparationError    what must be done before the services start has failed
"""


class SupervisorError(Exception):
    """The tracker could not be started; the text says why, and what to do."""


class PortError(SupervisorError):
    """The port the pages were to be served on cannot be had."""


class PreparationError(SupervisorError):
    """The preparation ended with another exit code than 0."""
