from zoneinfo import ZoneInfo

import pytest

from blogapp.importing.errors import NotAPost
from blogapp.importing.wordpress import open_wordpress
from blogapp.importing.wordpress.paragraphs import with_paragraphs
from tests.importing.wordpress_exports import attachment, item, meta, write_export

UPLOADS = "https://old.example/wp-content/uploads/2020/05"


@pytest.fixture
def read(tmp_path):
    """Write a body, with what else the export holds; return the post that it becomes."""

    def read_post(body, *others, **fields):
        path = write_export(tmp_path / "old.xml", [*others, item(1, body=body, **fields)])
        with open_wordpress(path, zone=ZoneInfo("UTC")) as source:
            return next(found for found in source.items() if found.path == "post/1").read()

    return read_post


def told(post):
    return [what for _, what in post.problems]


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("a\nb\n\nc", "<p>a<br>b</p>\n<p>c</p>"),
        ("a <b>b</b>\n\n\n\nc", "<p>a <b>b</b></p>\n<p>c</p>"),
        ("<h2>a</h2>\nb", "<h2>a</h2><p>b</p>"),
        ("<ul>\n<li>a\nb</li>\n</ul>", "<ul><li>a<br>b</li></ul>"),
        ("<blockquote>a\n\nb</blockquote>", "<blockquote><p>a</p>\n<p>b</p>\n</blockquote>"),
        ("a\n<pre>b\n\nc</pre>\nd", "<p>a</p>\n<pre>b\n\nc</pre><p>d</p>"),
        ("<div>a</div>", "<div><p>a</p>\n</div>"),
        ("<p>a\nb</p>", "<p>a<br>b</p>"),
        ("a\r\n\r\nb", "<p>a</p>\n<p>b</p>"),
    ],
)
def test_the_classic_editors_lines_become_paragraphs(typed, html):
    assert with_paragraphs(typed).strip() == html


@pytest.mark.parametrize(
    ("body", "written"),
    [
        (
            f'[caption id="attachment_8" width="300"]<img src="{UPLOADS}/a.png" alt="A" /> Why'
            " not[/caption]",
            f'![A]({UPLOADS}/a.png "Why not")',
        ),
        (
            f'[caption caption="Old way"]<img src="{UPLOADS}/a.png" alt="A">[/caption]',
            f'![A]({UPLOADS}/a.png "Old way")',
        ),
        ("[code language='php']\n$a = '<b>';\n\n[x]\n[/code]", "```php\n$a = '<b>';\n\n[x]\n```"),
        ("[python]x = 1\ny = 2[/python]", "```python\nx = 1\ny = 2\n```"),
        ("[sourcecode]a &lt; b\nc[/sourcecode]", "```\na < b\nc\n```"),
        ("See [code]x[/code] there", "See `x` there"),
        ("[youtube https://www.youtube.com/watch?v=abc12345678]",
         "<https://www.youtube.com/watch?v=abc12345678>"),
        ("[youtube=http://www.youtube.com/watch?v=abc12345678&w=640]",
         "<http://www.youtube.com/watch?v=abc12345678&w=640>"),
        ("[embed width='9']https://vimeo.com/1[/embed]", "<https://vimeo.com/1>"),
        ("https://www.youtube.com/watch?v=abc12345678",
         "https://www.youtube.com/watch?v=abc12345678"),
        ("[gist id='5fca1bb' /]", "<https://gist.github.com/5fca1bb>"),
        (f'[audio mp3="{UPLOADS}/a.mp3"][/audio]',
         f'<audio controls="" src="{UPLOADS}/a.mp3"></audio>'),
        ("[[gallery]] is a word, [sic] too", "\\[gallery] is a word, \\[sic] too"),
    ],
)  # fmt: skip
def test_shortcodes_show_what_they_stood_for(read, body, written):
    post = read(body)

    assert post.body.rstrip("\n") == written
    assert told(post) == []


def test_galleries_show_their_pictures_in_order(read):
    uploads = [
        attachment(8, "a.png", alt="A", caption="First", parent=1),
        attachment(9, "b.png", alt="B"),
    ]

    chosen = read('[gallery ids="9,8,77"]', *uploads)
    own = read("[gallery]", *uploads)
    none = read("[gallery ids='77']")

    assert chosen.body == f'![B]({UPLOADS}/b.png)\n\n![A]({UPLOADS}/a.png "First")\n'
    assert told(chosen) == ["the export lacks the attachments 77 of a gallery"]
    assert own.body == f'![A]({UPLOADS}/a.png "First")\n'
    assert "a gallery without pictures in the export shows nothing" in told(none)


def test_other_shortcodes_stay_to_be_seen_and_are_told(read):
    post = read('A [contact-form-7 id="3"] and [box]words[/box].')

    assert post.body == 'A \\[contact-form-7 id="3"] and \\[box]words\\[/box].\n'
    assert told(post) == [
        "the shortcode [contact-form-7] is shown as text",
        "the shortcode [box] is shown as text",
    ]


def test_blocks_are_read_without_their_comments(read):
    post = read(
        '<!-- wp:heading {"level":3} --><h3 class="wp-block-heading">Why</h3><!-- /wp:heading -->\n'
        "<!-- wp:paragraph --><p>Words</p><!-- /wp:paragraph -->\n"
        '<!-- wp:syntaxhighlighter/code {"language":"go"} --><pre class="wp-block-'
        'syntaxhighlighter-code">a := 1</pre><!-- /wp:syntaxhighlighter/code -->\n'
        '<!-- wp:embed {"url":"https://vimeo.com/1"} --><figure class="wp-block-embed"><div '
        'class="wp-block-embed__wrapper">\nhttps://vimeo.com/1\n</div><figcaption>Film'
        "</figcaption></figure><!-- /wp:embed -->\n"
        "<!-- wp:latest-posts /-->\n"
        "Classic words\n\nin between\n"
        '<!-- wp:acme/box {"a":"b"} --><div class="acme"><p>Kept</p></div><!-- /wp:acme/box -->'
    )

    assert post.body == (
        "### Why\n\nWords\n\n```go\na := 1\n```\n\nhttps://vimeo.com/1\n\nFilm\n\n"
        "Classic words\n\nin between\n\nKept\n"
    )
    assert told(post) == [
        "the block “latest-posts” shows nothing here; WordPress filled in what was seen"
    ]


def test_footnotes_come_from_beside_the_text(read):
    kept = '[{"id":"u-1","content":"Because <em>so</em>"}]'
    post = read(
        '<!-- wp:paragraph --><p>So<sup data-fn="u-1" class="fn"><a href="#u-1" id="u-1-link">1'
        "</a></sup>.</p><!-- /wp:paragraph --><!-- wp:footnotes /-->",
        extra=meta("footnotes", kept),
    )

    assert post.body == "So[^1].\n\n[^1]: Because *so*\n"


def test_reusable_blocks_stand_where_they_were_shown(read):
    shared = item(
        5, kind="wp_block", body="<!-- wp:paragraph --><p>Shared</p><!-- /wp:paragraph -->"
    )
    body = '<!-- wp:block {"ref":5} /--><!-- wp:block {"ref":6} /-->'

    post = read(body, shared)

    assert post.body == "Shared\n"
    assert told(post) == ["the reusable block 6 is not in the export"]


def test_what_stands_before_read_more_is_the_summary(read):
    short = read("Short and <em>good</em>.\n\n<!--more Go on-->\n\nThe rest.")
    long = read(f"{'word ' * 200}\n<!--more-->\nThe rest.")

    assert short.summary == "Short and good."
    assert short.body == "Short and *good*.\n\nThe rest.\n"
    assert long.summary == ""
    assert told(long) == ["what stands before “Read more” is too long for a summary"]


def test_a_post_without_a_title_is_named_after_its_first_words(read):
    post = read("One two three four five six seven eight nine", title="", slug="")

    assert (post.title, post.slug) == (
        "One two three four five six seven eight…",
        "one-two-three-four-five-six-seven-eight",
    )
    assert told(post) == ["has no title; named after its first words"]


@pytest.mark.parametrize(
    "body",
    [
        "[code]" * 30_000,
        "[caption]x[/caption]" * 10_000,
        "<!-- wp:a {" * 20_000 + "-->",
        '<!-- wp:a {"a":1} -->' * 20_000,
        "<!--more " * 50_000,
        "<pre>" * 50_000,
        "<iframe " * 50_000,
        "\n \n" * 100_000,
    ],
    ids=range(8),
)
def test_hostile_bodies_take_no_longer_than_others(read, body):
    post = read(body)

    assert post.slug == "post-1"


def test_what_is_no_post_is_not_read(tmp_path):
    path = write_export(tmp_path / "old.xml", [attachment(8, "a.png")])

    with open_wordpress(path, zone=ZoneInfo("UTC")) as source, pytest.raises(NotAPost):
        next(source.items()).read()
