"""What the service refuses, with the AMQP error condition and the HTTP-like status it says so with.

Conditions are those Microsoft lists under "AMQP errors in Azure Service Bus" and "Event Hubs messaging
exceptions"; the texts are our own.
"""


class RefusalError(Exception):
    """Something a client asked for and does not get."""

    condition = "amqp:internal-error"
    status = 500


class NotFoundError(RefusalError):
    """There is no such event hub, consumer group or node."""

    condition, status = "amqp:not-found", 404


class UnauthorizedError(RefusalError):
    """The token does not cover what was asked for."""

    condition, status = "amqp:unauthorized-access", 401


class OutOfRangeError(RefusalError):
    """No such partition, or a position beyond the end."""

    condition, status = "com.microsoft:argument-out-of-range", 400


class BadRequestError(RefusalError):
    """A request that says nothing we understand."""

    condition, status = "com.microsoft:argument-error", 400


class LinkStolenError(RefusalError):
    """Another receiver owns the partition."""

    condition, status = "amqp:link:stolen", 409


class TooManyReceiversError(RefusalError):
    """A partition has as many receivers without an owner level as the service allows."""

    condition, status = "amqp:resource-limit-exceeded", 403


class TooLargeError(RefusalError):
    """A message larger than the service takes."""

    condition, status = "amqp:link:message-size-exceeded", 413
