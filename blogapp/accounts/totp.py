"""Codes of six digits that an app makes of a secret and the time (TOTP, RFC 6238).

These functions change objects; the caller decides when to commit.
"""

from datetime import datetime
from hmac import compare_digest

from sqlalchemy import update

from blogapp.accounts.errors import SealBroken
from blogapp.accounts.factor_models import CodeApp
from blogapp.accounts.models import Author
from blogapp.accounts.sealing import seal, unseal
from blogapp.extensions import db

PURPOSE = "code app"
STEP = 30  # seconds
DIGITS = 6
# Clocks are not quite right, and codes take time to type (RFC 6238, 5.2).
TOLERANCE = 1  # steps
# Characters, of up to twelve bytes in an address; the issuer stands there twice. A QR code of
# this kind holds 2,331 bytes (ISO/IEC 18004, table 7).
LONGEST_ACCOUNT, LONGEST_ISSUER = 80, 45


def new_secret() -> str:
    """Return 160 random bits in base32, as RFC 4226 (section 4) recommends."""
    import pyotp

    return pyotp.random_base32(32)


def setup_address(secret: str, *, account: str, issuer: str) -> str:
    """Return the address that apps take ``secret`` from, under both names."""
    import pyotp

    # Apps part the two names at the first colon.
    account = account.replace(":", " ")[:LONGEST_ACCOUNT]
    issuer = issuer.replace(":", " ").strip()[:LONGEST_ISSUER].strip() or "Blog"
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def drawn(address: str) -> str:
    """Return a ``data:`` address of a picture (QR code) of ``address``."""
    import segno

    return segno.make(address, error="m", micro=False).png_data_uri(scale=5, border=4)


def find_step(secret: str, code: str, *, now: datetime) -> int | None:
    """Return the step of time that ``code`` is of, or None where it is of none near ``now``."""
    import pyotp

    typed = digits_of(code)
    if len(typed) != DIGITS:
        return None
    codes = pyotp.TOTP(secret)
    current = int(now.timestamp()) // STEP
    found = None
    for step in range(current - TOLERANCE, current + TOLERANCE + 1):
        if compare_digest(codes.generate_otp(step), typed):
            found = step
    return found


def digits_of(code: str) -> str:
    """Return the digits of a typed code: apps show it in groups.

    >>> digits_of(" 123 456 ")
    '123456'
    >>> digits_of("12345x")
    ''
    """
    typed = "".join(code.split()).replace("-", "")
    return typed if typed.isascii() and typed.isdigit() else ""


def keep_app(author: Author, secret: str, step: int, *, key: str, now: datetime) -> None:
    """Give ``author`` the app that knows ``secret``, in the place of the one before.

    The code by which it proved that, of ``step``, is used up.
    """
    app = db.session.get(CodeApp, author.id) or CodeApp(author_id=author.id)
    app.secret, app.last_step = seal(secret, key, PURPOSE), step
    app.created_at, app.last_used_at = now, None
    db.session.add(app)
    db.session.flush()


def take_code(app: CodeApp, code: str, *, key: str, now: datetime) -> bool:
    """Return whether ``code`` is the app's, and no request has used it or a later one before.

    Raises `SealBroken` where the secret was kept under another key.
    """
    step = find_step(unseal(app.secret, key, PURPOSE), code, now=now)
    if step is None:
        return False
    # Asked and noted in one statement: of two requests with one code, one gets in.
    taken = db.session.execute(
        update(CodeApp)
        .where(CodeApp.author_id == app.author_id, CodeApp.last_step < step)
        .values(last_step=step, last_used_at=now)
    )
    return bool(getattr(taken, "rowcount", 0))


def opens(app: CodeApp, key: str) -> bool:
    """Return whether the app's secret can be opened: it was kept under ``key``."""
    try:
        return bool(unseal(app.secret, key, PURPOSE))
    except SealBroken:
        return False


def in_groups(secret: str) -> str:
    """Return a secret as people can type it.

    >>> in_groups("JBSWY3DPEHPK3PXP")
    'JBSW Y3DP EHPK 3PXP'
    """
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
