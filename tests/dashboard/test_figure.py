"""What is drawn says the same as the words beside it."""

import re

import pytest

from migration_tracker.dashboard.progress import NOTHING, Progress
from migration_tracker.dashboard.templatetags.figure import witnesses


def test_the_layers_of_a_bar_end_where_the_counts_add_up():
    progress = Progress(total=8, proven=1, migrated=4, partial=1, direct=2, none=0, unknown=1, removed=0)
    assert progress.layers == [
        ("removed", "100.00"),
        ("unknown", "100.00"),
        ("none", "87.50"),
        ("direct", "87.50"),
        ("partial", "62.50"),
        ("migrated", "50.00"),
        ("proven", "12.50"),
    ]
    assert NOTHING.layers == []


@pytest.mark.parametrize(
    ("said", "proven", "lines"),
    [
        (("agree", "disagree", "silent"), False, ["is-torn", "is-faint", "is-faint"]),
        (("agree", "agree", "disagree"), False, ["is-joined is-agree", "is-torn", "is-torn"]),
        (("silent", "disagree", "disagree"), False, ["is-faint", "is-faint", "is-joined is-disagree"]),
        (("silent", "agree", "agree"), True, ["is-joined is-agree"] * 3),
    ],
)
def test_who_agrees_is_joined_and_who_contradicts_is_torn(said, proven, lines):
    figure = witnesses(*said, proven)
    assert re.findall(r'witness-line ([^"]+)"', figure) == lines
    assert re.findall(r'witness-node is-(\w+)"', figure) == list(said)
    assert ('aria-label="Proven. ' in figure) == proven
