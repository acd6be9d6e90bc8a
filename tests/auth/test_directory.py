"""Signing in by the directory, as a browser and a strict provider see it."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from blogapp.accounts.audit_models import AuditEvent
from blogapp.accounts.directory.joining import may_come_by
from blogapp.accounts.directory.models import DirectoryPerson, DirectorySession
from blogapp.accounts.models import Author, AuthorSession
from blogapp.accounts.registering import disable, find_author, make_link, set_password
from blogapp.extensions import db
from blogapp.site.models import Site
from tests.auth.provider import asked, rsa_key, visit
from tests.conftest import JANUARY, parse

PASSWORD = "correct horse battery staple"


@pytest.fixture
def blog(directory, browser):
    """A browser of a blog that has the directory."""
    return browser


def go_out(browser, path="/login/directory"):
    """Return where the directory leads back to."""
    response = browser.get(path)
    assert response.status_code == 303, response.text
    return visit(response.location)


def come_back(browser, address):
    parts = urlsplit(address)
    return browser.get(f"{parts.path}?{parts.query}")


def sign_in(browser, path="/login/directory"):
    return come_back(browser, go_out(browser, path))


def who(browser):
    """Return the name under "You are signed in as", None for a stranger."""
    found = browser.page("/logout").select_one("form strong")
    return found and found.text


def said(browser, response):
    """Return what the page says to which an answer leads."""
    return browser.page(response.location).select_one("[role=alert]").get_text(" ", strip=True)


def acts():
    return db.session.scalars(select(AuditEvent.act).order_by(AuditEvent.id)).all()


def test_somebody_of_the_directory_signs_in_and_lands_where_they_were_going(blog, provider):
    link = blog.page("/login?next=/write/posts").find("a", string="Sign in with Example ID")

    response = sign_in(blog, link["href"])

    grace = find_author("grace@navy.example")
    assert (response.status_code, response.location) == (303, "/write/posts")
    assert (who(blog), grace.role, grace.password_hash) == ("Grace Hopper", "author", None)
    assert db.session.scalars(select(AuthorSession.method)).all() == ["oidc"]
    assert "author.added" in acts()
    assert provider.requests.count("/userinfo") == 0


def test_who_comes_again_is_the_same_whatever_they_are_called_now(blog, provider):
    sign_in(blog)
    provider.person |= {"name": "Rear Admiral Hopper", "email": "hopper@navy.example"}

    sign_in(blog.application.test_client())

    author = db.session.scalars(select(Author)).one()
    assert (author.name, author.email) == ("Rear Admiral Hopper", "hopper@navy.example")


def test_an_address_that_is_not_proved_or_is_taken_is_not_taken_over(blog, provider, make_author):
    make_author("Ada", email="ada@example.com")
    sign_in(blog)

    for email, proved in (("other@navy.example", False), ("ADA@example.com", True)):
        provider.person |= {"email": email, "email_verified": proved}
        assert sign_in(blog.application.test_client()).status_code == 303

    assert find_author("grace@navy.example").name == "Grace Hopper"
    assert find_author("ada@example.com").name == "Ada"


def test_an_account_with_the_proved_address_becomes_theirs(blog, make_author, as_author):
    here = make_author("Grace", email="Grace@Navy.example", role="editor", password_hash="x")
    elsewhere = as_author(here)

    sign_in(blog)

    db.session.expire_all()
    assert db.session.scalars(select(Author)).one().name == "Grace Hopper"
    assert (here.role, here.password_hash) == ("author", None)
    assert who(elsewhere) is None
    assert {"author.joined-directory", "role.changed"} <= set(acts())


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("grace@navy.example", {"email_verified": False}),
        ("grace@navy.example", {"email_verified": "true"}),
        ("grace@navy.example", {"email_verified": 1}),
        ("mark@navy.example", {"email": "mar\u212a@navy.example"}),
        ("strasse@navy.example", {"email": "straße@navy.example"}),
    ],
)
def test_no_other_address_opens_an_account(blog, provider, make_author, here, there):
    make_author("Somebody", email=here)
    provider.person |= there

    response = sign_in(blog)

    assert response.status_code == 403
    assert "cannot become yours" in response.text
    assert db.session.scalar(select(func.count(AuthorSession.id))) == 0
    assert find_author(here).name == "Somebody"


def test_an_account_of_somebody_there_is_never_given_to_another(blog, provider):
    sign_in(blog)
    provider.person["sub"] = "an-impostor"

    response = sign_in(blog.application.test_client())

    assert response.status_code == 403
    assert db.session.scalars(select(DirectoryPerson.subject)).all() == ["grace-1906"]


def test_roles_rise_and_fall_with_the_groups(blog, provider, make_author):
    make_author("Ada", role="owner", password_hash="x")
    roles = []

    for groups in (["eng-admins", "eng"], ["eng-leads"], "eng", ["eng-leads", "no"]):
        provider.person["groups"] = groups
        sign_in(blog.application.test_client())
        roles.append(find_author("grace@navy.example").role)

    assert roles == ["owner", "editor", "author", "editor"]


@pytest.mark.parametrize("groups", [[], ["other"], "ENG", {"eng": True}, None, [["eng"]], "*"])
def test_who_is_in_no_group_is_turned_away(blog, provider, groups):
    provider.person["groups"] = groups

    response = sign_in(blog)

    assert response.status_code == 403
    assert "none of your groups there may write here" in response.text
    assert db.session.scalars(select(Author)).all() == []


def test_who_loses_every_group_is_turned_away_though_they_were_here(blog, provider):
    sign_in(blog)
    provider.person["groups"] = []

    assert sign_in(blog.application.test_client()).status_code == 403
    assert "sign-in.refused" in acts()


@pytest.mark.parametrize(
    "other",
    [
        {"disabled_at": JANUARY, "password_hash": "x"},
        {"password_hash": None},
        {"role": "editor", "password_hash": "x"},
    ],
)
def test_the_last_owner_who_can_sign_in_stays_one(blog, provider, make_author, other):
    provider.person["groups"] = ["eng-admins"]
    sign_in(blog)
    make_author("Ada", **{"role": "owner", **other})
    provider.person["groups"] = ["eng"]

    sign_in(blog.application.test_client())

    assert find_author("grace@navy.example").role == "owner"
    assert "role.kept" in acts()


def test_who_is_disabled_here_stays_out(blog):
    sign_in(blog)
    disable(find_author("grace@navy.example"), now=db.session.scalar(select(Author.created_at)))
    db.session.commit()

    response = sign_in(blog)

    assert response.status_code == 403
    assert "disabled" in response.text


@pytest.mark.parametrize(
    ("claim", "person"),
    [
        ("resource_access.blog.roles", {"resource_access": {"blog": {"roles": ["eng"]}}}),
        ("https://example.com/roles", {"https://example.com/roles": "other eng"}),
        ("custom.role", {"custom.role": "eng"}),
    ],
)
def test_roles_are_found_where_the_operator_says(directory, provider, request, claim, person):
    directory(BLOG_OIDC_ROLES_CLAIM=claim)
    provider.person = {**provider.person, "groups": [], **person}

    sign_in(request.getfixturevalue("browser"))

    assert find_author("grace@navy.example").role == "author"


def test_without_groups_only_those_who_have_an_account_come_in(directory, provider, request):
    directory(BLOG_OIDC_ROLES="")
    browser = request.getfixturevalue("browser")
    assert sign_in(browser).status_code == 403

    request.getfixturevalue("make_author")("Grace", email="grace@navy.example", role="editor")
    sign_in(browser)

    assert find_author("grace@navy.example").role == "editor"


def test_what_the_token_leaves_out_is_asked_for(blog, provider):
    provider.in_token = ()

    sign_in(blog)

    assert who(blog) == "Grace Hopper"
    assert provider.requests.count("/userinfo") == 1


@pytest.mark.parametrize("method", ["client_secret_post", "none"])
def test_the_blog_says_who_it_is_as_the_directory_wants_it(directory, provider, request, method):
    provider.about_more["token_endpoint_auth_methods_supported"] = [method]
    if method == "none":
        provider.client_secret = ""
        directory(BLOG_OIDC_CLIENT_SECRET="")
    browser = request.getfixturevalue("browser")

    sign_in(browser)

    assert who(browser) == "Grace Hopper"


def test_keys_change_and_are_asked_for_anew_but_not_at_every_forgery(blog, provider, clock):
    sign_in(blog)
    provider.keys, provider.signs_with = [rsa_key("second")], rsa_key("second")
    clock.advance(minutes=1)

    assert sign_in(blog.application.test_client()).location == "/write"
    provider.signs_with = rsa_key("third")
    for _ in range(5):
        sign_in(blog.application.test_client())

    assert provider.requests.count("/keys") == 2
    assert provider.requests.count("/.well-known/openid-configuration") == 1


def test_a_way_back_works_once_in_the_browser_that_went_out(blog):
    address, other = go_out(blog), blog.application.test_client()
    go_out(other)

    stolen = come_back(other, address)
    first, second = come_back(blog, address), come_back(blog, address)

    assert "another browser" in said(other, stolen)
    assert who(other) is None
    assert (first.location, second.location) == ("/write", "/write")
    assert db.session.scalar(select(func.count(AuthorSession.id))) == 1


def test_two_tabs_may_go_out_at_once_and_the_first_to_come_back_is_in(blog):
    one, other = go_out(blog), go_out(blog)

    assert come_back(blog, other).location == "/write"
    assert come_back(blog, one).location == "/write"
    assert who(blog) == "Grace Hopper"


def test_a_way_back_is_over_after_minutes(blog, clock):
    address = go_out(blog)
    clock.advance(minutes=11)

    assert "too long ago" in said(blog, come_back(blog, address))


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil", "write"])
def test_nobody_is_led_to_another_host(blog, target):
    response = sign_in(blog, f"/login/directory?next={target}")

    assert response.location == "/write"


def test_who_goes_out_without_end_waits_until_somebody_comes_back(blog):
    answers = [blog.application.test_client().get("/login/directory") for _ in range(61)]

    assert [answer.status_code for answer in answers] == [303] * 60 + [429]
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert "Too many have gone to Example ID" in answers[-1].text
    elsewhere = blog.get("/login/directory", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 303


def test_without_a_directory_there_is_no_way_to_one(browser):
    for path in ("/login/directory", "/login/directory/back?code=x&state=y"):
        assert browser.get(path).status_code == 404
    assert browser.post("/login/directory/logout").status_code == 404
    assert "Sign in with" not in browser.page("/login").text


def test_another_site_signs_nobody_in(blog):
    for site in ("cross-site", "same-site", "rubbish"):
        led = blog.get("/login/directory?next=/write/posts", headers={"Sec-Fetch-Site": site})
        assert led.location == "/login?next=/write/posts"

    for site in ("same-origin", "none"):
        led = blog.get("/login/directory", headers={"Sec-Fetch-Site": site})
        assert "/realm/authorize?" in led.location


def test_a_way_that_another_directory_begins_is_no_way(blog, provider):
    assert blog.get("/login/directory?iss=https://other.example").status_code == 404
    assert blog.get(f"/login/directory?iss={provider.issuer}").status_code == 303


# Leaving, and what is the blog's own.


def test_signing_out_offers_to_sign_out_there_too(blog, provider):
    sign_in(blog)

    page = blog.post("/logout")
    link = parse(page.text).find("a", string="Sign out of Example ID, too")
    way_out = asked(link["href"])

    assert who(blog) is None
    assert way_out["client_id"] == "blog"
    assert way_out["id_token_hint"].count(".") == 2


def test_passwords_can_be_switched_off(directory, settings, request):
    settings["LOCAL_PASSWORDS"] = False
    browser = request.getfixturevalue("browser")
    ada = request.getfixturevalue("make_author")("Ada", role="owner")
    set_password(ada, PASSWORD)
    db.session.commit()

    page = browser.page("/login")
    sent = browser.post("/login", data={"email": ada.email, "password": PASSWORD})

    assert page.select("input[type=password]") == []
    assert page.find("a", string="Sign in with Example ID")
    assert sent.status_code == 403
    assert who(browser) is None
    assert browser.get("/reset").status_code == 404


def test_a_password_does_not_open_what_the_directory_vouches_for(blog):
    sign_in(blog)
    set_password(find_author("grace@navy.example"), PASSWORD)
    db.session.commit()

    browser = blog.application.test_client()
    response = browser.post("/login", data={"email": "grace@navy.example", "password": PASSWORD})

    assert response.status_code == 422
    assert who(browser) is None


def test_the_operators_link_opens_what_the_directory_has_lost(directory, settings, request, clock):
    settings["LOCAL_PASSWORDS"] = False
    browser = request.getfixturevalue("browser")
    sign_in(browser)
    token = make_link(find_author("grace@navy.example"), now=clock.now(), valid=timedelta(hours=1))
    db.session.commit()

    other = browser.application.test_client()
    assert other.post(f"/login/{token}").location == "/write"

    assert who(other) == "Grace Hopper"


def test_one_gate_says_by_what_somebody_may_come(blog, author):
    sign_in(blog)
    directory = blog.application.config["DIRECTORY"]
    grace, ada = find_author("grace@navy.example"), author.author
    ways = ("password", "password+totp", "passkey", "oidc", "oidc+mfa", "link", "recovery")

    def open_to(someone, local_passwords=True, house=directory):
        return {
            way for way in ways if may_come_by(way, someone, house, local_passwords=local_passwords)
        }

    own = {"password", "password+totp", "passkey"}
    assert open_to(grace) == set(ways) - own
    assert open_to(ada) == set(ways)
    assert open_to(ada, local_passwords=False) == set(ways) - {"password", "password+totp"}
    # Of a directory that the operator no longer names, nobody is.
    assert open_to(grace, house=None) == set(ways)


def test_sessions_of_the_directory_are_short(blog, clock):
    sign_in(blog)
    began = clock.moment

    for hours in range(0, 24, 6):
        clock.advance(hours=6 if hours else 0)
        assert who(blog) == "Grace Hopper"
    clock.set(began)
    clock.advance(hours=24, seconds=1)

    assert who(blog) is None


@pytest.mark.parametrize("amr", [["pwd", "mfa"], ["pwd"], None])
def test_a_second_factor_there_counts_when_it_says_so(blog, provider, amr):
    db.session.add(Site(id=1, second_factor_for="contributor"))
    db.session.commit()
    provider.person["amr"] = amr

    blog.get(sign_in(blog).location)

    led_on = blog.get("/write").location
    assert led_on == (None if amr == ["pwd", "mfa"] else "/account/factors")
    assert db.session.scalar(select(func.count(DirectorySession.session_id))) == 1


# Proving it again.


@pytest.fixture
def confirming(blog, clock):
    """A browser whose author has to prove it again."""
    sign_in(blog)
    clock.advance(minutes=20)
    return blog


def test_a_dangerous_act_asks_the_directory_anew(confirming, provider):
    page = confirming.page("/login/again?next=/write/posts")
    link = page.find("a", string="Confirm with Example ID")

    address = confirming.get(link["href"]).location
    response = come_back(confirming, visit(address))

    assert (asked(address)["prompt"], asked(address)["max_age"]) == ("login", "0")
    assert confirming.get(response.location).location == "/write/posts"
    assert "session.confirmed" in acts()


@pytest.mark.parametrize("ago", [None, 3600])
def test_a_directory_that_does_not_ask_anew_confirms_nothing(confirming, provider, clock, ago):
    def alter(claims):
        claims.pop("auth_time")
        return claims if ago is None else {**claims, "auth_time": claims["iat"] - ago}

    provider.alter_claims = alter

    response = sign_in(confirming, "/login/again/directory?next=/write/posts")

    assert "cannot be trusted" in said(confirming, response)
    assert confirming.get("/login/again").status_code == 200


def test_somebody_else_confirms_nothing(confirming, provider, make_author):
    provider.person |= {"sub": "other", "email": "other@navy.example"}

    response = sign_in(confirming, "/login/again/directory")

    assert "cannot be trusted" in said(confirming, response)
    assert find_author("other@navy.example") is None


def test_who_was_signed_in_there_for_long_has_not_just_proved_anything(blog, provider, clock):
    provider.auth_time = int(clock.now().timestamp()) - 7200

    sign_in(blog)

    assert blog.get("/login/again").status_code == 200
