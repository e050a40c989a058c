"""Whether the memory has run out: then the kernel kills, and whom it kills is nobody's fault."""

from __future__ import annotations

from pathlib import Path

_GROUPS, _OWN_GROUP = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
_MACHINE = Path("/proc/vmstat")


class Memory:
    """Counts whom the kernel has killed for lack of memory since this was made; on Linux only.

    It counts this process's control group (version 2) and those below it, where the runs are. Where there is
    none it counts the whole machine, and so what the kernel did to strangers as well.
    """

    def __init__(self, group: Path | None = None) -> None:
        """`group` is the folder of the control group to count; by default that of this process."""
        self._counters = ((group or _own_group()) / "memory.events", _MACHINE)
        self._before = self._killed()

    def ran_out(self) -> bool:
        """Whether the kernel has killed any process since, in a control group or in the whole machine."""
        return self._killed() > self._before

    def _killed(self) -> int:
        for counter in self._counters:
            try:
                lines = counter.read_text().splitlines()
            except OSError:
                continue
            return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
        return 0


def _own_group() -> Path:
    try:
        lines = _OWN_GROUP.read_text().splitlines()
    except OSError:
        return _GROUPS
    path = next((line.removeprefix("0::") for line in lines if line.startswith("0::")), "/")
    return _GROUPS / path.lstrip("/")
