"""How much a process of a run may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of each process, and of the run where it says so. A definition cannot raise them.

    Args:
        memory: bytes of address space.
        cpu: seconds of processor time.
        processes: how many processes and threads the run may have; counts only under a user of its own.
        file: bytes that a file may grow to.
        open_files: how many files may be open at once.
        disk: bytes that all files of the run may take together.
    """

    memory: int = 8_000_000_000
    cpu: int = 900
    processes: int = 512
    file: int = 1_000_000_000
    open_files: int = 4096
    disk: int = 2_000_000_000

    def of_a_process(self, *, own_user: bool) -> dict[str, int]:
        """By the name of the limit in Python's `resource`."""
        limits = {
            "RLIMIT_AS": self.memory,
            "RLIMIT_CPU": self.cpu,
            "RLIMIT_FSIZE": self.file,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_CORE": 0,
        }
        return limits | ({"RLIMIT_NPROC": self.processes} if own_user else {})

    def told(self, *, own_user: bool) -> str:
        """In words, for a run's result."""
        parts = [
            f"{self.memory / 1e9:g} GB of memory and {self.cpu} s of processor time for each process",
            f"files of {self.file / 1e9:g} GB, {self.disk / 1e9:g} GB in all",
            f"{self.open_files} open files",
        ]
        return "; ".join([*parts, *([f"{self.processes} processes and threads"] if own_user else [])])
