"""How sessions of the directory end when it says so, or no longer knows the person."""

import pytest
from joserfc import jwt
from sqlalchemy import func, select

from blogapp.accounts.audit_models import AuditEvent
from blogapp.accounts.directory.models import DirectorySession, SpentLogout
from blogapp.accounts.directory.sessions import ASK
from blogapp.accounts.models import AuthorSession
from blogapp.extensions import db
from blogapp.jobs.models import Job
from blogapp.jobs.running import run_due_jobs
from blogapp.web import clock as clocks
from blogapp.web.jobs import handlers
from tests.auth.provider import LOGOUT_EVENT, SECRET, ec_key, encoded, rsa_key
from tests.auth.test_directory import acts, sign_in, who


@pytest.fixture
def blog(directory, browser):
    return browser


def tell(blog, token):
    """Say a word of the directory to the blog, as its server does; return the status."""
    server = blog.application.test_client()
    answer = server.post("/login/directory/logout", data={"logout_token": token})
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    return answer.status_code


def test_a_person_or_one_session_of_theirs_is_ended_at_once(blog, provider):
    browsers = [blog.application.test_client() for _ in range(3)]
    for number, browser in enumerate(browsers):
        provider.sid = f"session-{number}"
        sign_in(browser)

    one = tell(blog, provider.logout_token(sid="session-1"))
    still_in = [who(browser) is not None for browser in browsers]
    rest = tell(blog, provider.logout_token(sid=None))

    assert (one, rest) == (200, 200)
    assert still_in == [True, False, True]
    assert [who(browser) for browser in browsers] == [None] * 3
    assert acts().count("session.ended") == 2


def test_a_session_alone_may_be_named(blog, provider):
    sign_in(blog)

    assert tell(blog, provider.logout_token(sub=None)) == 200
    assert who(blog) is None


def test_words_about_others_end_nothing(blog, provider, author):
    sign_in(blog)

    for changes in ({"sub": "other", "sid": None}, {"sub": None, "sid": "other"}, {"sub": "other"}):
        assert tell(blog, provider.logout_token(**changes)) == 200

    assert who(blog) == "Grace Hopper"
    assert who(author) == "Ada Lovelace"


def test_a_word_is_said_once(blog, provider, clock):
    token = provider.logout_token()
    first = tell(blog, token)
    sign_in(blog)

    again = tell(blog, token)
    clock.advance(minutes=12)
    tell(blog, provider.logout_token(sub="other"))

    assert (first, again) == (200, 400)
    assert who(blog) == "Grace Hopper"
    assert db.session.scalar(select(func.count(SpentLogout.token_hash))) == 1


def test_words_that_are_not_the_directorys_end_nothing(blog, provider, clock, figure):
    sign_in(blog)
    now = int(clocks.now().timestamp())
    good = jwt.decode(provider.logout_token(), rsa_key("first")).claims
    header = {"alg": "RS256", "kid": "first", "typ": "logout+jwt"}

    def signed(key=None, header=header, **changes):
        claims = {**good, "jti": f"j{len(words)}", **changes}
        claims = {name: value for name, value in claims.items() if value is not None}
        return encoded(header, claims, key or rsa_key("first"))

    words = {}
    for name, token in {
        "no token": lambda: "",
        "rubbish": lambda: "a.b.c",
        "a stranger's key": lambda: signed(rsa_key("third")),
        "another kind of key": lambda: signed(ec_key("first"), {**header, "alg": "ES256"}),
        "unsigned": lambda: signed(header={**header, "alg": "none"}),
        "shared secret": lambda: signed(SECRET.encode(), {**header, "alg": "HS256"}),
        "an ID token's type": lambda: signed(header={**header, "typ": "at+jwt"}),
        "no type": lambda: signed(header={**header, "typ": "JWT"}),
        "another issuer": lambda: signed(iss="https://evil.example"),
        "another audience": lambda: signed(aud="other"),
        "no audience": lambda: signed(aud=None),
        "no event": lambda: signed(events=None),
        "another event": lambda: signed(events={"http://example.com/other": {}}),
        "an event that is a list": lambda: signed(events=[LOGOUT_EVENT]),
        "an event that is a text": lambda: signed(events={LOGOUT_EVENT: "x"}),
        "a nonce": lambda: signed(nonce="n"),
        "nobody": lambda: signed(sub=None, sid=None),
        "a number": lambda: signed(sub=7, sid=None),
        "a NUL": lambda: signed(sub="grace\0", sid=None),
        "no jti": lambda: signed(jti=None),
        "no iat": lambda: signed(iat=None),
        "long ago": lambda: signed(iat=now - 1200, exp=now + 60),
        "over": lambda: signed(exp=now - 120),
        "not yet": lambda: signed(iat=now + 600, exp=now + 900),
        "no time": lambda: signed(iat="now"),
        "huge time": lambda: signed(iat=10**40, exp=10**41),
    }.items():
        words[name] = tell(blog, token())

    assert {name for name, status in words.items() if status != 400} == set()
    assert who(blog) == "Grace Hopper"
    assert tell(blog, signed()) == 200
    assert who(blog) is None
    figure("A directory's word is checked", "false words to end a session", len(words))


def test_a_directory_that_is_away_ends_nothing_and_breaks_nothing(blog, provider, clock):
    sign_in(blog)
    token = provider.logout_token()
    provider.answers = {path: (500, {}, b"") for path in ("/keys", "/token")}
    clock.advance(hours=2)

    assert tell(blog, token) == 400
    assert who(blog) == "Grace Hopper"
    assert blog.get("/").status_code == 200


# Asking by a refresh token.


@pytest.fixture
def asking(blog, provider, clock):
    """Let a quarter of an hour pass and the work be done that is due then: ``asking()``."""
    provider.gives_refresh = True
    sign_in(blog)

    def ask():
        clock.advance(minutes=15, seconds=1)
        run_due_jobs(handlers(blog.application), clocks.now())
        db.session.rollback()

    return ask


def test_who_is_still_there_stays_with_a_new_token_each_time(blog, provider, asking):
    tokens = set()

    for _ in range(3):
        asking()
        tokens |= provider.refresh_tokens

    assert who(blog) == "Grace Hopper"
    assert len(tokens) == 3
    kept = db.session.scalars(select(DirectorySession.refresh_token)).one()
    assert not any(token in kept for token in tokens)


def test_who_is_gone_there_is_out_here_within_a_quarter_of_an_hour(blog, provider, asking):
    asking()
    provider.refresh_tokens.clear()

    asking()

    assert who(blog) is None
    assert db.session.scalar(select(func.count(DirectorySession.session_id))) == 0
    assert db.session.scalars(select(Job.kind).where(Job.kind == ASK)).all() == []
    last = select(AuditEvent.about_label).order_by(AuditEvent.id.desc())
    assert db.session.scalars(last).first().startswith("Grace Hopper")


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}, b""),
        (429, {}, b""),
        (200, {}, b"no JSON"),
        (200, {}, b"[]"),
        (200, {}, b"{}"),
        (302, {"Location": "http://10.0.0.1/"}, b""),
        (400, {}, b'{"error": "invalid_client"}'),
        (400, {}, b'{"error": ["invalid_grant"]}'),
    ],
)
def test_a_directory_that_is_away_is_asked_again_later(blog, provider, asking, answer):
    provider.answers["/token"] = answer
    asking()
    assert who(blog) == "Grace Hopper"

    provider.answers.clear()
    provider.refresh_tokens.clear()
    asking()

    assert who(blog) is None


def test_nothing_is_asked_about_sessions_that_are_over(blog, provider, asking):
    blog.post("/logout")
    provider.requests.clear()

    asking()
    asking()

    assert provider.requests == []
    assert db.session.scalar(select(func.count(AuthorSession.id))) == 0
