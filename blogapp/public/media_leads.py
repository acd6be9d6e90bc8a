"""Ways from a file's address here to where its bucket hands it out.

Pages name the blog's own addresses whatever the settings are: they stay right when those change,
lead on when a file is replaced, and have an answer before a smaller version is made.
"""

from datetime import timedelta
from urllib.parse import quote

from flask import current_app

from blogapp.web.headers import carried
from blogapp.web.media_store import media_store
from blogapp.web.passing import Led

# Seconds that browsers and caches keep the way to a public address: the file's own never changes.
_A_DAY = 86_400
_A_MOMENT = 60
# How long a signed address is good for, is given out again, and is kept by browsers: whoever gets
# it last and keeps it longest still finds the file.
_VALID, _SAME, _KEPT = 86_400, 43_200, 21_600
# Where what signs is lent to this machine, an address ends when that does.
_VALID_LENT, _SAME_LENT, _KEPT_LENT = 900, 300, 240


def lead_to(key: str, *, is_final: bool) -> Led | None:
    """Return the way to a file, None where the blog sends it itself.

    One that is not ``is_final`` leads to something else soon. Raises `StoreAway`.
    """
    config = current_app.config
    serving: str = "through" if config["FROZEN"] else config["MEDIA_SERVING"]
    if serving == "through":
        return None
    if serving != "signed":
        address = f"{serving}/{quote(key)}"
        return _led(address, same=_A_DAY, kept=_A_DAY if is_final else _A_MOMENT)
    is_own = bool(config["BUCKET_KEYS"].access)
    lasting, lent = (_VALID, _SAME, _KEPT), (_VALID_LENT, _SAME_LENT, _KEPT_LENT)
    valid, same, kept = lasting if is_own else lent
    address = media_store().sign(key, timedelta(seconds=valid))
    return _led(address, same=same, kept=kept if is_final else _A_MOMENT) if address else None


def _led(address: str, *, same: int, kept: int) -> Led:
    headers = [
        ("Cache-Control", f"public, max-age={kept}"),
        ("Content-Security-Policy", "default-src 'none'; sandbox"),
        *carried(current_app.config, is_shared=True),
    ]
    return Led(address, headers, seconds=same)
