import feedparser
import pytest

from blogapp.extensions import db
from blogapp.site.models import Site
from blogapp.text.markdown import render

VIDEO = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"
FRAME = f'<iframe src="{VIDEO}" title="A talk" width="560" height="315" allowfullscreen></iframe>'


@pytest.fixture
def allow(app):
    """Let the owner allow frames of these origins."""
    db.session.add(site := Site(id=1, title="Blog"))

    def allow(*origins):
        site.origins = {"frame": list(origins)}
        db.session.commit()

    allow()
    return allow


@pytest.fixture
def reading(browser, make_post):
    """Publish a text and open it."""

    def read(body):
        make_post("Framed", body=body)
        return browser.page("/posts/framed")

    return read


def test_a_frame_of_an_origin_that_the_owner_allows_is_shown(reading, allow):
    allow("https://www.youtube-nocookie.com")

    frame = reading(f"Before.\n\n{FRAME}\n\nAfter.").select_one(".prose iframe")

    assert (frame["src"], frame["title"]) == (VIDEO, "A talk")
    assert (frame["width"], frame["height"]) == ("560", "315")
    assert frame["loading"] == "lazy"
    assert "allow-top-navigation" not in frame["sandbox"]
    assert "allow-modals" not in frame["sandbox"]


def test_the_policy_admits_what_is_shown(browser, reading, allow):
    allow("https://*.youtube-nocookie.com")

    assert reading(FRAME).select_one("iframe")

    policy = browser.get("/posts/framed").headers["Content-Security-Policy"]
    assert "frame-src https://*.youtube-nocookie.com;" in policy


@pytest.mark.parametrize(
    "origin",
    ["", "https://youtube-nocookie.com", "https://www.youtube-nocookie.com.evil.example"],
)
def test_other_frames_are_links(reading, allow, origin):
    allow(*filter(None, [origin]))

    page = reading(FRAME)

    assert not page.select("iframe")
    assert page.select_one(f'.embed--video a[href="{VIDEO}"] .embed__title').string == "A talk"


def test_what_the_owner_changes_holds_for_posts_that_are_out(browser, reading, allow):
    assert not reading(FRAME).select("iframe")

    allow("https://www.youtube-nocookie.com")
    assert browser.page("/posts/framed").select("iframe")

    allow()
    assert not browser.page("/posts/framed").select("iframe")


@pytest.mark.parametrize(
    "around", ["a {} b", "<figure>{}<figcaption>x</figcaption></figure>", "<div>\n\n{}\n\n</div>"]
)
def test_it_is_shown_wherever_it_stands(reading, allow, around):
    allow("https://www.youtube-nocookie.com")

    assert len(reading(around.format(FRAME)).select(".prose iframe")) == 1


@pytest.mark.parametrize(
    "written",
    [
        "<iframe src='javascript:alert(1)'></iframe>",
        "<iframe src='data:text/html,<script>alert(1)</script>'></iframe>",
        "<iframe srcdoc='<script>alert(1)</script>' src='/login'></iframe>",
        "<iframe src='https://ok.example@evil.example/'></iframe>",
        "<iframe src='https://ok.example.evil.example/'></iframe>",
        "<iframe src='https://ok.example\\@evil.example/'></iframe>",
        "<iframe src='https://evil.example/#https://ok.example/'></iframe>",
        "<iframe src='https:\\\\evil.example/'></iframe>",
        "<iframe src='http://ok.example/'></iframe>",
        "<iframe src='https://ok.example:8443/'></iframe>",
        "<a href='javascript:alert(1)' data-frame='1x1'>x</a>",
        "<a href='https://evil.example' data-frame='1x1'>x</a>",
    ],
)
def test_no_other_way_of_writing_one_leads_past_the_list(reading, allow, written):
    allow("https://ok.example")

    assert not reading(written).select("iframe, [srcdoc]")


def test_nothing_written_into_one_comes_with_it(reading, allow):
    allow("https://ok.example")

    frame = reading(
        "<iframe src='https://ok.example/?a=1&amp;b=%22%3E' onload='alert(1)' srcdoc='<b>'"
        " title='\"><script>alert(1)</script>' name=evil sandbox='' width=100% height=9px></iframe>"
        "\n\n<iframe src='https://ok.example/\"onload=alert(1)' style='position:fixed'></iframe>"
        "\n\n<iframe onload=alert(1) src='https://ok.example/plain' name=x width=4 height=9px>"
        "</iframe>"
    ).select(".prose iframe")[-1]

    assert frame["src"] == "https://ok.example/plain"
    assert (frame["width"], frame["height"]) == ("4", "9")
    assert not {"onload", "srcdoc", "name", "style"} & frame.attrs.keys()


@pytest.mark.parametrize("settings", [{"PUBLIC_URL": "https://blog.example"}])
def test_no_frame_holds_the_blog_itself(reading, allow, settings):
    allow("https://blog.example")

    assert not reading("<iframe src='https://blog.example/write'></iframe>").select("iframe")


def test_feeds_and_twins_have_the_link(browser, reading, allow):
    allow("https://www.youtube-nocookie.com")
    reading(FRAME)

    content = feedparser.parse(browser.get("/feed.xml").text).entries[0].content[0].value

    assert f'href="{VIDEO}"' in content
    assert "<iframe" not in content
    assert FRAME in browser.get("/posts/framed.md").text


def test_reading_many_takes_time_in_proportion(app):
    assert render("<iframe " * 5000).html
    assert "data-frame" in render(FRAME * 200).html
