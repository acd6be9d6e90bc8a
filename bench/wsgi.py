"""The blog as gunicorn runs it, and one address that tells how often Flask was woken."""

from multiprocessing import Value

from wsgi import app

# Of all workers: it is made before they are forked.
_reached = Value("q", 0)


@app.before_request
def count() -> None:
    with _reached.get_lock():
        _reached.value += 1


@app.get("/bench/reached")
def reached() -> tuple[str, dict[str, str]]:
    """How many requests came as far as Flask, this one not counted."""
    with _reached.get_lock():
        _reached.value -= 1
    return str(_reached.value), {"Cache-Control": "no-store"}
