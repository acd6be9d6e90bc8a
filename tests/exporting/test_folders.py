from datetime import timedelta

import pytest

from blogapp.exporting.errors import NotEmpty
from blogapp.exporting.folders import UNFINISHED, write_folder
from blogapp.extensions import db
from blogapp.posts.models import Post
from tests.conftest import JANUARY
from tests.exporting.conftest import content

HOUR = timedelta(hours=1)


class Killed(Exception):
    """Stands in for whatever ends a process."""


def test_a_post_is_a_file_of_words_that_anybody_can_read(make_post, make_author, write_out):
    ada = make_author()
    make_post(
        "Caches lie",
        body="Text.\n\n```sh\n---\n```\n",
        tags=["C++"],
        domain="Storage",
        authors=[ada],
        published_at=JANUARY + timedelta(microseconds=7),
    )

    text = (write_out() / "_posts/2026-01-01-caches-lie.md").read_text()

    assert text.startswith("---\ntitle: Caches lie\nslug: caches-lie\n")
    assert "date: '2026-01-01T12:00:00.000007+00:00'" in text
    assert text.endswith("\n---\n\nText.\n\n```sh\n---\n```\n")


def test_each_state_has_its_place(make_post, write_out):
    make_post("Out")
    make_post("Soon", published_at=JANUARY + timedelta(days=9999))
    make_post("Draft", published_at=None)
    make_post("Gone", withdrawn_at=JANUARY)
    make_post("Trashed", deleted_at=JANUARY)
    make_post("About", is_page=True)
    make_post("Planned", is_page=True, published_at=None)

    files = content(write_out())

    assert {path for path in files if path.endswith(".md")} == {
        "_posts/2026-01-01-out.md",
        "_posts/2053-05-18-soon.md",
        "_drafts/draft.md",
        "_withdrawn/gone.md",
        "_trash/trashed.md",
        "pages/about.md",
        "_pages/drafts/planned.md",
    }


def test_only_what_changed_is_written_and_what_went_is_removed(app, make_post, write_out):
    posts = [make_post(f"Post {n}", published_at=JANUARY + n * HOUR) for n in range(3)]
    folder = write_out()
    (folder / ".git").mkdir()
    (folder / "README.md").write_text("Mine.")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.*")}

    posts[0].summary = "Changed."
    db.session.delete(posts[1])
    db.session.commit()
    written = write_folder(folder, store=app.extensions["media"])

    assert (written.changed, written.removed) == (2, 1)
    assert not (folder / "_posts/2026-01-01-post-1.md").exists()
    assert (folder / "README.md").read_text() == "Mine."
    same = [path for path in before if path.exists() and path.stat().st_mtime_ns == before[path]]
    assert folder / "_posts/2026-01-01-post-2.md" in same
    assert folder / "_posts/2026-01-01-post-0.md" not in same


def test_a_folder_with_something_else_in_it_is_refused(app, make_post, tmp_path, write_out):
    make_post()
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "chapter.txt").write_text("Words.")

    with pytest.raises(NotEmpty, match=r"chapter\.txt was written by no export"):
        write_out("thesis")

    assert content(folder) == {"chapter.txt": b"Words."}


def test_nothing_is_written_through_a_link_or_over_a_stranger(make_post, tmp_path, write_out):
    make_post("First")
    folder = write_out()
    make_post("Draft", published_at=None)
    (folder / "_drafts").symlink_to(tmp_path)

    with pytest.raises(NotEmpty, match="leads to another place"):
        write_out()
    assert not (tmp_path / "draft.md").exists()

    (folder / "_drafts").unlink()
    (folder / "_drafts").mkdir()
    (folder / "_drafts" / "draft.md").write_text("Mine.")
    with pytest.raises(NotEmpty, match=r"draft\.md was written by no export"):
        write_out()
    assert (folder / "_drafts/draft.md").read_text() == "Mine."


def test_an_export_that_was_cut_off_is_finished_by_the_next(app, make_posts, tmp_path, write_out):
    posts = make_posts(6)
    folder, store = tmp_path / "export", app.extensions["media"]
    countdown = iter(range(16))

    def cut():
        if next(countdown, None) is None:
            raise Killed

    with pytest.raises(Killed):
        write_folder(folder, store=store, done=cut)
    assert (folder / UNFINISHED).exists()
    # One of those that are there already goes, so nobody will write it again.
    names = {path.name for path in (folder / "_posts").iterdir()}
    gone = next(post for post in posts if any(post.slug in name for name in names))
    db.session.delete(db.session.get(Post, gone.id))
    db.session.commit()
    write_out()

    assert content(folder) == content(write_out("fresh"))


def test_readers_change_nothing_of_it(make_post, browser, write_out, verified):
    make_post("Caches lie", tags=["C++"])
    folder = write_out()

    for address in (
        "/",
        "/posts/caches-lie",
        "/tags/c-plus-plus",
        "/?q=lie",
        "/nowhere",
        "/feed.xml",
    ):
        browser.get(address)

    assert verified(folder).is_equal


def test_two_blogs_that_say_the_same_have_the_same_files(make_post, write_out, elsewhere):
    def fill():
        for n in (2, 1, 3):
            post = make_post(f"Post {n}", tags=["b", "a"])
            post.entry_id = f"urn:{n}"
        db.session.commit()

    fill()
    one = write_out("one")
    with elsewhere():
        make_post("In between")
        db.session.delete(db.session.query(Post).one())
        db.session.commit()
        fill()
        other = write_out("other")

    assert content(one) == content(other)
