"""What a hostile blog puts everywhere comes in as words, and nobody's address gets out."""

import json
import re
from random import Random
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from blogapp.extensions import db
from blogapp.importing.ghost import open_ghost
from blogapp.importing.wordpress import open_wordpress
from blogapp.posts.models import Post
from tests.browser.test_attacks import dangers
from tests.importing.wordpress_exports import comment, item, meta, term, write_export

OWN = [
    "<img src=x onerror=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    '"><a href="javascript:alert(1)" autofocus onfocus=alert(1)>x</a>',
    "[x](javascript:alert(1)) <iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "</textarea></title></style><script>alert(1)</script>",
    "<math><mtext><table><mglyph><style><img src onerror=alert(1)>",
    "{{7*7}}{% raw %} [caption]<b onclick=alert(1)>x</b>[/caption]",
    '<a hx-get="/write" hx-trigger="load" href=" java\tscript:alert(1)">x</a>',
]


@pytest.fixture
def attacks(shared):
    """A few of many that others wrote."""
    texts = [path.read_text("utf-8") for path in sorted((shared / "kits/xss").glob("*.jsonl"))]
    lines = [line for text in texts for line in text.split("\n") if line]
    return [json.loads(line)["p"] for line in Random(7).sample(lines, 30)]


@pytest.fixture
def demand_words(browser):
    """Look at every page that readers have; nothing on it runs and nothing is private."""

    def look():
        for html in db.session.scalars(select(Post.html)):
            assert dangers(html) == []
        pages = ["/", "/feed.xml", "/rss.xml", "/feed.json", "/tags", "/sitemap.xml", "/authors"]
        for slug in db.session.scalars(select(Post.slug).where(Post.is_page.is_(False))):
            pages += [f"/posts/{slug}", f"/posts/{slug}.md"]
        for address in pages:
            answer = browser.get(address)
            assert answer.status_code in (200, 404), address
            assert b"private.example" not in answer.data, address
            if answer.mimetype == "text/html":
                demand_inert(answer.text, address)

    return look


def demand_inert(html, address):
    tree = BeautifulSoup(html, "html5lib")
    for tag in tree.find_all(True):
        assert not [name for name in tag.attrs if re.match("on|srcdoc$|formaction$", name)], address
        for name in ("href", "src", "action"):
            said = re.sub(r"[\x00-\x20]", "", str(tag.get(name, ""))).lower()
            assert not said.startswith(("javascript:", "vbscript:", "data:text")), address
    for script in tree.find_all("script"):
        assert script.get("src") or "alert" not in script.text, address
    assert tree.find("iframe") is None, address


def wordpress(attacks):
    for number, attack in enumerate(attacks, 1):
        safe = attack.replace("]]>", "]] >")
        yield item(
            number,
            title=attack,
            body=safe,
            slug=f"post-{number}",
            extra=term("post_tag", f"tag-{number}", attack)
            + term("category", f"area-{number % 7}", f"Area {number % 7} {attack[:20]}")
            + comment(number, safe, comment_author=attack, comment_author_url=attack)
            + meta("_yoast_wpseo_metadesc", safe),
        )


def take_wordpress(attacks, tmp_path, take):
    printable = [re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", attack) for attack in attacks]
    path = write_export(tmp_path / "old.xml", wordpress(printable))
    with open_wordpress(path, zone=ZoneInfo("UTC")) as source:
        return take(source)


def take_ghost(attacks, tmp_path, take):
    posts, tags, joined = [], [], []
    for number, attack in enumerate(attacks):
        card = {"root": {"children": [{"type": "html", "html": attack}]}}
        posts.append(
            {"id": f"p{number}", "title": attack, "slug": f"ghost-{number}", "type": "post"}
            | {"status": "published", "visibility": "public", "custom_excerpt": attack}
            | {"published_at": "2019-05-04T10:00:00.000Z", "feature_image": attack}
            | ({"html": attack} if number % 2 else {"lexical": json.dumps(card)})
            | {"codeinjection_head": "<script>alert(1)</script>", "canonical_url": attack}
        )
        tags.append({"id": f"t{number}", "name": attack, "slug": f"t{number}"})
        joined.append({"post_id": f"p{number}", "tag_id": f"t{number}", "sort_order": 0})
    users = [{"id": "u", "name": OWN[0], "slug": "u", "email": "u@private.example"}]
    tables = {"posts": posts, "tags": tags, "posts_tags": joined, "users": users}
    path = tmp_path / "ghost.json"
    path.write_text(json.dumps({"db": [{"meta": {"version": "5.80.0"}, "data": tables}]}))
    with open_ghost(path, zone=ZoneInfo("UTC")) as source:
        return take(source)


@pytest.mark.parametrize("way", [take_wordpress, take_ghost])
def test_attacks_in_an_export_come_in_as_words(way, tmp_path, take, demand_words):
    report = way(OWN, tmp_path, take)

    results = [str(each.result) for each in report.outcomes if str(each.result) != "noted"]
    assert results == ["made"] * len(OWN)
    demand_words()


@pytest.mark.parametrize("way", [take_wordpress, take_ghost])
def test_attacks_of_others_come_in_as_words(way, attacks, tmp_path, take, demand_words):
    way(attacks, tmp_path, take)

    demand_words()
