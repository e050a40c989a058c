"""Web servers on loopback that write down what they are asked."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme


class Server(ThreadingHTTPServer):
    """Answers every POST with `status` and `headers`, or with a byte of `trickle` every 50 ms."""

    daemon_threads = True

    def __init__(self, host="127.0.0.1", *, status=200, headers=(), body=b"taken", trickle=b""):
        super().__init__((host, 0), Handler)
        self.status, self.headers, self.body, self.trickle = status, dict(headers), body, trickle
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        self.given_up = threading.Event()

    @property
    def port(self) -> int:
        return self.server_address[1]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, dict(self.headers), body))
        if self.server.trickle:
            self.drip()
            return
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.server.body)

    def drip(self):
        for byte in self.server.trickle:
            try:
                self.wfile.write(bytes([byte]))
            except OSError:
                return
            if self.server.given_up.wait(0.05):
                return

    def log_message(self, *_):
        pass


@contextmanager
def serving(server: Server, context: ssl.SSLContext | None = None) -> Iterator[Server]:
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.given_up.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    with ExitStack() as stack:
        yield lambda *where, **answer: stack.enter_context(serving(Server(*where, **answer)))


@pytest.fixture
def secure(tmp_path, monkeypatch) -> Iterator[Server]:
    """A server that shows a certificate for `hooks.example.org`, whose authority this process trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("hooks.example.org").configure_cert(context)
    with serving(Server(), context) as server:
        yield server
