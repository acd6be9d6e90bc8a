from datetime import timedelta

from blogapp.extensions import db
from blogapp.posts.facet_index import facet_index
from blogapp.posts.models import Tag, TagAlias
from blogapp.posts.searching import suggest
from tests.conftest import JANUARY

NOW = JANUARY + timedelta(days=365)


def ask(q, **rest):
    return suggest(q, facet_index(), NOW, **rest)


def titles(q):
    return [found.title for found in ask(q).titles]


def test_titles_are_suggested_by_the_beginnings_of_their_words(make_post):
    make_post("A lease is a guess")
    make_post("Crème brûlée, C++ and you")

    for q in ("l", "LEA", "gu le", "lease g"):
        assert titles(q) == ["A lease is a guess"]
    for q in ("creme", "brûl", "brul cr", "c++"):
        assert titles(q) == ["Crème brûlée, C++ and you"]
    for q in ("", "ease", "lease x", "&", "lease is it"):
        assert titles(q) == []


def test_a_title_that_begins_as_what_was_typed_stands_first_and_then_the_newest(make_post):
    make_post("Cache and clock", published_at=JANUARY - timedelta(2))
    make_post("A clock and its cache", published_at=JANUARY - timedelta(1))
    make_post("On caches", published_at=JANUARY)

    assert titles("cac") == ["Cache and clock", "On caches", "A clock and its cache"]


def test_headings_are_suggested_with_the_place_they_lead_to(make_post):
    post = make_post("Leases", body="## What a clock says\n\nText.\n\n## Rest\n\n### Clock skew")

    found = ask("clo")

    assert found.titles == ()
    assert [(hit.slug, hit.title, hit.anchor, hit.text) for hit in found.headings] == [
        (post.slug, "Leases", "what-a-clock-says", "What a clock says"),
        (post.slug, "Leases", "clock-skew", "Clock skew"),
    ]
    assert [hit.text for hit in ask("leases sk").headings] == ["Clock skew"]


def test_tags_are_suggested_by_name_and_alias_with_their_numbers(make_post):
    make_post("One", tags=["Machine learning", "Maps"])
    make_post("Two", tags=["Machine learning"])
    make_post("Draft", tags=["Machines"], published_at=None)
    tag = db.session.scalars(db.select(Tag).where(Tag.name == "Maps")).one()
    db.session.add(TagAlias(tag_id=tag.id, name="Cartography"))
    db.session.commit()

    assert [(tag.slug, tag.posts) for tag in ask("ma").tags] == [
        ("machine-learning", 2),
        ("maps", 1),
    ]
    assert [tag.name for tag in ask("learning mach").tags] == ["Machine learning"]
    assert [tag.name for tag in ask("carto").tags] == ["Maps"]


def test_only_what_readers_may_find_is_suggested_and_operators_narrow(make_post):
    make_post("Clocks", body="## Clock one", tags=["time"])
    make_post("Clocks, too", body="## Clock two")
    make_post("Clocks unlisted", body="## Clock three", unlisted=True)
    make_post("Clocks to come", body="## Clock four", published_at=NOW + timedelta(1))
    make_post("Clocks withdrawn", body="## Clock five", withdrawn_at=NOW)

    assert titles("clock") == ["Clocks, too", "Clocks"]
    assert [hit.text for hit in ask("clock").headings] == ["Clock two", "Clock one"]
    assert titles("clock tag:time") == ["Clocks"]


def test_suggestions_cost_two_statements_and_are_few(make_post, queries):
    for number in range(12):
        make_post(f"Post {number}", body=f"## Post heading {number}", tags=[f"post {number}"])
    index = facet_index()

    for q in ("p", "post", "po he", "post 1 2 3"):
        queries.clear()
        found = suggest(q, index, NOW, limit=4)
        assert len(queries) <= 2
        assert max(len(found.titles), len(found.tags), len(found.headings)) <= 4
    assert len(suggest("p", index, NOW, limit=4).titles) == 4


def test_headings_of_scripts_without_blanks_hold_what_was_typed(make_post):
    make_post("データの話", body="## ロールバックの手順\n\nText.\n\n## データの移行")

    assert titles("データ") == ["データの話"]
    assert [found.text for found in ask("デー").headings] == ["データの移行"]
    assert [found.text for found in ask("移").headings] == ["データの移行"]
