"""A real job process on the test's database and queue, and an OTLP collector that it may report to."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.conftest import ROOT
from tests.smoke.processes import database_url


def until(condition: Callable[[], object], said: Callable[[], object], seconds: float = 60) -> None:
    """Wait until `condition` holds; `said` is shown when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, said()
        time.sleep(0.05)


@pytest.fixture(autouse=True)
def _nothing_is_counted_yet() -> None:
    """What `/metrics` counts once a minute is counted for each test anew."""
    cache.clear()


class JobProcesses:
    """Job processes and beats on the test's database and queue, each with a log of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []

    def __call__(self, *queues: str, service: str = "worker", **variables: str) -> Path:
        """Start one, for the given queues (default: all), with the given variables; the file it logs to."""
        log = self._folder / f"{service}-{len(self._started)}.log"
        environment = {
            "DJANGO_SETTINGS_MODULE": "migration_tracker.settings",
            "DATABASE_URL": database_url(),
            "TRACKER_DATA_DIR": str(settings.DATA_DIR),
        }
        command = [sys.executable, "-m", "celery", "--app", "migration_tracker.celery", "--quiet", service]
        if service == "worker":
            command += ["--concurrency", "1", "--without-gossip", "--without-mingle"]
            command += ["--queues", ",".join(queues)] if queues else []
        else:
            command += ["--pidfile", ""]
        with log.open("wb") as output:
            self._started.append(
                subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env=os.environ | environment | variables,
                    start_new_session=True,
                    stdout=output,
                    stderr=output,
                )
            )
        return log

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        for process in self._started:
            os.killpg(process.pid, number)
            process.wait(60)
        self._started.clear()


@pytest.fixture
def job_process(tmp_path: Path) -> Iterator[JobProcesses]:
    processes = JobProcesses(tmp_path)
    yield processes
    processes.end()


@pytest.fixture
def no_broker(unused_tcp_port: int) -> Iterator[Callable[[], None]]:
    """The queue where nothing listens, until what this gives is called."""
    before = current_app.conf.broker_url, current_app.conf.broker_transport_options

    def back() -> None:
        current_app.conf.broker_url, current_app.conf.broker_transport_options = before
        current_app.conf.broker_write_url = before[0]
        current_app._pool = current_app.amqp._producer_pool = None

    address = f"amqp://someone:canary-Passw0rd@127.0.0.1:{unused_tcp_port}//"
    current_app.conf.broker_url = current_app.conf.broker_write_url = address
    current_app.conf.broker_transport_options = {}
    current_app._pool = current_app.amqp._producer_pool = None
    yield back
    back()


class Collector:
    """An OTLP collector that keeps what it is sent."""

    def __init__(self) -> None:
        self.spans: list = []
        self.services: set[str] = set()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.path == "/v1/traces"
                collector.take(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)

    def named(self, name: str):
        """The only span of that name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found

    def take(self, request: ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            self.services |= {
                one.value.string_value for one in resource.resource.attributes if one.key == "service.name"
            }
            for scope in resource.scope_spans:
                self.spans += scope.spans


@pytest.fixture
def collector() -> Iterator[Collector]:
    running = Collector()
    thread = threading.Thread(target=running.server.serve_forever)
    thread.start()
    yield running
    running.server.shutdown()
    thread.join()
    running.server.server_close()
