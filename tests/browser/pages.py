"""The kinds of pages there are, on a blog that has something to show on each."""

from datetime import timedelta

from tests.conftest import JANUARY

LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LONG_LINE = "result = measure(" + ", ".join(f"argument_{i}={i}" for i in range(30)) + ")"
PARAGRAPH = (
    "A lease is a promise with a date on it, and a clock decides who may still believe it. " * 6
)
BODY = f"""
{PARAGRAPH}

## What a lease promises

Words, *stressed* and **strong**, with `code`, a [link](https://example.com/) and a note[^1].
{LONG_WORD} does not break by itself, and neither does `{"a" * 120}`.

| {" | ".join(f"column {i}" for i in range(14))} |
|{"---|" * 14}
| {" | ".join("something measured" for _ in range(14))} |

```python title="lease.py"
{LONG_LINE}
```

### A smaller heading

- [ ] measure
- [x] write

1. first
2. second

> A word from somebody else, [with its source](https://example.com/).

> [!WARNING]
> Clocks drift.

## What it costs

{PARAGRAPH}

![A square, drawn](/static/icons/mark.svg)

It takes $O(n \\log n)$, at least while $\\rho < 1$:

$$
W(t) = \\sum_{{i=1}}^{{n}} \\frac{{\\lambda_i}}{{\\mu_i\\,(1 - \\rho_i)}}
  + \\begin{{pmatrix}} a & b & c & d \\\\ e & f & g & h \\end{{pmatrix}}
  + \\overbrace{{a + b + c + d}}^{{n}}
$$

```mermaid title="Who asks whom"
flowchart LR
  A[Browser] -->|GET| B{{{{Kept?}}}} -- no --> C[App] --> D[(Database)] --> E[Disk] --> F[Tape]
  style C fill:#fc9
```

/posts/post-2

https://github.com/pallets/flask/pull/12

<details><summary>More of it</summary>

{PARAGRAPH}

</details>

[^1]: The note, with a [link](https://example.com/).
"""

# Addresses below the blog's own; and after a comma what is pressed once the page is there.
PUBLIC = {
    "listing": "./",
    "filtered listing": "./?tag=postgres&tag=queues&match=any&not=c-plus-plus",
    "empty listing": "./?tag=postgres&not=postgres",
    "unknown tag": "./?tag=nothing",
    "search": "./?q=lease",
    "search page": "search",
    "one page": "./?page=2",
    "log": "./?view=log",
    "plain list": "./?view=minimal",
    "all tags": "./, #all-tags",
    "choosing tags": "./?tag=postgres&not=c-plus-plus&find=",
    "tag": "tags/postgres",
    "domain": "domains/databases",
    "series": "series/leases",
    "author": "authors/ada-lovelace",
    "tags": "tags",
    "archive": "archive",
    "month": "archive/2026/1",
    "post": "posts/everything-about-leases",
    "short post": "posts/post-2",
    "sign-in": "login",
    "sign-in refused": "login, form:has(#password) .button",
    "sign-out": "logout",
    "missing page": "nowhere",
    "malformed address": "./?page=0",
}
PRIVATE = {
    "dashboard": "write",
    "posts": "write/posts",
    "no posts": "write/posts?q=nothing-has-this",
    "new post": "write/posts/new",
    "editor": "write/posts/1",
    "editor refused": "write/posts/new, #save",
    "publishing": "write/posts/1, #publish-button",
    "image": "write/posts/1, [popovertarget=image-sheet]:visible",
    "images": "write/posts/1/images",
    "preview": "write/posts/1, #preview-button",
    "conflict": "write/posts/1, [data-key=conflict] a",
    "revisions": "write/posts/1/revisions",
    "comparison": "write/posts/1/comparison",
    "preview links": "write/posts/1/previews",
    "media": "write/media",
    "pages": "write/pages",
    "shortcuts": "write/shortcuts",
    "tags in use": "write/tags",
    "one of the tags": "write/tags/1",
    "merging a tag": "write/tags/1/merger",
    "settings": "write/settings",
    "look": "write/settings/look",
    "front page": "write/settings/front",
    "presets": "write/settings/presets",
    "navigation": "write/settings/navigation",
    "footer": "write/settings/frame",
    "domains": "write/settings/domains",
    "parts of a series": "write/settings/series/1",
    "outside sources": "write/settings/outside",
    "notifications": "write/settings/notifications",
    "audit log": "write/settings/audit",
    "somebody who writes here": "write/people/1",
    "redirects": "write/settings/redirects",
    "new redirect": "write/settings/redirects/new",
    "missing addresses": "write/settings/redirects/missing",
    "moving in and out": "write/imports",
}

# What is pressed there opens another page.
LEADING_ON = {"sign-in refused", "editor refused", "preview", "conflict"}


def fill(make_author, make_post, *, posts=14):
    """Fill the blog: one post with everything in it, others that surround it."""
    ada, bo = make_author("Ada Lovelace"), make_author("Bo")
    surroundings = {"domain": "Databases", "series": "Leases"}
    make_post(
        "Everything about leases",
        body=BODY,
        summary="What a lease promises, what it costs, and which clock it believes.",
        kind="guide",
        tags=["Postgres", "Queues", "CI/CD", "C++"],
        authors=[ada, bo],
        published_at=JANUARY + timedelta(days=60),
        **surroundings,
    )
    make_post(
        f"{LONG_WORD} in a title",
        body=PARAGRAPH,
        tags=[LONG_WORD, "Queues", *(f"Tag {i}" for i in range(40))],
        domain=LONG_WORD,
        authors=[ada],
        published_at=JANUARY + timedelta(days=50),
    )
    for i in range(1, posts + 1):
        make_post(
            f"Post {i}",
            body=PARAGRAPH if i % 3 else "",
            tags=["Postgres", f"Tag {i}"] if i % 2 else ["Queues"],
            domain="Networking" if i % 2 else "",
            series="Leases" if i % 5 == 0 else "",
            authors=[bo],
            published_at=JANUARY - timedelta(days=40 * i),
        )
    make_post("A draft", body=PARAGRAPH, published_at=None, authors=[ada])
    make_post("Planned", body="Soon.", published_at=JANUARY + timedelta(days=36_500))


def visit(page, kind):
    """Open a page of this kind and bring it into the state that its name says."""
    address, _, pressed = {**PUBLIC, **PRIVATE}[kind].partition(", ")
    page.goto(address)
    if kind == "sign-in refused":
        page.locator("#email").fill("ada@example.com")
        page.locator("#password").fill("not her password")
    if kind == "conflict":
        _write_elsewhere(page)
        page.locator("#title").fill("Mine")
    if kind in LEADING_ON:
        with page.expect_navigation():
            page.locator(pressed).first.click()
    elif pressed:
        page.locator(pressed).first.click()
    if kind == "all tags":
        page.locator("#tags [data-said]").wait_for()


def _write_elsewhere(page):
    """Change the title as another browser does, which this one hears nothing of."""
    context = page.context.browser.new_context(storage_state=page.context.storage_state())
    other = context.new_page()
    other.goto(page.url)
    other.locator("draft-keeper[data-is-ready]").wait_for(state="attached")
    other.locator("#title").press_sequentially("Theirs ")
    with other.expect_response("**/journal"):
        other.keyboard.press("Control+s")
    context.close()
