"""What is taken in change by change is what one would read anew."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from pyroaring import BitMap
from sqlalchemy import delete, func, insert, select, text, update

from blogapp.extensions import db
from blogapp.migrations.triggers import MOST_NOTED
from blogapp.posts import facet_index as indexing
from blogapp.posts.change_models import NotedPost
from blogapp.posts.facet_changes import Move
from blogapp.posts.facet_index import facet_index, read_versions
from blogapp.posts.models import ContentVersion, Post, Tag, TagAlias, post_tags

MAY = datetime(2026, 5, 1, 9, tzinfo=UTC)


@pytest.fixture
def readings(monkeypatch):
    """How often all posts were read."""
    read, found = indexing._read, []

    def note(version):
        found.append(version)
        return read(version)

    monkeypatch.setattr(indexing, "_read", note)
    return found


def contents(index):
    return {
        "version": index.version,
        "ids": list(index.ids),
        "moments": list(index.moments),
        "places": index.places.of(range(200)),
        "aliases": (index.aliases, index.alias_names),
        "months": {month: list(found) for month, found in index.months.items()},
        "values": {
            facet: [(key, v.slug, v.name, list(v.positions)) for key, v in values.items()]
            for facet, values in index.values.items()
        },
    }


def is_as_read():
    return contents(facet_index()) == contents(indexing._read(read_versions().facets))


CHANGES = {
    "publish": lambda r, id: _set(id, published_at=_moment(r), published_month=_month(r)),
    "now": lambda r, id: _set(id, published_at=MAY + timedelta(days=99, minutes=r.randrange(9))),
    "withdraw": lambda _r, id: _set(id, withdrawn_at=MAY),
    "return": lambda _r, id: _set(id, withdrawn_at=None, deleted_at=None),
    "trash": lambda _r, id: _set(id, deleted_at=MAY),
    "hide": lambda r, id: _set(id, unlisted=r.random() < 0.5),
    "kind": lambda r, id: _set(id, kind=r.choice(["", "note", "essay"])),
    "language": lambda r, id: _set(id, language=r.choice(["", "de", "pt-BR"])),
    "domain": lambda r, id: _set(id, domain_id=r.choice([None, 1, 2])),
    "series": lambda r, id: _set(id, series_id=r.choice([None, 1])),
    "tag": lambda r, id: _tag(id, r.randint(1, 4)),
    "untag": lambda _r, id: db.session.execute(
        delete(post_tags).where(post_tags.c.post_id == id)
    ),
    "unsign": lambda _r, id: db.session.execute(
        text("DELETE FROM post_authors WHERE post_id = :id"), {"id": id}
    ),
    "delete": lambda r, id: r.random() < 0.3 and db.session.execute(
        delete(Post).where(Post.id == id)
    ),
}  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_any_changes_one_after_the_other_give_what_is_read_anew(
    make_post, make_author, readings, seed
):
    chance, ada = random.Random(seed), make_author("Ada Lovelace")
    for number in range(12):
        make_post(
            f"Post {number}", tags=[f"tag {number % 4}"], domain=f"Domain {number % 2}",
            series="Ops", authors=[ada], published_at=_moment(chance) if number else None,
        )  # fmt: skip
    ids = list(db.session.scalars(select(Post.id)))
    facet_index()
    readings.clear()

    for _step in range(25):
        for change in chance.choices(list(CHANGES), k=chance.randint(1, 4)):
            CHANGES[change](chance, chance.choice(ids))
        db.session.commit()
        assert contents(facet_index()) is not None
        assert readings == []
        assert is_as_read()
        readings.clear()


WIDER = {
    "a tag has another name": lambda: db.session.execute(update(Tag).values(name="Changed")),
    "a tag has an alias": lambda: db.session.add(TagAlias(tag_id=1, name="Alias", slug="alias")),
    "a tag is gone": lambda: db.session.execute(delete(Tag)),
    "many posts": lambda: db.session.execute(update(Post).values(kind="note")),
    "the log is lost": lambda: (
        db.session.execute(update(Post).where(Post.id == 1).values(kind="note")),
        db.session.execute(delete(NotedPost)),
    ),
    "a backup": lambda: db.session.execute(update(ContentVersion).values(token=7)),
}


@pytest.mark.parametrize("change", WIDER)
def test_what_the_log_does_not_tell_is_read_anew(make_post, change, monkeypatch):
    for number in range(4):
        make_post(f"Post {number}", tags=["dns"])
    facet_index()
    monkeypatch.setattr("blogapp.posts.facet_changes.MOST_CHANGED", 3)

    WIDER[change]()
    db.session.commit()
    assert is_as_read()
    _set(db.session.scalar(select(func.min(Post.id))), kind="essay")
    db.session.commit()

    assert is_as_read()


def test_the_log_keeps_the_last_changes_and_no_more(make_post):
    post = make_post("One")

    for number in range(5):
        values = {"version_id": 1, "token": number, "post_id": post.id}
        db.session.execute(insert(NotedPost), [values] * (MOST_NOTED // 4))
    _set(post.id, kind="note")
    db.session.commit()

    assert db.session.scalar(select(func.count(NotedPost.number))) <= MOST_NOTED
    assert is_as_read()


@pytest.mark.parametrize("seed", range(20))
def test_a_move_tells_where_each_post_went(seed):
    chance = random.Random(seed)
    old = sorted(chance.sample(range(100), 20))
    gone = sorted(chance.sample(range(20), chance.randint(0, 5)))
    come = sorted(chance.sample([n for n in range(100) if n not in old], chance.randint(0, 5)))

    move = Move(20, gone, [sum(number < new for number in old) for new in come])

    stayed = [number for at, number in enumerate(old) if at not in gone]
    after = sorted([*stayed, *come])
    assert list(move.numbers(old, come)) == after
    assert move.come == [after.index(number) for number in come]
    some = BitMap(chance.sample(range(20), 8))
    assert list(move.moved(some)) == [after.index(old[at]) for at in some if old[at] in stayed]


def _set(id, **values):
    db.session.execute(update(Post).where(Post.id == id).values(**values))


def _tag(post_id, tag_id):
    row = {"post_id": post_id, "tag_id": tag_id}
    db.session.execute(delete(post_tags).filter_by(**row))
    if db.session.get(Post, post_id):
        db.session.execute(insert(post_tags).values(**row))


def _moment(chance):
    return MAY + timedelta(days=chance.randrange(40))


def _month(chance):
    return 202600 + chance.randint(1, 12)
