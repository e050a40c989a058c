"""Many trees in a row: each blob is read once, and every tree gets what a scan of it alone would say."""

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from migration_tracker.scanning import Series, Status, Unreadable, WorkTree, scan
from migration_tracker.scanning import series as series_module
from migration_tracker.scanning.sources.source import blob_id
from tests.scanning.forms import FORMS
from tests.scanning.forms import WORKER as FORMS_WORKER
from tests.scanning.trees import SCOPE, TRANSPORT, write

WORKER = "workers/a_worker.py"
DIRECT = "from workers.clients import Reader\n\nclient = Reader()\n"

STEPS: tuple[Mapping[str, str | None], ...] = (
    {WORKER: DIRECT},  # a module that is not there yet
    {"workers/clients.py": "from aiokafka import AIOKafkaConsumer as Reader\n"},
    {"workers/clients.py": "from workers.deeper import Reader\n"},
    {"workers/deeper.py": "from transport import create_consumer as Reader\n"},
    {"workers/deeper.py": None, "workers/deeper/__init__.py": "from aiokafka import *\n"},
    {"workers/deeper/__init__.py": "from aiokafka import AIOKafkaConsumer as Reader\n"},
    {"workers/clients.py": "Reader = dict\n"},
    {"workers/clients.py": "def (:\n"},
    {"workers/clients.py": None},
    {"workers/b_worker.py": "from transport import create_producer\n\nproducer = create_producer()\n"},
    {WORKER: "import workers.deeper\n\nclient = workers.deeper.Reader()\n"},
    {"transport/__init__.py": "create_producer = None\n"},
    {WORKER: None},
)


class Blobs:
    """Contents by id, counting what is fetched."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.fetched: list[str] = []

    def __call__(self, blobs: Sequence[str]) -> Iterator[bytes | Unreadable]:
        for blob in blobs:
            self.fetched.append(blob)
            yield self.contents[blob]

    def put(self, texts: Mapping[str, str]) -> dict[str, str]:
        files = {}
        for path, text in texts.items():
            content = textwrap.dedent(text).lstrip("\n").encode()
            files[path] = blob_id(content)
            self.contents[files[path]] = content
        return files


def trees() -> Iterator[dict[str, str]]:
    texts: dict[str, str] = dict(TRANSPORT)
    for step in STEPS:
        for path, text in step.items():
            if text is None:
                del texts[path]
            else:
                texts[path] = text
        yield dict(texts)


@pytest.mark.parametrize("order", [list, lambda found: list(found)[::-1]], ids=["forwards", "backwards"])
def test_every_tree_of_a_series_gets_what_a_scan_of_it_says(
    order: Callable[[Iterator[dict[str, str]]], list[dict[str, str]]], tmp_path: Path
) -> None:
    blobs = Blobs()
    series = Series(SCOPE, blobs)

    for number, texts in enumerate(order(trees())):
        statuses = series.statuses(blobs.put(texts))

        alone = scan(WorkTree(write(tmp_path / str(number), texts)), SCOPE)
        expected = [(one.name, one.path, one.status) for one in alone.workers]
        assert [(one.name, one.path, one.status) for one in statuses] == expected, texts

    assert len(blobs.fetched) == len(set(blobs.fetched))


def from_form_to_form() -> Iterator[dict[str, str]]:
    """The trees on the way from one form to the next, a file at a time, with what both have in the midst."""
    texts: dict[str, str] = dict(TRANSPORT)
    for form in FORMS:
        wanted = {**TRANSPORT, FORMS_WORKER: form.worker, **form.files}
        for path in sorted(wanted):
            if texts.get(path) != wanted[path]:
                texts = {**texts, path: wanted[path]}
                yield texts
        texts = wanted
        yield texts


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
def test_what_one_form_leaves_behind_changes_nothing_for_the_next(backwards: bool) -> None:
    blobs = Blobs()
    series = Series(SCOPE, blobs)
    seen = list(from_form_to_form())

    for texts in reversed(seen) if backwards else seen:
        files = blobs.put(texts)

        assert series.statuses(files) == Series(SCOPE, blobs).statuses(files), texts


IN_A_FILE_THAT_DID_NOT_MATTER = {
    "a client": "from aiokafka import AIOKafkaConsumer\n\nclient = AIOKafkaConsumer()\n",
    "an import": "from workers import on\n",
    "a call of what builds one": "from workers.on import make\n\nclient = make()\n",
    "a name made at run time": "import importlib\n\nmodule = importlib.import_module(NAME())\n",
    "nothing that can be read": "def (:\n",
    "nothing that matters": "y = 2\n",
}


@pytest.mark.parametrize("text", IN_A_FILE_THAT_DID_NOT_MATTER.values(), ids=[*IN_A_FILE_THAT_DID_NOT_MATTER])
@pytest.mark.parametrize("path", [WORKER, "workers/aside.py", "workers/on.py", "other/aside.py"])
def test_a_file_that_did_not_matter_is_seen_to_matter_now(path: str, text: str) -> None:
    blobs = Blobs()
    texts = {
        WORKER: "from workers import aside\n\naside.run()\n",
        "workers/aside.py": "def run(): ...\n",
        "workers/on.py": "import aiokafka\n\n\ndef make():\n    return aiokafka.AIOKafkaConsumer()\n",
        "other/aside.py": "def run(): ...\n",
    }
    series = Series(SCOPE, blobs)

    for tree in (texts, {**texts, path: text}, {**texts, path: f"{text}\n\ndef run(): ...\n"}, texts):
        files = blobs.put(tree)

        assert series.statuses(files) == Series(SCOPE, blobs).statuses(files), tree


def test_a_file_that_cannot_be_fetched_makes_its_worker_unknown() -> None:
    series = Series(SCOPE, lambda blobs: [Unreadable(blob, "too large") for blob in blobs])

    (worker,) = series.statuses({WORKER: "1" * 40})

    assert (worker.name, worker.status) == ("a_worker", Status.UNKNOWN)


def test_without_checklist_a_scan_says_the_same_of_workers(tmp_path: Path) -> None:
    source = WorkTree(write(tmp_path, list(trees())[5]))

    whole, bare = scan(source, SCOPE), scan(source, SCOPE, with_checklist=False)

    assert [replace(one, checklist=(), fingerprint="") for one in whole.workers] == list(bare.workers)
    assert (bare.elsewhere, bare.phases, bool(whole.workers[0].checklist)) == (whole.elsewhere, (), True)


def test_what_is_held_is_bounded_and_nothing_else_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    held = Blobs()
    bounded = Series(SCOPE, held)
    monkeypatch.setattr(series_module, "MOST_HELD", 2_000)

    for number, texts in enumerate([*trees(), *trees()]):
        files = held.put({**texts, "filler.py": f"x = {number}\n" * 100})

        statuses = bounded.statuses(files)

        assert statuses == Series(SCOPE, held).statuses(files)
        contents = bounded._reader.contents
        assert sum(map(len, contents.values())) <= 2_000 or set(contents) <= set(files.values())
