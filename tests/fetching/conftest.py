"""Repositories to fetch, and a server on loopback that offers them by https."""

import shutil
import ssl
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from tests.conftest import commit, git


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A repository with one commit on `main`."""
    folder = tmp_path / "origin"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / "worker.py").write_text("pass\n")
    commit(folder)
    return folder


class Served(ThreadingHTTPServer):
    """Serves a folder by https; `moved` answers everything with a redirect there, `silent` never answers."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
        self.moved, self.silent = "", False
        self.asked: list[tuple[str, str | None]] = []
        self.over = threading.Event()

    @property
    def port(self) -> int:
        return self.server_address[1]


class _Handler(SimpleHTTPRequestHandler):
    server: Served

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Authorization"]))
        if self.server.silent:
            self.server.over.wait(60)
        elif self.server.moved:
            self.send_response(302)
            self.send_header("Location", self.server.moved + self.path)
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served(origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """`https://git.example.org:PORT/origin.git`: only this process knows that name."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("GIT_SSL_CAINFO", str(tmp_path / "ca.pem"))
    shutil.copytree(origin / ".git", tmp_path / "served" / "origin.git")
    git(tmp_path / "served" / "origin.git", "update-server-info")
    server = Served(tmp_path / "served")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("git.example.org").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Path]:
    """A program that leaves a file behind when it is started; nothing a test fetches may start it."""
    left = tmp_path / "was-started"
    program = tmp_path / "canary"
    program.write_text(f'#!/bin/sh\necho "$0 $*" >> {left}\n')
    program.chmod(0o755)
    yield program
    assert not left.exists(), left.read_text()
