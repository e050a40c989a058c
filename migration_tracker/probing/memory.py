"""Whether the machine has run out of memory: then the kernel kills, and whom it kills is nobody's fault."""

from __future__ import annotations

from pathlib import Path

_COUNTER = Path("/proc/vmstat")


class Memory:
    """Counts whom the kernel has killed for lack of memory since this was made; on Linux only."""

    def __init__(self) -> None:
        self._before = _killed()

    def ran_out(self) -> bool:
        """Whether the kernel has killed any process since, in a control group or in the whole machine."""
        return _killed() > self._before


def _killed() -> int:
    try:
        lines = _COUNTER.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
