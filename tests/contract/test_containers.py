"""The image and the compose files, tried as far as goes without a daemon."""

import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import threading
import urllib.request
import venv
from contextlib import closing
from fnmatch import fnmatch
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml

from blogapp.cli.examining.settings import known_settings
from blogapp.config import Config

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSED = ["compose.yaml", "compose-many.yaml"]


def composed(name):
    return yaml.safe_load((DEPLOY / name).read_text())


def instructions():
    """Return the Dockerfile's instructions: word and what follows, lines that go on joined."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [tuple(line.split(None, 1)) for line in lines]


def admitted():
    """Return the files of the tree that an image is made of, by `.dockerignore`."""
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines()
             if line and not line.startswith("#")]  # fmt: skip
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    return [name for name in listed.split("\0") if name and _is_admitted(Path(name), rules)]


def _is_admitted(path, rules):
    """Docker's own rule: the last pattern that matches the path, or a folder it is in, decides."""
    is_in = True
    for rule in rules:
        pattern = rule.removeprefix("!")
        places = [path, *list(path.parents)[:-1]]
        anywhere = pattern.removeprefix("**/")
        if any(
            place.name == anywhere if pattern != anywhere else fnmatch(str(place), pattern)
            for place in places
        ):
            is_in = rule.startswith("!")
    return is_in and (ROOT / path).is_file()


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """A folder with what the image is made of."""
    folder = tmp_path_factory.mktemp("context")
    for name in admitted():
        made = folder / name
        made.parent.mkdir(parents=True, exist_ok=True)
        os.link(ROOT / name, made) if _is_same_disk(folder) else shutil.copy(ROOT / name, made)
    return folder


def _is_same_disk(folder):
    return folder.stat().st_dev == ROOT.stat().st_dev


@pytest.fixture(scope="module")
def wheel(context, tmp_path_factory):
    """The wheel that the image holds, made as the image makes it."""
    command = next(rest for word, rest in instructions() if word == "RUN" and "hatchling" in rest)
    folder = tmp_path_factory.mktemp("wheel")
    words = command.replace("/tmp/wheel", str(folder)).split()
    words[0] = sys.executable
    subprocess.run(words, cwd=context, check=True, capture_output=True)
    (wheel,) = folder.iterdir()
    return wheel


# The image.


def test_nothing_secret_and_nothing_superfluous_goes_into_the_image():
    names = admitted()

    assert not [name for name in names if name.startswith(("instance", "tests", ".git", "docs/"))]
    assert not [name for name in names if "secrets/" in name and name.startswith("deploy")]
    assert {"pyproject.toml", "requirements/run.txt", "deploy/nginx.conf"} <= {*names}


def test_what_the_image_is_made_of_makes_a_whole_wheel(wheel):
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())

    for part in ("templates/base.html", "static/js/page.js", "gunicorn.conf.py", "wsgi.py",
                 "migrations/versions/0009_many.py", "deploy/Dockerfile"):  # fmt: skip
        assert f"blogapp/{part}" in names
    assert "blogapp/requirements/run.txt" in names


def test_the_image_runs_as_nobody_and_hears_signals_itself():
    said = dict(instructions())

    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", said["USER"])
    assert json.loads(said["ENTRYPOINT"]) == ["blogapp"]
    assert json.loads(said["CMD"]) == ["serve"]
    assert "BLOG_INSTANCE=/var/lib/blog" in said["ENV"]
    assert said["VOLUME"] == "/var/lib/blog"
    installs = [rest for _word, rest in instructions() if "pip install" in rest]
    assert all("--require-hashes" in rest or "--no-index" in rest for rest in installs)


def test_the_image_knows_whether_it_is_well():
    check = dict(instructions())["HEALTHCHECK"].partition("CMD ")[2]
    _python, _flag, code = json.loads(check)
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]

        def answer():
            for status in (b"200 OK", b"503 Service Unavailable"):
                connection, _address = listener.accept()
                with connection:
                    asked = connection.recv(1000)
                    assert asked.startswith(b"GET /healthz ")
                    connection.sendall(b"HTTP/1.0 %s\r\n\r\n" % status)

        thread = threading.Thread(target=answer)
        thread.start()
        environ = {**os.environ, "BLOG_PORT": str(port)}
        command = [sys.executable, "-S", "-c", code]
        ends = [subprocess.run(command, env=environ, capture_output=True, check=False).returncode
                for _ in range(2)]  # fmt: skip
        thread.join(10)

    assert ends[0] == 0
    assert ends[1] != 0


# The compose files.


@pytest.mark.parametrize("name", COMPOSED)
def test_a_compose_file_names_nothing_that_is_not_there(name):
    file = composed(name)
    services, settings = file["services"], known_settings()

    for service, said in services.items():
        for setting in said.get("environment", {}):
            is_ours = setting.startswith("BLOG_") and said["image"] == "blog"
            assert not is_ours or setting.removesuffix("_FILE") in settings, setting
        for volume in said.get("volumes", []):
            place = volume.partition(":")[0]
            exists = (DEPLOY / place).is_file() if place.startswith(".") else False
            assert exists or place in file["volumes"], volume
        assert set(said.get("secrets", [])) <= set(file.get("secrets", {}))
        assert set(said["networks"]) <= set(file["networks"])
        for other, wanted in said.get("depends_on", {}).items():
            is_own = services[other]["image"] == "blog"  # the image has a check of its own
            if wanted["condition"] == "service_healthy":
                assert is_own or "healthcheck" in services[other], (service, other)
        build = said.get("build")
        assert not build or (DEPLOY / build["context"] / build["dockerfile"]).is_file()
        # What a version is called is not what it was yesterday, unless somebody says so.
        assert said["image"] == "blog" or re.search(r":\S*\d", said["image"])


@pytest.mark.parametrize("name", COMPOSED)
def test_what_runs_the_blog_can_write_nothing_but_the_instance(name):
    for said in composed(name)["services"].values():
        if said["image"] == "blog":
            assert said["read_only"] is True
            assert said["cap_drop"] == ["ALL"]
            assert [volume.partition(":")[2] for volume in said["volumes"]] == ["/var/lib/blog"]
            # Longer than gunicorn's own patience.
            assert int(said["stop_grace_period"].removesuffix("s")) > 30


@pytest.mark.parametrize("name", COMPOSED)
@pytest.mark.skipif(not shutil.which("docker"), reason="no docker here")
def test_docker_reads_the_compose_file(name):
    if subprocess.run(
        ["docker", "compose", "version"], capture_output=True, check=False
    ).returncode:
        pytest.skip("docker has no compose here")
    command = ["docker", "compose", "--file", DEPLOY / name, "config", "--quiet"]
    environ = {**os.environ, "BLOG_DOMAIN": "blog.example.com"}

    assert subprocess.run(command, env=environ, check=False).returncode == 0


@pytest.fixture
def secret(tmp_path):
    """The folder of secrets, as the script makes it."""
    shutil.copy(DEPLOY / "compose-secrets.sh", tmp_path)
    subprocess.run(["sh", tmp_path / "compose-secrets.sh"], check=True)
    return tmp_path / "secrets"


def test_secrets_are_made_once_and_are_nobody_elses(secret):
    first = {path.name: path.read_text() for path in secret.iterdir()}

    subprocess.run(["sh", secret.parent / "compose-secrets.sh"], check=True)

    assert {path.name: path.read_text() for path in secret.iterdir()} == first
    assert stat.S_IMODE(secret.stat().st_mode) == 0o700
    assert {*first} == {*composed("compose-many.yaml")["secrets"]}
    assert first["database-password"] in first["database-url"]


@pytest.mark.parametrize("name", COMPOSED)
def test_the_blog_takes_the_settings_it_is_given(name, secret, tmp_path):
    blogs = [said for said in composed(name)["services"].values() if said["image"] == "blog"]

    for said in blogs:
        environ = {
            name: re.sub(r"\$\{BLOG_DOMAIN:\?.*?\}", "blog.example.com", value).replace(
                "/run/secrets", str(secret)
            )
            for name, value in said["environment"].items()
        }
        config = Config.from_env({**environ, "BLOG_INSTANCE": str(tmp_path / "instance")})

        assert config.PUBLIC_URL == "https://blog.example.com"


def run_shell(service, before, file, tmp_path):
    """Run what a service does to a configuration; return that."""
    script = service["entrypoint"][-1].partition(" && exec")[0].replace("$$", "$")
    source, made = re.search(r"(\S+\.in) > (\S+)", script).groups()
    (tmp_path / "in").write_text((DEPLOY / file).read_text())
    script = script.replace(source, str(tmp_path / "in")).replace(made, str(tmp_path / "out"))
    environ = {**os.environ, "BLOG_DOMAIN": "news.example.org"}
    subprocess.run(["sh", "-c", script], env=environ, check=True)
    return (tmp_path / "out").read_text()


def test_nginx_leads_to_both_instances(tmp_path):
    nginx = composed("compose-many.yaml")["services"]["nginx"]

    made = run_shell(nginx, "nginx", "nginx.conf", tmp_path)

    servers = re.findall(r"^ +server (\S+)(.*)$", made, re.M)
    assert {host for host, _rest in servers} == {"blog-1:8000", "blog-2:8000"}
    assert [rest for _host, rest in servers[::2]] == [rest for _host, rest in servers[1::2]]
    assert "127.0.0.1:8000" not in made
    assert "server_name news.example.org;" in made


def test_caddy_leads_to_the_blog(tmp_path):
    caddy = composed("compose.yaml")["services"]["caddy"]

    made = run_shell(caddy, "caddy", "Caddyfile", tmp_path)

    assert re.search(r"^news\.example\.org \{$", made, re.M)
    assert "reverse_proxy blog:8000" in made


# As far as it goes without a container: what the image installs, started from there.


@pytest.mark.prove
def test_what_the_image_installs_serves_without_writing_to_itself(context, wheel, tmp_path):
    home, instance = tmp_path / "blog", tmp_path / "instance"
    instance.mkdir()
    venv.create(home, with_pip=True)
    pip = [home / "bin/pip", "install", "--quiet", "--disable-pip-version-check"]
    locked = context / "requirements/run.txt"
    subprocess.run([*pip, "--require-hashes", "--requirement", locked], check=True)
    subprocess.run([*pip, "--no-deps", "--no-index", wheel], check=True)
    before = sorted(path for path in home.rglob("*"))
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    environ = {
        "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "BLOG_INSTANCE": str(instance),
        "BLOG_PORT": str(port),
        "BLOG_WORKERS": "1",
    }

    process = subprocess.Popen(
        [home / "bin/blogapp", "serve", "--demo"], env=environ, cwd=instance,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        pages = {path: _opened(f"http://127.0.0.1:{port}{path}", process)
                 for path in ("/healthz", "/readyz", "/", "/feed.xml")}  # fmt: skip
        asset = re.search(rb'href="(/static/[^"]+\.css)"', pages["/"])[1].decode()
        _opened(f"http://127.0.0.1:{port}{asset}", process)
    finally:
        process.terminate()
        ended = process.wait(40)

    assert ended == 0
    assert b"<article" in pages["/"]
    assert sorted(path for path in home.rglob("*")) == before


def _opened(address, process):
    for _ in range(600):
        assert process.poll() is None
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return answer.read()
        except OSError:
            threading.Event().wait(0.1)
    raise AssertionError(f"{address} does not answer")
