"""Every page is well-formed HTML, names each thing once and keeps its headings in order."""

import pytest

from tests.markup import faults

# Wording and markup, out of rows that other tests read on either database.

BODY = """
# A heading at the top

TL;DR: a *table*, a list, a note[^1].

#### A heading that skips

| a | b |
|---|---|
| 1 | 2 |

- [ ] to do
- [x] done

```python title="lease.py"
x = 1 < 2
```

## Heading

## Heading

<div id="main">An author's <b>own <i>HTML</b> with holes</i><p>

![](https://images.example/a.png)

[^1]: The note.
"""
PUBLIC = [
    "/",
    "/?tag=postgres&tag=queues",
    "/?tag=postgres&tag=queues&match=any",
    "/?not=queues",
    "/?tag=nothing",
    "/?q=lease",
    "/?page=2",
    "/?through=2",
    "/tags",
    "/tags/postgres",
    "/domains/databases",
    "/series/leases",
    "/authors/ada-lovelace",
    "/archive",
    "/archive/2026",
    "/archive/2026/1",
    "/posts/everything",
    "/posts/bare",
    "/login",
    "/logout",
    "/login/x",
    "/invite/x",
    "/nowhere",
    "/?page=0",
]
PRIVATE = [
    "/write",
    "/write/posts",
    "/write/posts?q=x",
    "/write/posts/new",
    "/write/posts/1",
    "/write/posts/1/images",
    "/write/tags",
    "/write/settings",
    "/write/settings/redirects",
    "/write/settings/redirects/new",
    "/write/settings/redirects/import",
    "/write/settings/redirects/missing",
    "/write/settings/redirects/test?address=/nowhere",
    "/write/posts/99",
]


@pytest.fixture
def blog(make_author, make_post, make_posts):
    ada = make_author()
    around = {"tags": ["Postgres", "Queues"], "domain": "Databases", "series": "Leases"}
    make_post("Everything", body=BODY, authors=[ada], kind="note", **around)
    make_posts(25, tags=["Postgres"], domain="Networking", series="Leases")
    make_post("Bare", body="")
    make_post("", body="<table><tr><td>No title", slug="untitled")


@pytest.mark.parametrize("address", PUBLIC)
def test_public_pages_are_well_formed(browser, blog, address):
    html = browser.get(address).text

    assert faults(html) == []


def test_an_empty_blog_is_well_formed(browser):
    for address in ("/", "/tags", "/archive", "/login"):
        html = browser.get(address).text

        assert faults(html) == [], address


def test_a_post_without_a_title_is_well_formed(browser, blog):
    assert faults(browser.get("/posts/untitled").text) == []


@pytest.mark.parametrize("address", PRIVATE)
def test_authoring_pages_are_well_formed(blog, owner, address):
    html = owner.get(address).text

    assert faults(html) == []


def test_a_refused_form_is_well_formed(blog, owner, browser):
    refused = {
        "/login": browser.post("/login", data={"email": "ada"}),
        "/write/posts/new": owner.post("/write/posts/new", data={"slug": "not / a slug"}),
        "/write/settings": owner.post("/write/settings", data={"page_size": "x"}),
    }

    for address, response in refused.items():
        assert response.status_code == 422, address
        assert faults(response.text) == [], address


@pytest.mark.parametrize(
    "html",
    [
        "<!doctype html><title>x</title><h1>x</h1><b><i>x</b></i>",
        "<!doctype html><title>x</title><h1>x</h1><p id=a>x<p id=a>x",
        "<!doctype html><title>x</title><h1>x</h1><h3>x</h3>",
        "<!doctype html><title>x</title><h1>x</h1><h1>x</h1>",
        "<!doctype html><title>x</title><h2>x</h2>",
        "<!doctype html><title>x</title><h1>x</h1><label for=a>x</label>",
        "<!doctype html><title>x</title><h1>x</h1><img alt=a alt=b>",
    ],
)
def test_faults_are_found(html):
    assert faults(html)
