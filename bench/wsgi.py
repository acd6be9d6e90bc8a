"""The blog as gunicorn runs it, and one address that tells how often Flask was woken."""

from multiprocessing import Value

from wsgi import app

# Of all workers: it is made before they are forked.
_woken = Value("q", 0)


@app.before_request
def count() -> None:
    with _woken.get_lock():
        _woken.value += 1


@app.get("/bench/woken")
def woken() -> tuple[str, dict[str, str]]:
    """How many requests came as far as Flask, this one among them."""
    return str(_woken.value), {"Cache-Control": "no-store"}
