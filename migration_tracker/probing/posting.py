"""Hands the results of a call to a tracker, so that runs on CI's machines count there."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from migration_tracker.probing.errors import PostError
from migration_tracker.probing.rendering import Results

if TYPE_CHECKING:
    from migration_tracker.scanning.sources import Revision, WorkTree

TOKEN = "MIGRATION_TRACKER_TOKEN"  # noqa: S105  the variable's name
_LARGEST = 8_000_000  # bytes of logs in all; a tracker takes a body of 10 MB
_LONGEST = 900_000  # characters of one log
_SECONDS = 60.0
_PAUSES = (2.0, 8.0)  # before it is tried again
_AGAIN = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE)


def check(address: str, token: str) -> None:
    """Raises PostError for an address or a token that cannot be used, before anything is run."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or not parts.path.endswith("/reports"):
        raise PostError(
            f"{address!r} is no address of reports, such as https://HOST/api/v1/migrations/KEY/reports"
        )
    if parts.scheme == "http" and not _is_here(parts.hostname):
        raise PostError(f"{address!r} would send the token in the clear; use https")
    if not token:
        raise PostError(f"{TOKEN} is not set; it holds a token with the scope report (see your tokens page)")


def check_source(source: WorkTree | Revision) -> None:
    """Raises PostError if what is run from there proves nothing."""
    if source.commit is None or source.dirty:
        state = "are in no commit" if source.commit is None else "differ from their commit"
        raise PostError(f"the files {state}: their results prove nothing, and a tracker does not take them")


def post(results: Results, address: str, token: str, *, sleep: Callable[[float], None] = time.sleep) -> int:
    """Post the results; how many runs the tracker keeps.

    A tracker that is away or busy is asked three times. Raises PostError with what the tracker says against
    them.
    """
    check(address, token)
    request = urllib.request.Request(  # noqa: S310  checked above
        address,
        data=json.dumps(_body(results)).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method="POST",
    )
    opener = urllib.request.build_opener(_NoRedirects)
    for pause in (*_PAUSES, None):
        try:
            with opener.open(request, timeout=_SECONDS) as answer:
                return len(json.load(answer)["ids"])
        except urllib.error.HTTPError as refused:
            if refused.code in _AGAIN and pause:
                sleep(pause)
                continue
            raise PostError(f"{address} answers {refused.code}: {_detail(refused)}") from refused
        except OSError as away:
            if pause:
                sleep(pause)
                continue
            raise PostError(f"{address} cannot be reached: {away}") from away
        except (ValueError, KeyError, TypeError) as wrong:
            raise PostError(f"{address} does not answer as a tracker does") from wrong
    raise AssertionError("the last try returns or raises")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would turn the post into a get, and take the token elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _body(results: Results) -> dict[str, Any]:
    body = results.as_json()
    longest = min(_LONGEST, _LARGEST // max(1, len(body["runs"])))
    for run in body["runs"]:
        run.pop("before", None)  # each is one run there
        run["log"] = _cut(run["log"].replace("\0", "�"), longest)
        run["reason"] = run["reason"].replace("\0", "�")
    return body


def _cut(log: str, longest: int) -> str:
    if len(log) <= longest:
        return log
    return f"{log[: longest // 4]}\n… cut …\n{log[-longest * 3 // 4 :]}"


def _detail(refused: urllib.error.HTTPError) -> str:
    text = refused.read(2000).decode("utf-8", "replace")
    try:
        return str(json.loads(text)["detail"])
    except (ValueError, KeyError, TypeError):
        return refused.reason


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
