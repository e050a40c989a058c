"""Puts measurements away; speaks no HTTP. requests.Session is named here, in a text, and that is nothing."""

from pathlib import Path


def run(folder: Path, measurements: bytes) -> None:
    (folder / "measurements.json").write_bytes(measurements)
