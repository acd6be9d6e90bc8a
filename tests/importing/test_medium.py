import zipfile
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup

from blogapp.importing.errors import NoSite, NotAPost, Unreadable
from blogapp.importing.medium import open_medium

UTC_ZONE = ZoneInfo("UTC")
STORY = """<!DOCTYPE html><html><head><title>{title}</title></head><body><article class="h-entry">
<header><h1 class="p-name">{title}</h1></header>
{subtitle}<section data-field="body" class="e-content">{body}</section>
<footer>{tags}<p>By <a href="https://medium.com/@ada" class="p-author h-card">Ada L.</a>{date}.</p>
<p><a href="{canonical}" class="p-canonical">Canonical link</a></p>
<p>Exported from <a href="https://medium.com">Medium</a> on May 1, 2026.</p></footer>
</article></body></html>"""
DATE = (
    ' on <a href="https://medium.com/p/0123456789ab">'
    '<time class="dt-published" datetime="2024-03-05T09:00:00.000Z">x</time></a>'
)


def story(body="<p>Words.</p>", **fields):
    values = {
        "title": "Queues", "subtitle": "", "tags": "", "date": DATE, "body": body,
        "canonical": "https://blog.example/queues-0123456789ab", **fields,
    }  # fmt: skip
    return STORY.format(**values)


TITLED = '<h3 class="graf graf--h3 graf--leading graf--title">Queues</h3>'


@pytest.fixture
def read(tmp_path):
    """What the reader makes of a story's page with a file name of Medium's."""

    def one(page, name="2024-03-05_Queues-0123456789ab.html"):
        (tmp_path / "posts").mkdir(exist_ok=True)
        (tmp_path / "posts" / name).write_text(page, "utf-8")
        with open_medium(tmp_path, zone=UTC_ZONE) as source:
            (item,) = source.items()
            return item.read()

    return one


def told(read):
    return [what for _line, what in read.problems]


def test_every_field_of_the_kit_comes_along(shared):
    folder = shared / "kits/importers/medium/export"
    pages = {
        file.name: BeautifulSoup(file.read_text("utf-8"), "html.parser")
        for file in sorted(folder.glob("posts/*.html"))
    }
    read, left_out = {}, {}

    with open_medium(folder, zone=UTC_ZONE) as source:
        assert source.count() == len(pages)
        for item in source.items():
            try:
                read[item.path.rpartition("/")[2]] = item.read()
            except NotAPost as reason:
                left_out[item.path] = str(reason)
        lines = [problem.path for problem in source.problems]

    assert left_out == {
        "posts/comment.html": "is a response to somebody's story: its title is how it begins"
    }
    assert lines == ["profile"]
    for name, post in read.items():
        page = pages[name]
        time = page.select_one("time")
        assert post.title == page.select_one("h1").get_text(strip=True)
        assert post.summary == page.select_one(".p-summary").get_text(strip=True)
        assert post.date == datetime.fromisoformat(time["datetime"]).replace(microsecond=0)
        assert post.entry_id == time.parent["href"]
        assert post.tags == tuple(tag.get_text() for tag in page.select(".p-tag"))
        assert post.authors == (page.select_one(".p-author").get_text(),)
        assert not post.draft
        body = page.select_one(".e-content")
        assert all(image["src"] in post.body for image in body.select("img"))
        for words in body.select("p.graf--p, li, figcaption"):
            for part in words.find_all(string=True):
                assert part.strip() in post.body
        assert body.select_one("h4.graf--subtitle") is None or "####" not in post.body


def test_a_story_is_read_without_what_medium_shows_twice(read):
    body = (
        '<section class="section"><div class="section-divider"><hr class="section-divider"></div>'
        f'<div class="section-content">{TITLED}<h4 class="graf graf--h4 graf--subtitle">So it is'
        "</h4><p>One <strong>word</strong>.</p><h3>A part</h3><h4>A part of it</h4></div></section>"
        '<section><div class="section-divider"><hr class="section-divider"></div>'
        '<pre data-code-block-lang="python" class="graf graf--pre">a = 1<br>b = 2</pre></section>'
    )
    subtitle = '<section data-field="subtitle" class="p-summary">So it is</section>'
    tags = '<p class="p-tags">Tagged in <a class="p-tag" href="#">Big Data</a></p>'

    found = read(story(body, subtitle=subtitle, tags=tags))

    assert found.body == (
        "One **word**.\n\n## A part\n\n### A part of it\n\n---\n\n```python\na = 1\nb = 2\n```\n"
    )
    assert (found.title, found.slug, found.summary) == ("Queues", "queues", "So it is")
    assert (found.date, found.draft) == (datetime(2024, 3, 5, 9, tzinfo=UTC), False)
    assert (found.tags, found.authors) == (("Big Data",), ("Ada L.",))
    assert found.entry_id == "https://medium.com/p/0123456789ab"
    assert found.addresses == ("/queues-0123456789ab", "/p/0123456789ab")


def test_embeds_become_links_and_are_told(read):
    frame = "https://www.youtube.com/embed/hjD9jTi_DQ4?feature=oembed"
    body = (
        f'{TITLED}<figure class="graf--iframe"><iframe src="{frame}"></iframe></figure>'
        '<figure><script src="https://gist.github.com/ada/0123abcd.js"></script></figure>'
        '<div class="graf graf--mixtapeEmbed"><a href="https://b.example/x"><strong>Bee</strong>'
        "<br><em>Of bees</em>b.example</a><a class='js-mixtapeImage' href='https://b.example'></a>"
        "</div>"
    )

    found = read(story(body))

    assert "<https://www.youtube.com/watch?v=hjD9jTi_DQ4>" in found.body
    assert "<https://gist.github.com/ada/0123abcd>" in found.body
    assert "[Bee](https://b.example/x)" in found.body
    assert "\nOf bees b.example" in found.body
    assert f"what {frame} showed in a frame is a link now" in told(found)


def test_drafts_stay_drafts_and_are_known_again_once_they_are_out(read):
    draft = read(story(TITLED, date=""), "draft_Queues-0123456789ab.html")
    undated = read(story(TITLED + "<p>x</p>", date=""), "draft_Queues-0123456789ab.html")

    assert draft.draft
    assert undated.draft
    assert str(draft.path) == "posts/0123456789ab"


def test_a_response_is_left_out_and_a_short_story_is_not(read):
    words = "<p>I agree with all of it, and more.</p>"
    long = story(words, title="I agree with all of it…")

    with pytest.raises(NotAPost, match="is a response"):
        read(long)
    assert read(story(words, title="Agreed")).title == "Agreed"


def test_a_story_that_is_at_home_elsewhere_says_so(tmp_path):
    (tmp_path / "posts").mkdir()
    for number, host in enumerate(["medium.com/@ada", "medium.com/@ada", "else.example"]):
        page = story(TITLED, canonical=f"https://{host}/queues-{number}123456789ab")
        (tmp_path / "posts" / f"2024-03-05_Q-{number}123456789ab.html").write_text(page)

    with open_medium(tmp_path, zone=UTC_ZONE) as source:
        found = [item.read().canonical_url for item in source.items()]
        (author,) = source.authors()

    assert (source.base_url, source.name) == ("https://medium.com", "medium.com/@ada")
    assert found == ["", "", "https://else.example/queues-2123456789ab"]
    assert (author.name, author.addresses) == ("Ada L.", ("/@ada",))


def test_what_is_no_story_is_told_by_folder(tmp_path):
    path = tmp_path / "medium-export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("posts/2024-03-05_Queues-0123456789ab.html", story(TITLED))
        archive.writestr("README.html", "<p>Hello</p>")
        for number in range(3):
            archive.writestr(f"claps/claps-{number}.html", "<ul></ul>")

    with open_medium(path, zone=UTC_ZONE) as source:
        lines = {problem.path: problem.what for problem in source.problems}

    assert source.name == "blog.example"
    assert lines == {
        "README.html": "1 file: no stories; left out",
        "claps": "3 files: what you clapped for; left out",
    }


def test_damage_is_told(tmp_path, read):
    (tmp_path / "empty").mkdir()

    with pytest.raises(NoSite, match="holds no stories"):
        open_medium(tmp_path / "empty", zone=UTC_ZONE)
    assert told(read(story(TITLED, title="")))[0] == "has no title; named after its file"
    file = tmp_path / "posts" / "2024-03-05_Queues-0123456789ab.html"
    file.write_bytes(story("<p>Gr\u00f6\u00dfe</p>").encode("latin-1"))
    with open_medium(tmp_path, zone=UTC_ZONE) as source:
        (item,) = source.items()
        with pytest.raises(Unreadable, match="is not UTF-8"):
            item.read()
