"""Leaves a process behind, in a session of its own."""

import subprocess
import sys

from signals import block, until_sigterm

block()
child = subprocess.Popen(
    [sys.executable, "-c", "import time; time.sleep(600)  # orphan"], start_new_session=True
)
print(f"child {child.pid}", flush=True)
print("worker is ready", flush=True)
until_sigterm()
child.returncode = 0  # no complaint about a child that still runs
