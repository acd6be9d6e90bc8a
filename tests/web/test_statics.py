"""Files under /static/: named by what is in them, sent compressed, in parts, kept for ever."""

import re
from posixpath import dirname, normpath
from urllib.parse import quote

import pytest

from blogapp.web.naming import hashed_name, parted
from tests.web.conftest import FOR_EVER, sent

# What is sent, out of rows that other tests read on either database.

IMPORTED = re.compile(r"""\b(?:from|import)\s*\(?\s*["'](\.[^"']+)["']""")


# Names.


def test_a_name_says_what_is_in_the_file(theme, address, browser):
    theme(**{"a.txt": "first"})

    found = address("a.txt")

    assert re.fullmatch(r"/static/a\.[0-9a-f]{12}\.txt", found)
    assert browser.get(found).text == "first"
    assert browser.get(found).headers["Cache-Control"] == FOR_EVER


@pytest.mark.parametrize("name", ["a.min.js", "LICENSE", "ä b.css", "deep/er/a.tar.gz"])
def test_a_hash_goes_into_any_name_and_out_again(name):
    assert parted(hashed_name(name, "0123456789ab")) == (name, "0123456789ab")


@pytest.mark.parametrize("name", ["own face.woff2", "größe.css", "CNAME", "a+b.js", "100%.txt"])
def test_a_file_of_any_name_is_found_by_its_address(theme, address, browser, name):
    theme(**{name: "body"})

    found = address(name)

    assert browser.get(found).data == browser.get(f"/static/{quote(name)}").data == b"body"
    assert browser.get(found).headers["Cache-Control"] == FOR_EVER


def test_the_address_of_another_version_answers_with_the_present_file(browser, address):
    response = browser.get("/static/js/page.0123456789ab.js")

    assert response.data == browser.get(address("js/page.js")).data
    assert response.headers["Cache-Control"] == "no-cache"


def test_every_module_loads_others_by_hashed_names(browser, app, address):
    names = [asset.name for asset in app.extensions["statics"].all() if asset.name.endswith(".js")]
    assert len(names) > 50

    links = [
        (found := address(name), normpath(f"{dirname(found)}/{link}"))
        for name in names
        for link in IMPORTED.findall(browser.get(address(name)).text)
    ]

    known = {address(name) for name in names}
    assert len(links) > 20
    assert [pair for pair in links if pair[1] not in known] == []


def test_a_module_has_another_name_when_one_that_it_loads_changes(theme, browser, address):
    modules = {
        "m/entry.js": 'import { a } from "./middle.js"\nconst later = () => import("./leaf.js")',
        "m/middle.js": "export {a}from'../m/leaf.js'",
        "m/leaf.js": "export const a = 1",
        "m/alone.js": "export const b = './leaf.js'",
    }
    theme(**modules)
    before = {name: address(name) for name in modules}
    theme(**{"m/leaf.js": "export const a = 2"})
    after = {name: address(name) for name in modules}

    text = browser.get(after["m/entry.js"]).text

    assert {name for name in modules if before[name] != after[name]} == {*modules} - {"m/alone.js"}
    assert f'import("./{after["m/leaf.js"].rpartition("/")[2]}")' in text


def test_modules_that_load_each_other_have_hashed_names_too(theme, address, browser):
    theme(**{"a.js": 'import "./b.js"', "b.js": 'import "./a.js"'})

    texts = [browser.get(address(name)).text for name in ("a.js", "b.js")]

    assert texts == [f'import ".{address(name)[7:]}"' for name in ("b.js", "a.js")]
    assert address("a.js")[-15:-3] != address("b.js")[-15:-3]


def test_a_stylesheet_names_its_fonts_by_their_hashes(browser, address):
    text = browser.get(address("css/fonts.css")).text

    fonts = re.findall(r"url\(\"?\.\./(.+?\.woff2)\"?\)", text)
    assert len(fonts) == 5
    for font in fonts:
        assert browser.get(f"/static/{font}").headers["Cache-Control"] == FOR_EVER


def test_what_is_no_link_to_a_file_stays_as_it_is_written(theme, address, browser):
    sheet = (
        "a { b: url(data:image/png;base64,AA==) url(/x.png) url(#d) url(//e.test/x) url(no.png) }"
    )
    module = 'import "https://e.test/x.js"; import "bare"; import "./nowhere.js"; a("./b.js")'
    theme(**{"s.css": sheet, "m.js": module, "b.js": ""})

    assert browser.get(address("m.js")).text == module
    assert browser.get(address("s.css")).text.replace('"', "") == sheet


def test_an_address_behind_a_stylesheets_link_keeps_its_end(theme, address, browser):
    theme(**{"s.css": "a{src:url('f.eot?#iefix') url(f.svg#b)}", "f.eot": "e", "f.svg": "<svg/>"})

    text = browser.get(address("s.css")).text

    assert f'url("{address("f.eot")[8:]}?#iefix")' in text
    assert f'url("{address("f.svg")[8:]}#b")' in text


@pytest.mark.parametrize(
    "path",
    [
        "vendor/manifest.json",
        "vendor/codemirror-6.43.15.lock.json",
        "vendor/codemirror-6.43.15.src.js",
        "vendor/katex-0.19.1.min.js",
        "vendor/fonts/archivo-2.001-regular.ttf",
        ".hidden",
        "css/.hidden.css",
        "../blogapp/config.py",
        "css/../../pyproject.toml",
        "css//base.css",
        "css",
        "css/",
        "",
        "%2e%2e/pyproject.toml",
        "..%5cpyproject.toml",
        "nowhere.css",
        "nowhere.0123456789ab.css",
        "css/base.css.br",
    ],
)
def test_what_is_for_nobody_is_not_sent(theme, browser, path):
    theme(**{".hidden": "x", "css/.hidden.css": "x"})

    response = browser.get(f"/static/{path}")

    assert response.status_code in {301, 308, 400, 404}
    assert b"<!doctype html>" in response.data.lower()


def test_a_file_that_is_not_there_has_no_address(address):
    with pytest.raises(FileNotFoundError):
        address("css/nowhere.css")


# Answers.


def test_files_are_sent_without_asking_the_database(browser, address, queries):
    found = address("js/page.js")
    queries.clear()

    browser.get(found)
    browser.get("/static/js/page.js")

    assert queries == []


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0.1, gzip;q=0.8", "gzip"),
        ("GZIP", "gzip"),
        ("*", "br"),
        ("br;q=0, *", "gzip"),
        ("gzip;q=0", ""),
        ("identity;q=1, br;q=0.5", ""),
        ("zstd", ""),
        ("", ""),
        (",;q=, br;q=nan, gzip;q=9", ""),
    ],
)
def test_a_text_comes_as_the_browser_can_read_it(browser, address, header, encoding):
    plain = browser.get(address("js/page.js"))

    response = browser.get(address("js/page.js"), headers={"Accept-Encoding": header})

    assert sent(response, encoding) == plain.data
    assert response.headers["Vary"] == "Accept-Encoding"
    assert int(response.headers["Content-Length"]) == len(response.data)
    assert (response.headers["ETag"] == plain.headers["ETag"]) == (encoding == "")


def test_what_does_not_get_smaller_is_sent_as_it_is(browser, address):
    for name in ("icons/mark-512.png", "vendor/fonts/archivo-2.001.woff2", "icons/mark.svg"):
        response = browser.get(address(name), headers={"Accept-Encoding": "br"})

        assert "Content-Encoding" not in response.headers
        assert "Vary" not in response.headers


@pytest.mark.parametrize(
    ("header", "status", "part"),
    [
        ("bytes=0-0", 206, "0-0"),
        ("bytes=2-5", 206, "2-5"),
        ("bytes=7-", 206, "7-9"),
        ("bytes=-3", 206, "7-9"),
        ("bytes=-99", 206, "0-9"),
        ("bytes=5-99", 206, "5-9"),
        ("bytes=10-", 416, "*"),
        ("bytes=-0", 416, "*"),
        ("bytes=5-2", 200, ""),
        ("bytes=0-1,3-4", 200, ""),
        ("bytes=a-b", 200, ""),
        ("bytes=", 200, ""),
        ("lines=0-1", 200, ""),
        ("bytes=0-9999999999999999999999", 200, ""),
    ],
)
def test_a_part_is_sent_by_itself(theme, browser, address, header, status, part):
    theme(**{"digits.txt": "0123456789"})

    headers = {"Range": header, "Accept-Encoding": "gzip, br"}
    response = browser.get(address("digits.txt"), headers=headers)

    assert response.status_code == status
    assert response.headers.get("Content-Range", "") == (part and f"bytes {part}/10")
    first, last = map(int, part.split("-")) if status == 206 else (0, 9)
    assert response.data == (b"" if status == 416 else b"0123456789"[first : last + 1])


@pytest.mark.parametrize(("header", "length"), [("bytes=-3", 3), ("bytes=0-1,3-4", 1_500_000)])
def test_a_part_of_a_large_file_is_sent_by_itself(theme, browser, address, header, length):
    theme(**{"film.webm": b"f" * 1_500_000})

    response = browser.get(address("film.webm"), headers={"Range": header})

    assert len(response.data) == length


def test_a_part_of_another_state_is_sent_as_a_whole(theme, browser, address):
    theme(**{"digits.txt": "0123456789"})
    etag = browser.get(address("digits.txt")).headers["ETag"]

    def ask(state):
        headers = {"Range": "bytes=0-1", "If-Range": state}
        return browser.get(address("digits.txt"), headers=headers).status_code

    assert (ask(etag), ask('"other"')) == (206, 200)


@pytest.mark.parametrize("encoding", ["", "gzip", "br"])
def test_a_file_that_is_there_is_not_sent_again(browser, address, encoding):
    headers = {"Accept-Encoding": encoding}
    first = browser.get(address("js/page.js"), headers=headers)
    etag = first.headers["ETag"]

    for known in (etag, f'"x", {etag}', f"W/{etag}", "*"):
        again = browser.get(address("js/page.js"), headers={**headers, "If-None-Match": known})
        assert (again.status_code, again.data) == (304, b""), known
        assert again.headers["ETag"] == etag
        assert again.headers["Cache-Control"] == FOR_EVER
        assert again.headers["Vary"] == "Accept-Encoding"


def test_a_file_of_the_same_time_is_not_sent_again(browser, address):
    changed = browser.get(address("js/page.js")).headers["Last-Modified"]

    again = browser.get(address("js/page.js"), headers={"If-Modified-Since": changed})
    other = browser.get(
        address("js/page.js"), headers={"If-Modified-Since": changed, "If-None-Match": '"x"'}
    )

    assert (again.status_code, other.status_code) == (304, 200)


@pytest.mark.parametrize("headers", [{}, {"Accept-Encoding": "br"}])
def test_head_says_what_get_would(browser, address, headers):
    get = browser.get(address("js/page.js"), headers=headers)

    head = browser.head(address("js/page.js"), headers=headers)

    assert (head.status, head.data) == (get.status, b"")
    assert dict(head.headers) == dict(get.headers)


def test_nothing_else_can_be_asked_of_a_file(browser, address):
    assert browser.post(address("js/page.js")).status_code == 405
    assert browser.put("/static/js/page.js").status_code == 405


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.mjs", "text/javascript; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.svg", "image/svg+xml; charset=utf-8"),
        ("a.json", "application/json; charset=utf-8"),
        ("a.webmanifest", "application/manifest+json; charset=utf-8"),
        ("a.woff2", "font/woff2"),
        ("a.avif", "image/avif"),
        ("a.wasm", "application/wasm"),
        ("a.ico", "image/x-icon"),
        ("a.svgz", "application/gzip"),
        ("LICENSE", "application/octet-stream"),
    ],
)
def test_a_file_says_what_it_is(theme, browser, address, name, kind):
    theme(**{name: "x"})

    response = browser.get(address(name))

    assert response.headers["Content-Type"] == kind
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_carries_what_every_answer_carries(theme, browser, address):
    theme(**{"a.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>", "large.bin": b"x" * 1_500_000})
    page = browser.get("/").headers

    for name in ("a.svg", "js/page.js", "large.bin"):
        for headers in ({}, {"Range": "bytes=0-0"}):
            response = browser.get(address(name), headers=headers)
            for common in ("Referrer-Policy", "Permissions-Policy", "X-Frame-Options"):
                assert response.headers[common] == page[common]
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
            assert "sha256" not in policy


class TestUnderAPath:
    @pytest.fixture
    def settings(self):
        return {"PUBLIC_URL": "http://127.0.0.1:8000/eng/blog"}

    def test_files_are_found_with_the_path_and_without(self, browser, address):
        found = address("js/page.js")

        assert found.startswith("/static/js/page.")
        for path in (found, f"/eng/blog{found}"):
            assert browser.get(path).headers["Cache-Control"] == FOR_EVER

    def test_pages_name_them_with_the_path(self, browser):
        page = browser.get("/eng/blog/").text

        named = re.findall(r'"([^" ]*/static/[^" ]+)"', page)
        assert named
        assert all(name.startswith("/eng/blog/static/") for name in named)


def test_a_large_file_is_sent_from_the_disk_and_kept_for_ever(theme, browser, address):
    theme(**{"film.webm": b"f" * 1_500_000})

    response = browser.get(address("film.webm"))
    again = browser.get(address("film.webm"), headers={"If-None-Match": response.headers["ETag"]})

    assert len(response.data) == 1_500_000
    assert response.headers["Cache-Control"] == FOR_EVER
    assert response.headers["Content-Type"] == "video/webm"
    assert again.status_code == 304
    assert browser.get("/static/film.webm").headers["Cache-Control"] == "no-cache"


def test_a_long_text_is_sent_compressed_all_the_same(theme, browser, address):
    theme(**{"long.js": "a()\n" * 400_000})

    response = browser.get(address("long.js"), headers={"Accept-Encoding": "br"})

    assert len(sent(response, "br")) == 1_600_000


# Development.


class TestInDevelopment:
    @pytest.fixture
    def app(self, app):
        app.debug = True
        app.extensions["statics"].files.clear()
        return app

    def test_an_address_changes_when_a_file_is_edited(self, theme, address, browser):
        theme(**{"m/entry.js": 'import "./leaf.js"', "m/leaf.js": "a()"})
        before = address("m/entry.js")
        theme(**{"m/leaf.js": "a(1)"})

        after = address("m/entry.js")

        assert before != after
        assert browser.get(after).headers["Cache-Control"] == FOR_EVER
        assert browser.get(before).headers["Cache-Control"] == "no-cache"

    def test_a_script_is_as_it_was_written(self, browser, address):
        assert browser.get(address("js/page.js")).text.startswith("// On every page")

    def test_nothing_is_kept(self, app, make, browser, statics):
        statics.is_kept = False

        found = make("js/made.js", "a()")

        assert browser.get(found).text == "a()"
        assert not statics.shelf.folder.exists()
