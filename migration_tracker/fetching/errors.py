"""What keeps a repository from being fetched.

FetchError
├── UnsafeAddress   such an address is not fetched from; trying again does not help
└── FetchFailed     git or the other side said no
    ├── TooLarge    there is more than the limit
    └── TooSlow     it took longer than the limit
"""


class FetchError(Exception):
    """The repository was not fetched; the text says why in one line."""


class UnsafeAddress(FetchError):
    """Such an address is not fetched from."""


class FetchFailed(FetchError):
    """Git or the other side said no."""


class TooLarge(FetchFailed):
    """There is more than the limit."""


class TooSlow(FetchFailed):
    """It took longer than the limit."""
