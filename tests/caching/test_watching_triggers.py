"""The database itself notes what readers could be shown, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import JSON, Boolean, Enum, Float, Integer, String, func, inspect, select, text

import blogapp.accounts.audit_models
import blogapp.accounts.directory.models
import blogapp.accounts.factor_models
import blogapp.accounts.invitation_models
import blogapp.accounts.step_models
import blogapp.importing.models
import blogapp.importing.run_models
import blogapp.jobs.models
import blogapp.mailing.models
import blogapp.posts.draft_models
import blogapp.posts.preview_models
import blogapp.posts.publication_models
import blogapp.posts.redirect_models
import blogapp.posts.review_models
import blogapp.posts.revision_models
import blogapp.posts.undo_models
import blogapp.site.cache_models
import blogapp.site.report_models  # noqa: F401
from blogapp.accounts.models import Author
from blogapp.extensions import Base, UTCDateTime, db
from blogapp.media.models import Media
from blogapp.migrations.noticing import PRIVATE, SHOWN
from blogapp.migrations.triggers import PREFIX
from blogapp.posts.comment_models import Comment
from blogapp.posts.facet_index import facet_index
from blogapp.posts.models import (
    ContentVersion,
    Domain,
    Post,
    PostMedia,
    Redirect,
    RelatedPost,
    Tag,
    TagAlias,
)
from blogapp.posts.revision_models import Revision, RevisionKind
from blogapp.site.models import Site

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def token():
    db.session.flush()
    return db.session.execute(text("SELECT id, page_token FROM content_version")).all()


@pytest.fixture
def everything(make_post, make_author):
    """Two posts that readers know, with a row of each table that pages are made of."""
    authors = [make_author("Ada Lovelace"), make_author("Grace Hopper")]
    media = [
        Media(
            sha256="0" * 64,
            key=f"{n}/a.png",
            name="a.png",
            content_type="image/png",
            size=1,
            created_at=NOW,
        )
        for n in range(2)
    ]
    db.session.add_all([*media, Site(title="A blog")])
    db.session.flush()
    posts = [
        make_post(f"Post {n}", tags=[f"tag {n}"], domain=f"Domain {n}", series=f"Series {n}",
                  authors=[authors[n]], cover_id=media[n].id)
        for n in range(2)
    ]  # fmt: skip
    first, second = posts
    db.session.merge(RelatedPost(post_id=first.id, other_id=second.id, score=0.5))
    db.session.add_all(
        [
            PostMedia(post_id=first.id, name="a.png", media_id=media[0].id),
            TagAlias(
                tag_id=db.session.scalar(select(func.min(Tag.id))), name="Other", slug="other"
            ),
            Redirect(path="/old", post_id=first.id, created_at=NOW),
            Comment(post_id=first.id, source_id="1", at=NOW),
            Revision(
                post_id=first.id,
                number=900,
                kind=RevisionKind.UPDATED,
                at=NOW,
                begun_at=NOW,
                change_type="update",
                digest="0" * 64,
            ),
        ]
    )
    db.session.commit()
    return posts


# What is in it.


def test_each_table_is_noticed_or_said_to_be_private(app):
    tables = set(inspect(db.engine).get_table_names()) | {t.name for t in db.metadata.sorted_tables}
    parts = {f"{table}_{part}" for table in PRIVATE for part in
             ("config", "content", "data", "docsize", "idx")}  # fmt: skip

    assert tables - parts <= SHOWN.keys() | PRIVATE.keys()
    assert not SHOWN.keys() & PRIVATE.keys()


def test_each_column_of_a_shown_table_is_noticed_or_said_to_be_private(everything):
    shown = [table for table in Base.metadata.sorted_tables if table.name in SHOWN]
    assert {table.name for table in shown} | {"search_posts"} == SHOWN.keys()

    for table in shown:
        assert set(SHOWN[table.name].private) <= set(table.columns.keys()), table.name
        for column in table.columns:
            if column.primary_key and not column.foreign_keys:
                continue
            is_noticed = _changes_the_token(table, column)
            is_private = column.name in SHOWN[table.name].private
            assert is_noticed is not is_private, f"{table.name}.{column.name}"


def _changes_the_token(table, column):
    row = db.session.execute(select(table)).mappings().first()
    where = [key == row[key.name] for key in table.primary_key]
    before = token()
    changed = table.update().where(*where).values({column: _other_value(column, row[column.name])})
    db.session.execute(changed)
    after = token()
    db.session.rollback()
    return after != before


def _other_value(column, value):
    for key in column.foreign_keys:
        others = db.session.scalars(select(key.column).where(key.column != value)).all()
        if value is None:
            others = db.session.scalars(select(key.column)).all()
        return others[-1]
    match column.type:
        case Boolean():
            return not value
        case UTCDateTime():
            return (value or NOW) + timedelta(days=1)
        case Integer() | Float():
            return (value or 0) + 1
        case JSON():
            return ["something else"]
        case Enum() | String():
            return "editor" if column.name == "role" else f"{(value or '')[1:]}z"
    raise TypeError(column.type)


@pytest.mark.parametrize(
    "name",
    ["post_tags", "post_authors", "post_media", "related_posts", "revisions", "redirects",
     "tag_aliases"],
)  # fmt: skip
def test_each_row_that_comes_or_goes_is_noticed(everything, name):
    table = Base.metadata.tables[name]
    row = dict(db.session.execute(select(table)).mappings().first())
    before = token()

    db.session.execute(table.delete().where(*(key == row[key.name] for key in table.primary_key)))
    gone = token()
    db.session.execute(table.insert().values(row))

    assert before != gone != token()


def test_no_trigger_stands_on_a_private_table(app):
    asked = {
        "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": (
            "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
        ),
    }
    found = db.session.execute(text(asked[db.engine.dialect.name]))
    tables = {table for name, table in found if name.startswith(PREFIX)}

    assert tables == SHOWN.keys()


# Posts.


def test_a_draft_that_readers_never_saw_is_not_noticed(make_post, author):
    make_post("Public", body="Words about sqlite.", tags=["sqlite"])
    post = make_post("Draft", published_at=None, authors=[author.author])
    before = token()

    typed = {
        "title": "A draft",
        "body": "More words about sqlite.",
        "tags": "sqlite, new",
        "domain": "New",
        "series": "New",
        "version": post.version,
    }
    saved = author.post(f"/write/posts/{post.id}", data=typed)
    trashed = author.post(f"/write/posts/{post.id}/trash")

    assert (saved.status_code, trashed.status_code) == (303, 303)
    assert db.session.get(Post, post.id).title == "A draft"
    assert token() == before


@pytest.mark.parametrize(
    "columns",
    [
        {"published_at": LATER},
        {"unlisted": True},
        {"is_page": True},
        {"withdrawn_at": NOW},
        {"deleted_at": NOW},
    ],
    ids=lambda columns: next(iter(columns)),
)
def test_a_post_that_readers_know_or_will_know_is_noticed(make_post, columns):
    empty = token()
    post = make_post("Known", **columns)
    made = token()
    post.title = "Changed"
    changed = token()
    post.withdrawn_at = LATER
    withdrawn = token()
    db.session.delete(post)

    assert len({str(seen) for seen in (empty, made, changed, withdrawn, token())}) == 5


def test_a_draft_is_noticed_when_it_is_given_a_date_and_when_it_loses_it(make_post):
    post = make_post(published_at=None)
    before = token()
    post.published_at = NOW
    dated = token()
    post.published_at = None

    assert before != dated != token()


def test_a_title_leaves_the_index_of_what_can_be_found_as_it_is(make_post):
    post = make_post("Before")
    index = facet_index()

    post.title, post.body, post.html = "After", "Text.", "<p>Text.</p>"
    db.session.commit()

    assert facet_index() is index


def test_names_are_noticed_with_the_first_post_that_has_them(make_post):
    before = token()
    db.session.add(Domain(name="Storage", slug="storage"))
    assert token() == before

    make_post(domain="Storage")

    assert token() != before


# Who else writes.


@pytest.mark.postgres
def test_nobody_waits_for_another_who_changes_a_page(app, make_post, everything):
    first, second = everything
    with db.engine.connect() as one, db.engine.connect() as other:
        one.execute(text("UPDATE posts SET title = 'One' WHERE id = :id"), {"id": first.id})
        other.execute(text("SET LOCAL lock_timeout = '1s'"))
        other.execute(text("UPDATE posts SET title = 'Two' WHERE id = :id"), {"id": second.id})
        before = token()
        db.session.rollback()
        other.commit()
        between = token()
        db.session.rollback()
        one.commit()

    assert before != between != token()
    assert db.session.query(ContentVersion).count() == 2


def test_what_is_rolled_back_was_not_noticed(make_post):
    post = make_post()
    before = token()
    post.title = "Other"
    assert token() != before

    db.session.rollback()

    assert token() == before


def test_signing_in_is_not_noticed(make_author, as_author):
    author = make_author()
    before = token()

    as_author(author).get("/write/posts")
    author.password_hash, author.email = "other", "other@example.com"
    db.session.commit()

    assert token() == before
    author.bio = "Writes about leases."
    assert token() != before
    assert db.session.query(Author).count() == 1


def test_typing_in_a_live_post_is_not_noticed(author, make_post):
    post = make_post("Live", body="Text.", authors=[author.author])
    before = token()

    burst = {"client": "c" * 20, "sequence": 1, "base": 0, "fields": {"title": "Typed"}}
    answer = author.post(f"/write/posts/{post.id}/journal", json=burst)

    assert answer.status_code == 200
    assert token() == before
