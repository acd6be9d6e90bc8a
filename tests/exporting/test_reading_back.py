import pytest
from sqlalchemy import func, select

from blogapp.accounts.models import Author
from blogapp.exporting.trees import is_export
from blogapp.extensions import db
from blogapp.importing.reporting import Result
from blogapp.posts.models import Post, Redirect
from blogapp.posts.revision_models import Revision
from blogapp.posts.writing import Manuscript, save
from blogapp.site.models import Site
from tests.conftest import JANUARY, parse
from tests.exporting.conftest import NOW, content


class Killed(Exception):
    """Stands in for whatever ends a process."""


def outcomes(report):
    return {outcome.path: outcome.result for outcome in report.outcomes}


def find(slug):
    return db.session.scalar(select(Post).where(Post.slug == slug))


def edit(post, **columns):
    for name, value in columns.items():
        setattr(post, name, value)
    db.session.commit()


def test_what_readers_see_is_made_anew(full, browser, make_post, write_out, read_back, elsewhere):
    make_post("Caches lie", body="## One\n\nText about *leases*.", tags=["C++"])
    page = browser.page("/posts/caches-lie").select_one(".prose")
    export = write_out()

    with elsewhere() as blog:
        read_back(export)
        reader = blog.app.test_client()
        again = reader.get("/posts/caches-lie").text
        found = reader.get("/?q=leases").text

    assert parse(again).select_one(".prose") == page
    assert "Caches lie" in found


def test_authors_come_without_a_password_and_it_is_said(
    make_author, make_post, write_out, read_back, elsewhere
):
    make_post(authors=[make_author("Ada", role="owner", password_hash="secret")])
    export = write_out()

    with elsewhere():
        report = read_back(export)
        ada = db.session.scalars(select(Author)).one()

    assert (ada.role, ada.password_hash) == ("owner", None)
    assert "blogapp author reset ada@example.com" in str(report.problems[0])
    assert b"secret" not in b"".join(content(export).values())


def test_the_owner_who_is_there_becomes_what_the_export_says_and_keeps_the_password(
    make_author, make_post, write_out, read_back, elsewhere, verified
):
    ada = make_author("Ada Lovelace", role="owner", bio="Counts.")
    make_post(authors=[ada])
    export = write_out()

    with elsewhere():
        owner = Author(name="ada", slug="me", email="ada-lovelace@example.com", created_at=NOW)
        owner.role, owner.password_hash = "owner", "kept"
        db.session.add(owner)
        db.session.commit()
        report = read_back(export)
        verdict = verified(export)
        now = db.session.scalars(select(Author)).one()

    assert verdict.is_equal
    assert (now.name, now.slug, now.bio, now.password_hash) == (
        *("Ada Lovelace", "ada-lovelace", "Counts.", "kept"),
    )
    assert not report.problems


def test_into_a_blog_with_content_only_what_is_new_comes(
    make_author, make_post, write_out, read_back, elsewhere, monkeypatch
):
    make_post("Shared", body="Theirs.", authors=[make_author("Eve", role="owner")])
    make_post("New", series="Leases")
    db.session.add(Site(id=1, title="Theirs"))
    db.session.commit()
    export = write_out()

    with elsewhere():
        mine = make_post("Shared", body="Mine.")
        db.session.add(Site(id=1, title="Mine"))
        db.session.commit()
        version = mine.version
        first, second = read_back(export), read_back(export)
        eve = db.session.scalars(select(Author)).one()
        assert (find("shared").version, find("shared").slug) == (version, "shared")
        assert db.session.scalar(select(Post.body).where(Post.slug == "shared")) == "Mine."
        assert db.session.get(Site, 1).title == "Mine"

    assert outcomes(first)["_posts/2026-01-01-new.md"] is Result.MADE
    assert outcomes(first)["_posts/2026-01-01-shared.md"] is Result.KEPT
    assert outcomes(first)["_data/blog.yml"] is Result.KEPT
    assert not {Result.MADE, Result.CHANGED} & {*outcomes(second).values()}
    # Whoever wrote the export does not decide who owns this blog.
    assert eve.role == "author"


def test_a_newer_export_changes_what_was_not_edited_here(
    make_posts, write_out, read_back, elsewhere
):
    posts = make_posts(4)
    export = write_out()
    with elsewhere():
        read_back(export)
        edit(find("post-2"), summary="Mine.")
        db.session.delete(find("post-4"))
        db.session.commit()

    for post in posts[:2]:
        edit(post, summary="Theirs.")
    save_as(posts[2], "moved")
    write_out()
    with elsewhere():
        report = read_back(export)
        said = dict(db.session.execute(select(Post.slug, Post.summary)).all())
        led = db.session.scalar(select(Redirect.post_id).where(Redirect.path == "/posts/post-3"))
        moved = find("moved").id

    assert said == {"post-1": "Theirs.", "post-2": "Mine.", "moved": ""}
    assert led == moved
    results = outcomes(report)
    assert results["_posts/2026-01-01-post-1.md"] is Result.CHANGED
    assert results["_posts/2026-01-02-post-2.md"] is Result.KEPT
    assert results["_posts/2026-01-04-post-4.md"] is Result.SKIPPED


def save_as(post, slug):
    from sqlalchemy.orm import selectinload

    loaded = [selectinload(Post.tags), selectinload(Post.bylines)]
    post = db.session.scalars(select(Post).where(Post.id == post.id).options(*loaded)).one()
    save(post, Manuscript(title=post.title, body="Text.", slug=slug), now=NOW)
    db.session.commit()


def test_a_dry_run_keeps_nothing(full, write_out, read_back, elsewhere):
    full()
    export = write_out()

    with elsewhere() as blog:
        before = count_all()
        report = read_back(export, dry_run=True)
        after = count_all()
        files = content(blog.media_folder)

    assert {*outcomes(report).values()} <= {Result.MADE, Result.UNCHANGED}
    assert Result.MADE in [r for path, r in outcomes(report).items() if path.endswith(".md")]
    assert after == before
    assert files == {}


def count_all():
    tables = db.metadata.sorted_tables
    return {t.name: db.session.scalar(select(func.count()).select_from(t)) for t in tables}


def test_reading_back_that_was_cut_off_is_finished_by_the_next(
    full, write_out, read_back, elsewhere, verified
):
    full(5)
    export = write_out()
    places = [2, 14, 27]

    with elsewhere():
        for place in places:
            countdown = iter(range(place))

            def cut(_outcome, countdown=countdown):
                if next(countdown, None) is None:
                    raise Killed

            with pytest.raises(Killed):
                read_back(export, on_outcome=cut)
        read_back(export)
        verdict = verified(export)
        revisions = db.session.scalar(select(func.count(Revision.id)))

    assert verdict.is_equal, verdict.first
    assert revisions == db.session.scalar(select(func.count(Revision.id)))


def test_posts_of_one_moment_keep_their_order(make_post, write_out, read_back, elsewhere):
    for title in ("b", "c", "a"):
        make_post(title, published_at=JANUARY)
    export = write_out()

    with elsewhere():
        read_back(export)
        order = db.session.scalars(select(Post.slug).order_by(Post.published_at, Post.id)).all()

    assert order == ["b", "c", "a"]


def test_an_import_of_its_own_source_changes_nothing_afterwards(
    app, tmp_path, write_out, read_back, elsewhere
):
    from zoneinfo import ZoneInfo

    from flask import current_app

    from blogapp.importing.importing import import_tree

    def take_in():
        store = current_app.extensions["media"]
        return import_tree(site, zone=ZoneInfo("UTC"), now=NOW, store=store)

    site = tmp_path / "site"
    site.mkdir()
    (site / "a.md").write_text("---\ntitle: A\ndate: 2024-01-02\n---\n\nText.\n")
    take_in()
    export = write_out()

    with elsewhere():
        read_back(export)
        report = take_in()

    assert outcomes(report)["a.md"] is Result.UNCHANGED
    assert is_export(export)
    assert not is_export(site)
