"""gunicorn's settings for the rivals: those of the blog, without its hooks."""

import os
from pathlib import Path
from runpy import run_path

_blog = run_path(str(Path(__file__).parents[1] / "gunicorn.conf.py"))
globals().update({name: one for name, one in _blog.items() if not callable(one)})
# The blog writes its log of requests itself; rivals have gunicorn's.
accesslog = "-" if os.environ.get("BLOG_ACCESS_LOG") == "1" else None
