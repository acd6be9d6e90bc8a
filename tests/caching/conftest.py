"""A page store, where the settings of a test name one."""

import pytest


@pytest.fixture
def folder(settings):
    return settings["PAGE_STORE"]


@pytest.fixture
def storekeeper(app):
    """What one process does for the store; the store is open."""
    storekeeper = app.extensions["storekeeper"]
    storekeeper.tick()
    return storekeeper
