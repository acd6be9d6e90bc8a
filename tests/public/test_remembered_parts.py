"""Parts of pages are remembered, and nobody sees any of them for a moment too long."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from blogapp.extensions import db
from blogapp.posts.models import Domain, Post, Series, Tag
from blogapp.site.reading import get_site
from blogapp.web.remembering import ENTRY, Memory
from tests.conftest import JANUARY

pytestmark = pytest.mark.usefixtures("unkept")

TAGS = {"postgres": 1, "DNS": 2, "Rust": 7}
ADDRESSES = (
    *("/", "/?page=2", "/?through=2", "/?sort=oldest", "/?view=log", "/?view=minimal"),
    *(
        "/tags/postgres",
        "/tags/postgres?page=2",
        "/?tag=dns&tag=postgres",
        "/?tag=dns&not=postgres",
    ),
    *("/?tag=dns&fragment=results&beside=rust", "/?page=2&fragment=posts", "/domains/web"),
    *("/series/ops", "/series/ops?tag=dns", "/?q=post", "/?q=post&tag=dns", "/?q=nothing"),
    *("/tags", "/archive", "/archive/2026", "/archive/2026/1", "/feed.xml", "/feed.json?tag=dns"),
    *("/posts/post-3", "/posts/POST-3", "/tags/none", "/search"),
)


@pytest.fixture
def blog(make_post):
    """Thirty posts of several kinds, and the settings of a blog."""
    db.session.add(get_site())
    db.session.commit()
    for number in range(30):
        make_post(
            f"Post {number}",
            tags=[tag for tag, every in TAGS.items() if number % every == 0],
            domain="Web" if number % 3 else "Data",
            series="Ops" if number % 4 == 0 else "",
            published_at=JANUARY + timedelta(days=number),
            pinned=number == 5,
        )


@pytest.fixture
def made(app, monkeypatch):
    """The names of parts that were made anew, in order."""
    names = []
    put = Memory.put

    def note(self, key, part, size):
        what = key[1]
        names.append(what[1] if what[0] == "part" else what)
        put(self, key, part, size)

    monkeypatch.setattr(Memory, "put", note)
    return names


def test_every_page_is_the_same_with_parts_remembered_from_any_other(browser, blog, forget):
    alone = {}
    for address in ADDRESSES:
        forget()
        alone[address] = browser.get(address).data

    after_others = {address: browser.get(address).data for address in reversed(ADDRESSES)}
    again = {address: browser.get(address).data for address in ADDRESSES}

    for address in ADDRESSES:
        assert after_others[address] == alone[address], address
        assert again[address] == alone[address], address


def test_another_page_of_a_list_makes_only_what_is_its_own(browser, blog, made):
    browser.get("/?page=2")
    made.clear()

    browser.get("/?page=3")
    of_its_own = set(made)
    made.clear()
    browser.get("/?page=3")
    browser.get("/?page=2")

    assert of_its_own == {("card", False), "about", "pages", "card"}
    assert made == []


def test_another_post_leaves_cards_and_what_settings_say(browser, blog, made):
    browser.get("/")
    made.clear()

    db.session.scalar(select(Post).where(Post.title == "Post 3")).title = "Changed"
    db.session.commit()
    browser.get("/")

    kept_by = {"card", "header", "footer", "icons", "colours", "opening", "masthead", "filter"}
    assert "pages" in made
    assert not kept_by & set(made)


def test_numbers_beside_what_was_searched_go_by_the_texts(browser, blog, made):
    browser.get("/?q=post")
    made.clear()

    db.session.scalar(select(Post).where(Post.title == "Post 3")).title = "Changed"
    db.session.commit()
    browser.get("/?q=post")

    assert "filter" in made


CHANGES = {
    "the name of the blog": lambda: _set(get_site(), title="Changed"),
    "the line at its foot": lambda: _set(get_site(), footer_line="Changed"),
    "what is on a card": lambda: _set(get_site(), card_fields=["title"]),
    "the layout": lambda: _set(get_site(), layout="minimal"),
    "the language": lambda: _set(get_site(), language="de"),
    "the menu": lambda: _set(get_site(), navigation=[{"label": "Changed", "address": "/x"}]),
    "how many posts are a page": lambda: _set(get_site(), page_size=3),
    "the name of a tag": lambda: _set(_one(Tag, "postgres"), name="Changed"),
    "the name of a domain": lambda: _set(_one(Domain, "web"), name="Changed"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_first_page_after_a_change_shows_it(browser, blog, forget, change):
    before = browser.get("/").data

    CHANGES[change]()
    after = browser.get("/").data
    forget()

    assert after != before
    assert after == browser.get("/").data


def test_what_is_said_of_a_tag_and_a_series_is_never_older_than_they_are(browser, blog):
    assert "Changed" not in browser.get("/tags/postgres").text + browser.get("/series/ops").text

    _set(_one(Tag, "postgres"), description="Changed")
    _set(_one(Series, "ops"), description="Changed")

    assert "Changed" in browser.get("/tags/postgres").text
    assert "Changed" in browser.get("/series/ops").text


def test_a_scheduled_post_is_counted_at_its_second(browser, make_post, clock):
    make_post("Here")
    make_post("Soon", published_at=clock.now() + timedelta(hours=1), pinned=True)
    assert browser.page("/").select_one("[role=status]").get_text(strip=True) == "1 post"

    clock.advance(hours=1)

    page = browser.page("/")
    assert page.select_one("[role=status]").get_text(strip=True) == "2 posts"
    assert page.select_one(".pinned__title").get_text() == "Soon"


def test_a_preview_of_settings_leaves_nothing_behind(browser, blog, owner):
    before = browser.get("/").data

    preview = owner.post(
        "/write/settings/front/preview", data={"heading": "Unsaved", "card_fields": ["title"]}
    )

    assert "Unsaved" in preview.text
    assert browser.get("/").data == before


def test_a_memory_holds_no_more_than_it_may_and_drops_what_was_not_asked_for():
    memory = Memory(most=10 * (ENTRY + 100))
    for number in range(10):
        memory.put(number, str(number), 100)
    memory.get(0)

    memory.put(10, "10", 100)
    memory.put(11, "large", memory.most)

    assert memory.bytes <= memory.most
    assert (memory.get(0), memory.get(1), memory.get(10)) == ("0", None, "10")
    assert memory.get(11) is None


def _one(model, slug):
    return db.session.scalars(select(model).where(model.slug == slug)).one()


def _set(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    db.session.commit()
