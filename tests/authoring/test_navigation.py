"""The menus: what they lead to, how they are changed, and the static pages beside them."""

import pytest
from werkzeug.datastructures import MultiDict

from blogapp.extensions import db
from blogapp.site.models import Site
from tests.conftest import parse

MENU = {"own_navigation": "house"}
OWN = {"own_navigation": "own"}
LINKS = (("Home", "https://example.com"), ("Posts", "/"), ("About", "/about"))
MOVES = ("2:up 1:up", "1:up 0:down", "0:down 1:down", "2:remove 2", "3:add 4")
PAGE = "/write/settings/navigation"
PAGES = "/write/settings/pages"


def site():
    db.session.rollback()
    return db.session.get(Site, 1)


def rows(name, *links):
    pairs = [(f"{name}-label", label) for label, _ in links]
    return pairs + [(f"{name}-address", address) for _, address in links]


def entries(page):
    return [(a.text, a["href"]) for a in page.select(".header__nav a")]


def test_an_own_menu_stands_in_its_order(owner, browser):
    data = MultiDict([*OWN.items(), *rows("navigation", *LINKS)])

    assert owner.post("/write/settings/navigation", data=data).status_code == 303

    page = browser.page("/")
    assert entries(page) == list(LINKS)
    assert page.select_one(".header__nav [aria-current]").text == "Posts"


def test_the_usual_menu_comes_back(owner, browser):
    data = MultiDict([*OWN.items(), *rows("navigation", *LINKS)])
    owner.post("/write/settings/navigation", data=data)

    owner.post("/write/settings/navigation", data=MENU)

    assert [text for text, _ in entries(browser.page("/"))] == ["Posts", "Tags", "Archive"]


def test_no_menu_is_a_choice_too(owner, browser):
    owner.post("/write/settings/navigation", data=OWN)

    assert not browser.page("/").select(".header__nav")


@pytest.mark.parametrize(
    ("act", "order"),
    [
        ("navigation:1:up", ["Posts", "Home", "About"]),
        ("navigation:1:down", ["Home", "About", "Posts"]),
        ("navigation:0:up", ["Home", "Posts", "About"]),
        ("navigation:1:remove", ["Home", "About"]),
        ("navigation:3:add", ["Home", "Posts", "About"]),
        ("navigation:9:remove", ["Home", "Posts", "About"]),
    ],
)
def test_rows_are_moved_by_buttons_and_nothing_is_kept_yet(owner, act, order):
    links = rows("navigation", *LINKS, ("", ""))
    data = MultiDict([*OWN.items(), *links, ("footer_links-label", "x" * 99), ("rows", act)])
    data.add("footer_links-address", "/imprint")

    response = owner.post("/write/settings/navigation", data=data)

    page = parse(response.text)
    labels = [box["value"] for box in page.select("#navigation input[name$=label]")]
    assert response.status_code == 200
    assert [label for label in labels if label] == order
    assert labels.count("") == (2 if act.endswith("add") else 1)
    assert page.select_one("#footer_links input")["value"] == "x" * 99
    assert site() is None


@pytest.mark.parametrize("moves", MOVES)
def test_the_focus_is_where_one_goes_on(owner, moves):
    act, goes_on = moves.split()
    links = [*rows("navigation", *LINKS, ("", "")), ("rows", f"navigation:{act}")]

    data = MultiDict([*OWN.items(), *links])
    menu = parse(owner.post("/write/settings/navigation", data=data).text).select_one("#navigation")

    focused = [x["value"].partition(":")[2] for x in menu.select("button[autofocus]")]
    boxes = menu.select("input[name$=label]")
    focused += [str(at) for at, box in enumerate(boxes) if box.has_attr("autofocus")]
    assert focused == [goes_on]
    # Browsers leave the focus alone where the address names a place of the page.
    assert not menu.select("button[formaction*='#']")


@pytest.mark.parametrize("act", ["x:0:up", "title:0:up", "csrf_token:0:up"])
def test_rows_of_nothing_are_a_malformed_request(owner, act):
    assert owner.post("/write/settings/navigation", data=MENU | {"rows": act}).status_code == 400


@pytest.mark.parametrize(
    ("label", "address"),
    [
        ("x", "javascript:alert(1)"),
        ("x", " JavaScript:alert(1)"),
        ("x", "java\tscript:alert(1)"),
        ("x", "data:text/html,x"),
        ("x", "//example.com"),
        ("x", "/\\example.com"),
        ("x", "https://"),
        ("x", "https://user@example.com"),
        ("x", "tags"),
        ("x", ""),
        ("", "/tags"),
        ("x" * 61, "/tags"),
    ],
)
@pytest.mark.parametrize("name", ["navigation", "footer_links", "social_links"])
def test_a_bad_row_is_explained_where_it_stands(owner, name, label, address):
    data = MultiDict([*OWN.items(), *rows(name, ("Fine", "/tags"), (label, address))])

    section = "frame" if name == "social_links" else "navigation"
    refused = owner.post(f"/write/settings/{section}", data=data)

    row = parse(refused.text).select(f"#{name} .link-rows__row")[1]
    assert refused.status_code == 422
    assert row.select_one(".field__errors").text.strip()
    assert (
        row.select_one("[aria-invalid]")["aria-describedby"]
        == row.select_one(".field__errors")["id"]
    )
    assert site() is None


def test_links_in_the_footer_stand_before_those_of_the_house(owner, browser):
    links = [("Imprint", "/pages/imprint"), ("Status", "https://status.example.com")]
    data = MultiDict([*MENU.items(), *rows("footer_links", *links)])

    assert owner.post(PAGE, data=data).status_code == 303

    found = [(a.text, a["href"]) for a in browser.page("/").select(".footer__links a")]
    assert found[:3] == [*links, ("Feed", "/feed.xml")]


def test_what_the_blog_has_can_be_chosen(owner, make_post):
    make_post("Imprint", is_page=True)
    make_post("A lease", domain="Storage", series="Leases", tags=["Time"])
    make_post("Hidden", domain="Secret", series="Secrets", tags=["Secret"], published_at=None)

    page = owner.page(PAGE)

    groups = page.select("#footer_links-pick optgroup")
    offered = {g["label"]: [(o.text, o["value"]) for o in g.select("option")] for g in groups}
    assert offered == {
        "This blog": [("Posts", "/"), ("Tags", "/tags"), ("Archive", "/archive")],
        "Static pages": [("Imprint", "/pages/imprint")],
        "Domains": [("Storage", "/domains/storage")],
        "Series": [("Leases", "/series/leases")],
        "Tags": [("Time", "/tags/time")],
    }


def test_what_is_chosen_is_a_row_more(owner, make_post):
    make_post("A lease", domain="Storage")
    data = [*OWN.items(), *rows("navigation", *LINKS, ("", "")), ("rows", "navigation:4:pick")]

    chosen = parse(
        owner.post(PAGE, data=MultiDict([*data, ("navigation-pick", "/domains/storage")])).text
    )
    made_up = parse(owner.post(PAGE, data=MultiDict([*data, ("navigation-pick", "/x")])).text)

    assert labels(chosen) == ["Home", "Posts", "About", "Storage"]
    assert labels(made_up) == ["Home", "Posts", "About"]
    assert site() is None


def labels(page):
    return [box["value"] for box in page.select("#navigation [name$=label]") if box["value"]]


def test_a_row_that_leads_nowhere_says_so_and_is_kept(owner, make_post):
    make_post("Soon", is_page=True, published_at=None)
    links = [("Gone", "/nowhere"), ("Soon", "/pages/soon"), ("Fine", "/archive?x=1#y")]

    owner.post(PAGE, data=MultiDict([*OWN.items(), *rows("navigation", *links)]))

    said = {
        row.select_one("[name$=label]")["value"]: note.text
        for row in owner.page(PAGE).select("#navigation .link-rows__row")
        if (note := row.select_one(".link-rows__odd"))
    }
    assert said == {
        "Gone": "Nothing answers at this address.",
        "Soon": "This is not published yet: readers do not find it.",
    }


def test_the_page_costs_the_same_however_much_there_is(owner, make_post, queries):
    def cost():
        queries.clear()
        owner.page(PAGE)
        owner.page(PAGES)
        return len(queries)

    make_post("One", domain="Storage", series="Leases", tags=["Time"])
    make_post("Imprint", is_page=True)
    cost()
    few = cost()
    for number in range(6):
        made = {"domain": f"D{number}", "series": f"S{number}", "tags": [f"T{number}"]}
        make_post(f"Post {number}", **made)
        make_post(f"Page {number}", is_page=True)

    assert cost() == few


class TestStaticPages:
    def test_they_are_put_into_menus_and_taken_out(self, owner, browser, make_post):
        imprint = make_post("Imprint", is_page=True)

        for place in ("menu", "footer"):
            owner.post(f"{PAGES}/places", data={"place": f"add:{place}:{imprint.id}"})
        shown = browser.page("/")

        assert [a.text for a in shown.select(".header__nav a")][-1] == "Imprint"
        assert shown.select_one(".footer__links a").text == "Imprint"
        there = owner.page(PAGES).select("[data-there=yes]")
        assert [button["value"] for button in there] == [
            f"remove:menu:{imprint.id}",
            f"remove:footer:{imprint.id}",
        ]

        for place in ("menu", "footer"):
            owner.post(f"{PAGES}/places", data={"place": f"remove:{place}:{imprint.id}"})

        assert "Imprint" not in browser.get("/").text

    def test_one_that_is_linked_and_not_published_says_so(self, owner, make_post):
        draft = make_post("Soon", is_page=True, published_at=None)

        owner.post(f"{PAGES}/places", data={"place": f"add:menu:{draft.id}"})

        assert "Linked, but readers do not find it." in owner.get(PAGES).text

    def test_a_full_menu_takes_no_more(self, owner, make_post):
        imprint = make_post("Imprint", is_page=True)
        links = [(f"Entry {n}", "/") for n in range(10)]
        owner.post(PAGE, data=MultiDict([*OWN.items(), *rows("navigation", *links)]))

        page = owner.post(
            f"{PAGES}/places",
            data={"place": f"add:menu:{imprint.id}"},
            follow_redirects=True,
        )

        assert "There is no room for another entry." in page.text
        assert len(site().navigation) == 10

    @pytest.mark.parametrize("place", ["", "add", "add:menu:x", "fly:menu:1", "add:side:1"])
    def test_what_is_no_place_is_a_bad_request(self, owner, place):
        assert owner.post(f"{PAGES}/places", data={"place": place}).status_code == 400

    def test_a_post_is_no_page(self, owner, make_post):
        post = make_post("A lease")

        page = owner.post(
            f"{PAGES}/places", data={"place": f"add:menu:{post.id}"}, follow_redirects=True
        )

        assert "That page is gone." in page.text
        assert site() is None

    def test_an_about_page_is_offered_with_a_sketch_while_there_is_none(self, owner, make_post):
        offer = owner.page(PAGES).select_one(".banner a")["href"]
        editor = owner.page(offer)
        assert editor.select_one("#slug")["value"] == "about"
        assert editor.select_one("#title")["value"] == "About"
        assert "## Who writes here" in editor.select_one("#body").text

        make_post("About us", slug="about", is_page=True)

        assert not owner.page(PAGES).select(".banner a")
