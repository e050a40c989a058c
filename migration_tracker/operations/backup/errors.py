class BackupError(Exception):
    """A back-up could not be made or put back; the text says why, and what to do."""
