"""Runs git against another side that may be hostile; everything it does has its bounds."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from migration_tracker.fetching.errors import FetchFailed, TooLarge, TooSlow
from migration_tracker.scanning import precautions

_CONFIGURATION = {
    **precautions.HARMLESS,  # no protocol is spoken but these
    "protocol.https.allow": "always",
    "protocol.ssh.allow": "always",
    "transfer.fsckObjects": "true",  # no objects made to mislead a reader: CVE-2018-11235 and on
    # What old and honest histories hold:
    "fetch.fsck.zeroPaddedFilemode": "ignore",
    "fetch.fsck.badTimezone": "ignore",
    "fetch.fsck.missingSpaceBeforeDate": "ignore",
    "transfer.credentialsInUrl": "die",
    "transfer.bundleURI": "false",
    "fetch.unpackLimit": "1",  # one pack, whose size the limit for a file bounds
    "fetch.recurseSubmodules": "false",
    "fetch.writeCommitGraph": "false",
    "http.followRedirects": "false",
    "http.sslVerify": "true",
    "credential.helper": "",
    "core.askPass": "",
    "gc.autoDetach": "false",
    "maintenance.auto": "false",
    "core.bigFileThreshold": "16m",  # larger files are streamed, not held in memory
    "core.packedGitLimit": "256m",
    "core.packedGitWindowSize": "32m",
    "pack.threads": "1",
}
_PASSED_ON = ("PATH", "GIT_SSL_CAINFO", "LANG")
_MEMORY = 4_000_000_000  # bytes of address space for each process of a fetch
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\uffff]")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one command may use: `size` in bytes for any file it writes, `seconds` in all."""

    size: int
    seconds: float


def run(
    folder: Path, *arguments: str, bounds: Bounds, configuration: Mapping[str, str], ssh: str = ""
) -> bytes:
    """What a git command prints.

    Args:
        folder: where it runs.
        arguments: the command; what the other side or a person chose stands after `--`.
        bounds: what it may use.
        configuration: git's, beside what is always set.
        ssh: the ssh command, where one is needed.

    Raises:
        FetchFailed: git or the other side said no, or a bound was met.
    """
    with tempfile.TemporaryDirectory(prefix="fetch-home-") as home:
        # A shell sets the limits before git begins, so that all its children have them. Who writes too much
        # is not killed, but told so, and tells us.
        limits = (
            f"trap '' XFSZ; ulimit -c 0; ulimit -f {bounds.size // 512 + 1};"
            f" ulimit -v {_MEMORY // 1024} 2>/dev/null"
        )
        process = subprocess.Popen(
            ["sh", "-c", f'{limits}; exec "$@"', "sh", "git", *arguments],
            cwd=folder,
            env=_environment(home, {**_CONFIGURATION, **configuration}, ssh),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            said, complaint = process.communicate(timeout=bounds.seconds)
        except subprocess.TimeoutExpired:
            raise TooSlow(f"git {arguments[0]} was not done within {bounds.seconds:.0f} s") from None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    if process.returncode == 0:
        return said
    text = complaint.decode(errors="replace")
    if "File too large" in text:
        raise TooLarge(
            f"The repository is larger than the limit of {bounds.size / 1e6:,.0f} MB that is left for it"
        )
    raise FetchFailed(f"git {arguments[0]}: {_first_line(text)}")


def _environment(home: str, configuration: Mapping[str, str], ssh: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    pairs = enumerate(configuration.items())
    entries = {
        name: text
        for number, (key, value) in pairs
        for name, text in ((f"GIT_CONFIG_KEY_{number}", key), (f"GIT_CONFIG_VALUE_{number}", value))
    }
    return (
        kept
        | precautions.QUIET
        | entries
        | {
            "HOME": home,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "XDG_CONFIG_HOME": home,
            "GIT_CONFIG_COUNT": str(len(configuration)),
            "GIT_SSH_COMMAND": ssh or "false",
            "GIT_ASKPASS": "",
            "SSH_ASKPASS_REQUIRE": "never",
            "GIT_LFS_SKIP_SMUDGE": "1",
            "GIT_PROTOCOL_FROM_USER": "0",
        }
    )


def _first_line(text: str) -> str:
    """The line that says what is wrong, without what could move a terminal's cursor."""
    lines = [_UNPRINTABLE.sub("�", line).strip() for line in text.splitlines()]
    told = [line for line in lines if line.startswith(("fatal:", "error:", "ERROR:", "remote:"))] or lines
    return (told or ["failed"])[0].removeprefix("fatal: ")[:300] or "failed"
