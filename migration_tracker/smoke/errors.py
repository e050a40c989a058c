"""What can go wrong with asking for a smoke run; each text is for the person who asked."""


class SmokeError(Exception):
    """The base of all errors here."""


class NothingToRun(SmokeError):
    """The worker is not in a scan, so there is no commit to boot it from, or none to count it for."""


class NotAllowed(SmokeError):
    """The migration's code may not run on the tracker's host."""


class Implausible(SmokeError):
    """A reported run contradicts itself."""


class NoSuchTime(SmokeError):
    """A schedule's cron line or time zone cannot be read."""
