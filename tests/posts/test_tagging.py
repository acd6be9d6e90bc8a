"""Tags are renamed, merged and deleted; their addresses go on answering."""

from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from blogapp.extensions import db
from blogapp.posts.errors import BadName, BadSlug, NameTaken, SlugTaken
from blogapp.posts.models import Post, PostKeyword, Tag, TagAlias, post_tags
from blogapp.posts.naming import find_or_make
from blogapp.posts.tagging import (
    add_alias,
    delete_tag,
    drop_alias,
    find_current_slugs,
    find_named_tag,
    list_aliases,
    look_at_merger,
    merge,
    rename,
)
from blogapp.posts.writing import new_post
from tests.conftest import JANUARY

DECOMPOSED, COMPOSED = "Cafe\N{COMBINING ACUTE ACCENT}", "Café"


def tag(name):
    return db.session.scalar(select(Tag).where(Tag.name == name))


def tags_of(post):
    query = select(Tag.name).join(post_tags).where(post_tags.c.post_id == post.id)
    return sorted(db.session.scalars(query))


def aliases(tag):
    return [(alias.name, alias.slug) for alias in list_aliases(tag)]


def test_a_name_in_both_unicode_forms_is_one_tag(make_post):
    make_post("One", tags=[DECOMPOSED])
    make_post("Two", tags=[COMPOSED, "CAFÉ"])

    assert db.session.scalar(select(func.count(Tag.id))) == 1
    assert db.session.scalar(select(Tag.slug)) == "cafe"


def test_what_a_renamed_tag_was_called_stays_its_alias(make_post):
    post = make_post(tags=["Postgres"])

    rename(tag("Postgres"), name="PostgreSQL")

    assert tags_of(post) == ["PostgreSQL"]
    assert tag("PostgreSQL").slug == "postgresql"
    assert aliases(tag("PostgreSQL")) == [("Postgres", "postgres")]
    assert find_current_slugs(["Postgres", "postgresql"]) == {"postgres": "postgresql"}


def test_a_change_of_case_alone_leaves_nothing_behind(make_post):
    make_post(tags=["sqlite"])

    rename(tag("sqlite"), name="SQLite", slug="sqlite")

    assert aliases(tag("SQLite")) == []


def test_a_tag_that_gets_its_old_name_back_keeps_the_one_between(make_post):
    make_post(tags=["A"])

    rename(tag("A"), name="B")
    rename(tag("B"), name="A")

    assert (tag("A").slug, aliases(tag("A"))) == ("a", [("B", "b")])


def test_a_name_or_an_address_belongs_to_one_tag(make_post):
    make_post(tags=["SQLite", "Lite"])
    add_alias(tag("SQLite"), "SQL")

    with pytest.raises(NameTaken) as taken:
        rename(tag("Lite"), name="sql")
    assert taken.value.holder.name == "SQLite"
    with pytest.raises(NameTaken):
        add_alias(tag("Lite"), "sqlite")
    with pytest.raises(NameTaken):
        add_alias(tag("Lite"), "LITE")
    with pytest.raises(SlugTaken):
        rename(tag("Lite"), name="Other", slug="sql")
    with pytest.raises(BadSlug):
        rename(tag("Lite"), name="Other", slug="a b")
    with pytest.raises(BadName):
        rename(tag("Lite"), name="  ")
    with pytest.raises(BadName):
        add_alias(tag("Lite"), "  ")
    assert tag("Lite").slug == "lite"


def test_posts_get_the_tag_itself_when_they_name_an_alias(make_post):
    make_post("One", tags=["Kubernetes"])
    add_alias(tag("Kubernetes"), "k8s")

    post = make_post("Two", tags=["K8S", "Kubernetes", "Docker"])

    assert tags_of(post) == ["Docker", "Kubernetes"]
    assert tag("k8s") is None


def test_two_names_of_a_tag_are_one(make_post):
    make_post(tags=["Kubernetes"])
    add_alias(tag("Kubernetes"), "k8s")

    assert [tag.name for tag in find_or_make(Tag, ["k8s", "Go", "kubernetes"])] == [
        "Kubernetes",
        "Go",
    ]


def test_an_alias_that_is_let_go_can_be_a_tag_again(make_post):
    make_post("One", tags=["Kubernetes"])
    add_alias(tag("Kubernetes"), "Docker")

    drop_alias(list_aliases(tag("Kubernetes"))[0])
    assert find_current_slugs(["docker"]) == {"docker": "kubernetes"}
    post = make_post("Two", tags=["Docker"])

    assert tags_of(post) == ["Docker"]
    assert tag("Docker").slug == "docker"
    assert find_current_slugs(["docker"]) == {}


def test_an_alias_without_an_address_of_its_own_goes_for_good(make_post):
    make_post(tags=["C Sharp"])
    add_alias(tag("C Sharp"), "C#")
    assert aliases(tag("C Sharp")) == [("C#", None)]

    drop_alias(list_aliases(tag("C Sharp"))[0])
    db.session.flush()

    assert aliases(tag("C Sharp")) == []


def test_merging_gives_each_post_the_tag_once(make_post):
    first = make_post("First", tags=["micro-services"])
    both = make_post("Both", tags=["micro-services", "Microservices", "Go"])
    other = make_post("Other", tags=["Microservices"])
    tag("micro-services").description = "Small ones."
    add_alias(tag("micro-services"), "µservices")

    merger = look_at_merger(tag("micro-services"), tag("Microservices"))
    merge(tag("micro-services"), tag("Microservices"))
    db.session.commit()

    assert (merger.moved, merger.shared, merger.takes_description) == (1, 1, True)
    assert tags_of(first) == tags_of(other) == ["Microservices"]
    assert tags_of(both) == ["Go", "Microservices"]
    kept = tag("Microservices")
    assert kept.description == "Small ones."
    assert aliases(kept) == [("micro-services", "micro-services"), ("µservices", "μservices")]


def test_a_merged_tag_keeps_its_own_description(make_post):
    make_post(tags=["A", "B"])
    tag("A").description, tag("B").description = "Of A.", "Of B."

    merge(tag("A"), tag("B"))

    assert tag("B").description == "Of B."


def test_posts_stay_near_to_each_other_by_the_merged_tag(make_post):
    make_post("First", tags=["A"])
    make_post("Both", tags=["A", "B"])

    gone, kept = f"#{tag('A').id}", f"#{tag('B').id}"
    merge(tag("A"), tag("B"))

    assert db.session.scalar(select(func.count()).where(PostKeyword.word == gone)) == 0
    assert db.session.scalar(select(func.count()).where(PostKeyword.word == kept)) == 2


def test_a_deleted_tag_leaves_its_posts_and_its_addresses(make_post):
    post = make_post("One", tags=["A", "B"])
    rename(tag("A"), name="C")

    delete_tag(tag("C"))
    db.session.commit()

    assert tags_of(post) == ["B"]
    assert find_current_slugs(["a", "c", "b"]) == {"a": "", "c": ""}
    assert find_named_tag("A") is None
    assert db.session.scalar(select(func.count()).where(PostKeyword.word.like("#%"))) == 1


def test_a_deleted_tag_that_comes_back_has_its_address_again(make_post):
    make_post("One", tags=["A"])
    delete_tag(tag("A"))

    make_post("Two", tags=["A"])

    assert tag("A").slug == "a"
    assert find_current_slugs(["a"]) == {}


def test_a_tag_is_not_merged_into_itself(make_post):
    make_post(tags=["A"])

    with pytest.raises(ValueError, match="itself"):
        merge(tag("A"), tag("A"))


# Any sequence of changes.

NAMES = ["wal", "WAL mode", "Wal-Mode", "dns", "DNS", "C#", "C sharp", "Café", DECOMPOSED]
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["rename", "alias", "drop", "merge", "delete", "write"]),
        st.integers(0, 20),
        st.sampled_from(NAMES),
    ),
    max_size=14,
)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_every_address_that_worked_answers_and_no_post_loses_its_tag(browser, make_post, changes):
    _empty()
    labels = {}  # what each post is to be found under: a tag's id, in place of what it was given
    for name in NAMES[::2]:
        _write(labels, name)
    worked = set(db.session.scalars(select(Tag.slug)))

    for change, number, name in changes:
        _change(labels, change, number, name)
        db.session.commit()
        worked |= set(db.session.scalars(select(Tag.slug)))
        worked |= set(db.session.scalars(select(TagAlias.slug).where(TagAlias.slug.is_not(None))))

        assert _carried() == {post: ids for post, ids in labels.items() if ids}
        _assert_unique()
    for slug in worked:
        assert _status(browser, f"/tags/{slug}") in {200, 410}
        assert _status(browser, f"/feed.xml?tag={slug}") in {200, 410}


def _empty():
    db.session.rollback()
    for model in (TagAlias, Post, Tag):
        for row in db.session.scalars(select(model)):
            db.session.delete(row)
        db.session.flush()
    db.session.commit()


def _write(labels, name):
    post = new_post(now=JANUARY)
    post.slug = uuid4().hex
    post.tags = find_or_make(Tag, [name])
    post.publish_at(JANUARY, ZoneInfo("UTC"))
    db.session.commit()
    labels[post.id] = {find_named_tag(name).id}


def _change(labels, change, number, name):
    tags = db.session.scalars(select(Tag).order_by(Tag.id)).all()
    if change == "write" or not tags:
        _write(labels, name)
        return
    tag, other = tags[number % len(tags)], tags[(number + 1) % len(tags)]
    if change == "merge" and tag is not other:
        gone, kept = tag.id, other.id
        merge(tag, other)
        for ids in labels.values():
            if gone in ids:
                ids ^= {gone}
                ids |= {kept}
    elif change == "delete":
        for ids in labels.values():
            ids.discard(tag.id)
        delete_tag(tag)
    elif change == "drop":
        for alias in list_aliases(tag)[:1]:
            drop_alias(alias)
    elif change in {"rename", "alias"}:
        try:
            rename(tag, name=name) if change == "rename" else add_alias(tag, name)
        except NameTaken:
            assert find_named_tag(name)


def _carried():
    found = {}
    for post_id, tag_id in db.session.execute(select(post_tags)):
        found.setdefault(post_id, set()).add(tag_id)
    return found


def _assert_unique():
    for key in ("name_key", "slug_key"):
        of_tags = db.session.scalars(select(getattr(Tag, key))).all()
        of_aliases = [k for k in db.session.scalars(select(getattr(TagAlias, key))) if k]
        assert len({*of_tags, *of_aliases}) == len(of_tags) + len(of_aliases)


def _status(browser, address):
    """The status at the end; there is one redirect at most."""
    answer = browser.get(address)
    if answer.status_code == 301:
        answer = browser.get(answer.location)
    return answer.status_code
