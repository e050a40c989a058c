"""The baseline only shrinks: new use fails, fixed use must be recorded, moves are moves."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from migration_tracker import cli
from migration_tracker.linting.baseline import parse
from migration_tracker.linting.bodies import bodies, call_at
from migration_tracker.linting.identity import Identity
from tests.conftest import commit, git
from tests.linting.conftest import BASELINE, DEFINITION, DIRECT, MIGRATED, Lint, Write

ENTRY = "workers/a_worker.py::Worker.start direct-client aiokafka.AIOKafkaConsumer"


def entries(folder: Path) -> list[str]:
    return [line for line in (folder / BASELINE).read_text().splitlines() if not line.startswith("#")]


def test_the_first_baseline_takes_in_what_is_there_a_sorted_line_each(
    write: Write, lint: Lint, folder: Path
) -> None:
    write({"migration.toml": DEFINITION, "workers/b_worker.py": DIRECT, "workers/a_worker.py": DIRECT})
    write({"tool.py": "import aiokafka\naiokafka.AIOKafkaProducer()\naiokafka.AIOKafkaProducer()\n"})

    assert lint("--update-baseline").out == f"no problems, 4 known in {BASELINE}, 0 allowed\n"

    assert entries(folder) == [
        "tool.py::<module> direct-client aiokafka.AIOKafkaProducer",
        ENTRY,
        ENTRY.replace("a_worker", "b_worker"),
    ]
    assert lint().code == cli.NOTHING_TO_REPORT


def test_lines_may_shift_and_known_use_stays_known(begun: None, write: Write, lint: Lint) -> None:
    write({"workers/a_worker.py": "# a line\n\n" + DIRECT})

    assert lint().out == f"no problems, 1 known in {BASELINE}, 0 allowed\n"


@pytest.mark.parametrize(
    "code",
    [
        DIRECT + "\n    def other(self):\n        return AIOKafkaConsumer()\n",  # another function
        DIRECT + "        import aiokafka\n        aiokafka.AIOKafkaProducer()\n",  # another symbol
    ],
)
def test_new_use_fails_and_does_not_get_into_the_baseline(
    code: str, begun: None, write: Write, lint: Lint, folder: Path
) -> None:
    write({"workers/a_worker.py": code})

    assert lint().checks == [("direct-client", "workers/a_worker.py")]
    assert lint("--update-baseline").code == cli.FINDINGS
    assert entries(folder) == [ENTRY]


def test_fixed_use_must_be_recorded(begun: None, write: Write, lint: Lint, folder: Path) -> None:
    write({"workers/a_worker.py": MIGRATED})

    ran = lint()

    assert ran.code == cli.FINDINGS
    assert ran.out.startswith(
        f"{BASELINE}:3:1: fixed-use: workers/a_worker.py: Worker.start no longer uses aiokafka."
    )
    assert lint("--update-baseline").code == cli.NOTHING_TO_REPORT
    assert entries(folder) == []
    write({"workers/a_worker.py": DIRECT})
    assert lint().checks == [("direct-client", "workers/a_worker.py")]


def test_a_deleted_file_leaves_the_baseline(begun: None, lint: Lint, folder: Path) -> None:
    (folder / "workers/a_worker.py").unlink()

    assert lint().checks == [("fixed-use", BASELINE)]
    assert lint("workers/b_worker.py").code == cli.NOTHING_TO_REPORT


def test_what_is_known_of_an_unreadable_file_stays_known(begun: None, write: Write, lint: Lint) -> None:
    write({"workers/a_worker.py": DIRECT + "def (\n"})

    assert lint("--update-baseline").code == 3
    write({"workers/a_worker.py": DIRECT})
    assert lint().code == cli.NOTHING_TO_REPORT


def moved(lint: Lint, folder: Path, new: str) -> None:
    ran = lint()
    assert ran.checks == [("moved-use", BASELINE)], ran.out
    assert lint("--update-baseline").code == cli.NOTHING_TO_REPORT
    assert entries(folder) == [f"{new} direct-client aiokafka.AIOKafkaConsumer"]


class TestMoves:
    def test_a_file_that_git_sees_renamed(self, begun: None, lint: Lint, folder: Path, write: Write) -> None:
        git(folder, "mv", "workers/a_worker.py", "workers/z_worker.py")
        write({"workers/z_worker.py": DIRECT.replace('"topic"', '"topic", client_id="z"')})

        moved(lint, folder, "workers/z_worker.py::Worker.start")

    def test_a_file_that_git_does_not_know_yet(self, begun: None, lint: Lint, folder: Path) -> None:
        (folder / "workers/a_worker.py").rename(folder / "workers/z_worker.py")

        moved(lint, folder, "workers/z_worker.py::Worker.start")

    def test_a_function_of_another_name(self, begun: None, lint: Lint, folder: Path, write: Write) -> None:
        write({"workers/a_worker.py": DIRECT.replace("start(self)", "begin(self)")})

        moved(lint, folder, "workers/a_worker.py::Worker.begin")

    def test_a_function_of_another_class_and_file(
        self, begun: None, lint: Lint, folder: Path, write: Write
    ) -> None:
        write({"workers/a_worker.py": MIGRATED, "tool.py": DIRECT.replace("Worker", "Tool")})

        moved(lint, folder, "tool.py::Tool.start")

    def test_a_move_that_was_committed_before_lint_saw_it(
        self, begun: None, lint: Lint, folder: Path, write: Write
    ) -> None:
        git(folder, "mv", "workers/a_worker.py", "workers/z_worker.py")
        commit(folder)
        write({"workers/b_worker.py": MIGRATED + "\n"})
        commit(folder)

        moved(lint, folder, "workers/z_worker.py::Worker.start")

    def test_a_function_that_was_split_up(self, begun: None, lint: Lint, folder: Path, write: Write) -> None:
        split = DIRECT.replace('AIOKafkaConsumer("topic", group_id="a")', "self._built()") + (
            "\n    def _built(self):\n        return AIOKafkaConsumer(\n         'topic', group_id='a')\n"
        )
        write({"workers/a_worker.py": split})

        moved(lint, folder, "workers/a_worker.py::Worker._built")

    def test_another_call_in_another_function_is_new_use(self, begun: None, lint: Lint, write: Write) -> None:
        other = DIRECT.replace('AIOKafkaConsumer("topic", group_id="a")', "self._built()") + (
            "\n    def _built(self):\n        return AIOKafkaConsumer('another', group_id='a')\n"
        )
        write({"workers/a_worker.py": other})

        assert lint().checks == [("fixed-use", BASELINE), ("direct-client", "workers/a_worker.py")]

    def test_a_copy_is_new_use(self, begun: None, lint: Lint, write: Write) -> None:
        write({"workers/z_worker.py": DIRECT})

        assert lint().checks == [("direct-client", "workers/z_worker.py")]

    def test_other_code_in_another_place_is_new_use(self, begun: None, lint: Lint, write: Write) -> None:
        other = "from aiokafka import AIOKafkaConsumer\n\ndef other():\n    return AIOKafkaConsumer('x')\n"
        write({"workers/a_worker.py": MIGRATED, "tool.py": other})

        assert lint().checks == [("fixed-use", BASELINE), ("direct-client", "tool.py")]

    def test_one_body_gone_and_two_new_is_one_move(self, begun: None, lint: Lint, write: Write) -> None:
        write({"workers/a_worker.py": MIGRATED, "one.py": DIRECT, "two.py": DIRECT})

        assert sorted(lint().checks) == [("direct-client", "two.py"), ("moved-use", BASELINE)]


class TestBrokenLines:
    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("workers/*.py::Worker.start direct-client aiokafka.AIOKafkaConsumer", "“*” is no wildcard here"),
            ("workers/a_worker.py::* direct-client aiokafka.AIOKafkaConsumer", "“*” is no wildcard here"),
            ("workers/[ab]_worker.py::Worker direct-client a.B", "“[” is no wildcard here"),
            ("workers/?_worker.py::Worker direct-client a.B", "“?” is no wildcard here"),
            ("workers/a_worker.py Worker.start", "no entry: it should read path::name rule symbol"),
            ("workers/a_worker.py::Worker.start direct-client", "no entry"),
            ("::Worker direct-client a.B", "no entry"),
            ("<<<<<<< HEAD", "the rest of a merge conflict"),
        ],
    )
    def test_each_is_refused_with_its_line(
        self, line: str, said: str, begun: None, lint: Lint, write: Write
    ) -> None:
        write({BASELINE: f"# what is known\n{ENTRY}\n\n{line}\n"})

        ran = lint()

        assert (ran.code, ran.out) == (cli.WRONG_USE, "")
        assert ran.err.startswith(f"migration-tracker: {BASELINE}:4: {said}")
        assert ran.err.count("\n") == 1

    @given(st.text(st.characters(exclude_characters="\0"), min_size=1), st.sampled_from(["", "Worker.start"]))
    @example("=======", "Worker.start")  # not what a merge leaves behind
    def test_whatever_a_path_holds_its_line_says_just_that(self, path: str, within: str) -> None:
        one = Identity(path, within, "direct-client", "what it calls")

        assert parse(f"{one}\n", BASELINE).lines == {one: 1}

    def test_a_file_with_strange_characters_in_its_name_can_be_known(
        self, write: Write, lint: Lint, folder: Path
    ) -> None:
        write({"migration.toml": DEFINITION, "workers/a_worker.py": MIGRATED, "odd #[*]% name ü.py": DIRECT})
        (folder / "caf\udce9.py").write_text(DIRECT)
        lint("--update-baseline")

        assert lint().code == cli.NOTHING_TO_REPORT
        assert "odd %23%5B%2A%5D%25 name ü.py::Worker.start" in (folder / BASELINE).read_text(
            errors="replace"
        )


def test_a_body_is_the_same_under_another_name_and_another_format_only() -> None:
    def body(code: str, name: str) -> str:
        return bodies(code)[name]

    first = "class A:\n    if x:\n        def f(self):\n            return [1, 2]\n"
    second = "try:\n    pass\nexcept E:\n    @later\n    def g(self):  # more\n        return [\n 1, 2]\n"
    assert body(first, "A.f") == body(second, "g")
    assert body(first, "A.f") != body(second.replace("2]", "3]"), "g")
    assert bodies("def (") == {}


def test_a_call_is_found_by_the_name_of_what_it_calls() -> None:
    code = "é = f(a.\n  B( x = 1 ))\né, B(x=1)\n"

    assert call_at(code, 2, 3) == call_at("a.B(x=1)", 1, 3)
    assert "func=Name(id='B'" in call_at(code, 3, 4)
    assert call_at(code, 1, 1) is call_at(code, 9, 1) is call_at("def (", 1, 1) is None


def test_branches_that_fix_neighbours_merge_and_nothing_that_was_fixed_stays_known(
    write: Write, lint: Lint, folder: Path
) -> None:
    write({"migration.toml": DEFINITION, ".gitattributes": f"{BASELINE} merge=union\n"})
    write({f"workers/{name}_worker.py": DIRECT for name in "abc"})
    lint("--update-baseline")
    commit(folder)
    for name in "ab":
        git(folder, "checkout", "--quiet", "-b", name, "main")
        write({f"workers/{name}_worker.py": MIGRATED})
        lint("--update-baseline")
        commit(folder)

    git(folder, "merge", "--quiet", "--message", "both", "a")

    assert lint().checks == [("fixed-use", BASELINE)] * 2  # union keeps lines: the safe side
    lint("--update-baseline")
    assert entries(folder) == [ENTRY.replace("a_worker", "c_worker")]
