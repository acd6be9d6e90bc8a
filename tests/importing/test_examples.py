import doctest
import importlib
import pkgutil

import pytest

import blogapp.importing

MODULES = [module.name for module in pkgutil.iter_modules(blogapp.importing.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_hold(name):
    module = importlib.import_module(f"blogapp.importing.{name}")

    assert doctest.testmod(module).failed == 0
