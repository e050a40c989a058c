"""Results of a command are handed to a real tracker, with a token."""

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from migration_tracker.accounts import tokens
from migration_tracker.inventory import services as inventory
from migration_tracker.inventory.tasks import run_scan
from migration_tracker.probing import posting
from migration_tracker.probing.errors import PostError
from migration_tracker.probing.rendering import Results
from migration_tracker.probing.report import Report
from migration_tracker.smoke.models import SmokeRun
from tests.conftest import commit, git
from tests.probing.conftest import WORKERS

DEFINITION = """\
name = "Squares"
[legacy]
symbols = ["aiokafka.AIOKafkaConsumer"]
[replacement]
symbols = ["transport.create_consumer"]
[workers]
root = "workers"
include = ["workers/idle.py"]
[smoke]
command = ["python", "workers/{worker}.py"]
[smoke.workers.idle]
topics_read = ["numbers"]
ready = { log = "worker is ready" }
"""
WHERE = "http://127.0.0.1:1/api/v1/migrations/squares/reports"


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "squares"
    (folder / "workers").mkdir(parents=True)
    for name in ("idle", "signals"):
        (folder / "workers" / f"{name}.py").write_bytes((WORKERS / f"{name}.py").read_bytes())
    (folder / "migration.toml").write_text(DEFINITION)
    git(folder, "init", "--quiet")
    commit(folder)
    return folder


def smoke(repository, address, token):
    return subprocess.run(
        [
            *(sys.executable, "-m", "migration_tracker.cli", "smoke", "idle", "--transport", "kafka"),
            *("--path", str(repository), "--post", address),
        ],
        env={**os.environ, posting.TOKEN: token},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.broker
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_tracker_keeps_a_run_elsewhere_unless_it_proves_nothing(
    repository, live_server, person, monkeypatch
):
    monkeypatch.setattr("migration_tracker.jobs.BEAT_SECONDS", 3600)
    migration = inventory.register(repository, by=None)
    run_scan(inventory.request_scan(migration, by=None).pk)
    address = f"{live_server.url}/api/v1/migrations/{migration.key}/reports"
    _, token = tokens.make(person("lea", "lead"), name="CI", scopes=("report",), days=1)
    done = smoke(repository, address, token)
    assert done.returncode == 0, done.stderr
    assert "posted: the tracker keeps 1 runs" in done.stderr
    run = SmokeRun.objects.get()
    assert (run.worker.name, run.transport, run.result, run.broker) == (
        "idle",
        "kafka",
        "passed",
        "stand-in",
    )
    assert "worker is ready" in run.log

    refused = smoke(repository, address, "not-a-token")
    assert refused.returncode == 3
    assert "not posted" in refused.stderr
    assert "401" in refused.stderr

    (repository / "workers" / "idle.py").write_text("print('worker is ready')")
    dirty = smoke(repository, address, token)
    assert dirty.returncode == 2
    assert "differ from their commit: their results prove nothing" in dirty.stderr
    assert SmokeRun.objects.count() == 1


@contextmanager
def answering(*codes):
    """An HTTP server that gives these answers, one after the other; its address, and what it was sent."""
    sent, left = [], list(codes)

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):
            sent.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            code = left.pop(0)
            self.send_response(code)
            if code == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(b'{"ids": [1, 2]}')

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/api/v1/migrations/squares/reports", sent
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def results():
    """Makes results with a log."""

    def make(log=""):
        report = Report.could_not_start("idle", "kafka", "", "no")
        return Results("squares", "a" * 40, dirty=False, seconds=1, reports=[replace(report, log=log)])

    return make


def test_a_tracker_that_is_busy_is_asked_again(results):
    pauses = []
    with answering(503, 429, 201) as (address, sent):
        assert posting.post(results(), address, "secret", sleep=pauses.append) == 2
    assert len(sent) == 3
    assert pauses == [2, 8]


@pytest.mark.parametrize("code", [302, 409, 500])
def test_what_a_tracker_says_against_it_is_told_and_the_token_goes_nowhere_else(results, code):
    with answering(code) as (address, sent), pytest.raises(PostError, match=f"answers {code}"):
        posting.post(results(), address, "secret", sleep=pytest.fail)
    assert len(sent) == 1


def test_a_tracker_that_is_away_is_named(results):
    with pytest.raises(PostError, match="cannot be reached"):
        posting.post(results(), WHERE, "secret", sleep=lambda seconds: None)


def test_long_logs_are_cut_in_the_middle_and_hold_no_nul(results):
    with answering(201) as (address, sent):
        posting.post(results("a\0" + "b" * 9_000_000 + "c"), address, "secret")
    log = sent[0]["runs"][0]["log"]
    assert len(log) < 1_000_000
    assert log.startswith("a�b")
    assert log.endswith("bc")
    assert "… cut …" in log


@pytest.mark.parametrize(
    ("address", "token", "wrong"),
    [
        ("https://tracker.example/", "secret", "is no address of reports"),
        ("file:///api/v1/migrations/squares/reports", "secret", "is no address of reports"),
        ("http://tracker.example/api/v1/migrations/squares/reports", "secret", "use https"),
        (WHERE, "", "MIGRATION_TRACKER_TOKEN is not set"),
    ],
)
def test_what_cannot_be_posted_is_refused_before_anything_runs(address, token, wrong):
    with pytest.raises(PostError, match=wrong):
        posting.check(address, token)
