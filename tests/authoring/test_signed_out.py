"""Sessions and tokens end while people write; what they typed does not."""

import pytest

from blogapp.accounts.sessions import end_all_sessions
from blogapp.extensions import db
from blogapp.posts.models import Post
from tests.authoring.conftest import stored, value_of
from tests.conftest import parse

# What it holds is the same whichever database stands behind it.

TYPED = {"title": "Leases", "body": "\nHours of <b>work</b>", "tags": "CI/CD", "version": ""}


def test_a_text_sent_after_the_session_ended_comes_back_to_be_sent_again(author, as_author):
    end_all_sessions(author.author)
    db.session.commit()

    response = author.post("/write/posts/new", data=TYPED)
    page = parse(response.text)
    form = page.select_one("form.conflict")
    fields = {f["name"]: f.text for f in form.select("textarea")}
    again = as_author(author.author).post(form["action"], data=fields)

    assert response.status_code == 403
    assert page.find("a", string="Sign in in another tab")["href"].startswith("/login")
    assert again.status_code == 303
    assert db.session.scalar(db.select(Post.body)) == TYPED["body"]


def test_another_sites_form_is_not_shown_as_ours(browser):
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        response = browser.post("/write/posts/new", data=TYPED, headers=headers)

        assert response.status_code == 403
        assert TYPED["body"] not in response.text


@pytest.mark.parametrize("act", ["", "/trash", "/images", "/copies", "/preview"])
def test_a_text_for_a_post_that_is_no_longer_ones_own_can_be_kept(contributor, make_post, act):
    post = make_post("Published meanwhile", authors=[contributor.author])
    typed = TYPED | {"slug": "published-meanwhile", "version": "1"}

    response = contributor.post(f"/write/posts/{post.id}{act}", data=typed)
    form = parse(response.text).select_one("form.conflict")
    fields = {field["name"]: value_of(field) for field in form.select("[name]")}
    kept = contributor.post(form["action"], data=fields)

    assert response.status_code == 403
    assert stored(post.id).body == "Text."
    assert kept.status_code == 303
    draft = stored(int(kept.location.rpartition("/")[2]))
    assert (draft.body, draft.slug, draft.published_at) == (TYPED["body"], "leases", None)


@pytest.mark.parametrize("act", ["", "/publication", "/images", "/copies", "/preview"])
def test_a_text_for_a_post_that_was_deleted_for_good_can_be_kept(author, act):
    response = author.post(f"/write/posts/7{act}", data=TYPED | {"head": "3", "version": "2"})
    page = parse(response.text)
    form = page.select_one("form.conflict")
    fields = {field["name"]: value_of(field) for field in form.select("[name]")}
    kept = author.post(form["action"], data=fields)

    assert (response.status_code, page.h1.text) == (404, "This post is gone")
    draft = stored(int(kept.location.rpartition("/")[2]))
    assert (draft.body, draft.title) == (TYPED["body"], "Leases")
    assert author.post(f"/write/posts/77{act}").status_code == 404


def test_nothing_of_a_strange_post_is_shown_with_ones_own_text(author, make_post):
    post = make_post("Secret plan", body="Hidden.", published_at=None)

    response = author.post(f"/write/posts/{post.id}", data=TYPED)

    assert response.status_code == 403
    assert "Hours of" in response.text
    assert not [word for word in ("Secret", "Hidden", "secret-plan") if word in response.text]


@pytest.mark.parametrize(
    ("act", "target"),
    [("/write/posts/1", "/write/posts/1"), ("/write/posts/1/trash", "/write")],
)
def test_a_button_without_text_leads_to_the_sign_in_page(browser, act, target):
    response = browser.post(act)

    assert response.status_code == 303
    assert response.location == f"/login?next={target}"


class TestTokens:
    """With the protection against forged forms switched on, as in production."""

    @pytest.fixture
    def settings(self):
        return {"WTF_CSRF_ENABLED": True}

    def token(self, author):
        return author.page("/write/posts/new").select_one("#csrf_token")["value"]

    def test_a_form_with_its_token_is_saved(self, author):
        response = author.post("/write/posts/new", data=TYPED | {"csrf_token": self.token(author)})

        assert response.status_code == 303

    @pytest.mark.parametrize("token", [{}, {"csrf_token": "old"}])
    @pytest.mark.parametrize("act", ["", "/publication", "/preview", "/images"])
    def test_an_old_token_shows_the_text_with_a_new_one(self, author, token, act):
        response = author.post(f"/write/posts/new{act}", data=TYPED | token)

        page = parse(response.text)
        assert response.status_code == 422
        assert page.select_one("#body").text == TYPED["body"]
        assert "press the button once more" in page.select_one("[role=alert]").text
        again = {"csrf_token": page.select_one("#csrf_token")["value"]}
        assert author.post("/write/posts/new", data=TYPED | again).status_code == 303

    def test_an_old_token_loses_no_settings(self, owner):
        response = owner.post("/write/settings", data={"title": "Typed"})

        assert response.status_code == 422
        assert "open for too long" in parse(response.text).select_one("[role=alert]").text
        assert parse(response.text).select_one("#title")["value"] == "Typed"

    @pytest.mark.parametrize("act", ["trash", "restoration", "withdrawal", "publication"])
    def test_a_button_with_an_old_token_does_nothing_and_says_so(self, author, make_post, act):
        post = make_post("Leases", authors=[author.author])
        version = post.version

        response = author.post(f"/write/posts/{post.id}/{act}", data={"csrf_token": "old"})

        assert response.status_code == 303
        assert stored(post.id).version == version
        assert author.page("/write").select_one("#notices .banner--error")

    def test_buttons_on_our_pages_carry_their_token(self, author, make_post):
        post = make_post("Leases", authors=[author.author])
        form = author.page("/write/posts").select_one("#changes")
        sent = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}

        author.post(f"/write/posts/{post.id}/trash", data=sent)

        assert stored(post.id).deleted_at

    def test_a_stranger_without_a_token_is_sent_to_sign_in(self, browser):
        response = browser.post("/write/posts/1/trash")

        assert response.status_code == 303
        assert response.location.startswith("/login")
