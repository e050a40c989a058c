"""However a repository lays out its modules, a worker gets those that Python would give it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from migration_tracker.scanning import Inventory, Status
from tests.scanning.trees import SCOPE

BUILDS = "from aiokafka import AIOKafkaConsumer\n\ndef make():\n    return AIOKafkaConsumer('topic')\n"
HARMLESS = "def make():\n    return None\n"
CALLS = "from clients import make\n\nmake()\n"


@dataclass(frozen=True)
class Layout:
    """A repository with one worker.

    Args:
        name: what it shows, in words.
        roots: where absolute imports resolve, the first first.
        worker: the worker's path.
        files: the texts of all files, by path.
        status: what the worker is.
        via: by what way, if it is direct.
    """

    name: str
    roots: tuple[str, ...]
    worker: str
    files: dict[str, str]
    status: Status = Status.DIRECT
    via: tuple[str, ...] = ()


LAYOUTS = (
    Layout(
        "a src layout",
        ("src",),
        "src/app/workers/x_worker.py",
        {
            "src/app/__init__.py": "",
            "src/app/clients.py": BUILDS,
            "src/app/workers/__init__.py": "",
            "src/app/workers/x_worker.py": "from app.clients import make\n\nmake()\n",
        },
        via=("app.clients.make",),
    ),
    Layout(
        "a src layout, by a relative import",
        ("src",),
        "src/app/workers/x_worker.py",
        {
            "src/app/__init__.py": "",
            "src/app/clients.py": BUILDS,
            "src/app/workers/__init__.py": "",
            "src/app/workers/x_worker.py": "from ..clients import make\n\nmake()\n",
        },
        via=("app.clients.make",),
    ),
    Layout(
        "a src layout whose tree has the same module beside it",
        ("src",),
        "src/x_worker.py",
        {"clients.py": BUILDS, "src/clients.py": HARMLESS, "src/x_worker.py": CALLS},
        Status.NONE,
    ),
    Layout(
        "the tree itself and src, imported by the longer name",
        (".", "src"),
        "src/app/x_worker.py",
        {"src/app/clients.py": BUILDS, "src/app/x_worker.py": "from src.app.clients import make\n\nmake()\n"},
        via=("src.app.clients.make", "app.clients.make"),
    ),
    Layout(
        "the tree itself and src, imported by the shorter name",
        (".", "src"),
        "src/app/x_worker.py",
        {"src/app/clients.py": BUILDS, "src/app/x_worker.py": "from app.clients import make\n\nmake()\n"},
        via=("app.clients.make",),
    ),
    Layout(
        "the same module in two source roots, harmless in the first",
        ("src", "lib"),
        "src/x_worker.py",
        {"src/clients.py": HARMLESS, "lib/clients.py": BUILDS, "src/x_worker.py": CALLS},
        Status.NONE,
    ),
    Layout(
        "the same module in two source roots, with a client in the first",
        ("src", "lib"),
        "src/x_worker.py",
        {"src/clients.py": BUILDS, "lib/clients.py": HARMLESS, "src/x_worker.py": CALLS},
        via=("clients.make",),
    ),
    Layout(
        "a package in the second source root and a module in the first",
        ("src", "lib"),
        "src/x_worker.py",
        {"src/clients.py": BUILDS, "lib/clients/__init__.py": HARMLESS, "src/x_worker.py": CALLS},
        via=("clients.make",),
    ),
    Layout(
        "a package beside a module of its name",
        ("src",),
        "src/x_worker.py",
        {"src/clients/__init__.py": BUILDS, "src/clients.py": HARMLESS, "src/x_worker.py": CALLS},
        via=("clients.make",),
    ),
    Layout(
        "a folder without __init__ beside a module of its name",
        ("src",),
        "src/x_worker.py",
        {"src/clients/other.py": HARMLESS, "src/clients.py": BUILDS, "src/x_worker.py": CALLS},
        via=("clients.make",),
    ),
    Layout(
        "a package without __init__",
        (".",),
        "app/workers/x_worker.py",
        {"app/clients.py": BUILDS, "app/workers/x_worker.py": "from ..clients import make\n\nmake()\n"},
        via=("app.clients.make",),
    ),
    Layout(
        "a module of a package without __init__, by the package",
        (".",),
        "app/x_worker.py",
        {"shared/clients.py": BUILDS, "app/x_worker.py": "from shared import clients\n\nclients.make()\n"},
        via=("shared.clients.make",),
    ),
    Layout(
        "a package without __init__ that lies in two source roots",
        ("one/src", "two/src"),
        "one/src/app/x_worker.py",
        {
            "one/src/app/x_worker.py": "from app.clients import make\n\nmake()\n",
            "two/src/app/clients.py": BUILDS,
        },
        via=("app.clients.make",),
    ),
    Layout(
        "a worker and its helper in two projects of one repository",
        ("packages/one/src", "packages/two/src"),
        "packages/one/src/one/x_worker.py",
        {
            "packages/one/src/one/__init__.py": "",
            "packages/one/src/one/x_worker.py": "import two.clients as clients\n\nclients.make()\n",
            "packages/two/src/two/__init__.py": "",
            "packages/two/src/two/clients.py": BUILDS,
        },
        via=("two.clients.make",),
    ),
    Layout(
        "an import of another source root if the first is missing",
        ("src", "vendored"),
        "src/x_worker.py",
        {
            "src/x_worker.py": (
                "try:\n    from fast import make\nexcept ImportError:\n    from slow import make\n\nmake()\n"
            ),
            "src/fast.py": HARMLESS,
            "vendored/slow.py": BUILDS,
        },
        via=("slow.make",),
    ),
    Layout(
        "an import that hangs on a setting, in a package without __init__",
        (".",),
        "app/x_worker.py",
        {
            "app/x_worker.py": (
                "import os\n\nif os.environ.get('OLD'):\n    from .clients import make\n"
                "else:\n    from .harmless import make\n\nmake()\n"
            ),
            "app/clients.py": BUILDS,
            "app/harmless.py": HARMLESS,
        },
        via=("app.clients.make",),
    ),
    Layout(
        "an import that hangs on a setting, through a face that hangs on one too",
        ("src",),
        "src/app/x_worker.py",
        {
            "src/app/x_worker.py": "from app.face import make\n\nmake()\n",
            "src/app/face.py": (
                "import sys\n\nif sys.platform == 'linux':\n    from app.clients import make\n"
                "else:\n    make = None\n"
            ),
            "src/app/clients.py": BUILDS,
        },
        via=("app.face.make", "app.clients.make"),
    ),
    Layout(
        "the transport layer below src",
        ("src",),
        "src/app/x_worker.py",
        {
            "src/transport/__init__.py": BUILDS.replace("make", "create_consumer"),
            "src/app/x_worker.py": "from transport import create_consumer\n\ncreate_consumer()\n",
        },
        Status.MIGRATED,
    ),
)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_a_layout_gives_the_worker_its_modules(layout: Layout, scanned: Callable[..., Inventory]) -> None:
    folder = layout.worker.rpartition("/")[0]
    scope = replace(SCOPE, source_roots=layout.roots, roots=(folder,), include=(layout.worker,))

    (worker,) = scanned(layout.files, scope).workers

    counting = {one.via for one in worker.findings if one.counts and one.rule == "direct-client"}
    assert (worker.status, counting) == (layout.status, {layout.via} if layout.via else set())
