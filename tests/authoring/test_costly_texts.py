import threading
from contextlib import contextmanager
from random import Random
from signal import ITIMER_VIRTUAL, SIGVTALRM, setitimer, signal
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from blogapp.text import confining
from tests.authoring.conftest import only_post, publish, stored
from tests.bombs import bombs
from tests.browser.serving import gunicorn, listen
from tests.conftest import parse

NAMES = sorted(bombs(1))
HEAPS = [name for name in NAMES if name.startswith("heap of")]
# Heaps differ in what rendering them costs, and little in what saving them does.
MEGABYTES = [*Random(4).sample(HEAPS, 20), *(name for name in NAMES if name not in HEAPS)]
COSTLY = "# *a*\n\n" * 60_000 + "<script>alert(1)</script> The end\n"


@pytest.fixture
def impatient(monkeypatch):
    """Less time than any test's own text needs of it, and more than a short one."""
    monkeypatch.setattr(confining, "SECONDS", 0.2)


@pytest.fixture
def post(author, make_post):
    return make_post("Leases", authors=[author.author])


class Session:
    """What a browser would send to a server of its own."""

    def __init__(self, server, cookie=""):
        self.server = server
        self.headers = {"Cookie": f"session={cookie}"} if cookie else {}

    def get(self, path, data=None):
        request = Request(self.server + path, data, self.headers)
        with urlopen(request, timeout=120) as answer:
            if cookie := answer.headers["Set-Cookie"]:
                self.headers["Cookie"] = cookie.partition(";")[0]
            return answer.status, answer.read().decode()

    def post(self, path, form):
        return self.get(path, urlencode(form).encode())


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
    publish(author, post, typed(post, body=COSTLY))

    assert browser.page("/posts/leases").select_one(".prose pre").text == COSTLY
    assert "The end" in browser.get("/feed.xml").text
    assert browser.get("/posts/leases.md").text.endswith(COSTLY)
    assert browser.page("/?q=end").select_one(".post-card")


def test_readers_are_served_while_two_costly_texts_are_previewed(app, author, post, tmp_path):
    address, previews = f"/write/posts/{post.id}", []

    def preview(session):
        editor = parse(session.get(address)[1])
        token = editor.select_one("[name=csrf_token]")["value"]
        form = {"csrf_token": token, "title": "Costly", "body": COSTLY}
        previews.append(session.post(f"{address}/preview", form))

    with listen() as listener, gunicorn(app, listener, tmp_path / "log"):
        server = "http://{}:{}".format(*listener.getsockname())
        sessions = [Session(server, author.get_cookie("session").value) for _ in range(2)]
        reader = Session(server)
        reader.get("/posts/leases")
        threads = [threading.Thread(target=preview, args=[session]) for session in sessions]
        for thread in threads:
            thread.start()
        status, _ = reader.get("/posts/leases")
        were_at_work = [thread.is_alive() for thread in threads]
        for thread in threads:
            thread.join()

    assert (status, were_at_work) == (200, [True, True])
    assert [status for status, _ in previews] == [200, 200]
    assert all("Shown as it was typed" in text for _, text in previews)


def test_a_text_that_was_shortened_is_formatted_again(impatient, author, browser, post, typed):
    publish(author, post, typed(post, body=COSTLY))

    publish(author, post, typed(post, body="A *short* one."))

    assert browser.page("/posts/leases").select_one(".prose em").text == "short"
    assert "Shown as it was typed" not in author.page(f"/write/posts/{post.id}").text


def test_a_title_and_a_summary_made_to_cost_are_kept_too(author, post, typed):
    costly = {"title": "[*" * 90, "summary": "<" * 900, "tags": ", ".join("#" * 9)}

    with working_at_most(5):
        publish(author, post, typed(post, **costly))

    assert stored(post.id).title == costly["title"]


def save_and_show(author, browser, post, typed, body):
    """Preview, save and open a text; what is done in this process has a limit, too."""
    with working_at_most(10):
        preview = author.post(f"/write/posts/{post.id}/preview", data=typed(post, body=body))
        saved = publish(author, post, typed(post, body=body))
        if not body.strip():
            assert saved.status_code == 422  # it is kept, and is no text to publish
            return
        answers = [preview, author.get(saved.location), browser.get("/posts/leases")]
        answers += [browser.get(address) for address in ("/", "/feed.xml", "/posts/leases.md")]
    assert {answer.status_code for answer in answers} == {200}
    assert stored(post.id).body == body.replace("\0", "\ufffd")


@pytest.mark.parametrize("name", Random(2).sample(NAMES, 5))
def test_a_text_made_to_cost_is_previewed_saved_and_shown(author, browser, post, typed, name):
    save_and_show(author, browser, post, typed, bombs(20_000)[name]())


@pytest.mark.prove
@pytest.mark.parametrize("name", MEGABYTES)
def test_a_megabyte_made_to_cost_is_previewed_saved_and_shown(author, browser, post, typed, name):
    body = bombs(900_000)[name]().encode()[:1_000_000].decode(errors="ignore")

    save_and_show(author, browser, post, typed, body)
