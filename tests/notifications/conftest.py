"""Who is told, and real servers on loopback that messages arrive at."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from django.utils import timezone

from migration_tracker.accounts.models import User
from migration_tracker.inventory.models import Worker
from migration_tracker.notifications import services, tasks
from migration_tracker.notifications.models import OFFERED, Channel, Delivery


@dataclass
class Hook:
    """A webhook's receiver; answers with the statuses of `answers`, the last one for good."""

    url: str = ""
    answers: list[int] = field(default_factory=lambda: [200])
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.received]


@pytest.fixture
def hook(settings) -> Iterator[Hook]:
    """A real HTTP server that an administrator has allowed."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.received.append((dict(self.headers), body))
            self.send_response(hook.answers.pop(0) if len(hook.answers) > 1 else hook.answers[0])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        hook.url = f"http://127.0.0.1:{port}/hook/s3cret"
        settings.OUTBOUND_ALLOWED_HOSTS = [f"127.0.0.1:{port}"]
        yield hook


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[int]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class OnAFreePort(Controller):
    """aiosmtpd dials its own port to see that it is up, and knows it only if it was given."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def post(settings) -> Iterator[list[Message]]:
    """A real mail server, and what it took."""
    taken: list[Message] = []

    class Keep(MessageHandler):
        def handle_message(self, message: Message) -> None:
            taken.append(message)

    controller = OnAFreePort(Keep(), hostname="127.0.0.1", port=0)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = controller.port
    try:
        yield taken
    finally:
        controller.stop()


@pytest.fixture
def lea(person: Callable[..., User]) -> User:
    lea = person("lea", "lead")
    lea.email = "lea@example.org"
    lea.save()
    return lea


@pytest.fixture
def worker(scanned: Callable[[], None]) -> Worker:
    """The sample's migrated worker, scanned, ada's."""
    scanned()
    worker = Worker.objects.get(observations__status="migrated")
    worker.owner = "ada"
    worker.save()
    return worker


@pytest.fixture
def channel(worker: Worker, lea: User) -> Callable[..., Channel]:
    def add(kind: str, address: str = "", **more: Any) -> Channel:
        events = more.pop("events", [one.value for one in OFFERED])
        return services.add(worker.migration, kind=kind, address=address, events=events, by=lea, **more)

    return add


def deliver() -> list[Delivery]:
    """Send what waits, as if its time had come."""
    waiting = Delivery.objects.filter(state="queued")
    waiting.update(enqueued_at=timezone.now())
    for pk in list(waiting.values_list("pk", flat=True)):
        tasks.deliver(pk)
    return list(Delivery.objects.order_by("pk"))
