"""One Apache Kafka for all processes of a test run, ended when the last of them lets go.

Who uses it holds a shared lock on a file, so it makes no difference whether a process leaves or is killed.
The node's keeper (this module, run as `python -m tests.broker.kafka.shared FOLDER`) waits to have that lock
alone.
"""

import fcntl
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.broker.kafka.jars import RESOLVE_SECONDS, NoKafka
from tests.broker.kafka.node import KafkaError, KafkaNode

ROOT = Path(__file__).parents[3]


@contextmanager
def shared_node(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of clients of the node that everyone shares who names the same folder.

    Errors: NoKafka or KafkaError, for all of them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with (folder / "starting").open("w") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            found = _outcome(folder)
        if "lacking" in found:
            raise NoKafka(found["lacking"])
        if "failed" in found:
            raise KafkaError(found["failed"])
        yield found


def _outcome(folder: Path) -> dict[str, str]:
    """What became of the node, which is started if nobody did so before."""
    told = folder / "outcome"
    if not told.exists():
        keeper = [sys.executable, "-m", "tests.broker.kafka.shared", str(folder)]
        # The shell leaves at once, so that the keeper is no child of ours, to be waited for.
        subprocess.run(["sh", "-c", '"$@" >"$0" 2>&1 &', str(folder / "log"), *keeper], cwd=ROOT, check=True)
    deadline = time.monotonic() + RESOLVE_SECONDS + KafkaNode.start_seconds
    while not told.exists():
        if time.monotonic() > deadline:
            return {"failed": f"the keeper of Apache Kafka says nothing: {folder / 'log'}"}
        time.sleep(0.05)
    found: dict[str, str] = json.loads(told.read_text())
    return found


def _keep(folder: Path) -> None:
    try:
        with KafkaNode() as node:
            _tell(folder, node.environment)
            _until_nobody_uses_it(folder)
    except (NoKafka, KafkaError) as error:
        _tell(folder, {"lacking" if isinstance(error, NoKafka) else "failed": str(error)})
        _until_nobody_uses_it(folder)


def _tell(folder: Path, found: dict[str, str]) -> None:
    draft = folder / "outcome.new"
    draft.write_text(json.dumps(found))
    draft.rename(folder / "outcome")


def _until_nobody_uses_it(folder: Path) -> None:
    users = (folder / "users").open("w")  # held until this process ends
    fcntl.flock(users, fcntl.LOCK_EX)
    (folder / "outcome").unlink()


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
