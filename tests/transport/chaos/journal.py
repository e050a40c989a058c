"""What members wrote down, judged: nothing lost, keys in order, duplicates counted."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Done(NamedTuple):
    """A message that a handler finished; `at` is one clock for all processes."""

    at: int
    key: str
    number: int
    partition: int
    offset: int


class Dead(NamedTuple):
    """A dead letter; `origin` is the place its message had."""

    key: str
    number: int
    origin: str


def read(folder: Path) -> list[Done]:
    """Every journal's lines in the order of time; a line that a kill cut short was not finished."""
    lines = [line for path in folder.glob("*.journal") for line in path.read_text().splitlines(keepends=True)]
    whole = [line.split() for line in lines if line.endswith("\n")]
    return sorted(Done(int(at), key, *map(int, rest)) for at, key, *rest in whole)


def count(folder: Path) -> int:
    """How many lines there are: cheap enough to be asked all the time."""
    return sum(path.read_bytes().count(b"\n") for path in folder.glob("*.journal"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of all messages.

    Arguments:
        lost: (key, number) neither finished nor dead.
        misordered: (key, number) first finished after a later one of its key.
        repeated: finished again: the same partition and offset.
        alive: poison that a handler finished, or good messages that died.
        dead: copies in the dead letters, by the place their message had.
    """

    sent: int
    finished: int
    lost: Sequence[tuple[str, int]]
    misordered: Sequence[tuple[str, int]]
    repeated: int
    alive: Sequence[tuple[str, int]]
    dead: Mapping[str, int]

    @property
    def dead_again(self) -> int:
        """Dead letters that were written before."""
        return sum(copies - 1 for copies in self.dead.values())

    @property
    def duplicates(self) -> float:
        """Share of finished messages that were finished before."""
        return self.repeated / self.finished

    def __str__(self) -> str:
        return (
            f"{self.sent} sent, {len(self.lost)} lost, {len(self.misordered)} out of order, "
            f"{len(self.dead)} dead-lettered ({self.dead_again} of them again), "
            f"{self.repeated} duplicates ({self.duplicates:.2%})"
        )


def judge(sent: Mapping[tuple[str, int], str], finished: Sequence[Done], dead: Sequence[Dead]) -> Verdict:
    """Compare what was sent (with its kind) to what was finished, in the order of time, and to what died."""
    died = {(one.key, one.number) for one in dead}
    expected_dead = {message for message, kind in sent.items() if kind != "good"}
    done = {(one.key, one.number) for one in finished}
    places = Counter((one.partition, one.offset) for one in finished)
    misordered, seen, reached = [], set(), defaultdict(lambda: -1)
    for one in finished:
        message = (one.key, one.number)
        if message not in seen and one.number < reached[one.key]:
            misordered.append(message)
        seen.add(message)
        reached[one.key] = max(reached[one.key], one.number)
    return Verdict(
        sent=len(sent),
        finished=len(finished),
        lost=sorted(sent.keys() - done - died),
        misordered=misordered,
        repeated=sum(times - 1 for times in places.values()),
        alive=sorted((done & expected_dead) | (died - expected_dead)),
        dead=Counter(one.origin for one in dead),
    )
