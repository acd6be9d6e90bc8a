import json
import zipfile
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from blogapp.importing.errors import NoSite, NotAPost
from blogapp.importing.substack import open_substack

HEAD = (
    "post_id,post_date,is_published,email_sent_at,inbox_sent_at,type,audience,title,subtitle,"
    "podcast_url\n"
)
DAY = "2024-03-05T09:00:00.000Z"
ROWS = f"""101.queues,{DAY},true,{DAY},,newsletter,everyone,Queues,"Full, and fuller",
102.episode,{DAY},true,{DAY},,podcast,everyone,Episode,,https://a.example/1.mp3
103.later,,false,,,newsletter,everyone,Later,,
104.about,{DAY},true,,,page,everyone,About,,
105.paid,{DAY},true,{DAY},,newsletter,only_paid,For payers,,
106.mail,{DAY},true,{DAY},,adhoc_email,everyone,A mail,,
107.talk,{DAY},true,{DAY},,thread,everyone,Talk,,
"""
PICTURE = "https://substack-post-media.s3.amazonaws.com/public/images/a_1x1.png"
CACHED = f"https://substackcdn.com/image/fetch/$s_!x!,w_1456/{quote(PICTURE, safe='')}"


def attributes(**values):
    return escape(json.dumps(values))


PAGE = f"""<div class="captioned-image-container"><figure><a class="image-link" href="{CACHED}">
<div class="image2-inset"><picture><source srcset="x 1x"><img src="{CACHED}" alt="An A"
 data-attrs="{attributes(src=PICTURE)}"></picture></div></a><figcaption class="image-caption">The A
</figcaption></figure></div>
<p>Words<a class="footnote-anchor" id="footnote-anchor-1" href="#footnote-1">1</a> here.</p>
<div class="subscription-widget-wrap-editor"><p>Thanks for reading</p><form><input></form></div>
<p class="button-wrapper"><a class="button" href="https://q.substack.com/p/queues?action=share">
Share</a></p>
<p class="button-wrapper"><a class="button" href="https://shop.example">Buy the book</a></p>
<div class="youtube-wrap" data-attrs="{attributes(videoId="hjD9jTi_DQ4")}"><div><iframe src="y">
</iframe></div></div>
<div class="tweet" data-attrs="{attributes(url="https://t.example/1", full_text="Short & sweet")}">
</div>
<div class="latex-rendered" data-attrs="{attributes(persistentExpression="x^2")}"></div>
<div class="embedded-post-wrap" data-attrs="{attributes(url="https://o.example/p/b", title="Bee")}">
<a>x</a></div>
<div class="image-gallery-embed" data-attrs="{
    attributes(gallery={"images": [{"src": PICTURE}], "caption": "All"})
}"></div>
<div class="footnote"><a id="footnote-1" href="#footnote-anchor-1" class="footnote-number">1</a>
<div class="footnote-content"><p>The <em>note</em>.</p></div></div>"""


@pytest.fixture
def archive(tmp_path):
    """An export as Substack packs it, with more or other files."""

    def make(**files):
        given = {
            "posts.csv": HEAD + ROWS,
            "posts/101.queues.html": PAGE,
            **{f"posts/{id}.html": f"<p>{id}</p>" for id in
               ("102.episode", "103.later", "104.about", "105.paid", "106.mail")},
            "posts/101.opens.csv": "a,b\n",
            "email_list.queues.csv": "email,plan\nm@x.example,monthly\n",
            "notes.txt": "hello",
            **files,
        }  # fmt: skip
        path = tmp_path / "export.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in given.items():
                archive.writestr(name, text)
        return path

    return make


def read_all(source):
    found = {}
    for item in source.items():
        try:
            found[item.path] = item.read()
        except NotAPost as reason:
            found[item.path] = str(reason)
    return {path.partition(".")[2]: post for path, post in found.items()}


def told(read):
    return [what for _line, what in read.problems]


def test_an_export_comes_along(archive):
    with open_substack(archive(), zone=ZoneInfo("UTC")) as source:
        read = read_all(source)
        (people,) = source.lists()
        lines = {problem.path: problem.what for problem in source.problems}

        assert source.count() == len(read) == 7
        assert source.base_url == "https://q.substack.com"
    assert read["queues"].title == "Queues"
    assert read["queues"].summary == "Full, and fuller"
    assert read["queues"].date == datetime(2024, 3, 5, 9, tzinfo=UTC)
    assert read["queues"].addresses == ("/p/queues",)
    assert read["queues"].entry_id == "https://q.substack.com/p/queues"
    assert {slug for slug, post in read.items() if post.draft} == {"later", "paid", "mail"}
    assert [slug for slug, post in read.items() if post.is_page] == ["about"]
    assert "only paying subscribers could read it" in told(read["paid"])[0]
    assert "never stood on the web" in told(read["mail"])[0]
    assert told(read["talk"]) == [
        "has no page 107.talk.html; it comes without a text",
        "was a thread to talk in; what others said is not in the export",
    ]
    assert 'src="https://a.example/1.mp3"' in read["episode"].body
    assert read["episode"].kind == "podcast"
    assert (people.name, people.rows) == ("substack-subscribers", (("m@x.example", "monthly"),))
    assert lines == {
        "posts": "1 tables of who opened which e-mail were left out",
        "notes.txt": "1 file: no posts; left out",
    }


def test_what_substack_draws_becomes_markdown(archive):
    with open_substack(archive(), zone=ZoneInfo("UTC")) as source:
        queues = read_all(source)["queues"]

    for words in [
        f'![An A]({PICTURE} "The A")', "Words[^1] here.", "[^1]: The *note*.",
        "[Buy the book](https://shop.example)", "<https://www.youtube.com/watch?v=hjD9jTi_DQ4>",
        "> Short & sweet", "<https://t.example/1>", "$$\nx^2\n$$", "[Bee](https://o.example/p/b)",
        f"![]({PICTURE})", "*All*",
    ]:  # fmt: skip
        assert words in queues.body
    for words in ("Thanks for reading", "Share", "MARK", "substackcdn"):
        assert words not in queues.body
    assert "the button “Share” was left out" in told(queues)
    assert any("subscription-widget" in what for what in told(queues))


def test_a_page_without_a_row_is_a_draft(archive):
    with open_substack(archive(**{"posts/200.alone.html": "<p>x</p>"}), zone=ZoneInfo("UTC")) as s:
        alone = read_all(s)["alone"]

    assert (alone.title, alone.draft, alone.body) == ("Alone", True, "x\n")


@pytest.mark.parametrize(
    ("table", "line"),
    [
        (HEAD, None),
        ('post_id,title\n1.a,"never ends', "is no sound table"),
        (b"post_id,title\n1.a,Gr\xf6\xdfe\n", "is not UTF-8"),
    ],
)
def test_damage_is_told(archive, table, line):
    path = archive(**{"posts.csv": table})

    if line:
        with pytest.raises(NoSite, match=line):
            open_substack(path, zone=ZoneInfo("UTC"))
    else:
        with open_substack(path, zone=ZoneInfo("UTC")) as source:
            assert all(post.draft for post in read_all(source).values())


def test_a_folder_of_something_else_is_refused(tmp_path):
    with pytest.raises(NoSite, match=r"holds no export of Substack \(posts.csv\)"):
        open_substack(tmp_path, zone=ZoneInfo("UTC"))
