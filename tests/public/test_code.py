"""The code of posts as files: what is sent, under which name, and from where it leads on."""

import pytest

from tests.conftest import JANUARY

# Wording and markup, out of rows that other tests read on either database.

BODY = """Read this.

```python title="app/read.py" {2}
\tfor price in prices:

    print("ä < b")
```

- In a list:

  ```sh
  $ make
  ```
"""


@pytest.fixture
def post(make_post):
    return make_post("Stale prices", body=BODY)


def test_each_block_links_to_its_file(browser, post):
    links = browser.page("/posts/stale-prices").select(".code-block a[data-added]")

    assert [link["href"] for link in links] == [
        "/posts/stale-prices/code/1/read.py",
        "/posts/stale-prices/code/2/code-2.sh",
    ]


def test_a_file_is_what_the_author_wrote_between_the_fences(browser, post):
    answer = browser.get("/posts/stale-prices/code/1/read.py")

    assert answer.data.decode() == '\tfor price in prices:\n\n    print("ä < b")\n'
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename=read.py"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert browser.get("/posts/stale-prices/code/2/code-2.sh").text == "$ make\n"


def test_a_file_may_be_called_in_any_script(browser, make_post):
    make_post("Cache", body='```py title="src/кэш é.py"\nx\n```')
    link = browser.page("/posts/cache").select_one(".code-block__raw")["href"]

    said = browser.get(link).headers["Content-Disposition"]

    assert "filename*=UTF-8''%D0%BA%D1%8D%D1%88%20%C3%A9.py" in said


@pytest.mark.parametrize(
    "path",
    [
        "/posts/stale-prices/code/1/other.py",
        "/posts/STALE-prices/code/1/read.py",
        "/posts/stale-prices/code/01/read.py",
        "/posts/stale-prices/code/1/read.py?x=1",
    ],
)
def test_another_spelling_leads_to_the_file(browser, post, path):
    answer = browser.get(path)

    assert (answer.status_code, answer.location) == (301, "/posts/stale-prices/code/1/read.py")


def test_a_renamed_post_takes_its_files_along(author, browser, make_post):
    make_post("Stale prices", body=BODY, slug="old", authors=[author.author])
    desk = author.page("/write/posts/1")
    fields = {name: desk.select_one(f"[name={name}]")["value"] for name in ("version", "head")}
    fields |= {"title": "Stale prices", "body": BODY, "slug": "new"}

    author.post("/write/posts/1/publication", data={**fields, "update": "1", "change_type": "typo"})

    answer = browser.get("/posts/old/code/1/read.py")
    assert (answer.status_code, answer.location) == (301, "/posts/new/code/1/read.py")


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ({"published_at": None}, 404),
        ({"withdrawn_at": JANUARY}, 410),
        ({"deleted_at": JANUARY}, 410),
        ({}, 200),
    ],
)
def test_files_are_as_public_as_their_post(browser, make_post, state, status):
    make_post("Stale prices", body=BODY, **state)

    assert browser.get("/posts/stale-prices/code/1/read.py").status_code == status


@pytest.mark.parametrize("number", ["0", "3", "x", "99999999999999999999999"])
def test_a_block_that_is_none_has_no_file(browser, post, number):
    assert browser.get(f"/posts/stale-prices/code/{number}/read.py").status_code == 404


def test_a_static_page_has_its_code_too(browser, make_post):
    make_post("About", body="```py\nx\n```", is_page=True)
    link = browser.page("/about").select_one(".code-block__raw")["href"]

    assert link == "/pages/about/code/1/code-1.py"
    assert browser.get(link).text == "x\n"


def test_a_preview_offers_no_file(author, make_post):
    make_post("Draft", body=BODY, published_at=None, authors=[author.author])

    shown = author.post("/write/posts/new/preview", data={"title": "x", "body": BODY})

    assert 'class="code-block"' in shown.text
    assert "/code/1/" not in shown.text
    assert "\ufdd1" not in shown.text


def test_feeds_carry_code_as_programs_know_it(browser, post):
    feed = browser.get("/feed.xml").text

    assert "&lt;pre&gt;&lt;code class=&#34;language-python&#34;&gt;" in feed
    assert "copy-code" not in feed
    assert "class=&#34;line" not in feed
    assert "\ufdd1" not in feed


def test_a_long_block_opens_without_a_script(browser, make_post):
    make_post("Long", body="```py\n" + "x\n" * 60 + "```")

    fold = browser.page("/posts/long").select_one(".code-block > details")

    assert [span.text for span in fold.select("summary span")] == [
        "Show all 60 lines",
        "Show fewer lines",
    ]


def test_the_words_beside_code_are_in_the_language_of_the_blog(browser, owner, make_post):
    make_post("Long", body="```py\nx\n```")
    from blogapp.extensions import db
    from blogapp.site.models import Site

    db.session.add(Site(id=1, title="Plumbline", language="de"))
    db.session.commit()

    block = browser.page("/posts/long").select_one("copy-code")

    assert block["data-word-copy"]
    assert not browser.page("/posts/long").select("copy-code:not([data-word-copy])")
