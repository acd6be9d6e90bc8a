"""People who write here: shown, invited, given other roles, kept out, replaced, forgotten."""

from datetime import UTC, timedelta
from threading import Barrier, Thread
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from blogapp.accounts import managing
from blogapp.accounts.audit_models import AuditEvent
from blogapp.accounts.errors import AccountError
from blogapp.accounts.invitation_models import Invitation
from blogapp.accounts.models import Author, AuthorSession, Role
from blogapp.accounts.passwords import hashed
from blogapp.extensions import db
from blogapp.posts.managing import find_for_writing
from blogapp.posts.rights import may_show
from tests.conftest import JANUARY

PASSWORD = "three ordinary words about lemons"


def invite(browser, **fields):
    """Invite somebody and return the path of the link that is shown for it."""
    said = {"email": "", "name": "", "role": "author", "author": ""} | fields
    response = browser.post("/write/people/invitations/new", data=said)
    assert response.status_code == 303, response.text
    handed = browser.page("/write/people").select_one(".people__handed input")
    return urlsplit(handed["value"]).path if handed else ""


def names(page):
    return [name.get_text(strip=True) for name in page.select(".people__name")]


def person(slug):
    return db.session.scalar(select(Author).where(Author.slug == slug))


@pytest.fixture
def second_owner(make_author):
    return make_author("Barbara Liskov", role="owner", password_hash="kept")


# The list


def test_people_are_listed_with_roles_and_counts(owner, make_author, make_post):
    ada = make_author("Ada Lovelace")
    make_author("Old Hand", email=None, role="author").email = None
    db.session.commit()
    make_post("One", authors=[ada])
    make_post("Draft", authors=[ada], published_at=None)

    page = owner.page("/write/people")

    rows = {row.select_one(".people__name").text: row.get_text(" ", strip=True)
            for row in page.select(".people__row")}  # fmt: skip
    assert {*rows} == {"Ada Lovelace", "Grace Hopper", "Old Hand"}
    assert "1 post" in rows["Ada Lovelace"]
    assert "1 draft" in rows["Ada Lovelace"]
    assert "No account" in rows["Old Hand"]
    assert "ada-lovelace@example.com" in rows["Ada Lovelace"]


def test_authors_see_who_is_here_without_addresses_and_acts(author, make_author):
    make_author("Grace Hopper", role="owner")

    page = author.page("/write/people")

    assert names(page) == ["Ada Lovelace", "Grace Hopper"]
    assert "grace-hopper@example.com" not in str(page)
    assert not page.select("main form[method=post]")
    assert not page.find("a", string="Invite somebody")
    refused = author.get("/write/people/invitations/new")
    assert (refused.status_code, 'href="/write"' in refused.text) == (403, True)


def test_a_large_team_is_searched_and_comes_in_pages(owner, make_author, queries):
    for n in range(55):
        make_author(f"Writer {n:02}")

    queries.clear()
    first = owner.page("/write/people")
    sent = len(queries)
    found = owner.page("/write/people?q=writer 07")

    assert len(first.select(".people__row")) == 50
    assert first.select_one("a[rel=next]")
    assert names(found) == ["Writer 07"]
    assert sent < 20
    assert names(owner.page("/write/people?q=nobody at all")) == []
    assert owner.get("/write/people?page=9").status_code == 404
    assert owner.get("/write/people?page=x").status_code == 400


# Invitations


def test_no_link_leads_to_the_page_of_somebody_who_published_nothing(owner, make_post):
    pages = ("/write/people", f"/write/people/{owner.author.id}", "/account")
    link = f"a[href='/authors/{owner.author.slug}']"

    before = [bool(owner.page(page).select(link)) for page in pages]
    make_post("Leases", authors=[owner.author])
    after = [bool(owner.page(page).select(link)) for page in pages]

    assert before == [False, False, False]
    assert after == [True, True, True]


def test_whoever_is_invited_by_link_becomes_one_who_writes(owner, app):
    link = invite(owner, name="Ada Lovelace", role="editor")
    guest = app.test_client()

    page = guest.page(link)
    told = page.main.get_text(" ", strip=True)
    response = guest.post(
        link, data={"name": "Ada Lovelace", "email": "ada@example.com", "password": PASSWORD}
    )

    assert "Grace Hopper invites you, as: Editor" in told
    assert response.location == "/write"
    assert person("ada-lovelace").role == Role.EDITOR
    assert "what readers see of you" in guest.page("/write").select_one(".notices").text
    assert app.test_client().get(link).status_code == 410


def test_a_database_that_is_stolen_holds_no_link(owner):
    link = invite(owner)

    kept = db.session.scalar(select(Invitation.token_hash))

    assert kept not in link
    assert link.rsplit("/")[-1] not in kept


def test_an_invitation_ends_after_a_week_and_can_be_renewed(owner, app, clock):
    link = invite(owner, name="Ada")
    clock.advance(days=8)
    expired = app.test_client().get(link)

    [form] = owner.page("/write/people").select("form[action$=renewal]")
    owner.post(form["action"])
    fresh = owner.page("/write/people").select_one(".people__handed input")["value"]

    assert expired.status_code == 410
    assert app.test_client().get(urlsplit(fresh).path).status_code == 200
    assert app.test_client().get(link).status_code == 410


def test_a_withdrawn_invitation_works_no_more(owner, app):
    link = invite(owner, name="Ada")

    [form] = owner.page("/write/people").select("form[action$=revocation]")
    owner.post(form["action"])

    assert app.test_client().get(link).status_code == 410


def test_nobody_invites_above_themselves(make_author, as_author):
    editor = as_author(make_author("Eve", role="editor"))

    page = editor.page("/write/people/invitations/new")
    response = editor.post("/write/people/invitations/new", data={"role": "owner", "name": "Me"})

    assert [box["value"] for box in page.select("[name=role]")] == ["author", "contributor"]
    assert response.status_code == 422
    assert not db.session.scalar(select(Invitation))


@pytest.mark.parametrize("change", ["disabled", "author", "gone"])
def test_an_invitation_goes_with_the_right_to_give_it(owner, make_author, as_author, app, change):
    eve = make_author("Eve", role="editor")
    link = invite(as_author(eve), name="Ada")

    if change == "disabled":
        owner.post(f"/write/people/{eve.id}/suspension")
    elif change == "author":
        owner.post(f"/write/people/{eve.id}/role", data={"role": "author"})
    else:
        owner.post(f"/write/people/{eve.id}/removal")

    assert app.test_client().get(link).status_code == 410


def test_an_address_with_an_account_is_told_only_to_who_invites(owner, make_author, app):
    make_author("Ada Lovelace")

    told = owner.post(
        "/write/people/invitations/new",
        data={"email": "ADA-lovelace@example.com", "role": "author"},
    )
    link = invite(owner)
    guest = app.test_client().post(
        link, data={"name": "X", "email": "ada-lovelace@example.com", "password": PASSWORD}
    )

    assert told.status_code == 422
    assert "has an account already" in told.text
    assert guest.status_code == 422
    assert "has an account" not in guest.text
    assert app.test_client().get(link).status_code == 200


def test_an_address_of_an_invitation_cannot_be_changed(owner, app):
    link = invite(owner, email="ada@example.com")

    app.test_client().post(
        link, data={"name": "Ada", "email": "eve@example.com", "password": PASSWORD}
    )

    assert person("ada").email == "ada@example.com"


def test_somebody_imported_gets_an_account_for_their_posts(owner, make_author, make_post, app):
    old = make_author("Old Hand")
    old.email = None
    db.session.commit()
    make_post("From then", authors=[old])

    link = invite(owner, email="old@example.com", author=str(old.id))
    app.test_client().post(link, data={"name": "Old Hand", "password": PASSWORD})

    found = person("old-hand")
    assert (found.id, found.email) == (old.id, "old@example.com")


def test_who_invites_too_many_is_told_to_wait(owner, monkeypatch):
    monkeypatch.setattr("blogapp.accounts.inviting.MOST_AN_HOUR", 2)
    invite(owner, name="A")
    invite(owner, name="B")

    third = owner.post("/write/people/invitations/new", data={"name": "C", "role": "author"})

    assert third.status_code == 422
    assert "Wait an hour" in third.text


# Roles


def test_another_role_ends_the_sessions_and_is_written_down(owner, make_author, as_author):
    ada = as_author(make_author("Ada Lovelace"))

    owner.post(f"/write/people/{ada.author.id}/role", data={"role": "editor"})

    assert person("ada-lovelace").role == Role.EDITOR
    assert ada.get("/write").location.startswith("/login")
    assert db.session.scalar(select(AuditEvent.act).where(AuditEvent.act == "role.changed"))


def test_the_last_owner_who_can_sign_in_stays_one(owner, make_author):
    make_author("Cannot Come", role="owner")  # without a way to sign in
    address = f"/write/people/{owner.author.id}/role"

    owner.post(address, data={"role": "author"})
    page = owner.page("/write/people")

    assert person("grace-hopper").role == Role.OWNER
    assert "Nobody else is an owner who can sign in" in page.get_text()


def test_an_owner_steps_down_where_another_remains(owner, second_owner):
    owner.post(f"/write/people/{owner.author.id}/role", data={"role": "author"})

    assert person("grace-hopper").role == Role.AUTHOR
    assert owner.get("/write").status_code == 200  # still signed in here


def test_nobody_steps_up_by_themselves(make_author, as_author, second_owner):
    for role in ("editor", "author", "contributor"):
        browser = as_author(make_author(f"A {role}", role=role))
        response = browser.post(f"/write/people/{browser.author.id}/role", data={"role": "owner"})

        assert response.status_code == 422
        assert db.session.get(Author, browser.author.id).role == role


def test_two_owners_who_demote_each_other_leave_one(app, make_author, second_owner):
    """Both have looked before either acts: the second sees what the first made of it."""
    ada = make_author("Ada Lovelace", role="owner", password_hash="kept")
    pairs = [(ada.id, second_owner.id), (second_owner.id, ada.id)]
    refused = []

    ready = Barrier(2)

    def demote(by_id, other_id):
        with app.app_context():
            by, other = db.session.get(Author, by_id), db.session.get(Author, other_id)
            ready.wait(10)
            try:
                managing.change_role(other, Role.AUTHOR, by=by)
                db.session.commit()
            except AccountError as error:
                db.session.rollback()
                refused.append(error)
            db.session.remove()

    threads = [Thread(target=demote, args=pair) for pair in pairs]
    db.session.rollback()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    owners = select(Author.name).where(Author.role == Role.OWNER)
    assert len(db.session.scalars(owners).all()) == 1
    assert len(refused) == 1


# Disabling


def test_disabling_keeps_posts_and_ends_everything_else(
    owner, make_author, as_author, make_post, app
):
    ada = as_author(make_author("Ada Lovelace"))
    post = make_post("Kept", authors=[ada.author])
    draft = make_post("Shown to a few", authors=[ada.author], published_at=None)
    ada.post(f"/write/posts/{draft.id}/previews", data={"days": "7"})

    owner.post(f"/write/people/{ada.author.id}/suspension")

    assert ada.get("/write").location.startswith("/login")
    assert "Ada Lovelace" in owner.page(f"/posts/{post.slug}").get_text()
    assert not db.session.scalar(
        select(AuthorSession).where(AuthorSession.author_id == ada.author.id)
    )
    owner.post(f"/write/people/{ada.author.id}/admission")
    assert person("ada-lovelace").disabled_at is None


def test_preview_links_of_a_disabled_account_show_nothing(make_author, make_post):
    ada = make_author("Ada Lovelace")
    post = find_for_writing(make_post("Draft", authors=[ada], published_at=None).id)
    assert may_show(ada, post)

    ada.disabled_at = JANUARY.astimezone(UTC)

    assert not may_show(ada, post)


# Handing over


def bylines(post):
    return [author.name for author in find_for_writing(post.id).authors]


@pytest.mark.parametrize("how", ["replace", "add"])
def test_posts_are_handed_over_and_back(owner, make_author, make_post, how):
    ada, eve = make_author("Ada Lovelace"), make_author("Eve")
    alone = make_post("Alone", authors=[ada])
    both = make_post("Both", authors=[ada, eve])
    draft = make_post("Draft", authors=[ada], published_at=None)
    before = [bylines(post) for post in (alone, both, draft)]

    owner.post(
        f"/write/people/{ada.id}/handover",
        data={"to": str(eve.id), "parts": ["drafts", "posts"], "how": how},
    )
    after = [bylines(post) for post in (alone, both, draft)]
    undo = owner.page(f"/write/people/{ada.id}").select_one("#notices form")["action"]
    owner.post(undo)

    if how == "replace":
        assert after == [["Eve"], ["Eve"], ["Eve"]]
    else:
        assert after == [["Ada Lovelace", "Eve"]] * 3
    assert [bylines(post) for post in (alone, both, draft)] == before
    assert owner.post(undo).status_code == 303
    assert [bylines(post) for post in (alone, both, draft)] == before


def test_a_hand_over_is_undone_only_by_who_made_it(owner, make_author, as_author, make_post):
    ada, eve = make_author("Ada Lovelace"), make_author("Eve", role="editor")
    post = make_post("Alone", authors=[ada])
    owner.post(
        f"/write/people/{ada.id}/handover",
        data={"to": str(eve.id), "parts": ["posts"], "how": "replace"},
    )
    undo = owner.page(f"/write/people/{ada.id}").select_one("#notices form")["action"]

    response = as_author(eve).post(undo)

    assert response.status_code == 403
    assert bylines(post) == ["Eve"]


# Leaving for good


def test_who_wrote_nothing_is_removed_without_a_trace(owner, make_author):
    ada = make_author("Ada Lovelace")
    page = owner.page(f"/write/people/{ada.id}/removal")

    owner.post(f"/write/people/{ada.id}/removal")

    assert "nothing of them stays" in page.get_text()
    assert person("ada-lovelace") is None


def test_who_asks_to_be_forgotten_leaves_posts_without_a_name(
    owner, make_author, make_post, browser
):
    ada = make_author("Ada Lovelace", bio="Counts.", password_hash=hashed(PASSWORD))
    post = make_post("Kept", authors=[ada])
    owner.post(
        f"/write/people/{ada.id}/profile",
        data={"name": "Ada Lovelace", "slug": "countess", "bio": "Counts."},
    )

    owner.post(f"/write/people/{ada.id}/removal")

    page = browser.page(f"/posts/{post.slug}")
    assert "Former author" in page.get_text()
    assert "Lovelace" not in str(page)
    assert browser.get("/authors/countess").status_code == 404
    assert browser.get("/authors/ada-lovelace").status_code == 404
    gone = db.session.get(Author, ada.id)
    assert (gone.email, gone.bio, gone.password_hash) == (None, "", None)
    assert "Lovelace" not in repr(
        [row._mapping for row in db.session.execute(select(Author.__table__))]
    )


def test_only_owners_remove_people(make_author, as_author):
    ada = make_author("Ada Lovelace")
    editor = as_author(make_author("Eve", role="editor"))

    assert editor.get(f"/write/people/{ada.id}/removal").status_code == 403


def test_what_is_dangerous_asks_again_who_one_is(owner, make_author, clock):
    ada = make_author("Ada Lovelace")
    row = db.session.scalar(select(AuthorSession))
    row.confirmed_at = clock.moment - timedelta(hours=1)
    db.session.commit()

    acts = {
        "role": {"role": "editor"},
        "suspension": {},
        "sessions": {},
        "handover": {"to": str(owner.author.id), "parts": "posts", "how": "replace"},
        "removal": {},
    }
    for act, fields in acts.items():
        response = owner.post(f"/write/people/{ada.id}/{act}", data=fields)

        assert response.location.startswith("/login/again"), act
    invited = owner.post("/write/people/invitations/new", data={"role": "owner", "name": "X"})
    assert invited.location.startswith("/login/again")
    assert person("ada-lovelace").role == Role.AUTHOR
