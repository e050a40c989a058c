"""What stands between the code under test and everything else on this machine; see docs/threat-model.md."""

from migration_tracker.probing.sandbox.limits import Limits
from migration_tracker.probing.sandbox.metering import meter
from migration_tracker.probing.sandbox.sandbox import Sandbox

__all__ = ["Limits", "Sandbox", "meter"]
