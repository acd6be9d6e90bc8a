"""Whatever a change alters on a page, caches are told a key that this page carries."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from blogapp.accounts.models import Author
from blogapp.caching.walking import fetch, walk
from blogapp.extensions import Base, db
from blogapp.migrations.noticing import SHOWN
from blogapp.outgoing.purging import EVERYTHING, Hook
from blogapp.posts.models import Domain, Post, RelatedPost, Series, Tag
from blogapp.posts.purging import begin, find_due, forget, notice, reached
from tests.caching.test_watching_triggers import _other_value, everything  # noqa: F401

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def settings():
    hook = Hook(addresses=("http://127.0.0.1:1/",), body="{json}")
    return {"PURGE": hook}


@pytest.fixture
def blog(app, clock, make_post, make_author):
    """Seven posts in a row, of which some share names; changes are noted."""
    ada, grace = make_author("Ada Lovelace"), make_author("Grace Hopper")
    posts = [
        make_post(
            f"Post {n}",
            body=f"## Words\n\nOf number {n}.\n\n```python\nprint({n})\n```\n",
            published_at=JANUARY + timedelta(days=n),
            tags=["all", f"tag {n % 3}"],
            domain=f"Domain {n % 2}",
            series="Series" if n < 3 else "",
            authors=[grace if n % 2 else ada],
        )
        for n in range(7)
    ]
    make_post("About us", is_page=True)
    db.session.merge(RelatedPost(post_id=posts[6].id, other_id=posts[0].id, score=0.9))
    begin("this version", NOW)
    db.session.commit()
    noted()
    return posts


def noted():
    """Return what caches are told of all that has changed."""
    notice(NOW, lambda: NOW)
    due = find_due(NOW + timedelta(seconds=2))
    keys = reached(due.noted, NOW)
    forget(due)
    db.session.commit()
    return set(keys)


def pages(app):
    """Return what each public address says, and which keys it carries."""
    found = {}

    def visit(address):
        with fetch(app, address) as answer:
            if answer.status_code != 200:
                return None
            if "CDN-Cache-Control" in answer.headers:
                keys = set(answer.headers["Cache-Tag"].split(","))
                found[address] = answer.get_data(), keys
            return answer.text

    walk(app, visit)
    return found


def left_behind(app, change):
    """Return the pages that caches would go on to show although ``change`` altered them."""
    before = pages(app)
    change()
    db.session.commit()
    keys = noted()
    db.session.expire_all()
    return keys, [
        address
        for address, (body, carried) in before.items()
        if not carried & keys and _body_now(app, address) != body
    ]


def _body_now(app, address):
    with fetch(app, address) as answer:
        return answer.get_data() if answer.status_code == 200 else None


def edit(model, **values):
    def change():
        row = db.session.scalars(select(model).order_by(model.id)).first()
        for name, value in values.items():
            setattr(row, name, value)

    return change


CHANGES = {
    "title": edit(Post, title="Another", slug="another", slug_key="another"),
    "withdrawn": edit(Post, withdrawn_at=NOW),
    "moved": edit(Post, published_at=JANUARY + timedelta(days=3, hours=1)),
    "author": edit(Author, name="Ada King"),
    "unlisted": edit(Post, unlisted=True),
    "later": edit(Post, published_at=NOW + timedelta(days=1)),
    "alone": edit(Post, series_id=None, domain_id=None),
    "tag": edit(Tag, name="Everything"),
    "domain": edit(Domain, name="Field"),
    "series": edit(Series, name="Row", slug="row"),
}
SAMPLE = 4


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.prove] * (number >= SAMPLE))
        for number, name in enumerate(CHANGES)
    ],
)
def test_no_page_is_left_as_it_was(app, blog, name):
    keys, left = left_behind(app, CHANGES[name])

    assert left == []
    assert keys
    assert EVERYTHING not in keys


@pytest.mark.prove
@pytest.mark.parametrize("table", [name for name in SHOWN if name in Base.metadata.tables])
def test_no_column_leaves_a_page_as_it_was(app, everything, clock, table, subtests):  # noqa: F811
    begin("this version", NOW)
    db.session.commit()
    noted()
    shown = Base.metadata.tables[table]
    for column in shown.columns:
        if column.primary_key or column.name in SHOWN[table].private:
            continue
        row = db.session.execute(select(shown)).mappings().first()
        where = [key == row[key.name] for key in shown.primary_key]
        value = _other_value(column, row[column.name])

        def change(column=column, where=where, value=value):
            db.session.execute(shown.update().where(*where).values({column: value}))

        with subtests.test(column=column.name):
            _keys, left = left_behind(app, change)
            assert left == []
        db.session.rollback()
        db.session.execute(shown.update().where(*where).values({column: row[column.name]}))
        db.session.commit()
        noted()
