"""Raises when it is told to stop."""

from signals import block, until_sigterm

block()
print("worker is ready", flush=True)
until_sigterm()
raise RuntimeError("the flush failed")
