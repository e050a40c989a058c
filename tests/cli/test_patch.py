"""`migration-tracker patch` as it is used in a shell."""

import subprocess

import pytest

from migration_tracker import cli
from tests.codemods.trees import DEFINITION, PAIRS, copied, repository, worker_of
from tests.scanning.trees import run_git

SIMPLE = "async_for_in_run"


@pytest.fixture
def folder(tmp_path):
    return copied(tmp_path, SIMPLE)


def patch(*arguments):
    return cli.main(["patch", *map(str, arguments), "--no-cache"])


def path_of(folder, name=SIMPLE):
    return folder / f"workers/{worker_of(name)}.py"


def test_the_diff_goes_through_git_apply(folder, capsys):
    run_git(folder, "init", "--quiet")
    assert patch(worker_of(SIMPLE), folder) == 0
    diff = capsys.readouterr().out
    assert diff.startswith("# claims/async_for_in_run_worker: nothing is left to do by hand")
    subprocess.run(["git", "apply", "-"], cwd=folder, input=diff.encode(), check=True)
    assert path_of(folder).read_text() == (PAIRS / SIMPLE / "after.py").read_text()


def test_a_migrated_worker_gives_no_diff(folder, capsys):
    assert patch(worker_of(SIMPLE), folder, "--write") == 0
    capsys.readouterr()
    assert patch(worker_of(SIMPLE), folder) == 0
    assert capsys.readouterr().out == ""


def test_write_changes_the_files(folder, capsys):
    assert patch(worker_of(SIMPLE), folder, "--write") == 0
    assert path_of(folder).read_text() == (PAIRS / SIMPLE / "after.py").read_text()
    assert capsys.readouterr().out == ""


def test_what_is_left_is_said_on_top_and_by_the_exit_code(tmp_path, capsys):
    folder = copied(tmp_path, "pattern_subscription")
    assert patch(worker_of("pattern_subscription"), folder) == 1
    first, second = capsys.readouterr().out.splitlines()[:2]
    assert first == "# claims/pattern_subscription_worker: 1 TODO is left to do by hand"
    assert second.startswith(
        "# TODO workers/claims/pattern_subscription_worker.py:13: subscribes by a pattern"
    )


def test_a_worker_with_open_points_is_left_alone(tmp_path, capsys):
    folder = copied(tmp_path, "written_together")
    assert patch(worker_of("written_together"), folder, "--write") == 1
    capsys.readouterr()
    assert patch(worker_of("written_together"), folder) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "worked on together" in err


def test_an_unknown_worker_is_wrong_use(folder, capsys):
    assert patch("claims/nobody", folder) == 2
    assert "there is no worker “claims/nobody”" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"from aiokafka import AIOKafkaConsumer\r\nconsumer = AIOKafkaConsumer('a')\r\n", "line ends"),
        (b"from aiokafka import AIOKafkaConsumer\nconsumer = AIOKafkaConsumer('a'\n", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_patched_is_refused_in_one_line(tmp_path, capsys, content, why):
    folder = repository(tmp_path, {})
    (folder / "workers").mkdir()
    (folder / "workers/odd_worker.py").write_bytes(content)
    assert patch("odd_worker", folder) == 3
    err = capsys.readouterr().err
    assert why in err
    assert err.count("\n") == 1


def test_a_replacement_of_another_kind_is_called_as_the_definition_says(tmp_path, capsys):
    folder = copied(tmp_path, SIMPLE)
    (folder / "migration.toml").write_text(
        DEFINITION.replace("transport.create_consumer", "bus.open_reader").replace(
            "transport.create_producer", "bus.open_writer"
        )
        + """
[patch]
message = "bus.Letter"
config_type = "bus.Settings"
config = "Settings({environ})"
awaits_consumer = false
topic_keys = { "claims.orders.new" = "orders" }
consumer_arguments = { settings = "{config}", reads = "{topic_key}", on_letter = "{handler}" }
"""
    )
    (folder / "bus.py").write_text("def open_reader(**given): ...\n")
    patch(worker_of(SIMPLE), folder)
    out = capsys.readouterr().out
    assert (
        '+        self.consumer = open_reader(settings=self.config, reads="orders", on_letter=self.handle)'
        in out
    )
    assert "+    async def handle(self, msg: Letter) -> None:" in out
    assert "+from bus import Letter, open_reader" in out


def test_a_shared_factory_goes_with_its_last_user(tmp_path, capsys):
    factory = """
from aiokafka import AIOKafkaConsumer


def make(topic, *, group):
    return AIOKafkaConsumer(topic, group_id=group, bootstrap_servers="localhost:9092")
"""
    worker = """
from workers.claims.clients import make


class Worker:
    async def start(self):
        self.consumer = make("claims.jobs", group="claims-{}-worker")
        await self.consumer.start()

    async def run(self):
        async for message in self.consumer:
            await self.work(message)

    async def work(self, message):
        print(message)
"""
    folder = repository(
        tmp_path,
        {
            "workers/claims/clients.py": factory.lstrip(),
            "workers/claims/one_worker.py": worker.lstrip().replace("{}", "one"),
            "workers/claims/two_worker.py": worker.lstrip().replace("{}", "two"),
        },
    )
    assert patch("claims/one_worker", folder, "--write") == 0
    assert (folder / "workers/claims/clients.py").exists()
    assert patch("claims/two_worker", folder, "--write") == 0
    assert not (folder / "workers/claims/clients.py").exists()
    assert "make" not in (folder / "workers/claims/two_worker.py").read_text()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("max_in_flight = 0", "must be a number from 1"),
        ("message = 'Letter'", "is no symbol of a module"),
        ("config = '{where}'", "{where}” is no placeholder"),
        ("consumer_arguments = { x = '{y}' }", "{y}” is no placeholder"),
        ("awaits_consumer = 1", "must be true or false"),
        ("mesage = 'a.b'", "did you mean message?"),
    ],
)
def test_a_wrong_patch_table_is_refused_with_its_line(folder, capsys, line, why):
    (folder / "migration.toml").write_text(f"{DEFINITION}\n[patch]\n{line}\n")
    assert patch(worker_of(SIMPLE), folder) == 2
    err = capsys.readouterr().err
    assert why in err
    assert err.startswith("migration-tracker: migration.toml:1")


def test_what_other_files_give_and_call_stays(tmp_path, capsys):
    folder = copied(tmp_path, "getmany_batches")
    (folder / "run.py").write_text(
        "from workers.claims.getmany_batches_worker import Indexer\n\n\n"
        "async def main(index):\n"
        "    worker = Indexer('kafka:9092', index)\n"
        "    await worker.start()\n"
        "    await worker.run()\n"
    )
    assert patch(worker_of("getmany_batches"), folder, "--write") == 0
    text = path_of(folder, "getmany_batches").read_text()
    assert "def __init__(self, servers: str, index) -> None:" in text
    assert "config = TransportConfig.from_env()" in text
    assert "async def run(self) -> None:" in text
    assert "Indexer is built elsewhere" in capsys.readouterr().err
