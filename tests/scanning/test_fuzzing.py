"""Whatever is fed to the readers, they end, in time, and say what was wrong. See `fuzzing.py`."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("seed", "count"),
    [
        pytest.param(1, 150, id="short", marks=pytest.mark.timeout(700)),
        *(
            pytest.param(seed, 5_000, id=f"long-{seed}", marks=[pytest.mark.long, pytest.mark.timeout(3_000)])
            for seed in range(2, 6)
        ),
    ],
)
def test_broken_input_neither_crashes_nor_hangs_the_readers(seed: int, count: int, tmp_path: Path) -> None:
    """In a child, since a parser that is brought down takes its process with it."""
    place = tmp_path / "input"

    done = subprocess.run(
        [sys.executable, "-m", "tests.scanning.fuzzing", str(seed), str(count), str(place)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600 if count < 1_000 else 2_900,
    )

    assert done.returncode == 0, f"{done.stderr[-2_000:]}\n{place.read_bytes()[:2_000]!r}"
