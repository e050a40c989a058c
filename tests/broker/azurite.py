"""Azurite, Microsoft's stand-in for Azure Storage: its blob service on loopback, nothing kept."""

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests import npm
from tests.broker.guarded import GUARD

PACKAGE = Path(__file__).with_name("npm")
CACHE = Path(__file__).parents[2] / "var" / "azurite"
MAIN = "node_modules/azurite/dist/src/blob/main.js"
ACCOUNT = "devstoreaccount1"  # Azurite's own account and key, which are published
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


class NoAzurite(Exception):
    """Azurite cannot run here; the text says what is lacking."""


@dataclass(frozen=True)
class Azurite:
    """A running blob service."""

    url: str  # of the account

    def store(self, container: str) -> str:
        """EVENTHUB_CHECKPOINT_STORE for a container."""
        return (
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
            f"BlobEndpoint={self.url};Container={container}"
        )


def installed() -> Path:
    """The folder Azurite is installed in, at the first call by npm.

    Errors: NoAzurite.
    """
    try:
        return npm.installed(PACKAGE, CACHE)
    except npm.NotInstalled as reason:
        raise NoAzurite(f"Azurite: {reason}") from None


@contextlib.contextmanager
def azurite() -> Iterator[Azurite]:
    """Run it until the block ends, or the process that started it does.

    Errors: NoAzurite.
    """
    command = ["node", str(installed() / MAIN), "--blobHost", "127.0.0.1", "--blobPort", "0"]
    # The client is newer than Azurite, and says which version of the service it wants.
    command += ["--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck"]
    with subprocess.Popen(
        [sys.executable, "-I", "-S", str(GUARD), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as guard:
        assert guard.stdin
        assert guard.stdout
        try:
            told = []
            for line in guard.stdout:
                told.append(line)
                if found := re.search(r"successfully listens on (http://127\.0\.0\.1:\d+)", line):
                    yield Azurite(f"{found[1]}/{ACCOUNT}")
                    break
            else:
                raise RuntimeError(f"Azurite did not start: {''.join(told)}")
        finally:
            guard.stdin.close()  # the guard ends it
