import re
from itertools import product

import pytest

from blogapp.posts.selection import KEYS

# Wording and markup, out of rows that other tests read on either database.


@pytest.fixture(autouse=True)
def clock(clock):
    return clock


@pytest.fixture
def may_crawl(browser):
    """Tell whether a crawler may open an address: the longest rule decides (RFC 9309, 2.2.2)."""
    lines = browser.get("/robots.txt").text.splitlines()
    rules = [line.split(": ") for line in lines if line.startswith(("Allow", "Disallow"))]

    def ask(address):
        found = [(len(path), verb == "Allow") for verb, path in rules if matches(path, address)]
        return max(found, default=(0, True))[1]

    return ask


def matches(rule, address):
    pattern = re.escape(rule.removesuffix("$")).replace(r"\*", ".*")
    return re.match(pattern + ("$" if rule.endswith("$") else ""), address) is not None


FOUND = [
    *("/", "/?page=2", "/?tag=dns", "/?tag=dns&page=2", "/?kind=note&page=3", "/?not=wal"),
    *("/?year=2026&month=1", "/tags", "/tags/dns", "/tags/dns?page=2", "/archive"),
    *("/archive/2026", "/archive/2026/1?page=2", "/authors/ada?page=2", "/series/leases"),
    *("/feed.xml?tag=dns&tag=wal&q=lease", "/rss.xml?q=a", "/feed.json?domain=data&limit=5"),
    *("/posts/search", "/posts/a?x=1", "/media/a.png", "/sitemap.xml", "/about"),
]
ENDLESS = [
    *("/?tag=dns&tag=wal", "/?tag=dns&domain=data", "/?not=a&not=b", "/?domain=a&year=2026"),
    *("/?tag=a&tag=b&match=any", "/?kind=a&series=b", "/?domain=a&author=b&page=2"),
    *("/?q=wal", "/?tag=dns&q=wal", "/?sort=oldest", "/?view=log", "/?through=3"),
    *("/?page=2&after=x&fragment=posts", "/search?q=wal", "/tags/dns?tag=wal"),
    *("/tags/dns?sort=oldest", "/archive/2026?tag=dns", "/domains/data?year=2026&page=2"),
    *(
        "/?find=a",
        "/?tag=dns&find=",
        "/authors/ada?q=wal",
        "/series/leases?view=log",
        "/write/posts",
    ),
]


def test_what_may_be_found_may_be_crawled_and_endless_combinations_not(may_crawl):
    assert [address for address in FOUND if not may_crawl(address)] == []
    assert [address for address in ENDLESS if may_crawl(address)] == []


def test_whatever_follows_upon_a_choice_makes_it_a_combination(may_crawl):
    pairs = product(KEYS, [key for key in KEYS if key not in {"month", "page"}])

    addresses = [f"/?{first}=x&{second}=y" for first, second in pairs]

    assert [address for address in addresses if may_crawl(address)] == []


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/?tag=dns", "/?tag=dns&tag=wal&domain=data", "/tags/dns", "/tags/dns?tag=wal"),
        *("/?q=post", "/?sort=oldest", "/?page=2", "/?tag=nobody&domain=data", "/archive/2026"),
        *("/archive", "/tags", "/?tag=dns&page=2", "/tags/dns?page=2", "/?tag=dns&tag=wal&page=2"),
    ],
)
def test_no_link_invites_to_what_must_not_be_crawled(browser, may_crawl, make_posts, address):
    make_posts(30, tags=["dns", "wal"], domain="data", kind="note")
    make_posts(3, domain="web", series="Leases")

    # The pages of a combination are met only by who has come to it.
    pages = ".pager a, .post-list__page h2 a, .post-list__newer a"
    links = browser.page(address).select(f"a[href^='/']:not({pages})")

    invited = {link["href"] for link in links if "nofollow" not in link.get("rel", [])}
    assert [href for href in invited if not may_crawl(href)] == []


def test_what_must_not_be_crawled_says_so_to_who_comes_anyway(browser, make_posts):
    make_posts(3, tags=["dns", "wal"])

    page = browser.page("/?tag=dns&tag=wal")

    assert page.select_one("meta[name=robots]")["content"] == "noindex, follow"
