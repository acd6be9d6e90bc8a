import pytest

from tests.conftest import parse

BODY = "A $\\frac{1$ and\n\n```mermaid\nnothing known\n```\n"


@pytest.fixture
def post(author, make_post):
    return make_post("Leases", authors=[author.author])


def test_a_preview_tells_what_could_not_be_drawn(author, browser, post, typed):
    answer = author.post(f"/write/posts/{post.id}/preview", data=typed(body=BODY))
    author.post(f"/write/posts/{post.id}", data=typed(post, body=BODY))

    notes = [note.get_text() for note in parse(answer.text).select(".preview-troubles li")]
    assert len(notes) == 2
    assert notes[0].startswith("\\frac{1: ")
    assert notes[1].startswith("nothing known: ")
    assert not browser.page("/posts/leases").select(".preview-troubles")


def test_a_preview_without_trouble_says_nothing(author, post, typed):
    answer = author.post(f"/write/posts/{post.id}/preview", data=typed(body="$x$"))

    assert not parse(answer.text).select(".preview-troubles")
    assert parse(answer.text).select(".prose math")
