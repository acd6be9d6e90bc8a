"""A small and strict OpenID provider, on a port of this machine, with real keys and redirects."""

import base64
import hashlib
import hmac
import http.client
import json
import secrets
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from joserfc import jwk, jwt
from joserfc.jws import JWSRegistry

from blogapp.web import clock

CLIENT, SECRET = "blog", "s3cret: with + and % in it"
CALLBACK = "http://127.0.0.1:8000/login/directory/back"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
ALL = JWSRegistry(algorithms=list(JWSRegistry.algorithms), strict_check_header=False)
GRACE = {
    "sub": "grace-1906",
    "name": "Grace Hopper",
    "email": "grace@navy.example",
    "email_verified": True,
    "groups": ["eng"],
}


@cache
def rsa_key(name):
    return jwk.RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@cache
def ec_key(name):
    return jwk.ECKey.generate_key("P-256", {"kid": name, "use": "sig"})


def half_hash(text):
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def encoded(header, claims, key):
    """Sign as somebody would who means ill, too: with any head, a shared secret, or not at all."""
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()) for part in (header, claims))
    signed = b".".join(part.rstrip(b"=") for part in parts)
    match header["alg"][:2]:
        case "no":
            sign = b""
        case "HS":
            sign = hmac.digest(key, signed, "sha256")
        case "RS":
            kind = SHA512() if header["alg"] == "RS512" else SHA256()
            sign = key.private_key.sign(signed, PKCS1v15(), kind)
        case _:
            return jwt.encode(header, claims, key, registry=ALL)
    return b".".join((signed, base64.urlsafe_b64encode(sign).rstrip(b"="))).decode()


class Provider:
    """What the server knows and does; a test sets what it should do otherwise."""

    def __init__(self, port):
        self.issuer = f"http://127.0.0.1:{port}/realm"
        self.client_secret, self.callback = SECRET, CALLBACK
        self.person = dict(GRACE)
        self.keys = [rsa_key("first")]
        self.signs_with, self.algorithm = rsa_key("first"), "RS256"
        self.in_token = None  # names of the claims that the ID token holds; None: all
        self.about_more, self.answers, self.said_more = {}, {}, {}
        self.denies = ""
        self.alter_claims = self.alter_header = self.alter_token = lambda given: given
        self.alter_given = lambda given: given
        self.gives_refresh = False
        self.auth_time = None
        self.sid = "session-1"
        self.codes, self.refresh_tokens, self.access_tokens = {}, set(), set()
        self.requests = []

    # What it is asked.

    def about(self):
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/leave",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "PS256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            **self.about_more,
        }

    def authorize(self, query):
        asked = dict(parse_qsl(query, strict_parsing=True))
        assert len(asked) == len(parse_qsl(query)), "something is said twice"
        assert asked["redirect_uri"] == self.callback, asked["redirect_uri"]
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["code_challenge"]) == 43
        assert len(asked["state"]) >= 32
        assert len(asked["nonce"]) >= 32
        back = {"state": asked["state"], "iss": self.issuer}
        if self.denies:
            return f"{self.callback}?{urlencode({**back, 'error': self.denies})}"
        code = secrets.token_urlsafe(24)
        self.codes[code] = asked
        return f"{self.callback}?{urlencode({**back, 'code': code, **self.said_more}, doseq=True)}"

    def token(self, fields, authorization):
        fields = dict(fields)
        if self.client_secret and "client_secret" not in fields:
            pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
            name, secret = map(unquote_plus, pair.split(":"))
        else:
            assert authorization is None
            name, secret = fields["client_id"], fields.get("client_secret", "")
        assert (name, secret) == (CLIENT, self.client_secret)
        if fields["grant_type"] == "refresh_token":
            if fields["refresh_token"] not in self.refresh_tokens:
                return 400, {"error": "invalid_grant"}
            self.refresh_tokens.discard(fields["refresh_token"])
            return 200, self.given({})
        asked = self.codes.pop(fields["code"], None)
        if asked is None:
            return 400, {"error": "invalid_grant", "error_description": "used or unknown"}
        assert fields["redirect_uri"] == asked["redirect_uri"]
        digest = hashlib.sha256(fields["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
        return 200, self.given(asked)

    def given(self, asked):
        access = secrets.token_urlsafe(24)
        self.access_tokens.add(access)
        given = {"access_token": access, "token_type": "Bearer", "expires_in": 300}
        given["id_token"] = self.alter_token(self.signed(self.claims(asked, access)))
        if self.gives_refresh:
            given["refresh_token"] = secrets.token_urlsafe(24)
            self.refresh_tokens.add(given["refresh_token"])
        return self.alter_given(given)

    def claims(self, asked, access):
        at = int(clock.now().timestamp())
        person = {
            name: self.person[name]
            for name in self.person
            if name == "sub" or self.in_token is None or name in self.in_token
        }
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": at, "exp": at + 300, **person}
        claims |= {"at_hash": half_hash(access), "sid": self.sid}
        if "nonce" in asked:
            claims["nonce"] = asked["nonce"]
        if self.auth_time or asked.get("max_age") == "0":
            claims["auth_time"] = self.auth_time or at
        return self.alter_claims(claims)

    def signed(self, claims):
        kid = getattr(self.signs_with, "kid", "first")
        header = self.alter_header({"alg": self.algorithm, "kid": kid})
        return encoded(header, claims, self.signs_with)

    def logout_token(self, **changes):
        at = int(clock.now().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": at,
            "exp": at + 120,
            "jti": secrets.token_urlsafe(12),
            "events": {LOGOUT_EVENT: {}},
            "sub": self.person["sub"],
            "sid": self.sid,
            **changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": self.signs_with.kid, "typ": "logout+jwt"}
        return jwt.encode(header, claims, self.signs_with, registry=ALL)

    # How it answers.

    def answer(self, method, target, fields, authorization):
        """Return status, headers and content, as a test wants them or as they should be."""
        path = target.partition("?")[0].removeprefix("/realm")
        self.requests.append(path)
        if replaced := self.answers.get(path):
            return replaced() if callable(replaced) else replaced
        match path:
            case "/.well-known/openid-configuration":
                return _json(200, self.about())
            case "/authorize":
                return 302, {"Location": self.authorize(target.partition("?")[2])}, b""
            case "/keys":
                return _json(200, {"keys": [key.as_dict(private=False) for key in self.keys]})
            case "/token" if method == "POST":
                return _json(*self.token(fields, authorization))
            case "/userinfo":
                assert authorization.removeprefix("Bearer ") in self.access_tokens
                return _json(200, self.person)
        return 404, {}, b""


def _json(status, content):
    return status, {"Content-Type": "application/json"}, json.dumps(content).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    provider = None


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        length = int(self.headers.get("Content-Length", 0))
        fields = parse_qsl(self.rfile.read(length).decode()) if length else []
        try:
            status, headers, content = self.server.provider.answer(
                self.command, self.path, fields, self.headers.get("Authorization")
            )
        except Exception as error:
            status, headers, content = 400, {}, f"{type(error).__name__}: {error}".encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(content)
        except OSError:
            return

    do_POST = do_GET

    def log_message(self, *_):
        pass


def start():
    """Start a provider on a free port; return it and what stops it."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.provider = Provider(server.server_address[1])
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

    def stop():
        server.shutdown()
        server.server_close()

    return server.provider, stop


def visit(address):
    """Open an address of the provider as a browser does; return where it leads."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    response = connection.getresponse()
    content = response.read().decode()
    connection.close()
    assert response.status == 302, content
    return response.headers["Location"]


def asked(address):
    """Return what an address asks, by name."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
