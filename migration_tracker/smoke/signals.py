"""How others hear of a run that has ended without it knowing them."""

from django.dispatch import Signal

# Sent in the transaction that ends a run, with `run` (a SmokeRun that is done, with its result).
run_ended = Signal()
