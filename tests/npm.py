"""Packages of npm that tests run as processes, each pinned by its hash and installed once."""

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

INSTALL_SECONDS = 300


class NotInstalled(Exception):
    """What is asked for cannot run here; the text says what is lacking."""


def installed(source: Path, cache: Path) -> Path:
    """The folder with `node_modules` as the lock file in `source` pins them, made at the first call.

    Args:
        source: the folder of package.json and package-lock.json, copied whole.
        cache: where such folders are kept.

    Errors: NotInstalled.
    """
    for tool in ("node", "npm"):
        if not shutil.which(tool):
            raise NotInstalled(f"Node is needed: no {tool} is on the PATH")
    content = b"".join(file.read_bytes() for file in sorted(source.iterdir()) if file.is_file())
    folder = cache / hashlib.sha256(content).hexdigest()[:12]
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            draft = folder.with_suffix(".new")
            shutil.rmtree(draft, ignore_errors=True)
            shutil.copytree(source, draft)
            command = ["npm", "ci", "--omit-lockfile-registry-resolved", "--omit=dev"]
            done = subprocess.run(
                [*command, "--no-audit", "--no-fund", "--loglevel=error"],
                cwd=draft,
                capture_output=True,
                text=True,
                check=False,
                timeout=INSTALL_SECONDS,
            )
            if done.returncode:
                raise NotInstalled(f"npm could not install {source.name}: {done.stderr.strip()[:300]}")
            draft.rename(folder)
    return folder
