"""How the apps above the inventory hear of what it keeps, without the inventory knowing them."""

from django.dispatch import Signal

# Sent in the transaction that stores a scan, with `scan` (a Scan) and `reports` (the scanner's WorkerReport
# by the pk of the Observation that was made of it).
scan_stored = Signal()

# Sent in the transaction that stores how workers turned and when they were touched, with `migration`.
history_stored = Signal()

# Sent in the transaction that gives a worker to somebody, with `worker` (a Worker with its new owner).
worker_assigned = Signal()
