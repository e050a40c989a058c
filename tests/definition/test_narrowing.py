"""What a definition asks less of than the one before it is told, and nothing else is."""

from dataclasses import fields

import pytest

from migration_tracker import definition
from migration_tracker.definition.narrowing import Allowances, dropped, grown, narrowings
from migration_tracker.definition.values import Criterion, Definition, Item, Lint, Phase, PhaseItem, Smoke

BEFORE = """
name = "M"
items = ["awaited", "consume-loop"]
source_roots = ["src", "lib"]

[legacy]
symbols = ["old.Consumer", "old.Producer"]

[replacement]
symbols = ["new.consumer"]
sanctioned = ["new"]

[workers]
root = ["src/a", "src/b"]
include = ["src/**/*_worker.py", "src/**/main.py"]
exclude = ["src/gone/**"]

[fingerprint]
also = ["lock.txt"]

[[phases]]
key = "one"
title = "One"
workers = ["first/*"]
atomic = true
broker = "real"

[[phases]]
key = "two"
title = "Two"
workers = ["second/*"]

[[phases.items]]
key = "guide"
title = "The guide"
document = "GUIDE.md"
says = ["commit", "batch"]

[[checklist]]
key = "cut-over"
title = "Cut over"

[[criteria]]
key = "all"
title = "All of them"
items = ["awaited"]
status = "migrated"

[[criteria]]
key = "boots"
title = "Boots"
transport = "eventhub"

[[lint.exclude]]
glob = "tests/**"
reason = "why"

[smoke]
command = ["run", "{worker}"]
proves = "survived"

[smoke.workers."first/x"]
topics_read = ["t"]
samples = [{ name = "one" }, { name = "two" }]
"""
WORKERS = {"first/x": "src/first/x_worker.py", "second/y": "src/second/y_worker.py", "z": "src/old/z.py"}


def told(old: str, new: str, *, before: str = BEFORE) -> list[str]:
    assert old in before
    after = definition.parse(before.replace(old, new))
    return [one.text for one in narrowings(definition.parse(before), after, WORKERS)]


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ('"old.Consumer", ', "", "old.Consumer no longer counts as the old client"),
        ('["new.consumer"]', '["new.consumer", "old.wrap"]', "old.wrap now counts as the new layer"),
        ('sanctioned = ["new"]', 'sanctioned = ["new", "old"]', "old may now use the old client"),
        ('source_roots = ["src", "lib"]', 'source_roots = ["src"]', "imports are no longer looked up in lib"),
        ('["src/a", "src/b"]', '["src/a"]', "src/b is no longer a root of workers"),
        (', "src/**/main.py"', "", "src/**/main.py no longer names workers"),
        ('["src/gone/**"]', '["src/gone/**", "src/x/**"]', "src/x/** is now left out of the workers"),
        ('also = ["lock.txt"]', "also = []", "a change of lock.txt no longer voids a proof"),
        ('workers = ["second/*"]', "", "“Two” no longer names second/*"),
        ("atomic = true", "", "“One” may now be merged in part"),
        ('broker = "real"', "", "“One” no longer demands runs on a real broker"),
        ('title = "Two"', 'title = "Two"\ndeferred = "later"', "“Two” is deferred: later"),
        ('workers = ["first/*"]', 'workers = ["**"]', "“One” no longer names first/*"),
        ('document = "GUIDE.md"', 'document = "EMPTY.md"', "“The guide” now rests on EMPTY.md, not GUIDE.md"),
        (', "batch"]', "]", "GUIDE.md need no longer say “batch”"),
        ('"awaited", "consume-loop"', '"awaited"', "workers need no longer show"),
        ('key = "cut-over"', 'key = "other"', "workers need no longer show “Cut over”"),
        ('status = "migrated"', "", "“All of them” asks for status of any kind, not migrated"),
        ('items = ["awaited"]', "", "“All of them” no longer asks for awaited"),
        ('key = "all"', 'key = "all"\nworkers = ["first/*"]', "“All of them” no longer asks **"),
        ('key = "all"', 'key = "some"', "“All of them” is no longer a criterion"),
        ('"eventhub"', '"eventhub"\nstage = "boots"', "“Boots” asks for the stage boots, not for a pass"),
        ('"eventhub"', '"eventhub"\nnever = "kafka"', "runs never show kafka, not for a pass"),
        ('"eventhub"', '"kafka"', "“Boots” asks for transport kafka, not eventhub"),
        ('glob = "tests/**"', 'glob = "**"', "lint no longer looks at **"),
        ('"survived"', '"ready"', "a run proves by ready, not by survived"),
        (', { name = "two" }', "", "smoke runs of first/x no longer have 1 of 2 samples"),
    ],
)
def test_each_softening_is_told_in_a_sentence(old: str, new: str, text: str):
    assert any(text in one for one in told(old, new)), told(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "M"', 'name = "Another name"'),
        ('"old.Consumer", ', '"old.Consumer", "old.Admin", '),
        ('sanctioned = ["new"]', 'sanctioned = ["new", "new.kafka"]'),
        ('["src/gone/**"]', "[]"),
        ('"survived"', '"survived"\ntimeouts = { ready = 90 }'),
        ('workers = ["first/*"]', 'workers = ["first/*", "third/*"]'),
        ('title = "Two"', 'title = "Second"'),
        (', "batch"]', ', "batch", "more"]'),
        ('["src/a", "src/b"]', '["src/b", "src/a", "src/c"]'),
    ],
)
def test_what_asks_for_as_much_or_more_is_not_told(old: str, new: str):
    assert told(old, new) == []


def test_a_phase_that_takes_workers_from_another_is_told():
    assert told('["first/*"]', '["first/*", "second/y"]') == ["“One” takes second/y from “Two”"]


def test_a_plan_item_that_is_put_into_peoples_hands_is_told():
    mine = '[[checklist]]\nkey = "awaited"\ntitle = "All awaited"\n\n[[checklist]]'
    after = BEFORE.replace('"awaited", ', "").replace("[[checklist]]", mine)
    after = after.replace('items = ["awaited"]\nstatus', "status")
    found = [one.text for one in narrowings(definition.parse(BEFORE), definition.parse(after))]
    assert any("is now left to people, not to scanner" in one for one in found)


def test_a_phase_that_is_gone_is_told():
    before = definition.parse(BEFORE)
    [one] = narrowings(before, definition.parse(BEFORE.replace('key = "one"', 'key = "uno"')))
    assert one.text == "the phase “One” is gone"


def test_the_workers_that_are_left_out_are_named():
    before = definition.parse(BEFORE)
    after = definition.parse(BEFORE.replace('["src/gone/**"]', '["src/second/**", "src/old/**"]'))
    assert dropped(WORKERS, before.scope, after.scope) == ["second/y"]
    assert dropped(WORKERS, after.scope, before.scope) == []


def test_allowances_that_grew_are_told_and_those_that_shrank_are_not():
    assert [one.key for one in grown(Allowances(1, 1), Allowances(2, 3))] == [
        "lint.baseline",
        "lint.suppressions",
    ]
    assert grown(Allowances(2, 3), Allowances(2, 0)) == ()


# What is not compared, and why; a part of a definition that is new must be compared or go here.
LEFT_ALONE = {
    Definition: {
        "where": "how messages name it",
        "name": "a name",
        "links": "addresses for people",
        "patch": "how patches are written, which are proven afterwards",
    },
    Phase: {"key": "tells phases apart", "title": "a title"},
    PhaseItem: {"key": "tells items apart", "title": "a title"},
    Item: {"key": "tells items apart", "title": "a title"},
    Criterion: {"key": "tells criteria apart", "title": "a title"},
    Lint: {"guide": "an address for people", "baseline": "its lines are counted, whatever its name"},
    Smoke: {
        "command": "code: what it starts is seen by the run",
        "commands": "the same",
        "describe": "code, as a worker's own word is",
        "env": "the world of a run",
        "setup": "the world of a run",
        "setup_files": "the same",
        "hands_over": "what [replacement] says, compared there",
        "layer": "the same",
        "services": "the world of a run",
        "timeouts": "patience softens no rule",
    },
}
COMPARED = {
    Definition: {
        "source_roots",
        "legacy",
        "replacement",
        "sanctioned",
        "roots",
        "include",
        "exclude",
        "phases",
        "items",
        "criteria",
        "also",
        "smoke",
        "lint",
    },
    Phase: {"workers", "deferred", "items", "atomic", "broker"},
    PhaseItem: {"document", "says"},
    Item: {"witness"},
    Criterion: {"workers", "status", "items", "transport", "stage", "never", "phase_items"},
    Lint: {"exclude"},
    Smoke: {"workers", "proves"},
}


@pytest.mark.parametrize("part", COMPARED, ids=lambda part: part.__name__)
def test_every_part_of_a_definition_is_compared_or_left_alone_for_a_reason(part: type):
    assert {one.name for one in fields(part)} == COMPARED[part] | LEFT_ALONE[part].keys()
