"""gunicorn's settings for the rivals: those of the blog, without its hooks."""

from pathlib import Path
from runpy import run_path

_blog = run_path(str(Path(__file__).parents[1] / "gunicorn.conf.py"))
globals().update({name: one for name, one in _blog.items() if not callable(one)})
