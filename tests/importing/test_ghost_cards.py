import json
from zoneinfo import ZoneInfo

import pytest

from blogapp.importing.ghost import open_ghost
from blogapp.text.markdown import render
from tests.importing.ghost_documents import (
    CARDS,
    HIDDEN,
    IMAGE,
    card,
    cards_as_mobiledoc,
    export,
    lexical,
    mobiledoc,
    paragraph,
    post,
    text,
)

NAMES = [f"{number}-{found[0]}" for number, found in enumerate(CARDS)]


@pytest.fixture
def read(tmp_path):
    """A post with these fields as it is read."""

    def one(**fields):
        path = tmp_path / "old.json"
        row = post(1, **{"html": None, **fields})
        path.write_text(json.dumps(export(row)), "utf-8")
        with open_ghost(path, zone=ZoneInfo("UTC")) as source:
            (item,) = source.items()
            return item.read()

    return one


def told(read):
    return [what for _line, what in read.problems]


@pytest.mark.parametrize(("new", "old", "values", "words"), CARDS, ids=NAMES)
def test_each_card_keeps_its_words_in_both_formats(read, new, old, values, words):
    after_lexical = read(lexical=lexical(card(new, values), paragraph(text("after"))))
    after_mobiledoc = read(mobiledoc=cards_as_mobiledoc([(old, values)]))

    for wanted in words:
        assert wanted in after_lexical.body
        assert wanted in after_mobiledoc.body
    assert after_lexical.body.rstrip().endswith("after")
    assert "__GHOST_URL__" not in after_lexical.body


@pytest.mark.parametrize(
    ("new", "line"),
    [
        ("nft", "the card “nft” is not known here; its words were kept"),
        ("signup", "a form to sign up was left out; the words around it were kept"),
        ("collection", "a list of posts that Ghost filled by itself (latest) was left out"),
        ("paywall", "where the part for members began is not marked here"),
    ],
)
def test_what_has_no_equal_is_told(read, new, line):
    values = next(values for name, _old, values, _words in CARDS if name == new)

    assert line in told(read(lexical=lexical(card(new, values))))


@pytest.mark.parametrize(("new", "old", "values"), HIDDEN)
def test_what_the_web_never_saw_is_kept_and_not_shown(read, new, old, values):
    for found in (
        read(lexical=lexical(card(new, values), paragraph(text("seen")))),
        read(mobiledoc=cards_as_mobiledoc([(old, values), ("markdown", {"markdown": "seen"})])),
    ):
        assert found.body == "seen\n"
        assert found.extra["imported"]["withheld"] == [values["html"]]
        assert any("is kept with the post, and not shown" in what for what in told(found))


RENDERED = """
<p>Before.</p>
<!--kg-card-begin: html--><div class="mine">Boxed</div><!--kg-card-end: html-->
<figure class="kg-card kg-image-card kg-card-hascaption"><img src="{image}" class="kg-image"
 alt="a queue" loading="lazy" srcset="x 600w"><figcaption><span>A queue</span></figcaption></figure>
<figure class="kg-card kg-gallery-card"><div class="kg-gallery-container"><div><div><img
 src="{image}" alt="one"></div><div><img src="{image}" alt="two"></div></div></div></figure>
<figure class="kg-card kg-code-card"><pre><code class="language-python">a = 1
</code></pre><figcaption>Odd</figcaption></figure>
<figure class="kg-card kg-bookmark-card"><a class="kg-bookmark-container" href="https://b.example">
<div class="kg-bookmark-content"><div class="kg-bookmark-title">Bee</div>
<div class="kg-bookmark-description">Of bees</div><div class="kg-bookmark-metadata"><img
 class="kg-bookmark-icon" src="i.png"><span class="kg-bookmark-author">Hive</span></div></div></a>
</figure>
<figure class="kg-card kg-embed-card"><iframe src="https://www.youtube.com/embed/hjD9jTi_DQ4">
</iframe><figcaption>A talk</figcaption></figure>
<div class="kg-card kg-callout-card kg-callout-card-blue"><div class="kg-callout-emoji">⚠️</div>
<div class="kg-callout-text">Mind <strong>this</strong></div></div>
<div class="kg-card kg-toggle-card" data-kg-toggle-state="close"><div class="kg-toggle-heading">
<h4 class="kg-toggle-heading-text">Why</h4><button><svg></svg></button></div>
<div class="kg-toggle-content"><p>Because.</p></div></div>
<div class="kg-card kg-button-card"><a href="https://g.example" class="kg-btn">Go</a>
</div>
<div class="kg-card kg-audio-card"><div class="kg-audio-player-container"><audio
 src="/content/media/a.mp3"></audio><div class="kg-audio-title">Episode 1</div>
<button class="kg-audio-play-icon">x</button></div></div>
<figure class="kg-card kg-video-card"><div class="kg-video-container"><video
 src="/content/media/v.mp4" poster="p.png"></video><div class="kg-video-overlay"></div></div>
<figcaption>A film</figcaption></figure>
<div class="kg-card kg-file-card"><a class="kg-file-card-container" href="/content/files/a.pdf">
<div class="kg-file-card-contents"><div class="kg-file-card-title">Paper</div>
<div class="kg-file-card-caption">All of it</div><div class="kg-file-card-metadata">
<div class="kg-file-card-filename">a.pdf</div></div></div></a></div>
<div class="kg-card kg-product-card"><div class="kg-product-card-container"><img src="{image}"><h4
 class="kg-product-card-title">Lamp</h4><div class="kg-product-card-rating"><span
 class="kg-product-card-rating-active kg-product-card-rating-star"></span><span
 class="kg-product-card-rating-star"></span></div><div class="kg-product-card-description"><p>Shines
</p></div><a href="https://l.example" class="kg-product-card-button"><span>Buy</span></a></div>
</div>
<div class="kg-card kg-header-card kg-v2"><h2 class="kg-header-card-heading">Big</h2>
<p class="kg-header-card-subheading">Small</p></div>
<div class="kg-card kg-signup-card"><h2 class="kg-signup-card-heading">Sign up</h2><form
 class="kg-signup-card-form"><input></form><p class="kg-signup-card-disclaimer">No spam</p></div>
<div class="kg-card kg-cta-card"><div class="kg-cta-sponsor-label"><p>SPONSORED</p></div>
<div class="kg-cta-text"><p>Try it</p></div><a class="kg-cta-button" href="https://t.example">Try</a>
</div>
<!--members-only-->
<blockquote class="kg-blockquote-alt">Said aside</blockquote>
<!--kg-gated-block:begin nonMember:false memberSegment:"status:free,status:-free" --><p>For members
</p><!--kg-gated-block:end-->
<!--kg-gated-block:begin nonMember:true memberSegment:"" --><p>For guests</p>
<!--kg-gated-block:end-->
<p>After.</p>
""".replace("{image}", "__GHOST_URL__/content/images/q.png")


def test_cards_that_ghost_made_html_of_are_read_back(read):
    found = read(html=RENDERED)

    for words in [
        "Before.", "Boxed", '![a queue](/content/images/q.png "A queue")',
        "![one](/content/images/q.png)", "![two](/content/images/q.png)",
        "```python\na = 1\n```", "Odd", "[Bee](https://b.example)", "Of bees", "Hive",
        "<https://www.youtube.com/watch?v=hjD9jTi_DQ4>", "A talk",
        "> [!WARNING]\n> Mind **this**", "<summary>Why</summary>\n\nBecause.\n\n</details>",
        "[Go](https://g.example)", "Episode 1", "/content/media/a.mp3", "/content/media/v.mp4",
        "A film", "[Paper](/content/files/a.pdf)", "All of it", "**Lamp**", "★☆☆☆☆", "Shines",
        "[Buy](https://l.example)", "## Big", "Small", "## Sign up", "No spam", "SPONSORED",
        "Try it", "[Try](https://t.example)", "> Said aside", "For guests", "After.",
    ]:  # fmt: skip
        assert words in found.body
    assert "For members" not in found.body
    assert found.extra["imported"]["withheld"] == ["<p>For members\n</p>"]
    assert "where the part for members began is not marked here" in told(found)


def test_texts_keep_their_emphasis_lists_and_links(read):
    nested = {"type": "listitem", "children": [
        {"type": "list", "listType": "bullet", "children": [
            {"type": "listitem", "children": [text("inner")]}]}]}  # fmt: skip
    document = lexical(
        {"type": "extended-heading", "tag": "h2", "children": [text("A heading")]},
        paragraph(text("plain "), text("bold", 1), text(" both", 3), text(" code", 16),
                  {"type": "linebreak"}, text("<next>")),
        paragraph({"type": "link", "url": "https://l.example/?a=1&b=2", "children": [
            text("a "), text("link", 2)]}),
        {"type": "list", "listType": "number", "start": 3, "children": [
            {"type": "listitem", "children": [text("three")]}, nested,
            {"type": "listitem", "children": [text("four")]}]},
        {"type": "list", "listType": "check", "children": [
            {"type": "listitem", "checked": True, "children": [text("done")]}]},
        {"type": "extended-quote", "children": [text("quoted")]},
        {"type": "unheard-of", "children": [paragraph(text("inside"))]},
    )  # fmt: skip

    html = render(read(lexical=document).body).html

    for piece in [
        "A heading", "plain <strong>bold <em>both</em></strong>", "<code> code</code>",
        "&lt;next&gt;", 'href="https://l.example/?a=1&amp;b=2"', "a <em>link</em></a>",
        '<ol start="3">', "three", "inner", "four", "☑ done", "quoted", "inside",
    ]:  # fmt: skip
        assert piece in html


def test_texts_of_the_old_editor_keep_their_emphasis_lists_and_links(read):
    document = mobiledoc(
        [1, "h2", [[0, [], 0, "A heading"]]],
        [1, "p", [[0, [], 0, "plain "], [0, [0], 1, "bold"], [1, [], 0, 0], [0, [1], 0, "a "],
                  [0, [2], 2, "link"], [0, [9], 1, "odd"]]],
        [3, "ol", [[[0, [], 0, "one"]], [[0, [], 0, "two"]]]],
        [1, "blockquote", [[0, [], 0, "quoted"]]],
        [2, IMAGE],
        [10, 99],
        [77],
        markups=[["strong"], ["a", ["href", "https://l.example", "rel", "x"]], ["em"]],
        atoms=[["soft-return", "", {}]],
    )  # fmt: skip

    found = read(mobiledoc=document)

    assert found.body == (
        "## A heading\n\nplain **bold**\\\n[a *link*](https://l.example)odd\n\n1. one\n2. two\n\n"
        "> quoted\n\n![](/content/images/2026/02/queue.png)\n"
    )
    assert told(found) == [
        "a card that the document does not hold was left out",
        "a part of the document of an unknown kind was left out",
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"lexical": "{"},
        {"lexical": "[]"},
        {"lexical": '{"root": {"children": 3}}'},
        {"lexical": "[" * 100_000},
        {"mobiledoc": "not json"},
        {"mobiledoc": '{"sections": null}'},
    ],
)
def test_a_damaged_document_is_taken_from_its_html(read, fields):
    found = read(html="<p>As it was.</p>", **fields)

    assert found.body == "As it was.\n"
    assert "the post was taken from its HTML" in told(found)[0]


def test_an_empty_document_does_not_hide_the_html(read):
    assert read(lexical=lexical(paragraph()), html="<p>As it was.</p>").body == "As it was.\n"


def test_documents_without_end_or_sense_stop_nothing(read):
    deep = {"type": "paragraph", "children": [text("deep")]}
    for _ in range(150):
        deep = {"type": "list", "children": [{"type": "listitem", "children": [deep]}]}
    odd = [{}, {"type": 3}, {"type": "image", "src": 3}, {"type": "gallery", "images": "x"},
           {"type": "paragraph", "children": "x"}, {"type": "text", "text": None, "format": "x"},
           {"type": "product", "productRatingEnabled": True, "productStarRating": "x"}]  # fmt: skip

    assert "end" in read(lexical=lexical(deep, *odd, paragraph(text("end")))).body
