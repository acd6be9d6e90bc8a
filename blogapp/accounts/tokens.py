"""Secrets that are handed out once and kept only as a hash."""

import secrets
from hashlib import sha256


def new_token() -> str:
    """Return 256 random bits in characters that are safe in a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what is kept of a token; a long random one needs no salt."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
