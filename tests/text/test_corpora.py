"""Real posts: as many headings, code blocks, images, links and tables as their authors saw."""

import hashlib
import json
from collections import Counter

import pytest

from blogapp.text.markdown import render
from blogapp.text.tokens import Tag, tokens

OWN = """# Counting

Intro with a [link](/a) and <a href="/b">another</a>.

1. Step

   ```sh
   make run
   ```

2. Look at ![it](it.png).

| a | b |
|---|---|
| 1 | [c] |

[c]: /c

> ## Quoted
>
>     code
"""


def test_an_own_post_counts_as_its_author_would():
    assert count(render(OWN).html) == {"h": 2, "pre": 2, "img": 1, "a": 3, "table": 1}


def test_real_posts_come_out_as_their_authors_saw_them(shared):
    assert differing(shared, every=8) == {}


@pytest.mark.prove
def test_all_real_posts_come_out_as_their_authors_saw_them(shared):
    assert differing(shared, every=1) == {}


def differing(shared, *, every):
    """Return posts with wrong counts, having rendered each ``every``-th one."""
    wrong = {}
    for corpus in ("jekyll", "hugo", "mixed"):
        for path, body, agreed in list(posts(shared / "corpora" / corpus))[::every]:
            post = render(body)
            assert not post.html.startswith("<pre>"), path
            found = count(post.html)
            if any(agreed[key] not in (None, found[key]) for key in found):
                wrong[path] = (agreed, found)
    return wrong


def count(html):
    found = Counter({"h": 0, "pre": 0, "img": 0, "a": 0, "table": 0})
    for tag in tokens(html):
        if not isinstance(tag, Tag) or tag.closing or "data-added" in tag.attributes:
            continue
        if tag.name in ("h1", "h2", "h3", "h4", "h5", "h6"):
            found["h"] += 1
        elif tag.name != "a":
            found[tag.name] += tag.name in found
        elif not tag.attributes.get("href", "#fn").startswith("#fn"):
            found["a"] += 1
    return {key: found[key] for key in ("h", "pre", "img", "a", "table")}


def posts(folder):
    expectations = json.loads((folder / "expectations.json").read_text(encoding="utf-8"))
    for file in expectations["files"]:
        if file["kind"] == "post":
            text = (folder / file["path"]).read_bytes().decode("utf-8", "replace")
            agreed = file["counts"]["agreed"]
            counts = {
                key: agreed.get(f"rendered_{key}") for key in ("h", "pre", "img", "a", "table")
            }
            yield file["path"], body_of(text, file["body"]), counts


def body_of(text, expected):
    """Return what follows the front matter: the last so many characters."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").rstrip(" \t\n")
    body = text[len(text) - expected["chars"] :]
    assert hashlib.sha256(body.encode()).hexdigest() == expected["sha256"]
    return body
