"""Every step of a patch has its example beside it, and the examples parse."""

import ast
import importlib
import pkgutil

import pytest

from migration_tracker.codemods import steps

NAMES = sorted(one.name for one in pkgutil.iter_modules(steps.__path__))


@pytest.mark.parametrize("name", NAMES)
def test_a_step_shows_what_it_does(name):
    step = importlib.import_module(f"{steps.__name__}.{name}")
    assert step.BEFORE != step.AFTER
    ast.parse(step.BEFORE)
    ast.parse(step.AFTER)
