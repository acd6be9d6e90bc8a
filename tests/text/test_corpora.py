"""Real posts: as many headings, code blocks, images, links and tables as their authors saw."""

import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from blogapp.text.markdown import render
from blogapp.text.tokens import Tag, tokens

DIFFERENCES = Path(__file__).parent / "differences.json"

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
    assert_as_seen(shared, every=8)


@pytest.mark.prove
def test_all_real_posts_come_out_as_their_authors_saw_them(shared):
    assert_as_seen(shared, every=1)


def assert_as_seen(shared, *, every):
    """Render each ``every``-th post: only what is listed with a reason differs, and all of that."""
    reasons = json.loads(DIFFERENCES.read_text(encoding="utf-8"))["corpora"]
    intended = {path: set(keys) for group in reasons.values() for path, keys in group.items()}
    found, looked_at = {}, set()
    for corpus in ("jekyll", "hugo", "mixed"):
        for path, body, expected in list(posts(shared / "corpora" / corpus))[::every]:
            post = render(body)
            assert not post.html.startswith("<pre>"), path
            counted = count(post.html)
            looked_at.add(path)
            if wrong := {key for key in counted if expected[key] not in (None, counted[key])}:
                found[path] = wrong

    assert found == {path: keys for path, keys in intended.items() if path in looked_at}


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
            yield file["path"], body_of(text, file["body"]), expected_of(file["counts"])


def expected_of(counts):
    """Return what is to be counted: what all renderers agree on, else what the author's saw."""
    expected = {}
    for key in ("h", "pre", "img", "a", "table"):
        agreed = counts["agreed"].get(f"rendered_{key}")
        expected[key] = (counts.get("reference") or {}).get(key) if agreed is None else agreed
    return expected


def body_of(text, expected):
    """Return what follows the front matter: the last so many characters."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").rstrip(" \t\n")
    body = text[len(text) - expected["chars"] :]
    assert hashlib.sha256(body.encode()).hexdigest() == expected["sha256"]
    return body
