"""What tests of kept answers ask for; and a page store, where their settings name one."""

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


class Asked:
    """The addresses that Flask was asked for, in the order of their coming."""

    def __init__(self):
        self.addresses = []

    def __len__(self):
        return len(self.addresses)

    def clear(self):
        self.addresses.clear()


@pytest.fixture
def asked(app):
    """What no kept answer could answer; `asked.clear()` starts counting anew."""
    from flask import request

    asked = Asked()
    app.before_request(lambda: asked.addresses.append(request.full_path.rstrip("?")))
    return asked


@pytest.fixture
def keeper(app):
    """What keeps the answers of this test's app."""
    return app.extensions["keeper"]
