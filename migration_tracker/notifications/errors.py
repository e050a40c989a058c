"""What keeps a message from its recipient.

NotificationError
├── CannotTell      it never will arrive; trying again does not help
└── NotNow          it may arrive later
"""


class NotificationError(Exception):
    """The base of all errors here."""


class CannotTell(NotificationError):
    """The recipient cannot be reached as things are set; somebody has to change that."""


class NotNow(NotificationError):
    """The recipient did not take it, and may later."""
