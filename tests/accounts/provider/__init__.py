"""A certified OpenID provider as a process on loopback, behind a door that can alter what it answers."""

import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests import npm
from tests.broker.guarded import GUARD

CLIENT_ID = "tracker"
CLIENT_SECRET = "a-secret-of-the-tracker"
PACKAGE = Path(__file__).parent
CACHE = PACKAGE.parents[2] / "var" / "oidc-provider"
NOT_PASSED_ON = {"transfer-encoding", "connection", "keep-alive", "content-length"}


@dataclass
class Provider:
    """A running provider.

    `alter` maps a path to what is made of the provider's answer there; it is asked all the same.
    """

    issuer: str
    people_file: Path
    port: int = 0
    alter: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        return {
            "OIDC_ISSUER": self.issuer,
            "OIDC_CLIENT_ID": CLIENT_ID,
            "OIDC_CLIENT_SECRET": CLIENT_SECRET,
        }

    def knows(self, **people: dict[str, object]) -> None:
        """Set whom it knows, by their subject, with their claims."""
        self.people_file.write_text(json.dumps(people))


def _door(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        wbufsize = -1  # a head and a body sent apart would wait for each other

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            provider.asked.append(path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            beyond = HTTPConnection("127.0.0.1", provider.port, timeout=20)
            with contextlib.closing(beyond):
                beyond.request(self.command, self.path, body or None, dict(self.headers))
                answer = beyond.getresponse()
                content = answer.read()
            if path in provider.alter:
                content = provider.alter[path](content)
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in NOT_PASSED_ON:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    return Door


@contextlib.contextmanager
def provider(folder: Path, *trackers: str) -> Iterator[Provider]:
    """Run it until the block ends, or the process that started it does.

    Args:
        folder: where the file of people is kept.
        trackers: the addresses of the trackers that it sends people back to.

    Errors: npm.NotInstalled.
    """
    main = npm.installed(PACKAGE, CACHE) / "provider.mjs"
    people = folder / "people.json"
    people.write_text("{}")
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        made = Provider(f"http://127.0.0.1:{server.server_port}", people)
        server.RequestHandlerClass = _door(made)
        said = {
            "issuer": made.issuer,
            "back": [f"{one}/sign-in/oidc/back" for one in trackers],
            "signedOut": [f"{one}/sign-in/" for one in trackers],
            "people": str(people),
        }
        command = [sys.executable, "-I", "-S", str(GUARD), "node", str(main), json.dumps(said)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as guard:
            assert guard.stdin
            assert guard.stdout
            thread = Thread(target=server.serve_forever)
            try:
                told = []
                for line in guard.stdout:
                    told.append(line)
                    if found := re.search(r"listens on (\d+)", line):
                        made.port = int(found[1])
                        break
                else:
                    raise RuntimeError(f"the provider did not start: {''.join(told)}")
                thread.start()
                yield made
            finally:
                if thread.ident:
                    server.shutdown()
                    thread.join()
                guard.stdin.close()  # the guard ends it
