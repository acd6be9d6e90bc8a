import json

import pytest

from blogapp.importing.redirect_files import MOST_BYTES, UnknownList, read_rules
from blogapp.posts.redirect_ruling import Reason

GHOST_YAML = r"""
# moved in 2021
301:
  /old/: /posts/new/
  ^\/blog\/(.*)$: /posts/$1
  ^/(\d+)/(.*)$: /$2
302:
  /later/?$: https://elsewhere.example/
"""
GHOST_JSON = [
    {"from": "^/old/?$", "to": "/posts/new", "permanent": True},
    {"from": "/later", "to": "/archive", "permanent": False},
    {"from": "^/([a-z]+)-(\\d+)$", "to": "/$1"},
]
NETLIFY = """
# from the old site
/old         /posts/new
/later       /archive            302
/blog/*      /posts/:splat       301!
/:year/:slug /posts/:slug
/app/*       /index.html         200
/de          /de-DE              302  Language=de
/shop id=:id /shop/:id           301
/gone        /nowhere            410
"""
ALIASES_YAML = """
/posts/new:
  - /old/
  - /older/
/posts/other: [/2019/other.html]
"""
ALIASES_LIST = [
    {"permalink": "/posts/new", "redirect_from": ["/old", "/older"]},
    {"url": "/posts/other", "aliases": "/2019/other.html"},
]
NEXT = {"redirects": [{"source": "/old", "destination": "/posts/new", "permanent": False}]}
WORDPRESS_CSV = """source,target,regex,code,type,hits,title,status
/old,/posts/new,0,301,url,12,,enabled
^/blog/(.*),/posts/$1,1,301,url,3,,enabled
"""


def read(content, name=""):
    text = content if isinstance(content, bytes | str) else json.dumps(content)
    data = text if isinstance(text, bytes) else text.encode()
    return [(wish.old, wish.new, wish.problem or wish.status) for wish in read_rules(data, name)]


@pytest.mark.parametrize("name", ["", "redirects.yaml"])
def test_ghosts_yaml(name):
    assert read(GHOST_YAML, name) == [
        ("/old/", "/posts/new/", 301),
        ("/blog/*", "/posts/*", 301),
        (r"^/(\d+)/(.*)$", "/$2", Reason.PATTERN),
        ("/later", "https://elsewhere.example/", 302),
    ]
    assert [wish.line for wish in read_rules(GHOST_YAML.encode())] == [4, 5, 6, 8]


def test_ghosts_json():
    assert read(GHOST_JSON) == [
        ("/old", "/posts/new", 301),
        ("/later", "/archive", 302),
        ("^/([a-z]+)-(\\d+)$", "/$1", Reason.PATTERN),
    ]


@pytest.mark.parametrize("name", ["", "_redirects"])
def test_what_netlify_and_cloudflare_read(name):
    assert read(NETLIFY, name) == [
        ("/old", "/posts/new", 301),
        ("/later", "/archive", 302),
        ("/blog/*", "/posts/*", 301),
        ("/:year/:slug", "/posts/:slug", Reason.PATTERN),
        ("/app/*", "/index.html", Reason.REWRITE),
        ("/de", "/de-DE", Reason.CONDITION),
        ("/shop", "/shop/:id", Reason.CONDITION),
        ("/gone", None, 301),
    ]


@pytest.mark.parametrize("content", [ALIASES_YAML, ALIASES_LIST])
def test_aliases_of_each_post(content):
    assert [(old.rstrip("/"), new) for old, new, _ in read(content)] == [
        ("/old", "/posts/new"),
        ("/older", "/posts/new"),
        ("/2019/other.html", "/posts/other"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        {"/old": "/posts/new"},
        {"/old": {"to": "/posts/new"}},
        [{"old": "/old", "new": "/posts/new"}],
        "/old: /posts/new\n",
        "- from: /old\n  to: /posts/new\n",
        "old,new\n/old,/posts/new\n",
        "Old URL;New URL;Status\n/old;/posts/new;301\n",
        "/old,/posts/new\n",
        "/old\t/posts/new\t301\n",
        "/old /posts/new",
        "\ufeff/old,/posts/new,308\r\n",
        "/old,/posts/new\n".encode("utf-16"),
    ],
)
def test_a_map_a_list_and_a_table(content):
    assert read(content) == [("/old", "/posts/new", 301)]


def test_what_next_and_wordpress_write():
    assert read(NEXT) == [("/old", "/posts/new", 302)]
    assert read(WORDPRESS_CSV) == [("/old", "/posts/new", 301), ("/blog/*", "/posts/*", 301)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "nothing"),
        (b"\xff\xfa\x00", "UTF-8"),
        (b"a\0b,c", "not text"),
        (b"x" * (MOST_BYTES + 1), "5 MB"),
        (b"one\ntwo\n", None),
        (b'{"a": ', "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"a: [b\n", "YAML"),
        (b"a: &x [1]\nb: *x\n", "aliases"),
        (b"a: " + b"[" * 500_000, "deep"),
        (b'/a,"' + b"x" * 200_000, "CSV"),
        (b'{"/a": ' + b"1" * 5_000 + b"}", "JSON"),
        (b"[1, 2]", "no old"),
        (b'"/a"x', None),
    ],
)
def test_what_is_no_list_is_refused_in_a_sentence(content, said):
    if said is None:
        assert all(wish.new in {"", None} for wish in read_rules(content))
        return
    with pytest.raises(UnknownList, match=said):
        read_rules(content)


def test_anything_is_a_list_or_refused():
    refused = 0
    for sample in (GHOST_YAML, NETLIFY, ALIASES_YAML, WORDPRESS_CSV, json.dumps(GHOST_JSON)):
        data = sample.encode()
        for cut in range(0, len(data), 7):
            for name in ("", "a.csv", "a.json", "a.yaml", "_redirects"):
                try:
                    read_rules(data[:cut] + b"\x07{" + data[cut + 3 :], name)
                except UnknownList:
                    refused += 1

    assert refused
