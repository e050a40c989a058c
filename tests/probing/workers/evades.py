"""Takes its clients from the transport layer, and reaches for LEGACY_KAFKA past Python's sockets."""

import ctypes
import os
import socket
import struct
import subprocess
import sys

HOST, PORT = os.environ["LEGACY_KAFKA"].split(":")


def by_libc():
    libc = ctypes.CDLL(None)
    line = libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
    address = struct.pack("!4s8x", socket.inet_aton("127.0.0.1"))
    libc.connect(line, struct.pack("=H", socket.AF_INET) + struct.pack("!H", int(PORT)) + address, 16)


def by_an_isolated_child():
    dial = f"import socket; socket.create_connection(('{HOST}', {PORT}), 5)"
    subprocess.run([sys.executable, "-I", "-S", "-c", dial], stderr=subprocess.DEVNULL)


{"libc": by_libc, "child": by_an_isolated_child}[sys.argv[1]]()
sys.argv[1:] = []
import migrated  # noqa: E402, F401
