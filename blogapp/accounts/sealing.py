"""Texts that the database keeps and nobody reads without the blog's secret key."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from blogapp.accounts.errors import SealBroken

_VERSION = "1."
_NONCE_BYTES = 12


def seal(text: str, key: str, purpose: str) -> str:
    """Return ``text`` encrypted (AES-256-GCM) under a key made of ``key`` for ``purpose`` alone.

    What is sealed for one purpose cannot be opened for another, so nobody who may write to the
    database can put one secret in the place of another.

    >>> unseal(seal("JBSWY3DP", "k" * 32, "codes"), "k" * 32, "codes")
    'JBSWY3DP'
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(_derived(key, purpose)).encrypt(nonce, text.encode(), None)
    return _VERSION + urlsafe_b64encode(nonce + sealed).decode()


def unseal(sealed: str, key: str, purpose: str) -> str:
    """Return what `seal` was given. Raises `SealBroken` under another key, or when changed."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    problem = "It was sealed under another secret key, or was changed since."
    if not sealed.startswith(_VERSION):
        raise SealBroken(problem)
    try:
        kept = urlsafe_b64decode(sealed.removeprefix(_VERSION))
        opened = AESGCM(_derived(key, purpose)).decrypt(
            kept[:_NONCE_BYTES], kept[_NONCE_BYTES:], None
        )
        return opened.decode()
    except (ValueError, InvalidTag) as error:  # of base64, of the nonce's length, of the text
        raise SealBroken(problem) from error


@lru_cache(maxsize=32)
def _derived(key: str, purpose: str) -> bytes:
    """HKDF with SHA-256 (RFC 5869)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    info = f"blogapp sealing {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key.encode())
