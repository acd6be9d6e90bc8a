"""What stories of failing machines share: a server of processes, and people who use it."""

import os
import socket

import pytest

from tests.faults.machine import Machine, Visitor


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def settings(port):
    return {"PUBLIC_URL": f"http://127.0.0.1:{port}", "WTF_CSRF_ENABLED": True}


@pytest.fixture
def machine(app, port, tmp_path):
    """The blog on a server of its own, which runs."""
    with Machine(app, port, tmp_path / "gunicorn.log") as machine:
        yield machine


@pytest.fixture
def owner_at(owner):
    """The owner as a visitor of a machine: ``owner_at(machine)``."""
    return lambda machine: Visitor(machine, owner).sign_in()


@pytest.fixture
def is_root():
    """Leave out what only root may do: mounting disks."""
    if os.geteuid() != 0:
        pytest.skip("mounting a disk takes root")
