import pytest
from sqlalchemy import select

from blogapp.accounts.audit_models import AuditEvent
from blogapp.extensions import db
from blogapp.posts.approving import find_rules, keep_rule
from blogapp.posts.models import Domain
from blogapp.site.models import Site
from tests.authoring.conftest import stored
from tests.conftest import parse

ALL = "/write/settings/domains"


@pytest.fixture
def domains(make_post):
    make_post("Queues", domain="Backend")
    make_post("Grids", domain="Frontend")
    make_post("Flexbox", domain="Frontend", published_at=None)
    make_post("Pipelines", domain="Data")


def domain(name):
    db.session.rollback()
    return db.session.scalar(select(Domain).where(Domain.name == name))


def sent(browser, address, data=None, status=200):
    """The page that answers a form, after the redirect."""
    answer = browser.post(address, data=data, follow_redirects=True)
    assert answer.status_code == status, f"{address}: {answer.status}"
    return parse(answer.text)


def names(page):
    return [a.text for a in page.select(".name-list__name")]


def options(browser):
    return [o.text.partition(" (")[0] for o in browser.page("/").select("[name=domain] option")][1:]


def words(page, selector="main"):
    return " ".join(page.select_one(selector).get_text(" ").split())


def done():
    acts = select(AuditEvent.act).where(AuditEvent.act.startswith("domain."))
    return db.session.scalars(acts.order_by(AuditEvent.id)).all()


def test_a_blog_without_domains_says_where_they_come_from(editor):
    assert "There is no domain yet." in words(editor.page(ALL))


def test_domains_stand_with_their_posts_of_every_state(editor, domains):
    page = editor.page(ALL)

    assert names(page) == ["Backend", "Data", "Frontend"]
    assert [each.text for each in page.select(".name-list__count")] == [
        "1 post",
        "1 post",
        "2 posts",
    ]


def test_the_list_costs_the_same_for_any_number(editor, domains, queries):
    editor.page(ALL)
    few = queries_of(editor, queries)

    db.session.add_all([Domain(name=f"Domain {n}", slug=f"d-{n}") for n in range(40)])
    db.session.commit()

    assert queries_of(editor, queries) == few


def queries_of(browser, queries):
    queries.clear()
    browser.page(ALL)
    return len(queries)


def test_an_order_by_hand_is_that_of_menus_and_overview(editor, browser, domains):
    db.session.add(Site(id=1, title="Plumb", layout="log"))
    db.session.commit()
    assert options(browser) == ["Backend", "Data", "Frontend"]

    page = sent(editor, f"{ALL}/order", {"move": f"{domain('Frontend').id}:up"})
    sent(editor, f"{ALL}/order", {"move": f"{domain('Frontend').id}:up"})

    assert names(page) == ["Backend", "Frontend", "Data"]
    assert page.select_one("[autofocus]")["aria-label"] == "Move Frontend up"
    assert options(browser) == ["Frontend", "Backend", "Data"]
    shown = browser.page("/").select(".domain-overview__head a")
    assert [each.get_text(strip=True) for each in shown] == ["Frontend", "Backend", "Data"]
    make_newcomer("Accessibility")
    assert names(editor.page(ALL)) == ["Frontend", "Backend", "Data", "Accessibility"]

    page = sent(editor, f"{ALL}/order", {"by": "name"})

    assert names(page) == ["Accessibility", "Backend", "Data", "Frontend"]
    assert options(browser) == ["Backend", "Data", "Frontend"]
    assert done() == ["domain.moved", "domain.moved", "domain.ordered"]


def make_newcomer(name):
    db.session.add(Domain(name=name, slug=name.lower()))
    db.session.commit()


def test_one_at_an_end_stays_there(editor, domains):
    page = sent(editor, f"{ALL}/order", {"move": f"{domain('Backend').id}:up"})

    assert names(page) == ["Backend", "Data", "Frontend"]
    first = page.select_one(".name-list__act")
    assert first.has_attr("disabled")


@pytest.mark.parametrize("move", ["", "x:up", "1:left", "0:up", "9999999999:up"])
def test_what_is_no_move_is_a_bad_request(editor, domains, move):
    assert editor.post(f"{ALL}/order", data={"move": move}).status_code == 400


def test_a_domain_is_added_before_any_post_has_it(editor, domains):
    page = sent(editor, ALL, {"name": "Zürich & Söhne", "description": "Two words"})

    assert "Zürich & Söhne" in names(page)
    assert domain("Zürich & Söhne").slug == "zurich-sohne"
    assert done() == ["domain.made"]


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"name": ""}, "name", "Write a name."),
        ({"name": "x" * 201}, "name", "At most 200 characters."),
        ({"name": "FRONTEND"}, "name", "“Frontend” has this name already."),
        ({"name": "Ｆrontend", "slug": "frontend"}, "slug", "Another one has this address."),
        ({"name": "New", "slug": "FrontEnd"}, "slug", "Another one has this address."),
        ({"name": "New", "slug": "a/b"}, "slug", "An address may hold"),
        ({"name": "New", "description": "x" * 501}, "description", "At most 500 characters."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(editor, domains, typed, field, said):
    page = sent(editor, ALL, typed, status=422)

    assert said in page.select_one(f"#{field}-errors").text
    assert page.select_one("#name")["value"] == typed["name"]
    assert names(page) == ["Backend", "Data", "Frontend"]


def test_a_renamed_domain_is_found_at_its_old_address(editor, browser, domains):
    id = domain("Frontend").id

    page = sent(editor, f"{ALL}/{id}", filled(editor, id, name="Web", description="In browsers."))

    assert "The old address leads to /domains/web now." in words(page)
    moved = browser.get("/domains/frontend?sort=oldest")
    assert (moved.status_code, moved.location) == (301, "/domains/web?sort=oldest")
    assert browser.get("/?domain=Frontend").location == "/?domain=web"
    assert browser.get("/feed.xml?domain=frontend").location.endswith("/feed.xml?domain=web")
    shown = browser.page("/domains/web")
    assert shown.select_one(".masthead__lede").text == "In browsers."
    assert done() == ["domain.changed"]


def filled(browser, id, **changes):
    """The form of a domain as it is shown, changed; the address is made anew."""
    page = browser.page(f"{ALL}/{id}")
    fields = {each["name"]: each.get("value", each.text) for each in page.select("form [name]")}
    return {name: fields[name] for name in ("name", "description", "seen")} | {"slug": ""} | changes


def test_names_lead_on_however_often_they_change(editor, browser, domains):
    id = domain("Frontend").id
    for name in ("Web", "Browsers", "Frontend", "Clients"):
        sent(editor, f"{ALL}/{id}", filled(editor, id, name=name))

    for old in ("web", "browsers", "frontend"):
        assert browser.get(f"/domains/{old}").location == "/domains/clients", old


def test_an_address_that_is_left_alone_stays(editor, browser, domains):
    id = domain("Frontend").id

    sent(editor, f"{ALL}/{id}", filled(editor, id, name="Web", slug="frontend"))

    assert browser.page("/domains/frontend").h1.text == "Web"


def test_an_old_address_is_taken_by_a_new_domain(editor, browser, make_post, domains):
    id = domain("Frontend").id
    sent(editor, f"{ALL}/{id}", filled(editor, id, name="Web"))

    make_post("Again", domain="Frontend")

    assert browser.page("/domains/frontend").h1.text == "Frontend"


def test_who_has_an_older_page_open_is_told_and_keeps_the_text(editor, owner, domains):
    id = domain("Frontend").id
    older = filled(editor, id, name="Browsers")
    sent(owner, f"{ALL}/{id}", filled(owner, id, name="Web"))

    page = sent(editor, f"{ALL}/{id}", older, status=422)

    assert "it is called “Web” now" in words(page, "[role=alert]")
    assert page.select_one("#name")["value"] == "Browsers"
    again = older | {"seen": page.select_one("[name=seen]")["value"]}
    sent(editor, f"{ALL}/{id}", again)
    assert domain("Browsers")


def test_an_editor_that_is_open_keeps_up_with_a_rename(editor, domains, make_post):
    post = make_post("Draft", domain="Data", published_at=None)
    version = stored(post.id).version
    id = domain("Data").id

    sent(editor, f"{ALL}/{id}", filled(editor, id, name="Numbers"))

    assert stored(post.id).version == version + 1
    assert editor.page(f"/write/posts/{post.id}").select_one("#domain")["value"] == "Numbers"


def test_merging_says_what_it_does_and_does_it(editor, browser, domains):
    front, back = domain("Frontend").id, domain("Backend").id
    asked = editor.page(f"{ALL}/{front}/merger?into={back}")
    assert "2 posts get “Backend” in place of “Frontend”." in words(asked)
    assert "“Backend” then has 3 posts." in words(asked)
    assert domain("Frontend")

    page = sent(editor, f"{ALL}/{front}/merger", {"into": str(back)})

    assert "with its 2 posts" in words(page, "#notices")
    assert domain("Frontend") is None
    assert len(browser.page("/domains/backend").select(".post-card")) == 2
    assert browser.get("/domains/frontend").location == "/domains/backend"
    assert browser.get("/rss.xml?domain=frontend").location.endswith("/rss.xml?domain=backend")
    assert done() == ["domain.merged"]


@pytest.mark.parametrize("into", ["", "itself", "999", "x"])
def test_there_has_to_be_another_one_to_merge_into(editor, domains, into):
    id = domain("Frontend").id

    for open_ in (editor.get, editor.post):
        answer = open_(f"{ALL}/{id}/merger?into={id if into == 'itself' else into}")
        assert answer.location == f"{ALL}/{id}"

    assert domain("Frontend")


def test_two_people_merge_two_domains_into_each_other_and_one_is_told(editor, owner, domains):
    front, back = domain("Frontend").id, domain("Backend").id

    sent(editor, f"{ALL}/{front}/merger", {"into": str(back)})
    answer = owner.post(f"{ALL}/{back}/merger", data={"into": str(front)}, follow_redirects=True)

    assert "That domain is gone." in answer.text
    assert domain("Backend")


def test_a_domain_is_deleted_once_it_is_said_where_its_posts_go(editor, browser, domains):
    id, data = domain("Frontend").id, domain("Data").id
    asked = editor.page(f"{ALL}/{id}/deletion")
    assert asked.select_one("#into option")["value"] == ""

    page = sent(editor, f"{ALL}/{id}/deletion", {"into": ""})
    assert "Say what becomes of its posts first." in words(page, "#notices")
    assert domain("Frontend")

    sent(editor, f"{ALL}/{id}/deletion", {"into": "none"})
    assert browser.get("/domains/frontend").status_code == 410
    assert browser.get("/feed.xml?domain=frontend").status_code == 410
    assert browser.page("/posts/grids")

    sent(editor, f"{ALL}/{data}/deletion", {"into": str(domain("Backend").id)})
    assert browser.get("/domains/data").location == "/domains/backend"
    assert done() == ["domain.deleted", "domain.merged"]


def test_nobody_gets_around_approvals_by_way_of_a_domain(editor, owner, domains):
    strict, lax = domain("Frontend").id, domain("Data").id
    keep_rule(strict, needed=2, named=[])
    db.session.commit()

    page = sent(editor, f"{ALL}/{strict}/deletion", {"into": "none"})
    assert "Its posts need approvals" in words(page, "#notices")
    assert domain("Frontend")

    sent(editor, f"{ALL}/{strict}/merger", {"into": str(lax)})
    assert find_rules().of(lax).needed == 2

    sent(owner, f"{ALL}/{lax}/deletion", {"into": "none"})
    assert domain("Data") is None


def test_an_empty_domain_is_deleted_without_a_choice(editor):
    sent(editor, ALL, {"name": "Empty"})

    page = sent(editor, f"{ALL}/{domain('Empty').id}/deletion")

    assert "“Empty” is deleted." in words(page, "#notices")
    assert domain("Empty") is None


def test_an_order_goes_out_with_the_blog(editor, domains):
    from blogapp.exporting.labels import SHAPES

    sent(editor, f"{ALL}/order", {"move": f"{domain('Data').id}:up"})

    shape = SHAPES["_data/domains.yml"][1]
    assert shape.say(domain("Data"))["position"] == 1
    assert shape.read({"name": "Old", "slug": "old"})["position"] is None


def test_authors_do_not_find_the_page(author, domains):
    assert author.get(ALL).status_code == 403


class TestTokens:
    @pytest.fixture
    def settings(self):
        return {"WTF_CSRF_ENABLED": True}

    def test_a_stale_one_loses_no_text(self, editor):
        page = sent(editor, ALL, {"name": "Web", "csrf_token": "old"}, status=422)

        assert "this page was open for too long" in words(page, "[role=alert]")
        assert page.select_one("#name")["value"] == "Web"
        assert domain("Web") is None
