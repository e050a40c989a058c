"""How the apps above the checklists hear of what time has ended."""

from django.dispatch import Signal

# Sent in the transaction that notes it, with `waiver` (a Waiver that was approved and now has lapsed).
waiver_lapsed = Signal()
