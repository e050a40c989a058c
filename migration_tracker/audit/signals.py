"""How others hear of changes without those who make them knowing of it."""

from django.dispatch import Signal

# Sent in the transaction of the change, with the `entry` and the `subject` that was changed.
recorded = Signal()
