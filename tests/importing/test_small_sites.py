"""The twins of the corpora: one small site for each kind, and what must come of it."""

import pytest

# What it holds is the same whichever database stands behind it.

SITES = {
    "jekyll/_config.yml": "timezone: America/Los_Angeles\npermalink: pretty\n",
    "jekyll/_posts/2023-11-02-queues.md": (
        "---\nlayout: post\ntitle: 'Queues: a memoir'\ncategory: Messaging\n"
        "tags: async retries\nauthor: ada\nredirect_from: [/q]\n---\n\nText {{ site.title }}.\n"
    ),
    "jekyll/_posts/2023-12-01-later.markdown": "---\n---\nText.\n",
    "jekyll/_drafts/unfinished.md": "---\ntitle: Unfinished\n---\n",
    "jekyll/index.md": "---\ntitle: Home\n---\n",
    "hugo/hugo.toml": 'timeZone = "Europe/Berlin"\n',
    "hugo/content/posts/_index.md": "---\ntitle: Posts\n---\n",
    "hugo/content/posts/shards/index.md": (
        '+++\ntitle = "Shards"\ndate = 2024-03-05T10:00:00\ntags = ["SQL", "CI/CD"]\n'
        'authors = ["Ada Lovelace", "Grace Hopper"]\naliases = ["/old-shards"]\nweight = 3\n'
        'series = ["Storage"]\n+++\n\n![map](map.png)\n'
    ),
    "hugo/content/posts/shards/notes.md": "not a post",
    "hugo/content/posts/secret.md": '+++\ntitle = "Secret"\ndraft = true\ndate = 2024-03-06\n+++\n',
    "pelican/content/leases.md": (
        "Title: Leases: a warning\nDate: 2024-05-06 21:30\nModified: 2024-06-01\n"
        "Category: Consensus\nTags: time, clocks\nAuthors: Ada Lovelace; Grace Hopper\n"
        "Slug: leases\n\nText.\n"
    ),
    "pelican/pelicanconf.py": "TIMEZONE = 'Asia/Tokyo'\nARTICLE_URL = '{date:%Y}/{slug}/'\n",
    "pelican/content/pages/about.md": "Title: About\n\nText.\n",
    "json/a.md": '{\n  "title": "Heaps",\n  "date": "2024-07-08",\n  "tags": ["C++"]\n}\n\nText.\n',
    "json/src/content/x.txt": "",
    "notes/sql/joins.md": "# Joins in `SQL`\n\nText.\n",
    "notes/README.md": "# My notes\n",
}


@pytest.fixture
def report(tree, png, take_in):
    for name, text in SITES.items():
        tree(name, text)
    tree("hugo/content/posts/shards/map.png", png())
    return take_in()


@pytest.fixture
def lines(report):
    return {outcome.path: outcome.line for outcome in report.outcomes}


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (
            "jekyll/_posts/2023-11-02-queues.md",
            {
                "title": "Queues: a memoir",
                "slug": "queues",
                "date": "2023-11-02T07:00:00Z",
                "tags": ["async", "retries"],
                "authors": ["ada"],
                "domain": "Messaging",
                "draft": False,
            },
        ),
        ("jekyll/_posts/2023-12-01-later.markdown", {"title": "Later", "slug": "later"}),
        ("jekyll/_drafts/unfinished.md", {"title": "Unfinished", "draft": True, "date": None}),
        (
            "hugo/content/posts/shards/index.md",
            {
                "title": "Shards",
                "slug": "shards",
                "date": "2024-03-05T09:00:00Z",
                "tags": ["CI/CD", "SQL"],
                "authors": ["Ada Lovelace", "Grace Hopper"],
                "series": "Storage",
                "draft": False,
            },
        ),
        ("hugo/content/posts/secret.md", {"draft": True, "date": "2024-03-05T23:00:00Z"}),
        (
            "pelican/content/leases.md",
            {
                "title": "Leases: a warning",
                "date": "2024-05-06T12:30:00Z",
                "updated": "2024-05-31T15:00:00Z",
                "tags": ["clocks", "time"],
                "authors": ["Ada Lovelace", "Grace Hopper"],
                "domain": "Consensus",
            },
        ),
        ("json/a.md", {"title": "Heaps", "date": "2024-07-08T00:00:00Z", "tags": ["C++"]}),
        (
            "notes/sql/joins.md",
            {"title": "Joins in SQL", "date": None, "draft": False, "domain": "sql", "authors": []},
        ),
    ],
)
def test_a_file_of_each_kind_comes_in_right(lines, path, told):
    assert {name: lines[path][name] for name in told} == told


def test_pages_sections_and_resources_are_left_out(lines):
    assert {path for path, line in lines.items() if line.get("error")} == {
        "jekyll/index.md",
        "hugo/content/posts/_index.md",
        "hugo/content/posts/shards/notes.md",
        "pelican/content/pages/about.md",
        "notes/README.md",
    }


@pytest.mark.parametrize(
    ("address", "slug"),
    [
        ("/q", "queues"),
        ("/messaging/2023/11/02/queues/", "queues"),
        ("/old-shards", "shards"),
        ("/2024/leases/", "leases"),
    ],
)
def test_old_addresses_lead_to_the_posts(report, browser, address, slug):
    assert browser.get(address).location == f"/posts/{slug}"


def test_a_bundle_s_picture_is_shown_from_the_store(report, browser):
    source = browser.page("/posts/shards").select_one(".prose img")["src"]

    assert browser.get(source).content_type == "image/png"


def test_bodies_are_kept_as_they_were_written(report, get_post):
    assert get_post("queues").body == "\nText {{ site.title }}.\n"
    assert get_post("leases").body == "Text.\n"
