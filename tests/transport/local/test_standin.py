"""The processes of stand-in brokers: they start, they tell, they never stay."""

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from transport import local
from transport.errors import TransportError
from transport.local import standin

pytestmark = pytest.mark.broker

DEADLINE = 20.0
STARTERS = {"kafka": local.kafka, "eventhub": local.eventhub}
ROOT = Path(__file__).parents[3]


@pytest.fixture(params=local.KINDS)
def kind(request):
    if reason := local.missing(request.param):
        pytest.skip(reason)
    return request.param


def _until(condition):
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _ended(pid):
    """Tell whether a process that is no child of ours has ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"  # ended, and nobody has asked how


def _children(pid):
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.split()


def _connects(endpoint):
    host, _, port = endpoint.rpartition(":")
    with contextlib.suppress(OSError), socket.create_connection((host, int(port)), timeout=5):
        return True
    return False


def test_it_listens_on_loopback_while_the_block_lasts(kind):
    with STARTERS[kind]() as broker:
        assert broker.environment["PIPELINE_TRANSPORT"] == kind
        for endpoint in broker.endpoints.values():
            assert endpoint.startswith("127.0.0.1:")
            assert _connects(endpoint)
        assert isinstance(broker.log_tail(), str)
    assert _ended(broker.pid)
    assert not broker.log.parent.exists()


def test_two_of_a_kind_do_not_meet(kind):
    with STARTERS[kind]() as one, STARTERS[kind]() as two:
        assert not set(one.endpoints.values()) & set(two.endpoints.values())


def test_what_uses_event_hubs_finds_all_it_needs():
    with local.eventhub() as broker:
        assert Path(broker.environment["EVENTHUB_CA_FILE"]).read_text().startswith("-----BEGIN CERTIFICATE")
        assert list(Path(broker.environment["EVENTHUB_CHECKPOINT_STORE"]).iterdir()) == []
        assert broker.environment["EVENTHUB_CUSTOM_ENDPOINT"] == f"sb://{broker.endpoints['wss']}"


def test_the_event_hubs_stand_in_does_not_speak_kafka():
    metadata_request = bytes.fromhex("00000012 0003 0000 00000001 0004 74657374 00000000")
    with local.eventhub() as broker:
        host, _, port = broker.endpoints["amqp"].rpartition(":")
        with socket.create_connection((host, int(port)), timeout=DEADLINE) as client:
            client.sendall(metadata_request)
            answer = client.recv(1024)
    assert answer == b"" or answer.startswith(b"AMQP"), "no response to a Kafka request"


def test_no_stand_in_outlives_who_started_it_even_when_that_one_is_killed(kind):
    program = (
        "import time, transport.local\n"
        f"with transport.local.{kind}() as broker:\n"
        "    print(broker.pid, broker.log.parent, flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT) as user:
        pid, folder = user.stdout.readline().decode().split()
        user.kill()
    _until(lambda: _ended(pid))
    _until(lambda: not Path(folder).exists())


def test_a_stand_in_that_does_not_start_says_why(tmp_path):
    with (
        pytest.raises(local.StandInError, match=r"ended with exit code 1: .*No module named"),
        standin.process("transport.local.no_such_module", {}, tmp_path),
    ):
        pass


def test_a_stand_in_that_takes_too_long_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(standin, "START_SECONDS", 0.3)
    (tmp_path / "sleeper.py").write_text("import time\ntime.sleep(600)\n")
    monkeypatch.setattr(standin, "_IMPORT_ROOT", tmp_path)
    began = time.monotonic()
    with (
        pytest.raises(TransportError, match="was not ready within"),
        standin.process("sleeper", {}, tmp_path),
    ):
        pass
    assert time.monotonic() - began < DEADLINE


def test_what_cannot_run_here_is_named(monkeypatch):
    monkeypatch.setitem(local._NEEDS, "kafka", {"no_such_package": "no-such-package"})
    assert local.missing("kafka") == "the kafka stand-in needs no-such-package, which is not installed"
    with pytest.raises(local.StandInError, match="needs no-such-package"), local.kafka():
        pass


def test_importing_it_loads_nothing_heavy():
    program = "import sys, transport.local; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    heavy = {"proton", "aiohttp", "confluent_kafka", "aiokafka", "azure.eventhub", "trustme"}
    assert not heavy & set(loaded.stdout.split())


@contextlib.contextmanager
def _command(*arguments):
    command = [sys.executable, "-m", "transport.local", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        try:
            yield running
        finally:
            running.kill()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_command_starts_both_until_it_is_told_to_stop(how):
    with _command("--json") as running:
        environment = json.loads(running.stdout.readline())
        assert environment.keys() == {
            "KAFKA_BOOTSTRAP_SERVERS",
            "EVENTHUB_NAMESPACE_CONNECTION_STRING",
            "EVENTHUB_CUSTOM_ENDPOINT",
            "EVENTHUB_CA_FILE",
            "EVENTHUB_CHECKPOINT_STORE",
        }
        assert _connects(environment["KAFKA_BOOTSTRAP_SERVERS"])
        brokers = _children(running.pid)
        running.send_signal(how)
        assert running.wait(DEADLINE) == 0
    assert len(brokers) == 2
    assert all(map(_ended, brokers))
    assert not Path(environment["EVENTHUB_CA_FILE"]).exists()


def test_the_command_prints_what_a_shell_can_take(kind):
    with _command("--only", kind) as running:
        line = running.stdout.readline()
        exports = subprocess.run(
            ["sh", "-c", f"{line} printenv PIPELINE_TRANSPORT"], capture_output=True, text=True, check=False
        )
        running.send_signal(signal.SIGTERM)
        rest = running.stdout.read()
        assert running.wait(DEADLINE) == 0
    assert all(printed.startswith("export ") for printed in [line, *rest.splitlines()])
    assert exports.stdout.strip() == kind


def test_the_command_ends_when_who_started_it_is_killed():
    program = (
        "import subprocess, sys, time\n"
        "command = [sys.executable, '-m', 'transport.local', '--json']\n"
        "child = subprocess.Popen(command, stdin=subprocess.DEVNULL)\n"
        "print(child.pid, file=sys.stderr, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as user:
        pid = user.stderr.readline().decode().strip()
        environment = json.loads(user.stdout.readline())
        brokers = _children(pid)
        user.kill()
    assert len(brokers) == 2
    _until(lambda: all(map(_ended, [pid, *brokers])))
    _until(lambda: not Path(environment["EVENTHUB_CA_FILE"]).exists())
