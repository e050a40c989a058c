"""What keeps a request from being sent or answered."""


class OutboundError(Exception):
    """A request to an address that somebody entered did not succeed."""


class Refused(OutboundError):
    """The tracker does not send there; trying again does not help."""


class Unreachable(OutboundError):
    """Nobody answered there, or not in time; it may help to try again later."""
