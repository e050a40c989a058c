"""Files in the data folder: what one host needs."""

from django.core.cache.backends.filebased import FileBasedCache

from migration_tracker.caching.without import DoneWithout


class FileCache(DoneWithout, FileBasedCache):
    """Django's, but for a disk that is full."""

    faults = (OSError,)
