"""Brings a foreign repository's branches into a bare mirror. Nothing of it is ever run or checked out.

    from migration_tracker import fetching

    url = fetching.check(entered, allowed=settings.OUTBOUND_ALLOWED_HOSTS)        # UnsafeAddress says why
    head = fetching.fetch(url, mirror, access=fetching.Access(token=…),
                          allowed=settings.OUTBOUND_ALLOWED_HOSTS)                # FetchError says why

`mirror` is a folder of ours, made at the first fetch; its HEAD is then the remote's branch, so that
`Revision(mirror, "HEAD")` reads it as any other repository. It has no work tree: read by `Revision.read`.

    https, ssh      only; http, git, ext:: and the like are never spoken. A folder or file:// only with
                    `local`, which is for what an administrator typed on the tracker's own machine
    addresses       as `migration_tracker.outbound` has it; git connects to the address that was checked
    configuration   none but what is written here: no user's, no system's, no hook, filter, helper, template
    submodules      are not followed, nor is what Git LFS keeps elsewhere
    size and time   bounded by `Limits`; what was fetched before stays usable when a fetch fails
    access          by a token or a key file, from the environment or a file; never on a command line, in the
                    mirror's configuration or in an error's text
"""

from migration_tracker.fetching.access import Access
from migration_tracker.fetching.address import check
from migration_tracker.fetching.errors import FetchError, FetchFailed, TooLarge, TooSlow, UnsafeAddress
from migration_tracker.fetching.mirror import Limits, fetch

__all__ = [
    "Access",
    "FetchError",
    "FetchFailed",
    "Limits",
    "TooLarge",
    "TooSlow",
    "UnsafeAddress",
    "check",
    "fetch",
]
