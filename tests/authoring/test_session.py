"""What a page asks that stays open longer than the session of its author."""

import pytest

from blogapp.accounts.sessions import end_all_sessions
from blogapp.extensions import db

JSON = {"Accept": "application/json"}


@pytest.fixture
def settings():
    return {"WTF_CSRF_ENABLED": True}


def test_it_says_who_is_signed_in_and_gives_a_token_that_works(author):
    answer = author.get("/write/session", headers=JSON)

    assert answer.json["author"] == author.author.id
    assert answer.json["name"] == "Ada Lovelace"
    assert answer.headers["Cache-Control"] == "no-store"
    burst = {"client": "a-client-of-a-test", "sequence": 1, "base": 0, "fields": {"title": "Kept"}}
    token = {"X-CSRFToken": answer.json["csrf"]}
    assert author.post("/write/posts/new/journal", json=burst, headers=token).status_code == 200
    assert author.post("/write/posts/new/journal", json=burst).json == {"csrf": True}


def test_scripts_of_nobody_are_told_to_sign_in(browser, author, make_post):
    post = make_post("Leases", authors=[author.author])
    end_all_sessions(author.author)
    db.session.commit()
    for client in (browser, author):
        asked = client.get("/write/session", headers=JSON)
        sent = client.post(f"/write/posts/{post.id}/journal", json={"sequence": 1})

        assert (asked.status_code, sent.status_code) == (401, 401)
        assert asked.json == sent.json == {"login": "/login"}


def test_a_person_who_opens_it_is_led_to_sign_in(browser):
    answer = browser.get("/write/session")

    assert answer.status_code == 303
    assert answer.location == "/login?next=/write/session"
