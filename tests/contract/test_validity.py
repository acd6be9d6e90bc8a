"""Every kind of page in the eyes of the Nu HTML checker, which judges for the W3C."""

import re

import pytest

from blogapp.extensions import db
from blogapp.site.models import Site
from tests.browser import pages
from tests.checkers import check_pages, find_vnu
from tests.conftest import JANUARY

MISSING = "the Nu HTML checker is not here: npm install vnu-jar, Java, VNU_JAR=…/vnu.jar"
# What it is not asked: htmx's attributes, which are its own and stand where htmx wants them; and
# styles, for it knows neither scroll timelines nor view transitions. Those have their own tests.
NOT_ASKED = re.compile(r"Attribute “hx-[a-z:0-9-]+” not allowed|CSS: ")
MORE_PUBLIC = ["/about", "/archive/2026", "/?through=2", "/?q=lease", "/posts/everything-else"]
# What the other posts have not: whatever Markdown here can say.
EVERYTHING_ELSE = """
TL;DR: a formula $e^{i\\pi} = -1$, an *[HTML]: abbreviation* and a term.

$$\\sum_{i=1}^{n} i = \\frac{n(n+1)}{2}$$

```mermaid
graph LR
  A[Ask] --> B{Cached?}
  B -->|yes| C[Answer]
```

https://www.youtube.com/watch?v=hjD9jTi_DQ4

https://example.com/posts/elsewhere

Term
:   What it means.

*[DNS]: Domain Name System

DNS is in it.

> [!TIP]- Closed
> A callout that opens.

```diff
- x = 1
+ x = 2
```

```js title="a.js" {1,3-5}
one()
two()
three()
four()
five()
```

```console
$ make run
http://127.0.0.1:8000
```

![A square](/static/icons/mark.svg "With a caption")

<figure><img src="/static/icons/mark.svg" alt="B"><figcaption>B</figcaption></figure>
"""


@pytest.fixture
def vnu():
    command = find_vnu()
    if not command:
        pytest.skip(MISSING)
    return command


@pytest.fixture
def blog(make_author, make_post):
    db.session.add(Site(id=1, title="Plumbline", description="Measured", intro="Measured."))
    pages.fill(make_author, make_post)
    make_post("Everything else", body=EVERYTHING_ELSE, language="ar", tags=["Queues"])
    make_post("About", body=pages.BODY, is_page=True, updated_at=JANUARY)


@pytest.mark.prove
def test_every_page_is_valid_to_the_nu_checker(blog, browser, owner, vnu, tmp_path):
    folder = tmp_path / "pages"
    folder.mkdir()
    kinds = {
        f"/{address.partition(',')[0].removeprefix('./')}" for address in pages.PUBLIC.values()
    }
    private = {f"/{address.partition(',')[0]}" for address in pages.PRIVATE.values()}
    asked = [(browser, address) for address in sorted({*kinds, *MORE_PUBLIC})]
    asked += [(owner, address) for address in sorted(private)]
    for client, address in asked:
        name = re.sub(r"\W+", "-", address).strip("-") or "listing"
        html = client.get(address, follow_redirects=True).text
        (folder / f"{name}.html").write_text(html, encoding="utf-8")

    found = check_pages(vnu, folder)

    wrong = {"error", "warning", "fatal"}
    assert [m for m in found if m[1] in wrong and not NOT_ASKED.match(m[2])] == []
    assert len([*folder.iterdir()]) >= 30
