"""What operators in a search leave of a blog."""

from datetime import UTC, datetime

import pytest

from blogapp.extensions import db
from blogapp.posts.facet_index import facet_index
from blogapp.posts.models import Post, Tag, TagAlias
from blogapp.posts.search.narrowing import name_conditions
from blogapp.posts.search_query import parse
from blogapp.posts.searching import find
from blogapp.site.models import Site

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def blog(make_post, make_author):
    ada = make_author("Ada Lovelace")
    make_post("Locks", tags=["Système", "C++"], domain="Data", kind="note", authors=[ada])
    make_post("Leases", tags=["Système"], domain="Time & clocks", language="pt-BR", series="Fences")
    make_post("Names", tags=["DNS"], published_at=datetime(2025, 6, 1, tzinfo=UTC))
    make_post("Later", tags=["DNS"], published_at=datetime(2027, 1, 1, tzinfo=UTC))


def titles(q):
    index = facet_index()
    found = find(parse(q), index, NOW)
    return sorted(db.session.get_one(Post, index.ids[at]).title for at in found.matches)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("tag:système", ["Leases", "Locks"]),
        ("tag:SYSTEME", ["Leases", "Locks"]),
        ("tag:systeme tag:c++", ["Locks"]),
        ("tag:c-plus-plus", ["Locks"]),
        ("-tag:C++", ["Leases", "Names"]),
        ("tag:dns", ["Names"]),
        ("domain:data domain:\"time & clocks\"", ["Leases", "Locks"]),
        ("-domain:data", ["Leases", "Names"]),
        ("kind:note", ["Locks"]),
        ("series:FENCES", ["Leases"]),
        ('author:"ada lovelace"', ["Locks"]),
        ("author:ada-lovelace tag:dns", []),
        ("lang:pt", ["Leases"]),
        ("lang:PT_br", ["Leases"]),
        ("-lang:pt", ["Locks", "Names"]),
        ("locks tag:systeme", ["Locks"]),
        ("locks -tag:systeme", []),
        ("-locks", ["Leases", "Names"]),
    ],
)  # fmt: skip
def test_facets_by_slug_or_name_in_any_spelling(blog, q, found):
    assert titles(q) == found


def test_another_name_of_a_tag_will_do(blog):
    tag = db.session.query(Tag).filter_by(slug="dns").one()
    db.session.add(TagAlias(tag_id=tag.id, name="Résolution"))
    db.session.commit()

    assert titles("tag:resolution") == titles("tag:Résolution") == ["Names"]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("before:2026", ["Names"]),
        ("after:2026", ["Leases", "Locks"]),
        ("after:2025-06-01 before:2025-06-02", ["Names"]),
        ("before:2025-06-01", []),
        ("after:2025-06-02", ["Leases", "Locks"]),
        ("after:2025 after:2025-07", ["Leases", "Locks"]),
        ("before:0001 after:9999-12-31", []),
    ],
)
def test_from_a_date_on_and_before_one(blog, q, found):
    assert titles(q) == found


def test_days_begin_in_the_zone_of_the_site(blog):
    db.session.add(Site(id=1, time_zone="America/New_York"))
    db.session.commit()

    # Midnight in Greenwich is still the day before in New York.
    assert titles("before:2025-06-01") == ["Names"]


def test_what_names_nothing_finds_nothing_and_has_no_name(blog):
    query = parse('tag:SYSTEME domain:"Time & Clocks" lang:PT tag:nothing lang:xx before:2020')
    index = facet_index()

    assert titles(str(query)) == titles("tag:nothing") == []
    assert name_conditions(query, index, index.listed(NOW)) == {
        ("tag", "systeme"): "Système",
        ("domain", "time & clocks"): "Time & clocks",
        ("lang", "pt"): "PT",
    }
