"""Versions beside each other that all run this tree: what upgrades to them does is the same."""

import os
import shutil
import sys
from pathlib import Path

from blogapp.upgrading.releases import Home

_SCRIPT = "#!{python}\nfrom blogapp.cli import main\n\nmain()\n"


def make_release(home: Home, version: str) -> Path:
    """Make a release out of the environment that runs the tests."""
    folder = home.folder(version)
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    prefix = Path(sys.prefix)
    shutil.copy(prefix / "pyvenv.cfg", folder / ".venv")
    (folder / ".venv" / "lib").symlink_to(prefix / "lib")
    python = programs / "python"
    python.symlink_to(os.path.realpath(sys.executable))
    program = programs / "blogapp"
    program.write_text(_SCRIPT.format(python=python))
    program.chmod(0o755)
    return folder
