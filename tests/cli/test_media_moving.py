"""`media move` and `media check --deep`, with a bucket at one end."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from blogapp.cli import group
from tests.s3_server import ACCESS, SECRET


@pytest.fixture
def blogapp(tmp_path):
    """Run ``blogapp …`` with files at an address; returns what came of it."""

    def run(*arguments, media=""):
        environment = {name: None for name in os.environ if name.startswith("BLOG_")}
        environment |= {
            "BLOG_INSTANCE": str(tmp_path / "instance"),
            "BLOG_MEDIA_URL": media,
            "BLOG_S3_ACCESS_KEY": ACCESS,
            "BLOG_S3_SECRET_KEY": SECRET,
        }
        return CliRunner(env=environment).invoke(group, arguments)

    return run


def test_a_blog_moves_into_a_bucket_is_backed_up_there_and_comes_back(blogapp, bucket, tmp_path):
    site, folder = tmp_path / "site", tmp_path / "instance" / "media"
    site.mkdir()
    (site / "figures.csv").write_text("a,b\n" * 50)
    (site / "shards.md").write_text("---\ntitle: Shards\n---\n[Figures](figures.csv)\n")
    assert blogapp("import", "markdown", str(site)).exit_code == 0
    (file,) = folder.rglob("*.csv")
    there = str(bucket)

    moved = blogapp("media", "move", there, "--delete")

    assert moved.exit_code == 0, moved.output
    assert "1 files copied" in moved.output
    assert f"BLOG_MEDIA_URL={there}" in moved.output
    assert not file.exists()
    checked = blogapp("media", "check", "--deep", media=there)
    assert checked.exit_code == 0, checked.output

    archive = tmp_path / "blog.tar"
    assert blogapp("backup", str(archive), media=there).exit_code == 0
    assert blogapp("export", str(tmp_path / "export"), media=there).exit_code == 0
    assert [*Path(tmp_path / "export").rglob(file.name)] != []
    assert blogapp("verify", str(tmp_path / "export"), media=there).exit_code == 0
    back = blogapp("media", "move", str(folder), "--delete", media=there)
    assert back.exit_code == 0, back.output
    assert file.read_text() == "a,b\n" * 50
    assert blogapp("media", "check", media=there).exit_code == 1

    restored = blogapp("restore", str(archive), media=there)

    assert restored.exit_code == 0, restored.output
    assert "1 files came back" in restored.output
    checked = blogapp("media", "check", "--deep", media=there)
    assert checked.exit_code == 0, checked.output


@pytest.mark.sqlite
def test_an_address_of_no_store_is_no_folder(blogapp, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    done = blogapp("media", "move", "ftp://files.example.com/blog")

    assert done.exit_code == 2
    assert "is neither a folder nor like s3://bucket" in done.output
    assert not (tmp_path / "ftp:").exists()


def test_a_bucket_that_does_not_answer_is_said_in_one_line(blogapp, bucket, monkeypatch):
    monkeypatch.setattr("blogapp.media.moving.PAUSES", ())

    moved = blogapp("media", "move", "s3://other?endpoint=http://127.0.0.1:1")
    same = blogapp("media", "move", str(bucket), media=str(bucket))
    wrong = blogapp("media", "move", "s3://x")

    assert moved.exit_code == 1
    assert "other does not answer" in str(moved.exception)
    assert (same.exit_code, wrong.exit_code) == (2, 2)
