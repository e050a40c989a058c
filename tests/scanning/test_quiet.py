"""Terms that are passed over as leading nowhere do lead nowhere, in every form the scanner is tested with."""

import textwrap
from dataclasses import replace
from unittest import mock

from migration_tracker.scanning import Status, WorkTree, scan
from migration_tracker.scanning.facts.reading import facts_of
from migration_tracker.scanning.facts.values import Facts
from migration_tracker.scanning.linking import Link
from migration_tracker.scanning.linking.leading import may_lead
from migration_tracker.scanning.linking.tree import Tree
from migration_tracker.scanning.modules import Modules
from migration_tracker.scanning.syntax import parse
from tests.scanning.forms import FORMS, WORKER
from tests.scanning.trees import SCOPE, TRANSPORT, write


def facts(text: str) -> Facts:
    return facts_of(parse(textwrap.dedent(text).lstrip("\n")))


def names(text: str) -> tuple[set[str], set[str]]:
    """The names that a text reads: those that lead nowhere, and the others."""
    found = facts(text)
    numbers = [number for number, term in enumerate(found.terms) if term[0] == "name"]
    quiet = {found.terms[number][2] for number in numbers if number in found.quiet}
    return quiet, {found.terms[number][2] for number in numbers if number not in found.quiet}


def test_no_quiet_term_of_any_form_stands_for_something_that_leads_to_a_client():
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
            for term in one.quiet:
                values = link.values_of(path, term)
                assert not [value for value in values if may_lead(link.tree, value)], (form.name, path, term)
                passed_over += bool(term)
    assert passed_over > 500


def test_python_s_own_names_and_what_is_made_of_them_lead_nowhere():
    quiet, others = names(
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
    assert quiet == {"enumerate", "found", "limit", "place", "sorted", "str", "value", "values"}
    assert others == {"json"}


def test_a_name_that_a_loop_binds_further_down_to_something_that_leads_somewhere_is_followed():
    quiet, others = names(
        """
        from clients import make

        def run(topics):
            last = None
            for topic in topics:
                use(last)
                last = make
        """
    )
    assert "last" in others
    assert "topics" in quiet


def test_with_a_star_import_any_name_may_lead_somewhere():
    assert names("from clients import *\nlen(given)\n") == (set(), {"len", "given"})


def test_what_looks_names_up_or_runs_texts_is_followed():
    quiet, others = names("eval(text)\ngetattr(thing, 'name')\nresolve_name(text)\nvars()\nprint(text)\n")
    assert others == {"eval", "getattr", "resolve_name", "vars"}
    assert quiet == {"text", "thing", "print"}


def test_a_definition_may_look_for_something_of_python_s_own(tmp_path):
    write(tmp_path, {"workers/a_worker.py": "with open('x') as file:\n    file.read()\n"})
    scope = replace(SCOPE, legacy=("builtins.open",))
    (worker,) = scan(WorkTree(tmp_path), scope).workers
    with mock.patch.object(Tree, "quiet", return_value=frozenset()):
        (followed,) = scan(WorkTree(tmp_path), scope).workers
    assert worker == followed
    assert worker.status is Status.DIRECT


def test_inventories_are_the_same_where_everything_is_followed(tmp_path):
    workers = {f"workers/form_{number}/a_worker.py": form.worker for number, form in enumerate(FORMS)}
    write(tmp_path, {**TRANSPORT, **workers})
    found = scan(WorkTree(tmp_path), SCOPE, with_checklist=False)
    with mock.patch.object(Tree, "quiet", return_value=frozenset()):
        followed = scan(WorkTree(tmp_path), SCOPE, with_checklist=False)
    assert found.workers == followed.workers
    assert len(found.workers) == len(FORMS)
