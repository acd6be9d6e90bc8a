"""A directory, or somebody in its place, that answers as it should not."""

import itertools
import json
import threading
from ipaddress import ip_network
from random import Random

import pytest
from sqlalchemy import func, select

from blogapp.accounts.directory.errors import BadToken
from blogapp.accounts.directory.provider import Provider as Asked
from blogapp.accounts.directory.settings import Directory
from blogapp.accounts.directory.tokens import check_id_token
from blogapp.accounts.models import Author, AuthorSession
from blogapp.extensions import db
from blogapp.outgoing.asking import Asker
from blogapp.web import clock
from tests.auth.provider import SECRET, ec_key, rsa_key, visit
from tests.auth.test_directory import come_back, said, who

# What comes of an answer does not depend on where it is kept.


@pytest.fixture
def blog(directory, browser):
    return browser


def claims(**changes):
    def do(provider):
        def alter(found):
            found = {**found, **changes}
            return {name: value for name, value in found.items() if value is not ...}

        provider.alter_claims = alter

    return do


def later(**seconds):
    """Change times by so many seconds."""

    def do(provider):
        provider.alter_claims = lambda found: {
            **found,
            **{name: found["iat"] + moved for name, moved in seconds.items()},
        }

    return do


def header(**changes):
    def do(provider):
        provider.alter_header = lambda found: {**found, **changes}

    return do


def signed(key, algorithm, **changes):
    """Sign with a key that the directory does not publish, or in another way."""

    def do(provider):
        provider.signs_with = key
        provider.algorithm = algorithm
        provider.alter_header = lambda found: {**found, "kid": "first", **changes}

    return do


def token(change):
    return lambda provider: setattr(provider, "alter_token", change)


def given(change):
    return lambda provider: setattr(provider, "alter_given", change)


def answers(path, status, content, **headers):
    def do(provider):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        provider.answers[path] = (status, named, body)

    return do


def about(**changes):
    return lambda provider: provider.about_more.update(changes)


def keys(*found):
    return answers("/keys", 200, {"keys": list(found)})


def userinfo(**changes):
    def do(provider):
        provider.in_token = ()
        body = {**provider.person, **changes}
        provider.answers["/userinfo"] = (200, {}, json.dumps(body).encode())

    return do


def says(**more):
    return lambda provider: provider.said_more.update(more)


def parts(change):
    """Change parts of the token and keep its signature."""
    return token(lambda found: ".".join(change(*found.split("."))))


PUBLIC, THIRD = (rsa_key(name).as_dict(private=False) for name in ("first", "third"))
SHORT = {**PUBLIC, "n": PUBLIC["n"][:170] + "Q"}
# What is told apart by the sentence: an answer that cannot be trusted, none at all, and no.
WRONG = {
    # The token.
    "no token": given(lambda found: {**found, "id_token": ""}),
    "a token that is a number": given(lambda found: {**found, "id_token": 7}),
    "no access token": given(lambda found: {**found, "access_token": None}),
    "rubbish": token(lambda found: "rubbish"),
    "three parts of rubbish": token(lambda found: "a.b.c"),
    "four parts": token(lambda found: found + ".x"),
    "five parts, encrypted": token(lambda found: "e30.e30.e30.e30.e30"),
    "no signature": token(lambda found: found.rpartition(".")[0] + "."),
    "a changed body": parts(lambda head, body, sign: (head, body[:-2] + "AA", sign)),
    "a changed signature": parts(lambda head, body, sign: (head, body, sign[:-4] + "AAAA")),
    "a token of a megabyte": token(lambda found: found + "A" * 500_000),
    "signs of other scripts": token(lambda found: found.replace(".", "。")),
    # The signature.
    "no algorithm": signed(rsa_key("first"), "none"),
    "None in capitals": parts(lambda _, body, sign: (_head(alg="None"), body, sign)),
    "an algorithm that is a list": parts(lambda _, body, sign: (_head(alg=["RS256"]), body, sign)),
    "the client secret as key": signed(SECRET.encode(), "HS256"),
    "the public key as shared secret": signed(rsa_key("first").as_pem(private=False), "HS256"),
    "a stranger's key": signed(rsa_key("third"), "RS256"),
    "a stranger's key by its own name": signed(rsa_key("third"), "RS256", kid="third"),
    "a stranger's key that comes along": signed(rsa_key("third"), "RS256", jwk=THIRD),
    "a stranger's key at an address": signed(
        rsa_key("third"), "RS256", jku="https://evil.example/keys"
    ),
    "another kind of key": signed(ec_key("first"), "ES256"),
    "an algorithm that it does not have": signed(rsa_key("first"), "RS512"),
    "a name of a key that is a path": signed(rsa_key("third"), "RS256", kid="../../dev/null"),
    "an empty name of a key": signed(rsa_key("third"), "RS256", kid=""),
    "extensions that must be understood": header(crit=["exp"], exp=1),
    "a logout token": header(typ="logout+jwt"),
    "an access token": header(typ="at+jwt"),
    "a compressed one": header(crit=["zip"], zip="DEF"),
    # The keys.
    "no keys": keys(),
    "a key for other uses": keys({**PUBLIC, "use": "enc"}),
    "a key for another algorithm": keys({**PUBLIC, "alg": "RS512"}),
    "a key that is none": keys({**PUBLIC, "n": "AAAA"}),
    "a key that is rubbish": keys({**PUBLIC, "n": "!!"}, {**PUBLIC, "n": 7}),
    "a key that is too short": keys(SHORT),
    "a key without numbers": keys({"kty": "RSA", "kid": "first"}),
    "a shared secret as key": keys({"kty": "oct", "k": "c2VjcmV0", "kid": "first"}),
    "two keys of one name": keys(
        PUBLIC, {**rsa_key("third").as_dict(private=False), "kid": "first"}
    ),
    "keys that are no objects": keys("first", 7, None, []),
    # The claims.
    "another issuer": claims(iss="https://evil.example"),
    "an issuer with a slash more": lambda p: claims(iss=f"{p.issuer}/")(p),
    "no issuer": claims(iss=...),
    "another audience": claims(aud="other"),
    "several audiences without ours": claims(aud=["other", "more"]),
    "no audience": claims(aud=...),
    "an empty audience": claims(aud=[]),
    "an audience that begins like us": claims(aud="blog2"),
    "an audience that is no text": claims(aud={"blog": 1}),
    "several audiences and nobody it was made for": claims(aud=["blog", "other"]),
    "made for another": claims(azp="other"),
    "made for another of several": claims(aud=["blog", "other"], azp="other"),
    "over": later(exp=-61),
    "no end": claims(exp=...),
    "an end that is a text": claims(exp="never"),
    "an end that is true": claims(exp=True),
    "an end that is nothing": claims(exp=None),
    "from the future": later(iat=600, exp=900),
    "not yet to be used": later(nbf=600),
    "no beginning": claims(iat=...),
    "no nonce": claims(nonce=...),
    "another nonce": claims(nonce="other"),
    "a nonce that is a list": claims(nonce=["n"]),
    "an empty nonce": claims(nonce=""),
    "another access token's hash": claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "a hash that is a number": claims(at_hash=7),
    "nobody": claims(sub=...),
    "an empty name": claims(sub=""),
    "a name that is a number": claims(sub=7),
    "a name with a NUL": claims(sub="grace\0"),
    "a name of 300 signs": claims(sub="x" * 300),
    # The way back.
    "another issuer in the address": says(iss="https://evil.example"),
    "no code": says(code=""),
    "something said twice": lambda p: p.said_more.update({"code": ["a", "b"]}),
    # Beside the token.
    "somebody else beside the token": userinfo(sub="other"),
    "nobody beside the token": userinfo(sub=None),
}
AWAY = {
    "no description": answers("/.well-known/openid-configuration", 404, b""),
    "a description that is no JSON": answers("/.well-known/openid-configuration", 200, b"<html>"),
    "a description that is a list": answers("/.well-known/openid-configuration", 200, []),
    "a description of 2 MB": answers("/.well-known/openid-configuration", 200, b" " * 2_000_000),
    "a description too deep": answers("/.well-known/openid-configuration", 200, b"[" * 200_000),
    "a description elsewhere": answers(
        "/.well-known/openid-configuration", 302, b"", Location="/realm/about"
    ),
    "a description inside": answers(
        "/.well-known/openid-configuration", 302, b"", Location="http://169.254.169.254/latest"
    ),
    "another one's description": about(issuer="https://evil.example"),
    "a description of nobody": about(issuer=None),
    "no way to the keys": about(jwks_uri=None),
    "tokens by http": about(token_endpoint="http://login.example/token"),
    "keys in a file": about(jwks_uri="file:///etc/passwd"),
    "keys inside": about(jwks_uri="https://10.0.0.1/keys"),
    "keys at the metadata": about(jwks_uri="https://169.254.169.254/keys"),
    "a script as way in": about(authorization_endpoint="javascript:alert(1)"),
    "a way in with a name": about(authorization_endpoint="https://user:pass@login.example/"),
    "a way in that breaks lines": about(authorization_endpoint="https://login.example/\r\nX: y"),
    "a way in that is a list": about(authorization_endpoint=["https://login.example/"]),
    "a way out that is a script": about(end_session_endpoint="javascript:alert(1)"),
    "keys that are no JSON": answers("/keys", 200, b"{"),
    "keys that are a list": answers("/keys", 200, []),
    "keys of 2 MB": answers("/keys", 200, b" " * 2_000_000),
    "no keys now": answers("/keys", 503, b""),
    "tokens that are no JSON": answers("/token", 200, b"<html>"),
    "tokens that are a list": answers("/token", 200, ["token"]),
    "tokens that are nothing": answers("/token", 200, b"null"),
    "tokens of 2 MB": answers("/token", 200, b'{"a": "' + b"x" * 2_000_000 + b'"}'),
    "tokens elsewhere": answers("/token", 307, b"", Location="https://evil.example/token"),
    "no tokens now": answers("/token", 500, b""),
    "tokens of another kind": given(lambda found: {**found, "token_type": "mac"}),
    "tokens without a kind": given(lambda found: {**found, "token_type": None}),
    "tokens that last for ever": given(lambda found: {**found, "expires_in": "for ever"}),
    "another error": answers("/token", 400, {"error": "invalid_client"}),
    "an error that is a list": answers("/token", 400, {"error": ["invalid_grant"]}),
    "an error in signs of all kinds": answers("/token", 400, {"error": 'a"\\\n\u202e'}),
    "ways to say who it is that nobody has": about(
        token_endpoint_auth_methods_supported=["private_key_jwt"]
    ),
    "nothing beside the token": lambda p: (
        userinfo()(p),
        answers("/userinfo", 401, b"")(p),
    ),
    "no JSON beside the token": lambda p: (
        userinfo()(p),
        answers("/userinfo", 200, b"eyJ.eyJ.x", Content_Type="application/jwt")(p),
    ),
    "it is busy": lambda p: setattr(p, "denies", "temporarily_unavailable"),
}
DENIED = {
    "the person says no": lambda p: setattr(p, "denies", "access_denied"),
    "an error nobody knows": lambda p: setattr(p, "denies", "<script>alert(1)</script>"),
    "a code that is used": answers("/token", 400, {"error": "invalid_grant"}),
}
SENTENCES = {
    "cannot be trusted": WRONG,
    "does not answer": AWAY,
    "did not let you in": DENIED,
}


NETWORKS = (f"192.0.2.{number}" for number in itertools.cycle(range(1, 255)))


def _head(**changes):
    from base64 import urlsafe_b64encode

    text = json.dumps({"alg": "RS256", "kid": "first", **changes}).encode()
    return urlsafe_b64encode(text).rstrip(b"=").decode()


def attempt(blog, provider):
    """Try to sign in; return what the page says, and whether it worked."""
    blog.application.extensions["directory"].forget()
    browser = blog.application.test_client()
    # From a network of its own: one alone is slowed down.
    browser.environ_base["REMOTE_ADDR"] = next(NETWORKS)
    response = browser.get("/login/directory")
    if response.location.startswith(provider.issuer):
        response = come_back(browser, visit(response.location))
    assert response.status_code == 303, response.status
    return said(browser, response) if "/login" in response.location else who(browser)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_nobody_gets_in_by_an_answer_that_is_wrong(blog, provider, figure, sentence):
    plain, heard = dict(vars(provider)), {}

    for name, spoil in SENTENCES[sentence].items():
        provider.__dict__.update(plain)
        for changed in ("answers", "about_more", "said_more", "person"):
            setattr(provider, changed, dict(plain[changed]))
        spoil(provider)
        heard[name] = attempt(blog, provider)
        assert db.session.scalar(select(func.count(AuthorSession.id))) == 0, name

    assert {name: words for name, words in heard.items() if sentence not in words} == {}
    assert db.session.scalars(select(Author)).all() == []
    provider.__dict__.update(plain)
    assert attempt(blog, provider) == "Grace Hopper"
    figure("A directory's word is checked", f"answers that are told: {sentence}", len(heard))
    figure("A directory's word is checked", f"let in though told: {sentence}", 0)


def test_a_directory_that_never_answers_is_not_waited_for(blog, provider):
    end, asker = threading.Event(), blog.application.extensions["directory"].asker
    asker.seconds = 0.3

    for path in ("/.well-known/openid-configuration", "/keys", "/token"):
        provider.answers = {path: lambda: (end.wait(20), (500, {}, b""))[1]}
        assert "does not answer" in attempt(blog, provider)

    end.set()
    assert blog.get("/").status_code == 200


def test_tokens_that_were_changed_anywhere_are_no_tokens(provider):
    known = Asked(Directory(provider.issuer, "blog"), Asker((ip_network("127.0.0.0/8"),)))
    at = clock.now()
    claims = {"iss": provider.issuer, "aud": "blog", "sub": "grace", "nonce": "n"}
    claims |= {"iat": int(at.timestamp()), "exp": int(at.timestamp()) + 300}
    good, random = provider.signed(claims), Random(7)

    def check(token):
        return check_id_token(token, known, nonce="n", access_token="a", now=at)

    assert check(good)["sub"] == "grace"
    for _ in range(400):
        place, sign = random.randrange(len(good)), random.choice("AZaz09-_.=+ \n\0é")
        changed = f"{good[:place]}{sign}{good[place + random.choice((0, 1, 7)) :]}"
        if changed.rstrip("AQgwBCDEFGHIJKLMNOP") != good.rstrip("AQgwBCDEFGHIJKLMNOP"):
            with pytest.raises(BadToken):
                check(changed)
