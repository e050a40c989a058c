"""What can go wrong with a stand-in broker."""

from transport.errors import TransportError


class StandInError(TransportError):
    """A stand-in broker could not be started, or died."""
