import json
import re

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from blogapp.text.markdown import render
from blogapp.text.sanitizing import is_safe_address, safe_id, sanitize, trusted

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "[x](JaVaScRiPt:alert(1))",
    "[x](javascript&#58;alert(1))",
    "[x][r]\n\n[r]: data:text/html,<script>alert(1)</script>",
    "![x](vbscript:x)",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<form action=/login><input name=password><button>Go</button></form>",
    "<div hx-get=/x hx-trigger=load data-hx-post=/y>x</div>",
    "<p style='position:fixed' onclick=alert(1)>x</p>",
    "<video poster=javascript:alert(1) src=data:video/mp4,x></video>",
    "<img srcset='/a.png 1x, javascript:alert(1) 2x'>",
    "<video><track src=javascript:alert(1) default></video><address onclick=alert(1)>x</address>",
    "<object data=/x></object><embed src=/x><base href=//evil.example>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "`<img src=x onerror=alert(1)>` and ```\n<script>\n```",
]
CONTROLS = {"base", "button", "embed", "form", "iframe", "input", "link", "math", "meta", "object"}
CONTROLS |= {"option", "script", "select", "style", "svg", "template", "textarea"}


def problems(html):
    """Return what a page must not get from an author."""
    found = []
    for tag in BeautifulSoup(f"<div>{html}</div>", "html5lib").body.find_all(True):
        if tag.name in CONTROLS:
            found.append(tag.name)
        for name, value in tag.attrs.items():
            value = " ".join(value) if isinstance(value, list) else value
            if re.match(r"on|hx-|data-hx|style$|srcdoc$|formaction$", name):
                found.append(f"{tag.name} {name}")
            scheme = re.match(r"[\s\x00-\x20]*(?:javascript|data|vbscript)\s*:", value, re.I)
            if name in ("href", "src", "poster", "cite", "srcset") and scheme:
                found.append(f"{tag.name} {name}={value}")
    return found


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_an_author_writes_can_run(payload):
    assert problems(render(payload).html) == []
    assert problems(sanitize(payload)) == []


def test_known_payloads_cannot_run(shared):
    assert running(shared, every=8) == {}


@pytest.mark.prove
def test_no_known_payload_can_run(shared):
    assert running(shared, every=1) == {}


def running(shared, *, every):
    """Return problems by payload, having tried each ``every``-th one."""
    found = {}
    for file in sorted((shared / "kits" / "xss").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines()[::every]:
            case = json.loads(line)
            found[case["id"]] = problems(render(case["p"]).html) + problems(sanitize(case["p"]))
    assert found
    return {id: problem for id, problem in found.items() if problem}


@pytest.mark.parametrize(
    "html",
    [
        '<details open=""><summary>More</summary>text</details>',
        "<kbd>Ctrl</kbd> <mark>m</mark> <ins>i</ins> <del>d</del> H<sub>2</sub>O x<sup>2</sup>",
        '<figure><img src="a.png" alt="A"><figcaption>Caption</figcaption></figure>',
        '<abbr title="HyperText">HT</abbr>',
        "<dl><dt>Term</dt><dd>Definition</dd></dl>",
        '<video controls="" src="/a.mp4"></video><audio controls="" src="/a.mp3"></audio>',
        '<video src="/a.mp4"><track kind="captions" src="/a.vtt" srclang="en" label="E"></video>',
        "<address>Ada, London</address>",
        "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby> <q>q</q> <cite>c</cite> <samp>s</samp>",
        '<table><caption>C</caption><tbody><tr><th scope="col">h</th></tr></tbody></table>',
        '<time datetime="2026-01-01">t</time> <dfn>d</dfn> <bdi>x</bdi> <s>s</s> <small>s</small>',
        '<blockquote cite="https://a.example">q</blockquote><hr>a<wbr>b',
        '<span lang="de" dir="ltr">x</span>',
        '<picture><source srcset="/a.avif" type="image/avif"><img src="/a.png" alt=""></picture>',
        '<ol start="3" type="a" reversed=""><li value="5">x</li></ol>',
        '<a href="mailto:a@example.com">mail</a><a href="/x?y=1#z">x</a>',
    ],
)
def test_honest_html_stays_as_it_is(html):
    assert sanitize(html) == html


def test_a_body_cannot_answer_for_a_part_of_the_page():
    html = render('## Results\n\n<a name="main">x</a>\n\n<p id="q">x</p>\n\n[to](#results)\n').html

    ids = {tag["id"] for tag in BeautifulSoup(html, "html.parser").select("[id]")}
    assert ids == {"s-results", "s-main", "s-q"}
    assert 'href="#s-results">to</a>' in html


def test_nothing_on_the_page_of_a_post_can_be_taken_over(request):
    sources = templates_of("public/post.html", request.config.rootpath / "templates")

    named = {name for source in sources for name in re.findall(r'\bid="([\w-]+)', source)}
    assert "main" in named
    assert {name for name in named if safe_id(name) == name} == set()


def templates_of(name, folder):
    """Return the sources of a template and of all that it is made from."""
    seen, waiting = {}, [name]
    while waiting:
        name = waiting.pop()
        if name not in seen and (folder / name).exists():
            seen[name] = (folder / name).read_text(encoding="utf-8")
            waiting += re.findall(r"[\"']([\w/-]+\.html)[\"']", seen[name])
    return seen.values()


@pytest.mark.parametrize("css_class", ["button", "post-card", "banner"])
def test_text_cannot_dress_up_as_the_interface(css_class):
    assert "class" not in sanitize(f'<p class="{css_class}">x</p>')


@pytest.mark.parametrize(
    "address",
    ["javascript:x", " javascript:x", "java\nscript:x", "DATA:,x", "vbscript:x", "\x01file:x"],
)
def test_an_address_that_runs_is_not_safe(address):
    assert not is_safe_address(address)


@pytest.mark.parametrize(
    "address", ["/a", "a.png", "#x", "?a=b:c", "//a.b/c", "https://a", "./a:b"]
)
def test_an_address_that_only_leads_somewhere_is_safe(address):
    assert is_safe_address(address)


def test_only_what_is_marked_as_trusted_is_markup():
    assert isinstance(trusted("<b>x</b>"), Markup)


@given(st.text())
def test_what_was_sanitised_stays_as_it_is(text):
    once = sanitize(text)

    assert sanitize(once) == once


def test_links_of_a_drawing_are_kept():
    drawing = (
        '<svg><text>no</text><a href="/x"><text>yes</text></a><a href="javascript:x">z</a></svg>'
    )

    assert sanitize(f"<p>a</p>{drawing}<b>c</b>") == '<p>a</p><a href="/x">yes</a> <b>c</b>'


def test_addresses_that_nearly_are_some_are_completed():
    links = '<a href="htts://a.b/c">d</a><a href="git.example:a/b.git">e</a>'

    assert sanitize(links) == (
        '<a href="https://a.b/c">d</a><a href="https://git.example/a/b">e</a>'
    )
