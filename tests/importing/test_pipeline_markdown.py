"""What comes along from a Markdown site besides its posts."""

import pytest
from sqlalchemy import select

from blogapp.extensions import db
from blogapp.posts.models import Post, Redirect
from tests.importing.speaking import results, whats

POST = """---
title: Caches lie
date: 2024-03-05
tags: [Data Bases]
categories: [Storage]
---
Text.
"""
META = "Title: Caches lie\nDate: 2024-03-05\nCategory: Storage\nAuthor: Ada King\n\nText.\n"
SITES = {
    "jekyll": (
        "_posts/2024-03-05-caches.md",
        POST,
        "_config.yml",
        "url: https://old.example\nbaseurl: /blog\n",
        "https://old.example/blog/storage/2024/03/05/caches",
    ),
    "hugo": (
        "content/posts/caches.md",
        POST,
        "hugo.toml",
        'baseURL = "https://old.example/"\n',
        "https://old.example/posts/caches/",
    ),
    "pelican": (
        "content/caches.md",
        META,
        "pelicanconf.py",
        'SITEURL = "https://old.example"\n',
        "tag:old.example,2024-03-05:/caches.html/",
    ),
    "eleventy": (
        "content/blog/caches.md",
        POST,
        "_data/metadata.js",
        'export default {\n  url: "https://old.example/",\n};\n',
        "https://old.example/blog/caches/",
    ),
    "astro": (
        "src/content/blog/caches.md",
        POST,
        "astro.config.mjs",
        "export default defineConfig({\n  site: 'https://old.example',\n});\n",
        "https://old.example/blog/caches/",
    ),
}


def entry_ids():
    return db.session.scalars(select(Post.entry_id)).all()


@pytest.mark.parametrize("kind", SITES)
def test_a_post_keeps_the_id_of_its_generator_s_feed(tree, take_in, kind):
    name, text, settings_name, settings, wanted = SITES[kind]
    tree(name, text)
    tree(settings_name, settings)
    if kind == "eleventy":
        tree("eleventy.config.js", "")

    report = take_in()

    assert entry_ids() == [wanted]
    assert whats(report) == []
    assert set(results(take_in()).values()) == {"unchanged"}


def test_a_site_s_address_may_be_given(tree, take_in, browser):
    tree("_posts/2024-03-05-caches.md", POST)

    take_in(base_urls={"site": "https://old.example/blog"})

    assert entry_ids() == ["https://old.example/blog/storage/2024/03/05/caches"]
    for address in ("/storage/2024/03/05/caches.html", "/blog/storage/2024/03/05/caches.html"):
        assert browser.get(address).location == "/posts/caches"


def test_feeds_and_lists_of_the_generator_lead_on(tree, take_in, browser):
    tree("_posts/2024-03-05-caches.md", POST)

    take_in()

    ways = {
        "/atom.xml": "/feed.xml",
        "/index.xml": "/rss.xml",
        "/archive.html": "/archive",
        "/tag/data-bases/": "/tags/data-bases",
        "/category/storage/": "/domains/storage",
        "/2024/": "/archive/2024",
        "/2024/03/": "/archive/2024/3",
    }
    for old, new in ways.items():
        assert browser.get(old).location == new
        assert browser.get(new).status_code == 200
    assert "/tags/data-bases" not in db.session.scalars(select(Redirect.path)).all()


def test_pelican_s_pages_of_names_and_people_lead_on(tree, take_in, browser):
    tree("content/caches.md", META)

    take_in()

    assert browser.get("/category/storage.html").location == "/domains/storage"
    assert browser.get("/author/ada-king.html").location == "/authors/ada-king"
    assert browser.get("/feeds/all.atom.xml").location == "/feed.xml"


def test_pages_come_along_when_asked(tree, take_in, browser):
    tree("_posts/2024-03-05-caches.md", POST)
    tree("about.md", "---\ntitle: About us\nlayout: page\npermalink: /about-us/\n---\nWe.\n")
    tree("colophon.md", "---\ntitle: Colophon\n---\nLead.\n")
    tree("index.md", "---\nlayout: home\n---\n")
    tree("tags.md", "---\nlayout: archive\ntitle: Tags\n---\n")

    without = take_in()
    report = take_in(pages=True)

    assert sorted(results(without).values()) == ["made", "skipped", "skipped", "skipped", "skipped"]
    assert results(report) == {
        "_posts/2024-03-05-caches.md": "unchanged",
        "about.md": "made",
        "colophon.md": "made",
        "index.md": "skipped",
        "tags.md": "skipped",
    }
    assert "About us" in browser.page("/about").h1.get_text()
    assert browser.get("/about-us/").location == "/about"
    assert browser.get("/colophon.html").location == "/pages/colophon"
