"""Becomes ready, and does not stop."""

import signal
import time

signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("worker is ready", flush=True)
time.sleep(600)
