"""States that links never lead to, but that somebody types, keeps or tries."""

import pytest

# What it holds is the same whichever database stands behind it.


@pytest.fixture(autouse=True)
def clock(clock):
    return clock


def number(page):
    return int(page.select_one("[role=status] strong").get_text().split()[0])


def said(form):
    """What the form sends as it stands, in its own order."""
    boxes = [(box["name"], box["value"]) for box in form.select("input[checked]")]
    hidden = [(field["name"], field["value"]) for field in form.select("input[type=hidden]")]
    return [*boxes, *hidden]


# What is chosen stays chosen.


@pytest.mark.parametrize(("form", "more"), [("#filter", ""), ("#tag-form", "&find=")])
@pytest.mark.parametrize(
    ("address", "chosen"),
    [
        ("/?tag=nothing", ("tag", "nothing")),
        ("/?not=nothing", ("not", "nothing")),
        ("/tags/dns?tag=dns", ("tag", "dns")),
        ("/tags/dns?not=dns", ("not", "dns")),
    ],
)
def test_each_form_carries_every_tag_that_is_chosen(
    browser, make_post, form, more, address, chosen
):
    make_post(tags=["dns", "wal"])

    page = browser.page(address + more)

    assert said(page.select_one(form)).count(chosen) == 1


def test_kinds_that_differ_in_case_alone_are_told_apart(browser, make_post):
    for kind in ("Essay", "Essay", "essay"):
        make_post(kind=kind)

    assert number(browser.page("/?kind=Essay")) == 2
    assert number(browser.page("/?kind=essay")) == 1
    assert browser.get("/?kind=ESSAY").status_code == 301


def test_a_fragment_shows_a_choice_in_its_kept_spelling(browser, make_post):
    make_post(domain="Data")
    make_post(domain="Web")

    page = browser.page("/?domain=DATA&fragment=results")

    chosen = page.select("#pick-domain option[selected]")
    assert [(option["value"], option.get_text()) for option in chosen] == [("data", "Data")]


def test_a_post_without_a_title_can_be_opened_from_the_list(browser, make_post):
    make_post("", slug="nameless")

    link = browser.page("/").select_one(".post-card__title a")

    assert (link.get_text(), link["href"]) == ("Untitled", "/posts/nameless")


@pytest.mark.parametrize(
    ("address", "selector"),
    [
        ("/", ".post-card__title"),
        ("/", ".post-card__summary"),
        ("/posts/salam", ".post__title"),
        ("/posts/salam", ".post__deck"),
        ("/posts/salam", ".prose"),
    ],
)
def test_each_text_is_set_in_the_direction_of_its_script(browser, make_post, address, selector):
    make_post("سلام", slug="salam", summary="سلام", body="سلام")

    assert browser.page(address).select_one(selector)["dir"] == "auto"


# Addresses.


def test_search_engines_keep_one_address_while_any_and_all_are_the_same(browser, make_post):
    make_post(tags=["dns"])
    make_post(tags=["wal"], domain="data")

    def canonical(address):
        found = browser.page(address).select_one("link[rel=canonical]")["href"]
        return found.removeprefix("http://127.0.0.1:8000")

    assert canonical("/?match=any") == "/"
    assert canonical("/?match=any&domain=data") == "/domains/data"
    assert canonical("/?tag=dns&tag=wal&match=any") == "/?tag=dns&tag=wal&match=any"


@pytest.mark.parametrize("address", ["/?tag=nothing", "/?series=nothing", "/?year=1999"])
def test_what_has_no_place_of_its_own_stays_where_it_was_asked_for(browser, make_post, address):
    make_post(tags=["dns"])

    link = browser.page(address).select_one("link[rel=canonical]")["href"]

    assert link.removeprefix("http://127.0.0.1:8000") == address


@pytest.mark.parametrize("address", ["/posts/a", "/posts/a.md"])
def test_a_post_has_no_query(browser, make_post, address):
    make_post("A", slug="a")

    answer = browser.get(f"{address}?utm_source=mail")

    assert (answer.status_code, answer.headers["Location"]) == (301, address)
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "address", ["/posts/nothing/", "/tags/nothing/", "/domains/nothing/", "/archive/1900/"]
)
def test_a_last_slash_on_what_is_not_there_leads_nowhere(browser, address):
    assert browser.get(address).status_code == 404


# Too much of a good thing.


@pytest.mark.parametrize("address", ["/", "/feed.xml", "/tags/dns"])
@pytest.mark.parametrize("key", ["tag", "not"])
def test_ten_thousand_tags_are_refused_at_once(browser, make_post, queries, address, key):
    make_post(tags=["dns"])
    queries.clear()
    query = "&".join(f"{key}=tag-{n}" for n in range(10_000))

    answer = browser.get(f"{address}?{query}")

    assert answer.status_code == 400
    assert len(queries) <= 2


@pytest.mark.parametrize("match", ["", "&match=any"])
@pytest.mark.parametrize("key", ["tag", "not"])
def test_a_few_hundred_tags_are_answered(browser, make_post, key, match):
    make_post(tags=["dns"])
    tags = "&".join(f"{key}=tag-{n:03}" for n in range(500))
    query = f"{tags}{match}" if key == "tag" else f"{match.removeprefix('&')}&{tags}".lstrip("&")

    answer = browser.get(f"/?{query}")

    assert answer.status_code == 200


def test_a_feed_costs_the_same_statements_for_any_number_of_tags(browser, make_post, queries):
    tags = [f"tag {n:02}" for n in range(40)]
    make_post(tags=tags)
    browser.page("/")

    def statements(amount):
        queries.clear()
        query = "&".join(f"tag=tag-{n:02}" for n in range(amount))
        assert browser.get(f"/feed.xml?{query}").status_code == 200
        return len(queries)

    assert statements(2) == statements(40)
