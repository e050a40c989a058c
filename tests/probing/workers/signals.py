"""Waits for SIGTERM, for the workers beside it."""

import signal


def until_sigterm() -> None:
    signal.sigwait([signal.SIGTERM])


def block() -> None:
    """To be called first, so that a SIGTERM that comes early is waited for and does not kill."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
