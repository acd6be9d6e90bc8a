import pytest
from bs4 import BeautifulSoup

from blogapp.text.lone_links import recognise
from blogapp.text.markdown import render

VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"


def page(body):
    return BeautifulSoup(render(body).html, "html5lib").body


@pytest.mark.parametrize(
    ("address", "kind", "title", "service"),
    [
        (f"{VIDEO}&t=1m30s", "video", "Video on YouTube, from 1:30", ""),
        ("https://youtu.be/dQw4w9WgXcQ?t=3723", "video", "Video on YouTube, from 1:02:03", ""),
        ("https://m.youtube.com/shorts/dQw4w9WgXcQ", "video", "Video on YouTube", ""),
        ("https://vimeo.com/76979871", "video", "Video on Vimeo", ""),
        (
            "https://tube.example/w/kkGMgK9ZtnKfYAgnEtQxbv",
            "video",
            "Video on tube.example",
            "PeerTube",
        ),
        ("https://gist.github.com/ada/0123456789abcdef", "code", "Gist by ada", "GitHub Gist"),
        ("https://github.com/pallets/flask/", "code", "pallets/flask", "GitHub repository"),
        ("https://github.com/pallets/flask/issues/7", "code", "pallets/flask #7", "GitHub issue"),
        (
            "https://github.com/pallets/flask/pull/7",
            "code",
            "pallets/flask #7",
            "GitHub pull request",
        ),
        (
            "https://stackoverflow.com/questions/11227809/why-is-it-faster",
            "talk",
            "Why is it faster",
            "Stack Overflow",
        ),
        ("https://arxiv.org/pdf/1706.03762v5.pdf", "paper", "arXiv:1706.03762v5", "Paper on arXiv"),
        (
            "https://social.example/@ada/109876543210987654",
            "talk",
            "Post by @ada",
            "social.example",
        ),
        (
            "https://bsky.app/profile/ada.example/post/3kabc",
            "talk",
            "Post by @ada.example",
            "Bluesky",
        ),
        ("https://codepen.io/ada/pen/abcDEF", "example", "Pen by ada", "CodePen"),
    ],
)
def test_an_address_tells_what_it_leads_to(address, kind, title, service):
    place = recognise(address)

    assert (place.kind, place.title, place.service) == (kind, title, service)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/",
        "https://github.com/pallets",
        "https://github.com/features/actions",
        "https://github.com/pallets/flask/blob/main/README.md",
        "https://www.youtube.com/@ada",
        "https://www.youtube.com/watch?v=%22%3E%3Cscript%3E",
        "https://medium.example/@ada/a-story",
        "https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
        "javascript:alert(1)",
        "https://[broken",
    ],
)
def test_other_addresses_stay_links(address):
    assert recognise(address) is None
    assert not page(address).select(".embed")


@pytest.mark.parametrize("body", [VIDEO, f"<{VIDEO}>", f"[{VIDEO}]({VIDEO})", f"a\n\n{VIDEO}\n\nb"])
def test_a_link_alone_in_a_paragraph_is_a_card(body):
    card = page(body).select_one("p.embed--video")

    assert [part.text for part in card.select("a > span")] == [
        "Video on YouTube",
        "youtube.com/watch?v=dQw4w9WgXcQ",
    ]
    assert card.a["href"] == VIDEO
    assert card.a["rel"] == ["noopener"]
    assert not card.select("img, iframe, script")


@pytest.mark.parametrize(
    "body",
    [
        f"See {VIDEO}",
        f"{VIDEO}.",
        f"- {VIDEO}\n\n- {VIDEO}",
        f"[My talk]({VIDEO})",
        f"| a |\n|---|\n| {VIDEO} |",
        f"`{VIDEO}`",
        f"{VIDEO}\n{VIDEO}",
        f"Term\n: {VIDEO}",
    ],
)
def test_a_link_among_words_stays_a_link(body):
    assert not page(body).select(".embed")


def test_a_card_reads_well_without_a_style_sheet():
    card = page("https://github.com/pallets/flask/pull/7").select_one("p")

    assert card.text == ("pallets/flask #7 · GitHub pull request · github.com/pallets/flask/pull/7")


def test_tags_of_other_generators_are_the_same_cards():
    shown = page(
        "{{< youtube dQw4w9WgXcQ >}}\n\n{{< gist ada 0123456789abcdef >}}\n\n{{< vimeo 76979871 >}}"
    )

    assert [card.span.text for card in shown.select("p.embed")] == [
        "Video on YouTube",
        "Gist by ada",
        "Video on Vimeo",
    ]


def test_a_card_is_no_excerpt():
    assert render(f"{VIDEO}\n\nhttps://blog.example/posts/a\n\nThe text.").excerpt == "The text."


def test_a_long_or_hostile_address_is_text():
    address = "https://github.com/" + "a" * 90 + "/" + "b" * 90
    card = page(f"{address}\n\nhttps://github.com/a/%3Cscript%3E").select(".embed")

    assert len(card) == 1
    assert card[0].select_one(".embed__address").text.endswith("…")
