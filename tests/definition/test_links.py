"""Where commits and lines can be looked at."""

import pytest

from migration_tracker import definition
from migration_tracker.definition import DefinitionError
from tests.definition.test_definition import LEAST

LINKS = """
[links]
line = "https://git.example.org/p/-/blob/{commit}/{path}#L{line}"
commit = "https://git.example.org/p/-/commit/{commit}"
"""


def test_addresses_are_filled_in_and_odd_paths_quoted():
    links = definition.parse(LEAST + LINKS).links
    assert links.to_commit("abc") == "https://git.example.org/p/-/commit/abc"
    assert links.to_line("abc", "a b/#x.py", 7) == "https://git.example.org/p/-/blob/abc/a%20b/%23x.py#L7"


def test_without_them_there_is_no_address():
    links = definition.parse(LEAST).links
    assert links.to_commit("abc") == links.to_line("abc", "x.py", 7) == ""


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('"https://git.example.org/p/-/commit', '"javascript:alert', "begins with https://"),
        ("commit/{commit}", "commit/{sha}", "{commit} and no other"),
        ("#L{line}", "", "{commit}, {path}, {line}"),
        ("#L{line}", "#L{line}{", "no other braces"),
        ("line =", "lines =", "unknown key; did you mean line?"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_with_its_line(was: str, becomes: str, said: str):
    with pytest.raises(DefinitionError, match=r"migration\.toml:\d+: links") as refused:
        definition.parse(LEAST + LINKS.replace(was, becomes))
    assert said in str(refused.value)
