"""What docs/lint.md says of ruff's banned-api: the snippet works, and misses and bans what it is said to."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/lint.md").read_text()


@pytest.fixture(scope="module")
def flagged(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The files that ruff complains of, among those it is to find, to miss, and to ban."""
    folder = tmp_path_factory.mktemp("ruff")
    (snippet,) = re.findall(r"```toml\n(\[tool\.ruff\.lint\].*?)```", DOCUMENT, re.DOTALL)
    (folder / "pyproject.toml").write_text(snippet)
    files = {
        "transport/kafka.py": "from aiokafka import AIOKafkaConsumer\n",
        "found.py": "import aiokafka\nconsumer = aiokafka.AIOKafkaConsumer()\n",
        "found_by_another_name.py": "from aiokafka import AIOKafkaProducer as P\nproducer = P()\n",
        "factory.py": "from transport import kafka\nconsumer = kafka.build()\n",
        "module.py": "from transport import kafka\nconsumer = kafka.AIOKafkaConsumer()\n",
        "deeper.py": "from aiokafka.consumer import AIOKafkaConsumer\nconsumer = AIOKafkaConsumer()\n",
        "star.py": "from aiokafka import *  # noqa: F403\nconsumer = AIOKafkaConsumer()  # noqa: F405\n",
        "by_name.py": "import importlib\nimportlib.import_module('aiokafka').AIOKafkaConsumer()\n",
        "by_getattr.py": "import aiokafka\ngetattr(aiokafka, 'AIOKafkaConsumer')()\n",
        "only_a_type.py": "import aiokafka\n\n\ndef use(consumer: aiokafka.AIOKafkaConsumer) -> None: ...\n",
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    done = subprocess.run(
        [
            Path(sys.executable).parent / "ruff",
            "check",
            "--config",
            "pyproject.toml",
            "--no-cache",
            "--output-format",
            "concise",
            "--quiet",
            ".",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    return sorted({line.partition(":")[0] for line in done.stdout.splitlines() if "TID251" in line})


def test_it_finds_direct_use_and_bans_types(flagged: list[str]) -> None:
    assert flagged == ["found.py", "found_by_another_name.py", "only_a_type.py"]


def test_what_it_misses_is_said() -> None:
    told = DOCUMENT.partition("It is the weaker check")[2]
    for what in (
        "factory",
        "another module",
        "from aiokafka.consumer",
        "import *",
        "import_module",
        "getattr",
    ):
        assert what in told
