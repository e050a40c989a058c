"""The port: taken before anything starts, or refused in one line."""

import os
import socket
import subprocess
import sys

import pytest

from migration_tracker.supervisor.door import address, open_door
from migration_tracker.supervisor.errors import PortError


def test_a_used_port_is_refused_in_one_line_before_anything_starts(unused_tcp_port):
    with socket.create_server(("127.0.0.1", unused_tcp_port)):
        ended = subprocess.run(
            [sys.executable, "-m", "migration_tracker.supervisor"],
            env={**os.environ, "PORT": str(unused_tcp_port)},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == (
        f"Port {unused_tcp_port} is in use by another program. "
        f"Choose another one: PORT={unused_tcp_port + 1} make run\n"
    )


@pytest.mark.parametrize("port", ["", "http", "0", "65536", "-1", "8000.5", "٣"])
def test_what_is_no_port_is_refused_with_an_example(port):
    with pytest.raises(PortError, match=r"PORT must be a number from 1 to 65535.*PORT=8001 make run"):
        open_door(port)


def test_the_door_listens_on_loopback_only_and_can_be_opened_again(unused_tcp_port):
    for _ in range(2):
        with open_door(str(unused_tcp_port)) as door:
            assert address(door) == f"http://127.0.0.1:{unused_tcp_port}"
            with socket.create_connection(("127.0.0.1", unused_tcp_port)):
                pass
