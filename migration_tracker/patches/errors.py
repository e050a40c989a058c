"""What can go wrong with asking for a patch; each text is for the person who asked."""


class PatchError(Exception):
    """The base of all errors here."""


class NothingToPatch(PatchError):
    """The worker is not in the latest scan, so there is no commit to patch."""


class NotAllowed(PatchError):
    """The migration's code may not run on the tracker's host, which a patch's proof does."""


class NothingToPush(PatchError):
    """The patch is not made, is empty, or the migration has no remote."""


class UnsafeRemote(PatchError):
    """The address is none that git may push to."""


class PushRefused(PatchError):
    """Git, or the remote, did not take the branch."""
