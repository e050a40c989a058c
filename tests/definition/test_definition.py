"""A definition is read whole or refused in one line that says where, what and what to do."""

from pathlib import Path

import pytest

from migration_tracker import definition
from migration_tracker.definition import (
    PLAN_ITEMS,
    Definition,
    DefinitionError,
    Exclusion,
    Item,
    Lint,
    PhaseItem,
    Service,
    Witness,
)
from migration_tracker.scanning import Document

ROOT = Path(__file__).parent.parent.parent

LEAST = """\
name = "Transport layer"

[legacy]
symbols = ["aiokafka.AIOKafkaConsumer"]

[replacement]
symbols = ["transport.create_consumer"]

[workers]
include = ["workers/**/*_worker.py"]
"""

WHOLE = (
    LEAST.replace('"Transport layer"\n', '"Transport layer"\nsource_roots = ["src", "."]\n')
    + """\
root = ["workers", "./plugins/"]
exclude = ["workers/old/**"]

[fingerprint]
also = ["requirements/*.txt"]

[[checklist]]
key = "cut-over"
title = "Cut over in production"

[[phases]]
key = "phase-1"
title = "Core workers"
workers = ["claimx/download_worker", "verisk/*"]

[[phases]]
key = "phase-2"
title = "Plugins"
workers = ["plugins/**"]
deferred = "until the plugin is deployed"

[[phases]]
key = "phase-3"
title = "Documentation"

[[phases.items]]
key = "guide"
title = "A guide exists"
document = "docs/guide.md"
says = ["background tasks", "/event ?hubs/"]

[[phases.items]]
key = "told"
title = "The team was told"

[smoke]
command = ["python", "-m", "workers", "{worker}"]
describe = ["python", "-m", "workers", "{worker}", "--describe"]
env = { PYTHONPATH = "src" }
setup = [["uv", "sync"], ["make", "assets"]]
setup_files = ["uv.lock"]
timeouts = { ready = 20 }

[smoke.services.world]
command = ["python", "-m", "workers.local", "--json"]

[smoke.workers."claimx/download_worker"]
command = ["python", "-m", "runners.claimx_{module}"]
topics_read = ["claimx.downloads.pending"]
group = "claimx-download-worker"
samples = [{ name = "one", value = { media_id = "m-1" } }]
ready = { log = "ready" }
"""
)


def test_the_least_definition_has_good_defaults() -> None:
    read = definition.parse(LEAST)

    assert (read.source_roots, read.roots, read.exclude, read.phases) == ((".",), (".",), (), ())
    assert read.items == PLAN_ITEMS
    assert len(PLAN_ITEMS) == 7


def test_a_whole_definition_is_read() -> None:
    read = definition.parse(WHOLE)

    assert (read.source_roots, read.roots) == (("src", "."), ("workers", "plugins"))
    assert [phase.key for phase in read.phases] == ["phase-1", "phase-2", "phase-3"]
    assert read.phases[1].deferred == "until the plugin is deployed"
    assert read.phases[2].items == (
        PhaseItem("guide", "A guide exists", "docs/guide.md", ("background tasks", "/event ?hubs/")),
        PhaseItem("told", "The team was told"),
    )
    assert read.items[-1] == Item("cut-over", "Cut over in production", Witness.PEOPLE)
    assert read.smoke.setup == (("uv", "sync"), ("make", "assets"))
    assert read.smoke.setup_files == ("uv.lock",)
    assert read.smoke.hands_over == read.replacement
    assert read.smoke.layer == read.sanctioned
    assert read.smoke.services == {"world": Service(("python", "-m", "workers.local", "--json"))}
    assert read.smoke.timeouts == {"ready": 20.0}
    assert read.smoke.workers["claimx/download_worker"]["ready"] == {"log": "ready"}
    assert read.smoke.commands == {"claimx/download_worker": ("python", "-m", "runners.claimx_{module}")}


def test_the_scope_has_what_the_scanner_needs() -> None:
    scope = definition.parse(WHOLE).scope

    assert scope.phases[2].documents == (
        Document("guide", "docs/guide.md", ("background tasks", "/event ?hubs/")),
    )
    assert "both-transports" not in scope.items
    assert "cut-over" not in scope.items
    assert scope.items[0] == "create-consumer"


def test_a_migration_of_another_kind_chooses_among_the_plans_items() -> None:
    chosen = definition.parse(f'items = ["both-transports", "awaited"]\n{LEAST}')
    none = definition.parse(f'items = []\n{LEAST}\n[[checklist]]\nkey = "own"\ntitle = "Ours"\n')

    assert [item.key for item in chosen.items] == ["awaited", "both-transports"]
    assert chosen.scope.items == ("awaited",)
    assert [item.key for item in none.items] == ["own"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "name =",
            'items = ["awaitd"]\nname =',
            "1: items: “awaitd” is no item of the plan; did you mean awaited?",
        ),
        ("include =", "inclde =", "9: workers: include is missing; is inclde meant to be it?"),
        (
            "[workers]\n",
            "[workers]\nexlude = []\n",
            "10: workers.exlude: unknown key; did you mean exclude?",
        ),
        ("[legacy]", "[legcy]", "1: legacy is missing; is legcy meant to be it?"),
        ('name = "Transport layer"', "name = 3", "1: name: must be a text that is not empty"),
        (
            '["aiokafka.AIOKafkaConsumer"]',
            '["AIOKafkaConsumer"]',
            "4: legacy.symbols: “AIOKafkaConsumer” is no symbol of a module",
        ),
        ('["workers/**/*_worker.py"]', "[]", "10: workers.include: names no workers"),
        ('["workers/**/*_worker.py"]', "3", "10: workers.include: must be a list of texts"),
        (
            "workers/**/*_worker.py",
            "/workers/*.py",
            "10: workers.include: the glob “/workers/*.py” is absolute",
        ),
        ("workers/**/*_worker.py", "../w/*.py", "leads out of the repository"),
        ("workers/**/*_worker.py", "w/[a.py", "the glob “w/[a.py” has an open ["),
        ("workers/**/*_worker.py", "w/**_worker.py", "has ** glued to something else"),
        ("[workers]", "[workers", "9: not TOML"),
        ('name = "Transport layer"', 'name = "a"\nname = "b"', "2: not TOML"),
        ('name = "Transport layer"', f"name = {'[' * 9000}", "not TOML that anybody wrote"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(before: str, after: str, said: str) -> None:
    with pytest.raises(DefinitionError) as raised:
        definition.parse(LEAST.replace(before, after), "migration.toml")

    assert str(raised.value).startswith("migration.toml:")
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('key = "phase-2"', 'key = "phase-1"', "phases[2].key: “phase-1” is there already"),
        ('key = "phase-2"', 'key = "Phase 2"', "must be small letters and digits"),
        ('title = "Plugins"', "titel = 'Plugins'", "phases[2]: title is missing; is titel meant to be it?"),
        ('key = "cut-over"', 'key = "awaited"', "checklist[1].key: “awaited” is there already"),
        ('key = "cut-over"', 'key = "x"\nwitness = "scanner"', "only items for people can be added"),
        ("/event ?hubs/", "/event (hubs/", "is no regular expression"),
        ('document = "docs/guide.md"\n', "", "which document must say it?"),
        ('"{worker}"]', '"{wrker}"]', "“{wrker}” is no placeholder"),
        ('["python", "-m", "workers", "{worker}"]', "[]", "smoke.command: is an empty command"),
        ("ready = 20", 'ready = "20"', "smoke.timeouts.ready: must be seconds"),
        (
            "timeouts = {",
            'proves = "all"\ntimeouts = {',
            "smoke.proves: “all” is no level; there are ready, processed, survived",
        ),
        ("ready = 20", "ready = 0", "must be more than 0 seconds"),
        ('PYTHONPATH = "src"', "PYTHONPATH = 1", "smoke.env.PYTHONPATH: must be a text"),
        ("topics_read = [", "topic_read = [", "topic_read: unknown key; did you mean topics_read?"),
        ('ready = { log = "ready" }', 'ready = "ready"', "ready: must be a table"),
        ('[["uv", "sync"], ["make", "assets"]]', '"uv sync"', "smoke.setup: must be a command"),
        ('["uv.lock"]', '["/uv.lock"]', "smoke.setup_files: “/uv.lock” is no file below the root"),
    ],
)
def test_what_is_wrong_in_a_whole_definition_is_refused_with_its_line(
    before: str, after: str, said: str
) -> None:
    text = WHOLE.replace(before, after, 1)

    with pytest.raises(DefinitionError) as raised:
        definition.parse(text)

    assert said in str(raised.value)
    line = int(str(raised.value).split(":")[1])
    changed = (
        text.split("\n").index(next(one for one in text.split("\n") if one not in WHOLE.split("\n")))
        if (after and after.split("\n")[0] not in WHOLE)
        else None
    )
    assert changed is None or abs(line - (changed + 1)) <= 2


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"there is no such file; write one, or name another"):
        definition.load(tmp_path / "migration.toml")


def test_a_file_in_another_coding_is_told(tmp_path: Path) -> None:
    (tmp_path / "migration.toml").write_bytes(b'name = "caf\xe9"')

    with pytest.raises(DefinitionError, match=r"not UTF-8 \(byte 11\)"):
        definition.load(tmp_path / "migration.toml")


@pytest.mark.parametrize("path", sorted(ROOT.glob("**/migration.toml")), ids=lambda path: path.parent.name)
def test_the_definitions_of_this_repository_can_be_read(path: Path) -> None:
    assert isinstance(definition.load(path), Definition)


class TestCriteria:
    PHASE = """
[[phases]]
key = "phase-3"
title = "Documentation"

[[phases.items]]
key = "guide"
title = "The guide"
document = "GUIDE.md"
"""

    def read(self, text: str) -> Definition:
        return definition.parse(LEAST + self.PHASE + '[[criteria]]\nkey = "a"\ntitle = "A"\n' + text)

    def test_one_may_ask_workers_and_documents(self):
        [one] = self.read(
            'workers = ["claimx/*"]\nstatus = "migrated"\nitems = ["awaited"]\n'
            'phase_items = ["phase-3/guide"]\n'
        ).criteria
        assert (one.workers, one.status, one.items) == (("claimx/*",), "migrated", ("awaited",))
        assert one.phase_items == ("phase-3/guide",)

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("", "asks for nothing"),
            ('stage = "ready"\n', "on which transport?"),
            ('transport = "kafka"\nstage = "ready"\nnever = "kafka-bootstrap"\n', "stage or never, not both"),
            ('transport = "rabbit"\n', "known here: kafka, eventhub"),
            ('status = "migrate"\n', "did you mean migrated?"),
            ('items = ["await"]\n', "did you mean awaited?"),
            ('phase_items = ["phase-3/guides"]\n', "did you mean phase-3/guide?"),
        ],
    )
    def test_one_that_cannot_be_judged_is_refused_with_its_line(self, text, told):
        with pytest.raises(DefinitionError, match=r"migration\.toml:\d+: criteria\[1\]") as refused:
            self.read(text)
        assert told in str(refused.value)


class TestLint:
    def test_has_defaults(self) -> None:
        assert definition.parse(LEAST).lint == Lint((), None, "migration-baseline.txt")

    def test_is_read(self) -> None:
        said = (
            LEAST + '[lint]\nguide = "docs/guide.md"\nbaseline = "./known.txt"\n'
            '[[lint.exclude]]\nglob = "tests/**"\nreason = "strangers"\n'
        )

        assert definition.parse(said).lint == Lint(
            (Exclusion("tests/**", "strangers"),), "docs/guide.md", "known.txt"
        )

    @pytest.mark.parametrize(
        ("said", "refused"),
        [
            ('[lint]\nexclude = ["tests/**"]\n', "must be a list of tables, written [[lint.exclude]]"),
            ('[[lint.exclude]]\nglob = "tests/**"\n', "why does lint not look at tests/**? add reason"),
            (
                '[[lint.exclude]]\nglob = "/x"\nreason = "y"\n',
                "lint.exclude[1].glob: the glob “/x” is absolute",
            ),
            ('[lint]\nbaseline = "../known.txt"\n', "leads out of the repository"),
            ('[lint]\nguides = "x"\n', "unknown key; did you mean guide?"),
            (
                '[[phases]]\nkey = "a"\ntitle = "A"\nworkers = ["**"]\natomic = "yes"\n',
                "must be true or false",
            ),
            ('[[phases]]\nkey = "a"\ntitle = "A"\natomic = true\n', "names no workers to migrate together"),
            ('[[phases]]\nkey = "a"\ntitle = "A"\nbroker = "mine"\n', "“mine” cannot be demanded"),
        ],
    )
    def test_is_refused_with_its_line(self, said: str, refused: str) -> None:
        with pytest.raises(DefinitionError, match=r"migration\.toml:\d+: ") as raised:
            definition.parse(LEAST + said)
        assert refused in str(raised.value)
