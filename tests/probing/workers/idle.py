"""Becomes ready and stops when told, and does nothing else."""

from signals import block, until_sigterm

block()
print("worker is ready", flush=True)
until_sigterm()
