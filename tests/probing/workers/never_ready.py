"""Starts, and hangs before it is ready."""

import time

print("starting", flush=True)


def wait_for_a_lock_nobody_releases():
    time.sleep(600)


wait_for_a_lock_nobody_releases()
