from contextlib import contextmanager
from random import Random
from signal import ITIMER_VIRTUAL, SIGVTALRM, setitimer, signal

import pytest

from blogapp.text import confining
from tests.authoring.conftest import only_post, stored
from tests.bombs import bombs
from tests.conftest import parse

COSTLY = "# *a*\n\n" * 60_000 + "<script>alert(1)</script> The end\n"


@pytest.fixture
def impatient(monkeypatch):
    """Less time than any test's own text needs of it, and more than a short one."""
    monkeypatch.setattr(confining, "SECONDS", 0.2)


@pytest.fixture
def post(author, make_post):
    return make_post("Leases", authors=[author.author])


@contextmanager
def working_at_most(seconds):
    """Fail where this process itself, its children aside, works longer: they have limits."""

    def stop(*_):
        raise AssertionError(f"more than {seconds} seconds of CPU time")

    before = signal(SIGVTALRM, stop)
    setitimer(ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        setitimer(ITIMER_VIRTUAL, 0)
        signal(SIGVTALRM, before)


def test_a_preview_of_a_costly_text_shows_it_as_it_was_typed(impatient, author, post, typed):
    response = author.post(f"/write/posts/{post.id}/preview", data=typed(post, body=COSTLY))

    page = parse(response.text)
    assert response.status_code == 200
    assert page.select_one(".prose pre").text == COSTLY
    assert page.select_one(".prose script") is None
    assert "Shown as it was typed" in page.select_one("main .banner").text


def test_the_fragment_of_a_costly_preview_says_why_too(impatient, author, typed):
    address = "/write/posts/new/preview?fragment=preview"

    page = parse(author.post(address, data=typed(body=COSTLY)).text)

    assert "Shown as it was typed" in page.select_one(".banner").text
    assert page.select_one("[data-facts]")


def test_a_costly_text_is_saved_whole_and_the_editor_says_so(impatient, author, typed):
    author.post("/write/posts/new", data=typed(title="Costly", body=COSTLY))

    post = only_post()
    assert post.body == COSTLY
    editor = author.page(f"/write/posts/{post.id}")
    assert editor.select_one("#body").text == COSTLY
    assert "Shown as it was typed" in editor.select_one(".editor__alerts").text


def test_readers_see_a_costly_text_as_it_was_typed(impatient, author, browser, post, typed):
    author.post(f"/write/posts/{post.id}", data=typed(post, body=COSTLY))

    assert browser.page("/posts/leases").select_one(".prose pre").text == COSTLY
    assert "The end" in browser.get("/feed.xml").text
    assert browser.get("/posts/leases.md").text.endswith(COSTLY)
    assert browser.page("/?q=end").select_one(".post-card")


def test_a_text_that_was_shortened_is_formatted_again(impatient, author, browser, post, typed):
    author.post(f"/write/posts/{post.id}", data=typed(post, body=COSTLY))

    author.post(f"/write/posts/{post.id}", data=typed(post, body="A *short* one."))

    assert browser.page("/posts/leases").select_one(".prose em").text == "short"
    assert "Shown as it was typed" not in author.page(f"/write/posts/{post.id}").text


def test_a_title_and_a_summary_made_to_cost_are_kept_too(author, post, typed):
    costly = {"title": "[*" * 90, "summary": "<" * 900, "tags": ", ".join("#" * 9)}

    with working_at_most(5):
        author.post(f"/write/posts/{post.id}", data=typed(post, **costly))

    assert stored(post.id).title == costly["title"]


def save_and_show(author, browser, post, typed, body):
    """Preview, save and open a text; what is done in this process has a limit, too."""
    with working_at_most(10):
        preview = author.post(f"/write/posts/{post.id}/preview", data=typed(post, body=body))
        saved = author.post(f"/write/posts/{post.id}", data=typed(post, body=body))
        answers = [preview, author.get(saved.location), browser.get("/posts/leases")]
        answers += [browser.get(address) for address in ("/", "/feed.xml", "/posts/leases.md")]
    assert {answer.status_code for answer in answers} == {200}
    assert stored(post.id).body == body.replace("\0", "")


@pytest.mark.parametrize("name", Random(2).sample(sorted(bombs(1)), 5))
def test_a_text_made_to_cost_is_previewed_saved_and_shown(author, browser, post, typed, name):
    save_and_show(author, browser, post, typed, bombs(20_000)[name]())


@pytest.mark.prove
@pytest.mark.parametrize("name", bombs(1))
def test_a_megabyte_made_to_cost_is_previewed_saved_and_shown(author, browser, post, typed, name):
    body = bombs(900_000)[name]().encode()[:1_000_000].decode(errors="ignore")

    save_and_show(author, browser, post, typed, body)
