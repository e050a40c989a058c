"""Forms in random places: each in a package of its own, under other names, further down, among others."""

import re
import textwrap
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.scanning.forms import FORMS, WORKER, Form
from tests.scanning.trees import TRANSPORT

Found = tuple[str, tuple[tuple[int, str, tuple[str, ...]], ...]]
"""A status, and line, kind and via of what counts."""

_HOME = "workers/claimx/"
_NAMES = ("alpha", "Beta", "_c", "consumers", "größe", "transport_2", "x1", "kafka_", "init", "worker")
_FILLERS = (
    "",
    "import os\n\nVALUE = os.environ.get('VALUE')\n",
    "# aiokafka.AIOKafkaConsumer is what we had\n",
    "class AIOKafkaConsumer:\n    '''Ours, and no client.'''\n",
    "from transport import create_consumer as create\n\n__all__ = ['create']\n",
    "def (:\n",
)


@dataclass(frozen=True)
class Placed:
    """The files of a tree, and what each worker in it must get, by its path."""

    files: dict[str, str]
    expected: dict[str, Found]

    def __repr__(self) -> str:
        shown = [f"# {path}\n{textwrap.indent(text, '  ')}" for path, text in self.files.items()]
        return "\n".join([*shown, *(f"{path}: {found}" for path, found in self.expected.items())])


@st.composite
def placed(draw: st.DrawFn, most: int = 3) -> Placed:
    """Some forms in one tree; none knows of the others."""
    files: dict[str, str] = {path: _plain(text) for path, text in TRANSPORT.items()}
    expected: dict[str, Found] = {}
    for number, form in enumerate(draw(st.lists(st.sampled_from(FORMS), min_size=1, max_size=most))):
        _place(draw, form, number, files, expected)
    for number, filler in enumerate(draw(st.lists(st.sampled_from(_FILLERS), max_size=3))):
        files[f"workers/filler_{number}.py"] = filler
    return Placed(files, expected)


def _place(
    draw: st.DrawFn, form: Form, number: int, files: dict[str, str], expected: dict[str, Found]
) -> None:
    stems = {part for path in form.files for part in path.removesuffix(".py").split("/")[2:]}
    stems -= {"__init__", "aiokafka"}
    written = " ".join([form.worker, *form.files.values()])
    names = draw(st.permutations([name for name in _NAMES if not re.search(rf"\b{name}\b", written)]))
    renamed = {"claimx": f"{names[0]}_{number}"} | dict(zip(sorted(stems), names[1:], strict=False))
    word = re.compile(rf"\b(?:{'|'.join(renamed)})\b")

    def move(text: str) -> str:
        return word.sub(lambda found: renamed[found[0]], text)

    further = draw(st.integers(0, 4))
    for path, text in {**form.files, WORKER: form.worker}.items():
        above = "# moved\n" * further if path == WORKER else ""
        files[move(path)] = above + move(_plain(text))
    places = tuple((line + further, kind, tuple(map(move, via))) for line, kind, via in form.at)
    expected[move(WORKER)] = (form.status, places)


def _plain(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n")
