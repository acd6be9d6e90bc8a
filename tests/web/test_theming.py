"""A theme in the instance folder: what it changes, and that nothing in it takes the blog down."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from blogapp.extensions import db
from blogapp.site.models import Site
from blogapp.web.theme_checking import check_theme
from tests.conftest import parse

# Wording and markup, out of rows that other tests read on either database.

EXTENDING = """\
{% extends "builtin/public/post.html" %}
{% block title %}Themed: {{ super() }}{% endblock %}
"""
OWN_CARD = """\
{% macro post_card(post, fields, lead=False) %}
<article class="post-card own-card"><h2><a href="/posts/{{ post.slug }}">{{ post.title }}</a></h2></article>
{% endmacro %}
{% macro post_pages(listing) %}
{% for page in listing.batch.pages %}{% for post in page.posts %}
{{ post_card(post, listing.site.card_fields) }}
{% endfor %}{% endfor %}
{% endmacro %}
"""  # noqa: E501


@pytest.fixture
def themed(config, request, caplog):
    """Write files into the theme, then open the blog: returns a reader's browser."""

    def write(files, *, post="A lease"):
        for name, content in files.items():
            path = config.INSTANCE / "theme" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        browser = request.getfixturevalue("browser")
        if post:
            request.getfixturevalue("make_post")(post, body="Promises `code`.")
        return browser

    return write


@pytest.fixture
def complaints(caplog):
    return lambda: [r.message for r in caplog.records if r.message.startswith("Theme: ")]


def styles(page):
    return "".join(style.string for style in page.select("style"))


def findings(app):
    return list(check_theme(app, Site(id=1, accent="", accent_dark="")))


def test_without_a_theme_nothing_is_said(app, complaints):
    assert findings(app) == []
    assert complaints() == []


def test_tokens_follow_ours_on_every_page(themed):
    browser = themed({"tokens.css": "@layer tokens { :root { --paper: #FFFDF5; } }"})

    page = browser.page("/posts/a-lease")

    assert styles(page).rindex("--paper:#FFFDF5") > styles(page).index("--paper:light-dark")
    colour = page.select_one("meta[name=theme-color]")
    assert colour["content"] == "#FFFDF5"


def test_the_owners_accent_follows_the_themes_tokens(themed):
    browser = themed({"tokens.css": "@layer tokens { :root { --blue: #444444; } }"})
    db.session.add(Site(id=1, title="Blog", accent="#B3261E"))
    db.session.commit()

    text = styles(browser.page("/"))

    assert text.rindex("--blue:light-dark(#B3261E") > text.index("--blue:#444444")


def test_a_component_is_added_to_or_replaced_by_its_name(themed):
    browser = themed(
        {
            "css/post-card.css": "@layer components { .post-card { --added: 1; } }",
            "css/footer.replace.css": "@layer components { .footer { --replaced: 1; } }",
        }
    )

    text = styles(browser.page("/"))

    assert ".post-card__drawing" in text
    assert "--added:1" in text
    assert "--replaced:1" in text
    assert ".footer__row" not in text


def test_a_template_stands_in_by_its_name_and_may_extend_ours(themed):
    browser = themed({"templates/public/post.html": EXTENDING})

    page = browser.page("/posts/a-lease")

    assert page.title.text.startswith("Themed: A lease")
    assert "Promises" in page.select_one(".prose").text


def test_macros_and_fragments_come_from_the_theme(themed):
    browser = themed({"templates/ui/posts.html": OWN_CARD})

    assert browser.page("/").select_one(".own-card a")["href"] == "/posts/a-lease"
    assert browser.page("/?fragment=results").select(".own-card")
    assert browser.page("/?fragment=posts").select(".own-card")


def test_a_fragment_is_a_slice_of_a_page_that_extends_ours(themed):
    page = '{% extends "builtin/public/listing.html" %}{% block title %}Own{% endblock %}'
    browser = themed({"templates/public/listing.html": page})

    assert browser.page("/").title.text == "Own"
    assert browser.page("/?fragment=results").select(".post-card")


def test_escaping_stays_on(themed):
    page = '{% extends "builtin/public/post.html" %}{% block main %}{{ post.title }}{% endblock %}'
    browser = themed({"templates/public/post.html": page}, post="<b>bold</b>")

    assert "<b>bold</b>" in browser.page("/posts/b-bold-b").main.text


def test_files_stand_in_or_beside_ours_under_addresses_that_say_what_they_hold(themed):
    browser = themed(
        {
            "static/icons/mark.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
            "static/fonts/own face.woff2": b"wOF2",
            "tokens.css": "@font-face { src: url(static/fonts/own%20face.woff2) }",
            "css/footer.css": (
                ".footer { background: url('../static/icons/mark.svg'), url(#x), "
                "url(https://example.com/x.png), url(../tokens.css) }"
            ),
        }
    )

    text = styles(browser.page("/"))
    mark = re.search(r'url\("?(/static/icons/mark\.\w+\.svg)', text)[1]
    answer = browser.get(mark)

    assert answer.text == "<svg xmlns='http://www.w3.org/2000/svg'/>"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert browser.get("/static/fonts/own%20face.woff2").data == b"wOF2"
    assert re.search(r"/static/fonts/own%20face\.\w{12}\.woff2", text)
    assert "url(#x)" in text.replace('"', "")
    assert "https://example.com/x.png" in text
    assert browser.get("/static/js/page.js").status_code == 200


def test_what_the_theme_inlines_is_admitted_by_hash(themed):
    response = themed({"tokens.css": "@layer tokens { :root { --own: 1; } }"}).get("/")

    [inlined] = re.findall(r"<style>(.*?)</style>", response.text, re.DOTALL)
    digest = b64encode(sha256(inlined.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in response.headers["Content-Security-Policy"]


class TestUnderAPath:
    @pytest.fixture
    def settings(self):
        return {"PUBLIC_URL": "http://localhost/eng/blog"}

    def test_its_files_are_found_below_it(self, themed):
        browser = themed(
            {
                "static/own.png": b"png",
                "css/footer.css": ".footer { background: url(../static/own.png) }",
                "templates/public/post.html": EXTENDING,
            }
        )

        page = browser.page("/eng/blog/posts/a-lease")

        address = re.search(r'url\("?(/eng/blog/static/own\.\w+\.png)', styles(page))[1]
        assert browser.get(address).data == b"png"
        assert page.title.text.startswith("Themed: ")


BROKEN = {
    "syntax": "{% extends 'builtin/public/post.html' %}{% block title %}",
    "unknown tag": "{% nonsense %}",
    "unknown filter": "{{ post | nonsense }}",
    "unknown template": "{% extends 'builtin/public/nowhere.html' %}",
    "unknown macro": "{% from 'ui/icons.html' import nonsense %}{{ nonsense() }}",
    "unknown function": "{{ nonsense() }}",
    "error": "{{ 1 / 0 }}",
    "itself": "{% extends 'public/post.html' %}",
    "no text": b"\xff\xfe",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_template_is_said_once_and_ours_stands_in(themed, complaints, content):
    browser = themed({"templates/public/post.html": content})

    pages = [browser.page("/posts/a-lease") for _ in range(2)]

    assert all("Promises" in page.select_one(".prose").text for page in pages)
    assert all(page.select_one(".header__mark") for page in pages)
    [complaint] = complaints()
    assert "public/post.html" in complaint


@pytest.mark.parametrize("name", ["base.html", "ui/posts.html", "ui/chrome.html", "ui/icons.html"])
def test_a_shared_template_without_what_others_need_is_survived(themed, complaints, name):
    browser = themed({f"templates/{name}": "{{ nonsense() }}"})

    assert browser.page("/").select_one(".post-card")
    assert browser.page("/?fragment=posts").select_one(".post-card")
    assert browser.page("/posts/a-lease").select_one(".prose")
    assert browser.page("/nowhere", status=404).select_one(".error")
    assert complaints()


def test_a_page_that_was_rendered_twice_admits_only_what_it_holds(themed):
    response = themed({"templates/ui/posts.html": "nothing"}).get("/")

    inlined = re.findall(r"<style>(.*?)</style>", response.text, re.DOTALL)
    style = re.search(r"style-src ([^;]*)", response.headers["Content-Security-Policy"])[1]
    assert len(style.split()) == 1 + len(inlined)


@pytest.mark.parametrize(
    "sheet",
    [
        ":root { --paper: #000000",
        ".a { } }",
        "/* never closed",
        ".a { content: 'never closed }\n",
        ".a {} </style><script>f()</script>",
        b"\xff\xfe",
        "/* long */" * 30_000,
    ],
)
def test_a_broken_stylesheet_is_left_aside(themed, complaints, sheet):
    browser = themed({"tokens.css": sheet, "css/footer.css": sheet})

    page = browser.page("/")

    assert page.select_one(".post-card")
    assert not page.select("script:-soup-contains('f()')")
    assert len(complaints()) == 2


def test_links_out_of_the_theme_are_not_followed(themed, config, tmp_path, complaints):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "inside.txt").write_text("secret")
    static = config.INSTANCE / "theme" / "static"
    static.mkdir(parents=True)
    (static / "secret.txt").symlink_to(secret)
    (static / "key").symlink_to(config.INSTANCE / "secret_key")
    (static / "outside").symlink_to(outside)
    browser = themed({"static/fine.txt": "fine"})

    for path in ("secret.txt", "key", "outside/inside.txt", "../theme/static/secret.txt"):
        assert browser.get(f"/static/{path}").status_code == 404
    assert browser.get("/static/fine.txt").text == "fine"
    assert len(complaints()) == 3


@pytest.mark.parametrize(
    "path",
    ["../tokens.css", "%2e%2e/tokens.css", "..%2ftokens.css", "fine/../../tokens.css", "..\\x"],
)
def test_no_address_leads_out_of_its_files(themed, path):
    browser = themed({"tokens.css": ":root {}", "static/fine.txt": "fine"})

    assert browser.get(f"/static/{path}").status_code in {301, 308, 404}


def test_in_development_changes_are_seen_at_once(themed, config, settings):
    browser = themed({"templates/public/post.html": EXTENDING, "tokens.css": ":root {}"})
    app = browser.application
    # As `flask --debug` starts it: the theme is in place before the first request.
    app.debug = True
    app.extensions["keeper"].stop()
    app.jinja_env.auto_reload = True
    first = browser.page("/posts/a-lease").title.text

    theme = config.INSTANCE / "theme"
    changed = EXTENDING.replace("Themed: ", "Changed at once: ")
    (theme / "templates/public/post.html").write_text(changed)
    (theme / "tokens.css").write_text("@layer tokens { :root { --paper: #FEFEFD; } }")
    second = browser.page("/posts/a-lease")
    (theme / "templates/public/post.html").unlink()
    third = browser.page("/posts/a-lease").title.text

    assert first.startswith("Themed: ")
    assert second.title.text.startswith("Changed at once: ")
    assert "--paper:#FEFEFD" in styles(second)
    assert third.startswith("A lease")


class TestDoctor:
    def said(self, themed, files, level):
        app = themed(files, post=None).application
        return [text for kind, text in findings(app) if kind == level]

    def test_a_sound_theme_is_counted(self, themed):
        files = {
            "tokens.css": "@layer tokens { :root { --paper: light-dark(#FFFFFF, #000000); } }",
            "css/post-card.css": ".post-card { margin: 0 }",
            "templates/public/post.html": EXTENDING,
        }
        app = themed(files, post=None).application

        [(level, text)] = findings(app)

        assert level == "ok"
        assert "1 templates, 1 stylesheets" in text

    @pytest.mark.parametrize(
        ("files", "named"),
        [
            ({"css/post-crad.css": ".a {}"}, "post-crad"),
            ({"css/post-crad.replace.css": ".a {}"}, "post-crad"),
            ({"templates/public/pots.html": "x"}, "public/pots.html"),
            ({"templates/public/post.html": "{% if %}"}, "public/post.html"),
            ({"templates/public/post.html": b"\xff"}, "public/post.html"),
            ({"templates/ui/posts.html": "nothing"}, "post_pages"),
            ({"templates/public/listing.html": "nothing"}, "fragment_"),
            ({"templates/base.html": "nothing"}, "block"),
            ({"tokens.css": ":root {"}, "tokens.css"),
            ({"style.css": ":root {}"}, "style.css"),
            ({"assets/x.png": "x"}, "assets/x.png"),
            ({"css/deep/x.css": ":root {}"}, "deep"),
        ],
    )
    def test_what_cannot_work_is_a_problem(self, themed, files, named):
        problems = self.said(themed, files, "problem")

        assert any(named in text for text in problems)

    @pytest.mark.parametrize(
        ("files", "named"),
        [
            ({"templates/public/post.html": EXTENDING + "{{ post.title | safe }}"}, "escaping"),
            (
                {
                    "templates/public/post.html": EXTENDING
                    + "{% block x %}{% autoescape false %}{% endautoescape %}{% endblock %}"
                },
                "escaping",
            ),
            ({"tokens.css": ":root { --ink-3: #999999; }"}, "contrast"),
            ({"tokens.css": ":root { --paper: oklch(0.9 0 0); }"}, "nobody checks"),
            ({"templates/errors/fragment.html": "{# copied by hand #}"}, "copied from"),
            (
                {"templates/errors/fragment.html": "{# From errors/fragment.html, state "
                 "0123456789ab. #}"},
                "another state",
            ),
        ],
    )  # fmt: skip
    def test_what_may_hurt_is_a_warning(self, themed, files, named):
        warnings = self.said(themed, files, "warning")

        assert any(named in text for text in warnings)

    def test_an_accent_that_a_theme_makes_too_faint_is_named(self, themed):
        dark = ":root { --paper: #101010; --sheet: #181818; --well: #202020; }"
        app = themed({"tokens.css": dark}, post=None).application

        said = list(check_theme(app, Site(id=1, accent="#B3261E", accent_dark="")))

        assert any("the accent #B3261E is too faint" in text for _, text in said)

    def test_a_component_of_the_themes_own_is_fine_where_its_templates_name_it(self, themed):
        page = (
            '{% extends "builtin/public/post.html" %}'
            '{% block css %}{{ inline_css("own-box") }}{% endblock %}'
        )
        files = {"css/own-box.css": ".own-box { color: red }", "templates/public/post.html": page}

        assert self.said(themed, files, "problem") == []


def test_the_accent_moves_to_what_can_be_read_when_a_theme_comes(themed):
    dark = ":root { --paper: #101010; --sheet: #181818; --well: #202020; }"
    browser = themed({"tokens.css": dark})
    db.session.add(Site(id=1, title="Blog", accent="#B3261E"))
    db.session.commit()

    page = parse(browser.get("/").text)

    assert "--blue:light-dark(#B3261E" not in styles(page)
    assert re.search(r"--blue:light-dark\(#\w{6},#\w{6}\)", styles(page))


def test_the_example_of_the_guide_works(themed):
    guide = (Path(__file__).parents[2] / "docs/guide/theme.md").read_text(encoding="utf-8")
    files = dict(re.findall(r"^`theme/(\S+)`\n\n```\w+\n(.*?)```", guide, re.DOTALL | re.MULTILINE))

    browser = themed(files)

    page = browser.page("/posts/a-lease")
    assert len(files) == 3
    assert "Written at the quarry" in page.body.text
    assert "--paper:light-dark(#FBF7EF,#14110C)" in styles(page)
    assert "3px solid var(--ink)" in styles(browser.page("/"))
    assert [level for level, _ in findings(browser.application)] == ["ok"]
