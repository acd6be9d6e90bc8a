import pytest

from tests.authoring.conftest import publish, stored
from tests.conftest import parse

BODY = "# Why\n\nA *lease* <script>alert(1)</script> ends.\n\n```python\nx = 1\n```\n"


@pytest.fixture
def post(author, make_post):
    return make_post("Leases", authors=[author.author])


def test_the_preview_is_what_the_public_page_will_show(author, browser, post, typed):
    preview = parse(author.post(f"/write/posts/{post.id}/preview", data=typed(body=BODY)).text)
    publish(author, post, typed(post, body=BODY))

    public = parse(browser.get("/posts/leases").text)
    # What is not saved has no files to take away.
    public.select_one(".code-block__raw").extract()
    assert str(preview.select_one(".prose")) == str(public.select_one(".prose"))
    assert preview.select_one("script:not([src]):not(head script)") is None


def test_a_preview_stores_nothing(author, post, typed):
    version = post.version

    author.post(f"/write/posts/{post.id}/preview", data=typed(post, body=BODY))

    assert (stored(post.id).body, stored(post.id).version) == ("Text.", version)


def test_the_way_back_from_a_preview_carries_everything_typed(author, post, typed):
    data = typed(post, body="\n" + BODY, tags="CI/CD", summary="Short", title="Leases, typed")
    page = parse(author.post(f"/write/posts/{post.id}/preview", data=data).text)
    form = page.select_one(".preview-bar form")
    fields = {f["name"]: f.text for f in form.select("textarea")} | {"keep_writing": "1"}

    back = parse(author.post(form["action"], data=fields).text)

    assert back.select_one("#body").text == data["body"]
    assert back.select_one("#title")["value"] == "Leases, typed"
    assert back.select_one("#tags")["value"] == "CI/CD"
    assert back.select_one("#version")["value"] == data["version"]
    assert stored(post.id).title == "Leases"


def test_a_new_post_has_a_preview_before_it_is_saved(author, typed):
    page = parse(author.post("/write/posts/new/preview", data=typed(title="", body=BODY)).text)

    assert page.select_one(".prose em").text == "lease"
    assert page.select_one("form")["action"] == "/write/posts/new"


def test_the_fragment_is_the_text_and_its_measure(author, post):
    response = author.post(f"/write/posts/{post.id}/preview?fragment=preview", data={"body": BODY})

    assert "<html" not in response.text
    facts = parse(response.text).select_one("[data-facts]")
    assert (facts["data-words"], facts["data-code-lines"]) == ("4", "1")
    assert facts["data-lines"] == "1 3 6"
    assert facts.select_one("path.drawing__code")


def test_a_preview_over_a_megabyte_is_refused_with_the_text(author, post, typed):
    response = author.post(
        f"/write/posts/{post.id}/preview", data=typed(post, body="x" * 1_000_001)
    )

    assert response.status_code == 422
    assert len(parse(response.text).select_one("#body").text) == 1_000_001
