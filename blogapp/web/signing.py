"""How what browsers carry is signed: HMAC with SHA-256 (FIPS 198-1), in cookies as in forms."""

from hashlib import sha256

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Signer


class Sessions(SecureCookieSessionInterface):
    """Flask's own cookie, by a hash that is still approved (SHA-1 is not, ASVS 5, V11.4.1)."""

    digest_method = staticmethod(sha256)


def init_app(app: Flask) -> None:
    app.session_interface = Sessions()
    # The tokens of forms are made by others, who take what is usual here.
    Signer.default_digest_method = staticmethod(sha256)
