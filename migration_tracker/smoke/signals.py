"""How others hear of runs without those knowing them."""

from django.dispatch import Signal

# Sent in the transaction that ends a run, with `run` (a SmokeRun that is done, with its result).
run_ended = Signal()

# Sent once runs were asked for or one has begun, with `migration` and the pks of the `workers`.
runs_moved = Signal()
