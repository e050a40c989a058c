"""Every environment variable that is read has its line in docs/operations.md and in .env.example, and no line
is left over."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]+")


def section(file: str, heading: str) -> str:
    return (ROOT / file).read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]


def documented(part: str) -> list[str]:
    """The variables in the part's table."""
    table = section("docs/operations.md", f"Environment of the {part}")
    return re.findall(r"^\| `([A-Z0-9_]+)` \|", table, re.MULTILINE)


def exemplified(part: str) -> list[str]:
    """The variables in the part's group of .env.example."""
    return re.findall(r"^#([A-Z0-9_]+)=", section(".env.example", part.capitalize()), re.MULTILINE)


def read_by_the_tracker() -> set[str]:
    settings = "".join(file.read_text() for file in (ROOT / "migration_tracker/settings").glob("*.py"))
    return set(re.findall(r'\b(?:env\.\w+|whole_number)\(\s*"([A-Z0-9_]+)"', settings)) | {"PORT"}


def read_by_the_transport() -> set[str]:
    from transport.config import CONFIG_FILE, SETTINGS

    return {setting.variable for setting in SETTINGS} | {CONFIG_FILE}


def read_by_the_workers() -> set[str]:
    """What they read themselves, or by the names that config/connections.toml gives."""
    connections = tomllib.loads((ROOT / "config/connections.toml").read_text())["connections"].values()
    named = {variable for connection in connections for variable in connection.values()}
    return named.union(*(literal(keys(tree)) for tree in modules().values())) - read_by_the_transport()


def modules() -> dict[str, ast.Module]:
    paths = sorted((ROOT / "workers").rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text()) for path in paths}


def keys(tree: ast.Module) -> Iterator[ast.expr]:
    """What is looked up in the environment. Of a mapping by another name, only what looks like a variable."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name("required")):
                yield node.args[1]
            case ast.Call(func=ast.Attribute(attr="getenv") | ast.Name("getenv"), args=[key, *_]):
                yield key
            case ast.Call(func=ast.Attribute(value, "get" | "pop" | "setdefault"), args=[key, *_]):
                if is_environment(value) or literal([key]):
                    yield key
            case ast.Subscript(value, key) if is_environment(value):
                yield key
            case ast.Compare(key, [ast.In() | ast.NotIn()], [value]) if is_environment(value):
                yield key


def is_environment(value: ast.expr) -> bool:
    match value:
        case ast.Name(name) | ast.Attribute(attr=name) | ast.Call(func=ast.Name(name)):
            return name in {"environ", "env", "with_configuration"}
    return False


def literal(found: Iterator[ast.expr] | list[ast.expr]) -> set[str]:
    """The variables among the keys that are written out."""
    texts = (key.value for key in found if isinstance(key, ast.Constant) and isinstance(key.value, str))
    return {text for text in texts if VARIABLE.fullmatch(text)}


READ = {
    "tracker": read_by_the_tracker,
    "transport": read_by_the_transport,
    "workers": read_by_the_workers,
}


@pytest.mark.parametrize("part", READ)
def test_what_is_read_is_documented_and_nothing_else(part):
    assert sorted(documented(part)) == sorted(READ[part]())


def test_what_is_read_stands_in_the_example_once_and_nothing_else():
    found = [variable for part in READ for variable in exemplified(part)]
    assert sorted(found) == sorted(set().union(*(read() for read in READ.values())))


@pytest.mark.parametrize("part", READ)
def test_the_example_has_a_variable_in_the_group_that_reads_it(part):
    assert set(exemplified(part)) <= READ[part]()


def test_the_example_sets_nothing():
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert [line for line in lines if not re.match(r"$|# +\S|#$|## |#[A-Z0-9_]+=", line)] == []


def test_only_connections_and_their_reader_look_up_names_that_the_code_does_not_spell_out():
    computed = {path for path, tree in modules().items() for key in keys(tree) if not literal([key])}
    assert computed == {"workers/settings.py", "workers/plugins/shared/connections.py"}


@pytest.mark.parametrize(
    "code",
    [
        'environ.get("A_NAME", "")',
        'self.environ.get("A_NAME")',
        'os.environ["A_NAME"]',
        'os.getenv("A_NAME")',
        '"A_NAME" in environ',
        'config.get("A_NAME", "1")',
        'required(environ, "A_NAME", "what it is for")',
        'with_configuration(os.environ)["A_NAME"]',
    ],
)
def test_a_variable_that_is_read_is_noticed(code):
    assert literal(keys(ast.parse(code))) == {"A_NAME"}


@pytest.mark.parametrize("code", ['headers.get("Location")', 'Literal["A_NAME"]', 'table["A_NAME"]'])
def test_what_is_no_variable_is_left_alone(code):
    assert list(keys(ast.parse(code))) == []
