"""What holds for every template: nothing inline, no form without its token, no word without its shape."""

import re
from pathlib import Path

import pytest

from migration_tracker.checklists.models import Verdict
from migration_tracker.inventory.models import Status
from migration_tracker.jobs import State
from migration_tracker.probing.report import Result

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
ICONS = (ROOT / "templates" / "_icons.html").read_text()

every_template = pytest.mark.parametrize(
    "template", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix()
)


@every_template
def test_style_and_script_come_from_files(template: Path):
    text = template.read_text()
    assert not re.search(r"\sstyle=|<style|\son\w+=|\shx-on|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@every_template
def test_a_form_that_changes_something_carries_its_token(template: Path):
    forms = re.findall(r'<form[^>]*method="post".*?</form>', template.read_text(), re.DOTALL)
    assert all("{% csrf_token %}" in form for form in forms)


@every_template
def test_what_htmx_posts_is_posted_without_it_too(template: Path):
    for form in re.findall(r"<form.*?>\s", template.read_text(), re.DOTALL):
        if posts := re.search(r'hx-post="({%.*?%})"', form):
            assert f'action="{posts[1]}"' in form


@every_template
def test_every_icon_that_is_named_is_drawn(template: Path):
    for name in re.findall(r'href="#i-([a-z]+)"|_mark.html" with word="([a-z]+)"', template.read_text()):
        assert f'id="i-{name[0] or name[1]}"' in ICONS


@pytest.mark.parametrize(
    "word", sorted({*Status.values, *Verdict.values, *Result, *State.values, "never", "stale"} - {"done"})
)
def test_every_word_of_the_field_has_a_shape(word: str):
    assert f'id="i-{word}"' in ICONS
