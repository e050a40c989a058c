"""Terms that are passed over as leading nowhere do lead nowhere, in every form the scanner is tested with."""

import textwrap
from dataclasses import replace
from unittest import mock

from migration_tracker.scanning import Status, WorkTree, scan
from migration_tracker.scanning.facts.leads import FOLLOW
from migration_tracker.scanning.facts.reading import facts_of
from migration_tracker.scanning.facts.values import Facts
from migration_tracker.scanning.linking import Link
from migration_tracker.scanning.linking.leading import end
from migration_tracker.scanning.linking.tree import Tree
from migration_tracker.scanning.modules import Modules
from migration_tracker.scanning.syntax import parse
from tests.scanning.forms import FORMS, WORKER
from tests.scanning.trees import SCOPE, TRANSPORT, write

EVERYTHING = {
    "leads": lambda tree, path: [FOLLOW] * len(tree.facts[path].terms),
    "is_outside": lambda _tree, _package: False,
}


def facts(text: str) -> Facts:
    return facts_of(parse(textwrap.dedent(text).lstrip("\n")))


def names(text: str) -> tuple[set[str], set[str], set[str]]:
    """The names that a text reads: those that lead nowhere, to imports alone, and those to be followed."""
    found = facts(text)
    sorted_out: tuple[set[str], set[str], set[str]] = set(), set(), set()
    for number, term in enumerate(found.terms):
        if term[0] == "name":
            bits = found.leads[number]
            sorted_out[0 if not bits else 2 if bits & FOLLOW else 1].add(term[2])
    return sorted_out


def test_no_term_of_any_form_that_is_passed_over_stands_for_something_that_leads_to_a_client():
    passed_over = 0
    for form in FORMS:
        texts = {**TRANSPORT, **form.files, WORKER: form.worker}
        read: dict[str, Facts] = {}
        for path, text in texts.items():
            try:
                read[path] = facts(text)
            except (TypeError, ValueError):  # a form that cannot be read
                continue
        link = Link(SCOPE)
        link.update(Modules(texts, SCOPE.source_roots), read)
        for path, one in read.items():
            imports = [term for term in one.terms if term[0] == "import"]
            followed = FOLLOW
            for number, (_, level, module, _name) in enumerate(imports, 1):
                if level or not link.tree.is_outside(module.partition(".")[0]):
                    followed |= FOLLOW << number
            for term, bits in enumerate(one.leads):
                if not bits & followed:
                    values = link.values_of(path, term)
                    leading = [value for value in values if end(link.tree, value) is not None]
                    assert not leading, (form.name, path, term)
                    passed_over += bool(term)
    assert passed_over > 1000


def test_python_s_own_names_and_what_is_made_of_them_lead_nowhere():
    nowhere, imports, followed = names(
        """
        import json

        def count(values, limit=10):
            found = {}
            for place, value in enumerate(values):
                if value > limit:
                    found.setdefault(place, []).append(str(value))
            return sorted(found), json.dumps(found)
        """
    )
    assert nowhere == {"enumerate", "found", "limit", "place", "sorted", "str", "value", "values"}
    assert (imports, followed) == ({"json"}, set())


def test_a_name_that_a_loop_binds_further_down_to_something_that_leads_somewhere_is_followed():
    nowhere, imports, followed = names(
        """
        from clients import make

        def run(topics):
            last = None
            for topic in topics:
                use(last)
                last = make
        """
    )
    assert imports == {"last", "make"}
    assert {"topics", "use"} <= nowhere | followed


def test_with_a_star_import_any_name_may_lead_somewhere():
    assert names("from clients import *\nlen(given)\n") == (set(), set(), {"len", "given"})


def test_what_looks_names_up_or_runs_texts_is_followed():
    nowhere, imports, followed = names(
        "eval(text)\ngetattr(thing, 'name')\nresolve_name(text)\nvars()\nprint(text)\n"
    )
    assert followed == {"eval", "getattr", "resolve_name", "vars"}
    assert (nowhere, imports) == ({"text", "thing", "print"}, set())


def test_modules_that_lead_back_into_the_tree_are_followed():
    text = "import importlib.util\nfrom sys import modules\nfrom lazy import import_string\nimport json\n"
    _, imports, followed = names(f"{text}importlib, modules, import_string, json\n")
    assert (imports, followed) == ({"json"}, {"importlib", "modules", "import_string"})


def test_a_module_that_comes_into_the_tree_is_followed_from_then_on():
    worker, outside = facts("from json import loads\n\nclient = loads('{}')\n"), Modules([WORKER], ["."])
    inside = Modules([WORKER, "json.py"], ["."])
    link = Link(SCOPE)
    link.update(outside, {WORKER: worker})
    assert link.hits(WORKER) == []
    client = facts("from aiokafka import AIOKafkaConsumer as loads\n")
    link.update(inside, {WORKER: worker, "json.py": client})
    assert {hit.symbol for hit in link.hits(WORKER)} == {"aiokafka.AIOKafkaConsumer"}
    link.update(outside, {WORKER: worker})
    assert link.hits(WORKER) == []


def test_a_definition_may_look_for_something_of_python_s_own(tmp_path):
    write(tmp_path, {"workers/a_worker.py": "with open('x') as file:\n    file.read()\n"})
    scope = replace(SCOPE, legacy=("builtins.open",))
    (worker,) = scan(WorkTree(tmp_path), scope).workers
    with mock.patch.multiple(Tree, **EVERYTHING):
        (followed,) = scan(WorkTree(tmp_path), scope).workers
    assert worker == followed
    assert worker.status is Status.DIRECT


def test_inventories_are_the_same_where_everything_is_followed(tmp_path):
    workers = {f"workers/form_{number}/a_worker.py": form.worker for number, form in enumerate(FORMS)}
    write(tmp_path, {**TRANSPORT, **workers})
    found = scan(WorkTree(tmp_path), SCOPE, with_checklist=False)
    with mock.patch.multiple(Tree, **EVERYTHING):
        followed = scan(WorkTree(tmp_path), SCOPE, with_checklist=False)
    assert found.workers == followed.workers
    assert len(found.workers) == len(FORMS)
