"""What public pages may load from elsewhere: off by default, the owner's alone, read strictly."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from blogapp.extensions import db
from blogapp.site.models import Site
from tests.conftest import parse

# What it holds is the same whichever database stands behind it.

ADDRESS = "/write/settings/outside"
SCRIPT = "https://stats.example.com"
SNIPPET = f"""\
<script async src="{SCRIPT}/count.js"></script>
<script>window.counted = "<b>&amp;</b>"</script>
<meta name="verification" content="abc">"""


def site():
    db.session.rollback()
    return db.session.get(Site, 1)


def policy(response):
    parts = (part.split() for part in response.headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, *sources in parts}


def hashed(text):
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@pytest.fixture
def post(make_post):
    return make_post("A lease", body="![A chart](https://images.example.com/chart.png)")


def test_nobody_else_is_asked_until_the_owner_says_so(browser, post):
    sources = policy(browser.get("/posts/a-lease"))

    assert sources["img-src"] == ["'self'", "data:"]
    assert "frame-src" not in sources
    assert not any("http" in source for found in sources.values() for source in found)


def test_allowed_origins_are_in_the_policy_of_public_pages(owner, browser, post):
    data = {
        "img": "https://images.example.com\n https://*.CDN.example.com/ \n",
        "frame": "https://www.youtube-nocookie.com",
        "script": SCRIPT,
        "connect": SCRIPT,
        "style": "https://fonts.example.com",
        "font": "https://fonts.example.com:8443",
    }

    assert owner.post(ADDRESS, data=data).status_code == 303

    for address in ("/", "/posts/a-lease", "/tags"):
        sources = policy(browser.get(address))
        images = ["'self'", "data:", "https://images.example.com", "https://*.cdn.example.com"]
        assert sources["img-src"] == images
        assert sources["frame-src"] == ["https://www.youtube-nocookie.com"]
        assert SCRIPT in sources["script-src"]
        assert SCRIPT in sources["connect-src"]
        assert "https://fonts.example.com" in sources["style-src"]
        assert "https://fonts.example.com:8443" in sources["font-src"]


def test_where_one_signs_in_or_writes_nothing_is_allowed(owner, browser, post):
    owner.post(ADDRESS, data={"img": "https://images.example.com", "script": SCRIPT,
                              "head_snippet": SNIPPET})  # fmt: skip

    answers = [owner.get("/write"), owner.get(ADDRESS), owner.get("/write/posts/new")]
    answers += [browser.get("/login"), owner.get("/logout"), browser.get("/nowhere")]

    for answer in answers:
        assert "example.com" not in answer.headers["Content-Security-Policy"]
        assert "example.com" not in str(parse(answer.text).head)


def test_a_snippet_stands_in_the_head_and_its_script_is_admitted_by_hash(owner, browser, post):
    saved = owner.post(ADDRESS, data={"script": SCRIPT, "head_snippet": SNIPPET})

    response = browser.get("/posts/a-lease")
    head = parse(response.text).head
    assert saved.status_code == 303
    assert head.select_one("script[async]")["src"] == f"{SCRIPT}/count.js"
    assert head.select_one("meta[name=verification]")["content"] == "abc"
    inlined = re.findall(r"<script>(.*?)</script>", response.text, re.DOTALL)
    assert 'window.counted = "<b>&amp;</b>"' in inlined
    assert set(map(hashed, inlined)) <= set(policy(response)["script-src"])
    assert not any("unsafe" in s for found in policy(response).values() for s in found)


def test_the_promise_at_the_foot_is_kept_only_while_it_is_true(owner, browser):
    before = browser.page("/").select(".footer__promise")
    owner.post(ADDRESS, data={"img": "https://images.example.com"})
    after = browser.page("/").select(".footer__promise")
    owner.post(ADDRESS, data={"img": ""})
    again = browser.page("/").select(".footer__promise")

    assert [len(found) for found in (before, after, again)] == [1, 0, 1]


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://*",
        "https:",
        "https://*.com",
        "http://example.com",
        "example.com",
        "data:",
        "'unsafe-inline'",
        "'self'",
        "https://example.com/path",
        "https://example.com?x",
        "https://user@example.com",
        "https://example.com; script-src *",
        "https://example.com https://b.example",
        "https://example.com,https://b.example",
        "https://192.0.2.1",
        "https://[2001:db8::1]",
        "https://a.*.example.com",
        "https://-a.example.com",
        "https://example.com:0",
        "https://example.com:99999",
        "\n".join(f"https://a{i}.example.com" for i in range(21)),
    ],
)
@pytest.mark.parametrize("field", ["script", "img"])
def test_what_is_no_single_https_origin_is_refused_beside_its_field(owner, field, origin):
    refused = owner.post(ADDRESS, data={field: origin, "head_snippet": ""})

    page = parse(refused.text)
    assert refused.status_code == 422
    assert page.select_one(f"#{field}-errors").text
    assert page.select_one(f"#{field}").text.strip() == origin
    assert site() is None


@pytest.mark.parametrize(
    ("snippet", "reason"),
    [
        ("<p>hello</p>", "<p>"),
        ("hello", "text"),
        ('<base href="https://example.com">', "<base>"),
        ("<title>x</title>", "<title>"),
        ("<noscript><img src=x></noscript>", "<noscript>"),
        ("<script>f()", "closed"),
        ("</head><script>f()</script>", "</head>"),
        ('<meta http-equiv="refresh" content="0;url=https://x.example">', "http-equiv"),
        ('<script nonce="x">f()</script>', "nonce"),
        (f'<link rel="icon" href="{SCRIPT}/a" onload="f()">', "onload"),
        ('<link rel="stylesheet" href="javascript:f()">', "script"),
        ('<script>"<!--<script>"</script>', "browsers"),
        ('<script src="https://other.example/x.js"></script>', "https://other.example"),
        ('<script src="//other.example/x.js"></script>', "other.example"),
        ('<script src="/\\other.example/x.js"></script>', "origin"),
        ('<script src="count.js"></script>', "origin"),
        ('<link rel="stylesheet" href="https://other.example/x.css">', "https://other.example"),
    ],
)
def test_a_snippet_that_does_more_is_refused_and_handed_back(owner, snippet, reason):
    refused = owner.post(ADDRESS, data={"script": SCRIPT, "head_snippet": snippet})

    page = parse(refused.text)
    assert refused.status_code == 422
    assert reason in page.select_one("#head_snippet-errors").text
    assert page.select_one("#head_snippet").text.strip() == snippet
    assert site() is None


def test_a_snippet_may_load_the_blogs_own_files(owner, browser, post):
    own = '<script src="/static/count.js"></script><link rel="stylesheet" href="/static/a.css">'

    saved = owner.post(ADDRESS, data={"head_snippet": own})

    assert saved.status_code == 303
    assert browser.page("/").select_one('head [src="/static/count.js"]')


def test_a_snippet_kept_by_a_version_that_read_less_strictly_is_left_out(browser, app):
    db.session.add(Site(id=1, title="Blog", head_snippet="<p>x</p><script>f()</script>"))
    db.session.commit()

    page = browser.page("/")

    assert "f()" not in [script.string for script in page.select("script")]


def test_it_is_not_in_previews_of_what_is_not_saved(owner, post):
    owner.post(ADDRESS, data={"script": SCRIPT, "img": "https://images.example.com",
                              "head_snippet": SNIPPET})  # fmt: skip

    preview = owner.post(
        "/write/settings/look/preview", data={"fonts": "house", "prose": "serif", "page": "post"}
    )

    assert SCRIPT not in preview.headers["Content-Security-Policy"]
    assert SCRIPT not in preview.text
    assert "https://images.example.com" in policy(preview)["img-src"]


def test_the_risk_is_said_in_plain_words(owner):
    warning = owner.page(ADDRESS).select_one(".banner--warning").text

    assert "while you are signed in" in warning


def test_an_editor_may_not(editor):
    assert editor.get(ADDRESS).status_code == 403
    assert editor.post(ADDRESS, data={"script": SCRIPT}).status_code == 403
    assert site() is None
