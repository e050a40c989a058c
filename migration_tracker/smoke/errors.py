"""What can go wrong with asking for a smoke run; each text is for the person who asked."""


class SmokeError(Exception):
    """The base of all errors here."""


class NothingToRun(SmokeError):
    """The worker is not in the latest scan, so there is no commit to boot it from."""
