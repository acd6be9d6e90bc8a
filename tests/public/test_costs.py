"""What answers cost does not depend on how many posts there are."""

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from blogapp.demo import synthesizing
from blogapp.demo.speaking import COMMON_WORD, RARE_WORD
from blogapp.posts.models import Post

ANSWERS = {
    "the first page": "/",
    "the second page": "/?page=2",
    "the next batch": "/?page=2&fragment=posts",
    "one tag": "/tags/engineering",
    "two tags": "/?tag=engineering&tag=performance",
    "any of them but not a third": "/?tag=engineering&tag=performance&match=any&not=postgres",
    "a domain and a kind": "/?domain=databases&kind=note",
    "a rare word": f"/?q={RARE_WORD}",
    "a common word": f"/?q={COMMON_WORD}",
    "a common word with an operator": f"/?q=tag%3Aengineering+{COMMON_WORD}",
    "typeahead": f"/search?q={RARE_WORD[:4]}&fragment=suggestions",
    "a feed": "/feed.xml",
    "a feed of two tags": "/feed.xml?tag=engineering&tag=performance",
    "a feed of words": f"/rss.xml?q={COMMON_WORD}",
    "the archive": "/archive",
    "all tags": "/tags",
}
MOST_POSTS = 60  # of two pages, their neighbours, what is pinned; twenty in a feed


@pytest.fixture
def costs(browser, queries, monkeypatch, clock):
    """Add posts and return statements and posts read, by answer."""
    monkeypatch.setattr(synthesizing, "POOL", 6)
    read = []

    def note(post, _context):
        read.append(post.id)

    event.listen(Post, "load", note)

    def add(count):
        zone = ZoneInfo("UTC")
        assert sum(synthesizing.synthesize(count, seed=3, now=clock.now(), zone=zone)) == count
        # Whoever comes first after a change takes it in for all who follow.
        assert browser.get("/").status_code == 200
        found = {}
        for name, address in ANSWERS.items():
            queries.clear()
            read.clear()
            assert browser.get(address).status_code == 200, name
            found[name] = len(queries), len(read)
        return found

    yield add
    event.remove(Post, "load", note)


def test_an_answer_costs_the_same_statements_among_many_posts(costs):
    few = costs(60)
    many = costs(940)

    for name in ANSWERS:
        assert many[name][0] <= few[name][0], name
        assert many[name][1] <= MOST_POSTS, name
