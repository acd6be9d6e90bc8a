"""Settings alone list posts as five well-known front pages do."""

from datetime import UTC, datetime, timedelta

import pytest

from blogapp.extensions import db
from blogapp.site.models import Site
from blogapp.site.presets import BEFORE, PRESETS
from tests.conftest import JANUARY, parse
from tests.site.seeds import FILES, OWN, read

# Wording and markup, out of rows that other tests read on either database.

PRESETS_PAGE = "/write/settings/presets"


@pytest.fixture(autouse=True)
def clock(clock):
    clock.set(datetime(2026, 11, 20, 18, tzinfo=UTC))
    return clock


@pytest.fixture
def publish(make_post):
    """Write the posts of a seed, the first of them the newest, and those before its page."""

    def write(seed, page_size):
        for number in range((seed.page - 1) * page_size):
            moment = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=number)
            make_post(f"Newer {number}", body="", published_at=moment)
        for number, post in enumerate(seed.posts):
            given = {key: post[key] for key in post.keys() - {"lines", "day"}}
            day = JANUARY
            if "day" in post:
                day = datetime.strptime(post["day"], "%b %d, %Y").replace(tzinfo=UTC)
            make_post(**given, published_at=day + timedelta(hours=12, minutes=-number))

    return write


def site():
    db.session.rollback()
    return db.session.get(Site, 1)


def filled(form):
    """What a form sends as it stands."""
    sent = {}
    for control in form.select("input[name], textarea[name]"):
        if control.get("type") in {"checkbox", "radio"} and not control.has_attr("checked"):
            continue
        # An HTML parser drops the first line break in a textarea, as browsers do.
        value = control.text if control.name == "textarea" else control.get("value", "")
        sent.setdefault(control["name"], []).append(value)
    return sent


def fill_in(owner, seed):
    """Write what stands over the list and below it, in the forms for that."""
    sent = filled(owner.page("/write/settings/front").select_one("#settings"))
    crumb = seed.header.get("breadcrumb", "")
    sent |= {key: seed.header[key] for key in seed.header.keys() - {"breadcrumb"}}
    sent["breadcrumb-label"], sent["breadcrumb-address"] = crumb, ""
    assert owner.post("/write/settings/front", data=sent).status_code == 303
    sent = filled(owner.page("/write/settings/frame").select_one("#settings"))
    assert owner.post("/write/settings/frame", data=sent | {"footer_line": seed.footer})


def lines(page, selector):
    """What is to be read there, line by line, without what only screen readers say."""
    found = []
    for unseen in page.select("main .unseen, main template"):
        unseen.extract()
    for element in page.select(selector):
        for line_break in element.select("br"):
            line_break.replace_with("\n")
        for line in element.get_text(" ", strip=False).split("\n\n"):
            found.append(" ".join(line.split()))
    return found


@pytest.fixture(params=["shared", "own"])
def seed_of(request):
    """The page that a preset is made after."""

    def find(preset):
        if request.param == "own":
            return read(preset, OWN[preset])
        folder = request.getfixturevalue("shared") / "seeds"
        return read(preset, (folder / FILES[preset]).read_text(encoding="utf-8"))

    return find


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_and_some_words_make_the_page(owner, browser, publish, seed_of, preset):
    seed = seed_of(preset)
    owner.post(PRESETS_PAGE, data={"preset": preset})
    publish(seed, site().page_size)
    fill_in(owner, seed)

    page = browser.page(f"/?page={seed.page}" if seed.page > 1 else "/")

    header = {
        "breadcrumb": page.select_one(".masthead__crumb li"),
        "eyebrow": page.select_one(".masthead__eyebrow"),
        "heading": page.select_one("h1"),
        "intro": page.select_one(".masthead__lede"),
    }
    for name, words in seed.header.items():
        if name != "hero":
            assert header[name].get_text(strip=True) == words
    if "hero" in seed.header:
        hero = [text.strip() for text in page.h1.stripped_strings]
        assert hero == seed.header["hero"].split("\n")
    assert page.select_one(".footer__line") is None or seed.footer in page.footer.text
    assert page.select_one(".header__skip").text == "Skip to content"
    if seed.page > 1:
        assert page.select_one(".post-list__landmark").text == f"Page {seed.page}"
    shown = lines(page, "article :is(h2, h3, p)")
    if preset == "hero-and-excerpts":
        assert shown[::2] == seed.lines[::2]
        for excerpt, cut in zip(shown[1::2], seed.lines[1::2], strict=True):
            assert is_cut_at_a_word(excerpt, cut)
    else:
        assert shown == seed.lines


def is_cut_at_a_word(excerpt, cut):
    begun = excerpt.removesuffix("…")
    rest = cut.removeprefix(begun)
    return (
        len(excerpt) <= 200 and excerpt != begun and cut.startswith(begun) and rest[:1] in " ,.;:("
    )


class TestChoosing:
    def test_the_page_says_what_each_would_change(self, owner):
        page = owner.page(PRESETS_PAGE)

        names = {box["value"] for box in page.select("[name=preset]")}
        assert names == {"", *PRESETS}
        box = page.select_one("[name=preset][value=knowledge-log]")
        said = page.select_one(f"#{box['aria-describedby']}").text
        assert "Layout: Log; now Cards" in said
        assert "Posts on a page: 20; now 12" in said
        assert page.select_one("[name=preset][value='']").has_attr("checked")

    def test_it_is_seen_before_it_is_kept(self, owner, browser, make_post):
        make_post("Leases")

        seen = owner.post(f"{PRESETS_PAGE}/preview", data={"preset": "knowledge-log"})

        assert parse(seen.text).select_one(".post-log")
        assert browser.page("/").select_one(".post-card")
        assert site() is None

    def test_what_it_replaced_can_be_put_back_and_taken_again(self, owner, browser, make_post):
        make_post("Leases")
        owner.post("/write/settings/front", data={"card_fields": ["title"], "layout": "cards"})

        owner.post(PRESETS_PAGE, data={"preset": "summaries-only"})
        assert (site().layout, site().card_fields) == ("minimal", ["summary"])
        page = owner.page(PRESETS_PAGE)
        assert "Summaries only" in page.select_one(f"#{box(page, BEFORE)['id']} + label").text

        owner.post(PRESETS_PAGE, data={"preset": BEFORE})
        assert (site().layout, site().card_fields) == ("cards", ["title"])

        owner.post(PRESETS_PAGE, data={"preset": BEFORE})
        assert (site().layout, site().card_fields) == ("minimal", ["summary"])

    def test_the_same_twice_keeps_what_was_there_before(self, owner):
        owner.post(PRESETS_PAGE, data={"preset": "knowledge-log"})
        owner.post(PRESETS_PAGE, data={"preset": "knowledge-log"})

        owner.post(PRESETS_PAGE, data={"preset": BEFORE})

        assert site().layout == "cards"

    @pytest.mark.parametrize("sent", [{}, {"preset": ""}])
    def test_none_changes_nothing(self, owner, sent):
        assert owner.post(PRESETS_PAGE, data=sent).status_code == 303
        assert (site().layout, site().before_preset) == ("cards", {})

    @pytest.mark.parametrize("name", ["nothing", BEFORE])
    def test_what_is_no_preset_is_refused(self, owner, name):
        refused = owner.post(PRESETS_PAGE, data={"preset": name})

        assert refused.status_code == 422
        assert parse(refused.text).select_one("#preset-errors")

    def test_words_are_left_alone(self, owner):
        owner.post("/write/settings/front", data={"heading": "Ours", "card_fields": ["title"]})

        for preset in PRESETS:
            owner.post(PRESETS_PAGE, data={"preset": preset})

        assert (site().heading, site().title) == ("Ours", "Untitled blog")


def box(page, name):
    return page.select_one(f"[name=preset][value={name}]")
