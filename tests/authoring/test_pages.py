"""Static pages in the authoring area: the editor of posts, for those who manage the blog."""

from tests.authoring.conftest import only_post, publish, stored
from tests.conftest import parse

PAGE = {"is_page": "1"}


def test_a_page_is_written_and_published(editor, browser, typed):
    form = editor.page("/write/pages/new")
    assert form.select_one("input[name=is_page]")["value"] == "1"
    assert not form.select("[name=tags], [name=domain], [name=series]")

    editor.post(
        "/write/posts/new/publication", data=typed(title="Colophon", when="now", slug="", **PAGE)
    )

    assert browser.page("/pages/colophon").select_one("h1").text == "Colophon"


def test_pages_and_posts_have_lists_of_their_own(editor, make_post):
    make_post("Colophon", is_page=True)
    make_post("Leases")

    pages, posts = editor.page("/write/pages"), editor.page("/write/posts")

    assert [link.text for link in pages.select(".post-table__title a")] == ["Colophon"]
    assert pages.select_one("[role=status].shelf__status").text == "1 page"
    assert [link.text for link in posts.select(".post-table__title a")] == ["Leases"]
    assert posts.select_one("[role=status].shelf__status").text == "1 post"


def test_pages_are_found_by_words_and_state(editor, make_post):
    make_post("Colophon", is_page=True)
    make_post("Imprint", is_page=True, published_at=None)

    found = editor.page("/write/pages?state=draft&q=imp")

    assert [link.text for link in found.select(".post-table__title a")] == ["Imprint"]
    assert editor.get("/write/pages?author=x").status_code == 301


def test_a_page_that_moves_leaves_a_redirect(editor, browser, make_post, typed):
    page = make_post("Colophon", is_page=True)

    publish(editor, page, typed(page, slug="about", **PAGE))

    moved = browser.get("/pages/colophon")
    assert (moved.status_code, moved.location) == (301, "/about")
    assert browser.get("/about").status_code == 200


def test_a_saved_page_stays_one_whatever_a_form_says(editor, make_post, typed):
    page = make_post("Colophon", is_page=True)

    publish(editor, page, typed(page, body="New.", is_page=""))

    assert stored(page.id).is_page
    assert stored(page.id).body == "New."


def test_a_copy_of_a_page_is_a_page(editor, make_post, typed):
    page = make_post("Colophon", is_page=True)

    editor.post(f"/write/posts/{page.id}/copies", data=typed(page, **PAGE))

    assert stored(page.id + 1).is_page


def test_authors_may_not_touch_pages_and_lose_no_text(author, make_post, typed):
    page = make_post("Colophon", is_page=True, authors=[author.author])

    assert author.get("/write/pages").status_code == 403
    assert author.get("/write/pages/new").status_code == 403
    assert author.get(f"/write/posts/{page.id}").status_code == 403
    assert "/write/pages" not in author.get("/write").text
    refused = author.post(f"/write/posts/{page.id}", data=typed(page, body="Mine.", **PAGE))
    assert refused.status_code == 403
    assert "Mine." in refused.text
    kept = author.post("/write/posts/new", data=typed(body="My own.", **PAGE))
    assert kept.status_code == 422
    assert "My own." in kept.text


def test_a_page_refused_to_an_author_can_be_saved_as_a_post(author, typed):
    refused = author.post("/write/posts/new", data=typed(body="My own.", **PAGE))
    assert parse(refused.text).select_one("input[name=is_page]")["value"] == ""

    author.post("/write/posts/new", data=typed(body="My own.", is_page=""))

    assert not only_post().is_page


def test_no_page_yet_is_said_with_a_way_on(editor):
    empty = editor.page("/write/pages")

    assert "There is no page yet." in empty.text
    assert empty.select_one("a[href='/write/pages/new?slug=about']")
    form = editor.page("/write/pages/new?slug=about")
    assert form.select_one("#slug")["value"] == "about"
