"""OpenTelemetry by setting: a request and what it sends to a job process are one trace, sent over OTLP."""

import os
import subprocess
import sys

from tests.operations.conftest import Collector

PROGRAM = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import sys
from migration_tracker.wsgi import application
from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from migration_tracker import urls

@login_not_required
def ask(request):
    current_app.send_task("work")
    return HttpResponse("asked")

urls.urlpatterns.append(path("ask", ask))
assert Client(headers={"host": "localhost"}).get("/ask").content == b"asked"
with current_app.connection() as connection:
    queue = connection.SimpleQueue(current_app.conf.task_default_queue)
    print(queue.get(timeout=10).headers.get("traceparent", "none"))
if os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]:
    from opentelemetry import trace
    trace.get_tracer_provider().shutdown()
print("opentelemetry.sdk" in sys.modules)
"""


def run(**variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "CELERY_BROKER_URL": "memory://", "CELERY_RESULT_BACKEND": "", **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_request_and_what_it_sends_to_a_job_process_are_one_trace(collector: Collector):
    done = run(OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{collector.server.server_port}")
    assert done.returncode == 0, done.stderr
    request, sent = (collector.named(name) for name in ("GET ask", "apply_async/work"))
    assert sent.trace_id == request.trace_id
    assert sent.parent_span_id == request.span_id
    header, imported = done.stdout.split()
    assert header.rpartition("-")[0] == f"00-{sent.trace_id.hex()}-{sent.span_id.hex()}"
    assert imported == "True"
    assert collector.services == {"migration-tracker-web"}


def test_without_the_variable_nothing_of_it_is_imported():
    done = run(OTEL_EXPORTER_OTLP_ENDPOINT="")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["none", "False"]
