"""The index follows the database, whoever writes there and however."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import delete, insert, text, update

from blogapp.extensions import db
from blogapp.posts import facet_index as indexing
from blogapp.posts.facet_index import facet_index
from blogapp.posts.models import ContentVersion, Domain, Post, Series, Tag, TagAlias, post_tags
from blogapp.site.models import Site

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MAY = datetime(2026, 5, 1, 9, tzinfo=UTC)
TWO_HOURS = timedelta(hours=2)


def found(facet, slug, now=NOW):
    index = facet_index()
    return sorted(index.ids[at] for at in index.holding(facet, slug) & index.listed(now))


def version():
    return facet_index().version


# What stands in it.


def test_a_post_is_found_by_everything_it_has(make_post, make_author):
    ada = make_author("Ada Lovelace")
    post = make_post(
        tags=["CI/CD"],
        domain="Data",
        series="Leases",
        kind="note",
        language="pt-BR",
        authors=[ada],
        published_at=MAY,
    )
    make_post("Bare", published_at=datetime(2024, 1, 1, tzinfo=UTC))

    for facet, slug in {
        "tag": "ci-cd",
        "domain": "DATA",
        "series": "leases",
        "kind": "note",
        "author": "ada-lovelace",
        "year": "2026",
        "month": "5",
        "language": "pt",
    }.items():
        assert found(facet, slug) == [post.id], facet
    assert found("language", "pt-br") == [post.id]
    assert found("tag", "nothing") == found("language", "p") == []


def test_posts_stand_in_the_order_of_the_listing(make_post):
    later = make_post("Later", published_at=MAY + TWO_HOURS)
    first, second = make_post("First", published_at=MAY), make_post("Second", published_at=MAY)

    index = facet_index()

    assert list(index.ids) == [first.id, second.id, later.id]
    assert index.moment(2) == MAY + TWO_HOURS
    assert index.place(MAY, second.id) == 1
    assert index.place(MAY, second.id + 1) == 2
    assert list(index.positions([later.id, first.id, 999])) == [0, 2]


def test_the_clock_decides_what_is_listed(make_post):
    make_post("Now", published_at=NOW)
    make_post("Soon", published_at=NOW + timedelta(microseconds=1))

    index = facet_index()

    assert len(index) == 2
    assert list(index.listed(NOW)) == [0]
    assert list(index.listed(NOW + timedelta(microseconds=1))) == [0, 1]


def test_a_span_begins_at_its_first_moment_and_ends_before_its_last(make_posts):
    posts = make_posts(4)

    index = facet_index()

    moments = [post.published_at for post in posts]
    assert list(index.between(moments[1], moments[3])) == [1, 2]
    assert list(index.between(None, moments[1])) == [0]
    assert list(index.between(moments[3], None)) == [3]
    assert list(index.between(moments[3], moments[1])) == []


def test_what_nobody_may_find_is_not_in_it(make_post):
    make_post("Draft", published_at=None)
    make_post("Withdrawn", withdrawn_at=MAY)
    make_post("Trashed", deleted_at=MAY)
    make_post("Unlisted", unlisted=True)
    make_post("About", is_page=True)

    assert len(facet_index()) == 0


def test_a_tag_is_known_by_its_other_names(make_post):
    post = make_post(tags=["PostgreSQL"])
    tag = db.session.query(Tag).one()
    db.session.add(TagAlias(tag_id=tag.id, name="Postgres DB", slug="postgres"))
    db.session.add(TagAlias(tag_id=None, slug="gone"))
    db.session.commit()

    index = facet_index()

    assert found("tag", "Postgres") == [post.id]
    assert index.value("tag", "POSTGRES").slug == "postgresql"
    assert index.value("tag", "gone") is None
    for said in ("postgresql", "PostgreSQL", "postgres", "postgres db"):
        assert index.meant("tag", said).slug == "postgresql"


def test_posts_that_say_no_language_are_in_the_blogs_own(make_post):
    post = make_post()
    assert found("language", "en") == [post.id]

    db.session.add(Site(id=1, title="Blog", language="de"))
    db.session.commit()
    assert found("language", "de") == [post.id]

    db.session.execute(update(Site).values(language="fr"))
    db.session.commit()
    assert found("language", "fr") == [post.id]
    assert found("language", "de") == []


# When it changes.


def test_it_costs_one_statement_while_nothing_changes(make_posts, queries):
    make_posts(3, tags=["dns"])
    first = facet_index()
    queries.clear()

    assert facet_index() is first
    assert len(queries) == 1


@pytest.mark.parametrize("amount", [1, 30])
def test_reading_it_costs_a_constant_number_of_statements(make_post, queries, amount):
    for number in range(amount):
        make_post(tags=[f"tag {number}"], domain=f"Domain {number}")
    queries.clear()

    facet_index()

    assert len(queries) == 7


def test_a_draft_and_a_text_change_nothing(make_post, make_author):
    post = make_post("Public", tags=["dns"], published_at=MAY)
    draft = make_post("Draft", tags=["dns"], published_at=None)
    before = version()

    make_post("New", tags=["new tag"], domain="New", authors=[make_author()], published_at=None)
    tag_by_hand(draft)
    draft.kind, draft.unlisted, draft.deleted_at = "note", True, NOW
    post.title, post.body, post.slug = "Other", "Other words.", "other"
    db.session.commit()

    assert version() == before


def rename(post):
    db.session.execute(update(Tag).where(Tag.slug == "dns").values(name="Names", slug="names"))


def name_otherwise(post):
    tag = db.session.query(Tag).filter_by(slug="dns").one()
    db.session.add(TagAlias(tag_id=tag.id, slug="domain-names"))


def tag_by_hand(post):
    tag = Tag(name="WAL", slug="wal")
    db.session.add(tag)
    db.session.flush()
    db.session.execute(insert(post_tags).values(post_id=post.id, tag_id=tag.id))


WRITES = {
    "publish": lambda post: setattr(post, "published_at", NOW),
    "withdraw": lambda post: setattr(post, "withdrawn_at", NOW),
    "trash": lambda post: setattr(post, "deleted_at", NOW),
    "delete": lambda post: db.session.execute(delete(Post).where(Post.id == post.id)),
    "hide": lambda post: setattr(post, "unlisted", True),
    "kind": lambda post: db.session.execute(update(Post).values(kind="essay")),
    "language": lambda post: setattr(post, "language", "de"),
    "domain": lambda post: setattr(post, "domain", Domain(name="Web", slug="web")),
    "series": lambda post: setattr(post, "series", Series(name="Tales", slug="tales")),
    "month": lambda post: setattr(post, "published_month", 202001),
    "untag": lambda post: db.session.execute(delete(post_tags)),
    "drop the tag": lambda post: db.session.execute(delete(Tag)),
    "unsign": lambda post: db.session.execute(text("DELETE FROM post_authors")),
    "name the author": lambda post: db.session.execute(text("UPDATE authors SET name = 'Ada'")),
    "name the domain": lambda post: db.session.execute(update(Domain).values(name="Facts")),
    "an alias": name_otherwise,
    "rename": rename,
    "tag": tag_by_hand,
}


@pytest.mark.parametrize("write", WRITES)
def test_every_write_is_noticed_once_it_is_there(make_post, make_author, write):
    post = make_post("One", tags=["dns"], domain="Data", authors=[make_author()])
    make_post("Other", tags=["other"])
    before = facet_index()

    WRITES[write](post)
    db.session.flush()
    during = facet_index()
    db.session.rollback()
    after = facet_index()

    assert contents(during) != contents(before)
    assert contents(after) == contents(before)


def contents(index):
    return (
        list(index.ids),
        list(index.moments),
        index.aliases,
        {
            facet: {key: (v.slug, v.name, list(v.positions)) for key, v in values.items()}
            for facet, values in index.values.items()
        },
    )


def test_a_change_that_was_taken_back_is_forgotten_whoever_changes_next(make_post):
    make_post("Kept", tags=["dns"])
    db.session.execute(update(Post).values(kind="taken back"))
    facet_index()
    db.session.rollback()
    db.session.execute(update(Post).values(kind="meant"))
    db.session.commit()

    assert list(facet_index().values["kind"]) == ["meant"]


def test_nobody_sees_a_change_before_it_is_committed(make_post):
    make_post(tags=["dns"])
    before = facet_index()

    with db.engine.connect() as other:
        other.execute(update(Post).values(kind="note"))
        assert facet_index() is before
        db.session.rollback()
        other.commit()

    assert list(facet_index().values["kind"]) == ["note"]


@pytest.mark.postgres
def test_writers_never_wait_for_each_other(make_post):
    one, two = make_post("One"), make_post("Two")

    with db.engine.connect() as first, db.engine.connect() as second:
        second.execute(text("SET lock_timeout = '1s'"))
        first.execute(update(Post).where(Post.id == one.id).values(kind="first"))
        second.execute(update(Post).where(Post.id == two.id).values(kind="second"))
        first.commit()
        seen = facet_index()
        db.session.rollback()
        second.commit()

    assert list(seen.values["kind"]) == ["first"]
    assert sorted(facet_index().values["kind"]) == ["first", "second"]


def test_threads_that_find_it_old_read_it_once(app, make_posts, monkeypatch):
    make_posts(3)
    read, ready, readings = indexing._read, Barrier(4), []

    def count(version):
        readings.append(version)
        return read(version)

    def look():
        with app.app_context():
            ready.wait()
            return facet_index()

    monkeypatch.setattr(indexing, "_read", count)
    with ThreadPoolExecutor(4) as pool:
        found = [future.result() for future in [pool.submit(look) for _ in range(4)]]

    assert len(readings) == 1
    assert len(set(map(id, found))) == 1


def test_what_is_written_while_it_is_read_is_not_passed_over(make_post, monkeypatch):
    make_post("One")
    read, kinds = indexing._read, iter(["first", "second"])

    def disturbed(version):
        index = read(version)
        if kind := next(kinds, None):
            with db.engine.begin() as other:
                other.execute(update(Post).values(kind=kind))
        return index

    monkeypatch.setattr(indexing, "_read", disturbed)
    facet_index()
    db.session.rollback()

    assert list(facet_index().values["kind"]) == ["second"]


def test_a_version_is_one_row_while_writers_come_one_by_one(make_posts):
    make_posts(3)

    assert db.session.query(ContentVersion).count() == 1
