"""`blogapp import markdown`, run the way operators run it: as a process of its own."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from functools import partial

import pytest

POST = "---\ntitle: Caches\ndate: 2024-03-05\n---\n\nText.\n"
COMMAND = [sys.executable, "-c", "from blogapp.cli import main; main()", "import", "markdown"]


@pytest.fixture
def environment(tmp_path):
    own = {name: value for name, value in os.environ.items() if not name.startswith("BLOG_")}
    return {**own, "BLOG_INSTANCE": str(tmp_path / "instance")}


@pytest.fixture
def take_in(environment, tmp_path):
    def run(*arguments):
        return subprocess.run(
            [*COMMAND, tmp_path / "site", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def site(tmp_path):
    """Write a file of the site: `site("a.md", POST)`."""

    def write(name, text):
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    return write


def rows(tmp_path, query):
    with sqlite3.connect(tmp_path / "instance" / "blog.sqlite") as database:
        found = database.execute(query).fetchall()
    database.close()
    return found


def test_an_import_tells_what_it_did(take_in, site, tmp_path):
    site("a.md", POST)
    site("README.md", "# Notes")
    site("b.md", POST + "![x](gone.png)")

    result = take_in("--report", tmp_path / "report.jsonl")

    assert result.returncode == 0
    assert "     2  made" in result.stdout
    assert "     1  skipped" in result.stdout
    assert "1 left out: describes the folder" in result.stdout
    assert result.stderr.splitlines() == ["b.md:7: the picture gone.png is not there"]
    lines = [json.loads(line) for line in (tmp_path / "report.jsonl").read_text().splitlines()]
    assert {line["path"]: line.get("error") for line in lines} == {
        "README.md": "describes the folder",
        "a.md": None,
        "b.md": None,
    }


def test_a_file_that_fails_gives_status_1_and_the_rest_comes_in(take_in, site, tmp_path):
    site("a.md", POST)
    site("bad.md", "+++\ntitle\n+++\n")

    result = take_in()

    assert result.returncode == 1
    assert result.stderr.startswith("bad.md:2: the front matter is not TOML")
    assert rows(tmp_path, "SELECT count(*) FROM posts") == [(1,)]


def test_a_dry_run_says_so_and_keeps_nothing(take_in, site, tmp_path):
    site("a.md", POST)

    result = take_in("--dry-run")

    assert "Nothing was kept" in result.stdout
    assert "     1  made" in result.stdout
    assert rows(tmp_path, "SELECT count(*) FROM posts") == [(0,)]


def test_time_zones_are_given_for_all_or_for_one_site(take_in, site, tmp_path):
    site("one/_posts/2024-03-05-a.md", POST)
    site("two/_posts/2024-03-05-b.md", POST)

    result = take_in("--time-zone", "Europe/Berlin", "--time-zone", "two=Asia/Tokyo")

    assert result.returncode == 0
    assert rows(tmp_path, "SELECT slug, published_at FROM posts ORDER BY slug") == [
        ("a", "2024-03-04 23:00:00.000000"),
        ("b", "2024-03-04 15:00:00.000000"),
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--time-zone", "Berlin"], "'Berlin' is not a time zone like Europe/Berlin"),
        (["--time-zone", "one=../../etc/passwd"], "is not a time zone"),
        (["--no-such-option"], "No such option"),
    ],
)
def test_a_wrong_option_is_explained(take_in, site, arguments, said):
    site("a.md", POST)

    result = take_in(*arguments)

    assert result.returncode == 2
    assert said in result.stderr


def test_a_folder_without_posts_is_an_error_of_one_line(take_in, site):
    site("notes.txt", "nothing")

    result = take_in()

    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "holds no Markdown files" in result.stderr


@pytest.mark.parametrize("key", [signal.SIGINT, signal.SIGTERM])
def test_an_import_that_is_stopped_leaves_whole_posts_and_goes_on(
    environment, take_in, site, tmp_path, key
):
    for number in range(40):
        site(
            f"{number:03}.md", f"---\ntitle: Post {number}\ntags: [one, two]\n---\n" + "Text. " * 99
        )
    # Reading a pipe waits for each line as it is written.
    process = subprocess.Popen(
        [*COMMAND, tmp_path / "site", "--report", "-"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background ignores the key that ends a command.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    with process:
        for _number in range(5):
            assert process.stdout.readline()
        process.send_signal(key)
        printed, _errors = process.communicate(timeout=60)

    assert process.returncode != 0
    whole = (
        "SELECT count(*) FROM posts WHERE html != '' AND published_at IS NOT NULL"
        " AND (SELECT count(*) FROM post_tags WHERE post_id = posts.id) = 2"
        " AND EXISTS (SELECT 1 FROM imported_files WHERE post_id = posts.id)"
    )
    ((made,),) = rows(tmp_path, "SELECT count(*) FROM posts")
    assert rows(tmp_path, whole) == [(made,)]
    assert 5 <= made < 40
    assert "  made" in printed

    result = take_in()

    assert result.returncode == 0
    assert f"{made:6}  unchanged" in result.stdout
    assert rows(tmp_path, whole) == [(40,)]
