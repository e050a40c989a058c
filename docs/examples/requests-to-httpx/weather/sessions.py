"""Sessions as the jobs want them."""

import requests


def with_retries(total: int) -> requests.Session:
    """A session that tries again."""
    session = requests.Session()
    session.mount("https://", requests.adapters.HTTPAdapter(max_retries=total))
    return session
