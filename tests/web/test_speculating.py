"""What browsers may ask for before anybody clicks."""

import json
import re
from fnmatch import fnmatchcase

import pytest


@pytest.mark.parametrize(
    ("path", "is_made_ready"),
    [
        ("/posts/a-lease", True),
        ("/pages/licence", True),
        ("/posts/a-lease.md", False),
        ("/posts/a-lease/code/1/lease.py", False),
        ("/tags/locks", False),
        ("/feed.xml", False),
        ("/login", False),
        ("/write", False),
    ],
)
def test_posts_are_made_ready_and_nothing_else_is(path, is_made_ready, browser):
    page = browser.get("/").text

    rules = json.loads(re.search(r'type="speculationrules">(.*?)</script>', page)[1])
    [rule] = rules["prerender"]
    posts, others = rule["where"]["and"]
    # A star of URLPattern stands for any letters, as here.
    is_post = any(fnmatchcase(path, each) for each in posts["href_matches"])
    is_other = any(fnmatchcase(path, each) for each in others["not"]["href_matches"])
    assert (is_post and not is_other) == is_made_ready
