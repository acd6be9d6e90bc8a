from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload, undefer

from blogapp.accounts.models import Author
from blogapp.cli.demonstration import load_demo_if_empty
from blogapp.demo.asking import ask_for_review
from blogapp.demo.loading import (
    ORIGIN,
    POSTS,
    add_about,
    add_demo_author,
    count_posts,
    is_cut_short,
    load_posts,
    name_the_site,
)
from blogapp.demo.removing import remove_demo
from blogapp.extensions import Base, db
from blogapp.importing.importing import import_tree
from blogapp.posts import tagging
from blogapp.posts.drafting import working_copy
from blogapp.posts.managing import find_for_writing
from blogapp.posts.models import Post, Tag, TagAlias
from blogapp.posts.naming import find_or_make
from blogapp.posts.preview_models import PreviewLink
from blogapp.posts.reading import find_page
from blogapp.posts.writing import Manuscript, save

TODAY = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def demo(app):
    add_demo_author(now=TODAY)
    name_the_site()
    load_posts(app.extensions["media"], now=TODAY)
    add_about(now=TODAY)
    db.session.commit()


def rows():
    return {
        name: count
        for name, table in Base.metadata.tables.items()
        # Says that something changed, and nothing of what it was.
        if name not in {"content_version", "noted_posts"}
        and (count := len(db.session.execute(select(table)).all()))
    }


def test_the_demo_is_worth_reading(demo):
    posts = db.session.scalars(select(Post)).all()
    days = Counter(post.published_at.date() for post in posts)
    assert len(posts) >= 24
    assert min(days).year == 2020
    assert (max(days).year, max(days).month) == (2026, 11)
    assert max(days.values()) >= 3

    tags = [tag.name for tag in db.session.scalars(select(Tag))]

    assert len(tags) >= 20
    assert any(" " in name for name in tags)
    assert any("/" in name for name in tags)
    assert len(db.session.scalars(select(Author)).all()) == 3
    assert len({post.domain_id for post in posts if not post.is_page}) == 6


def test_every_page_of_the_demo_opens_and_its_links_lead_somewhere(browser, demo, clock):
    clock.set(TODAY)

    for post in db.session.scalars(select(Post)).all():
        slug = post.path
        page = browser.page(slug)
        assert page.select_one("h1").text.strip()
        for image in page.select(".prose img"):
            assert browser.get(image["src"]).status_code == 200, (slug, image["src"])
            assert image["alt"]
        for link in page.select(".prose a[href^='/']"):
            assert browser.get(link["href"]).status_code < 400, (slug, link["href"])


def test_loading_twice_doubles_nothing(app, demo):
    before = rows()

    load_posts(app.extensions["media"], now=TODAY)
    add_about(now=TODAY)
    db.session.commit()

    assert rows() == before


def test_a_demo_whose_loading_was_cut_short_is_finished_at_the_next_start(app):
    add_demo_author(now=TODAY)
    db.session.commit()

    def stop(outcome):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_tree(
            POSTS,
            source=ORIGIN,
            origin=ORIGIN,
            zone=ZoneInfo("UTC"),
            now=TODAY,
            store=app.extensions["media"],
            on_outcome=stop,
        )
    assert count_posts() == 1

    load_demo_if_empty(app)

    assert count_posts() == len([*POSTS.rglob("*.md")])
    assert not is_cut_short()


def test_the_demos_draft_with_words_of_your_own_stays(demo):
    ask_for_review(origin=ORIGIN, now=TODAY)
    query = select(Post.id).where(Post.slug == "a-pager-needs-a-name")
    draft = find_for_writing(db.session.scalar(query))
    save(draft, Manuscript(title="Mine", body="Mine."), now=TODAY + timedelta(minutes=1))
    db.session.commit()

    remove_demo()
    db.session.commit()

    assert [post.title for post in db.session.scalars(select(Post))] == ["Mine"]


def test_a_draft_of_the_demo_waits_for_its_owner(demo, as_author):
    for _start in range(2):
        ask_for_review(origin=ORIGIN, now=TODAY)
    mara = as_author(db.session.scalar(select(Author).where(Author.email.is_not(None))))

    desk = mara.page("/write").select_one("#waiting").find_parent("section")

    assert [row.get_text(strip=True) for row in desk.select("h3")] == ["A pager needs a name"]
    assert "Jonas Okafor asked" in desk.text
    assert mara.get("/posts/a-pager-needs-a-name").status_code == 404


def test_removing_the_demo_leaves_no_trace(app, demo):
    ask_for_review(origin=ORIGIN, now=TODAY)
    remove_demo()
    db.session.commit()

    assert rows() == {}


def test_an_own_post_keeps_what_it_shares_with_the_demo(demo, make_post):
    (shared_tag,) = find_or_make(Tag, ["SQLite"])
    make_post("Mine", tags=["SQLite", "My own"])

    remove_demo()
    db.session.commit()

    assert [post.title for post in db.session.scalars(select(Post))] == ["Mine"]
    left = {tag.name: tag.origin for tag in db.session.scalars(select(Tag))}
    assert left == {shared_tag.name: None, "My own": None}


def test_a_demo_post_with_words_of_your_own_stays(demo):
    post = db.session.scalars(select(Post).options(selectinload("*"), undefer("*"))).first()
    text = Manuscript(title=post.title, body=f"{post.body}\n\nAnd a word of mine.")

    save(post, text, now=TODAY + timedelta(days=1))
    db.session.commit()
    remove_demo()
    db.session.commit()

    assert [left.id for left in db.session.scalars(select(Post))] == [post.id]


def test_an_about_page_with_words_of_your_own_stays(demo, browser, make_author, as_author, clock):
    page = find_page("about")
    clock.set(TODAY + timedelta(hours=1))
    as_author(make_author("Ada", role="owner")).post(
        f"/write/posts/{page.id}",
        data={"title": "About", "slug": "about", "body": "It is mine.", "version": page.version},
    )

    remove_demo()
    db.session.commit()

    assert browser.get("/about").status_code == 200
    assert working_copy(find_for_writing(page.id)).body == "It is mine."


def test_what_a_demo_author_did_with_an_own_post_stays(demo, make_post):
    mara = add_demo_author(now=TODAY)
    link = PreviewLink(post_id=make_post("Mine").id, token_hash="0", created_by_id=mara.id)
    link.created_at = link.expires_at = TODAY
    db.session.add(link)
    db.session.commit()

    remove_demo()
    db.session.commit()

    assert db.session.get_one(PreviewLink, link.id).created_by_id is None


def test_no_alias_of_a_demo_tag_stays(app, make_post):
    kept, renamed, gone = find_or_make(Tag, ["Kept", "Renamed", "Gone"], origin=ORIGIN)
    (own,) = find_or_make(Tag, ["Own"])
    make_post("Mine", tags=["Kept", "Own"])
    tagging.rename(renamed, name="Renamed again")
    tagging.add_alias(own, "Ours")
    tagging.merge(gone, kept)
    db.session.commit()

    remove_demo()
    db.session.commit()

    assert db.session.scalars(select(Tag.name).order_by(Tag.name)).all() == ["Kept", "Own"]
    assert db.session.scalars(select(TagAlias.name)).all() == ["Ours"]
