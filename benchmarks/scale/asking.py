"""Who asks the installation for something, as people, machines and code hosts do: over HTTP."""

from __future__ import annotations

import hashlib
import hmac
import http.cookiejar
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

PATIENCE_SECONDS = 30


class Person:
    """Signed in with a browser; `api` asks with a token instead."""

    def __init__(self, address: str, name: str, password: str, token: str) -> None:
        self._address = address
        self._token = token
        self._jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))
        self.get("/sign-in/")
        csrf = next(str(cookie.value) for cookie in self._jar if cookie.name == "csrftoken")
        form = {"username": name, "password": password, "csrfmiddlewaretoken": csrf}
        body = urllib.parse.urlencode(form).encode()
        self._opener.open(f"{address}/sign-in/", body, timeout=PATIENCE_SECONDS).close()
        if not any(cookie.name == "sessionid" for cookie in self._jar):
            raise SystemExit(f"{name} was not signed in")

    def get(self, path: str) -> None:
        """Ask for a page. Raises OSError when the answer is not 200."""
        with self._opener.open(self._address + path, timeout=PATIENCE_SECONDS) as answer:
            answer.read()

    def run(self, key: str, worker: str) -> int:
        """Have a worker run on the Kafka stand-in, by the API; the number of its run."""
        asked = json.dumps({"worker": worker, "transports": ["kafka"]}).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        told = _post(f"{self._address}/api/v1/migrations/{key}/smoke", asked, headers)
        return int(told["ids"][0])

    def tell_of_push(self, key: str, commit: str, secret: str) -> int:
        """What GitHub sends upon a push; the number of the scan."""
        body = json.dumps({"ref": "refs/heads/main", "after": commit}).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={signature}", "Content-Type": "application/json"}
        return int(_post(f"{self._address}/hooks/{key}", body, headers)["scan"])


def _post(address: str, body: bytes, headers: dict[str, str]) -> Any:
    request = urllib.request.Request(address, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{address}: {error.code}: {error.read()[:500]!r}") from error


@dataclass
class Reader:
    """Reads some pages in turn from a thread, pausing in between, until the block ends."""

    person: Person
    pages: Sequence[str]
    pause: float = 1.0
    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._read, name="reader", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._over.wait(self.pause):
            for page in self.pages:
                self.once(page)

    def once(self, page: str) -> None:
        """Ask for one page, and keep how long the answer took, or what was wrong."""
        began = time.perf_counter()
        try:
            self.person.get(page)
        except OSError as error:
            self.errors.append(f"{page}: {error}")
        else:
            self.seconds.setdefault(page, []).append(time.perf_counter() - began)
