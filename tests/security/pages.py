"""Every page of the tracker and the forms on it, found by walking the table of addresses."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.test import Client

from tests.accounts.test_permissions import TABLE, address


@dataclass
class Form:
    """A form as a page shows it: where it goes, what it sends by itself, what may be changed."""

    method: str
    action: str
    sent: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)


class Reader(HTMLParser):
    """Reads the forms of a page, and notes whatever a policy without unsafe-inline forbids."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where
        self.answer: Any = None
        self.forms: list[Form] = []
        self.forbidden: list[str] = []
        self._script = False
        self._form: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self._script = tag == "script" and "src" not in said
        if tag == "style" or "style" in said or any(name.startswith("on") for name in said):
            self.forbidden.append(f"{self.where}: <{tag} {said}>")
        if any(value.strip().lower().startswith(("javascript:", "vbscript:")) for value in said.values()):
            self.forbidden.append(f"{self.where}: <{tag} {said}>")
        if any(
            name.startswith("hx-on") or value.startswith(("js:", "javascript:"))
            for name, value in said.items()
        ):
            self.forbidden.append(f"{self.where}: <{tag} {said}>")
        if tag == "form":
            self._form = Form(said.get("method", "get").lower(), said.get("action") or self.where)
            self.forms.append(self._form)
        elif self._form is not None and tag in ("input", "textarea", "select", "button") and said.get("name"):
            name = said["name"]
            if name == "csrfmiddlewaretoken":
                return
            if tag != "button" or name not in self._form.sent:
                self._form.sent[name] = said.get("value", "")
            self._form.typed.append(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        self._script = False

    def handle_data(self, data: str) -> None:
        if self._script and data.strip():
            self.forbidden.append(f"{self.where}: <script>{data[:80]}")


def addresses(things: dict[str, int], method: str) -> list[str]:
    """The addresses of the pages (not of the API) that answer to a method."""
    return [
        address(route, things) for said, route in TABLE if said == method and not route.startswith("api/")
    ]


def read(client: Client, things: dict[str, int], *others: str) -> Iterator[Reader]:
    """Every page that answers with HTML, read, and others besides."""
    for where in [*addresses(things, "get"), *others]:
        answer = client.get(where)
        assert answer.status_code < 500, where
        if answer.streaming:
            answer.getvalue()
        elif answer["Content-Type"].startswith("text/html"):
            reader = Reader(where)
            reader.answer = answer
            reader.feed(answer.text)
            yield reader


def forms(client: Client, things: dict[str, int]) -> list[Form]:
    """Every form of every page, each once."""
    found = itertools.chain.from_iterable(reader.forms for reader in read(client, things))
    return list({(one.method, one.action, *sorted(one.typed)): one for one in found}.values())
