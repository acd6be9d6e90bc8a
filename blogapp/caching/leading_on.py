"""Old addresses in a place for files: a page at each that leads on, and a list for the server."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote

from flask import Flask

from blogapp.extensions import db
from blogapp.posts.leading import Lead, list_leads
from blogapp.posts.redirecting import BELOW
from blogapp.site.reading import get_site
from blogapp.web.clock import now

# Servers that read it answer with the status itself (Netlify's notation, and others').
LIST = "_redirects"
# What is read by people: a page with another name's ending is no page to a server for files.
_PAGE = re.compile(r".*/(?:[^./]+|[^/]+\.html?)")

_FILES = "/media/"

Write = Callable[[str, bytes], object]
Link = Callable[[str], str | None]


def files_led_to(app: Flask) -> set[str]:
    """Return the addresses of the files to which old addresses lead."""
    with app.app_context():
        return {lead.target for lead in list_leads(now()) if lead.target.startswith(_FILES)}


def add_leads(app: Flask, folder: Path, write: Write, link: Link) -> int:
    """Write what leads on from old addresses into ``folder``; return how many there are.

    ``write`` is given names and contents; ``link`` says where in the folder an address is.
    Where something else stands at an old address, it stays; what leads to nothing in the
    folder, such as a tag of drafts, is left out.
    """
    page = app.jinja_env.get_template("public/moved.html")
    lines = []
    with app.app_context():
        site = get_site()
        shown = {"title": site.title, "language": site.language}
        db.session.expunge_all()
        for lead in list_leads(now()):
            place = _place(lead, folder, link)
            if place is None:
                continue
            target = _whole(place, app)
            lines.append(_line(lead, target, app.config["BASE_PATH"]))
            if name := _name(lead, folder):
                text: str = page.render(address=target, **shown)
                write(name, text.strip().encode() + b"\n")
    if lines:
        write(LIST, "".join(sorted(lines)).encode())
    return len(lines)


def _place(lead: Lead, folder: Path, link: Link) -> str | None:
    """Return where the address leads in this folder; None where there is nothing."""
    if not lead.target.startswith("/") or lead.target.endswith(BELOW):
        return lead.target
    address, mark, part = lead.target.partition("#")
    place = link(address) or address
    name = unquote(place.partition("?")[0]).strip("/")
    files = (folder / name, folder / name / "index.html")
    return f"{place}{mark}{part}" if any(map(os.path.isfile, files)) else None


def _whole(target: str, app: Flask) -> str:
    return f"{app.config['PUBLIC_URL']}{target}" if target.startswith("/") else target


def _line(lead: Lead, target: str, base: str) -> str:
    target = f"{target.removesuffix('*')}:splat" if target.endswith(BELOW) else target
    return f"{base}{quote(lead.path, safe='/*?=&')} {target} {lead.status}\n"


def _name(lead: Lead, folder: Path) -> str | None:
    """Return the name of the file that leads on; None where there can be none."""
    path = lead.path
    if path.endswith(BELOW) or "?" in path or not _PAGE.fullmatch(path):
        return None
    parts = path.strip("/").split("/")
    if any(part in {"", ".", ".."} or len(part.encode()) > 200 for part in parts):
        return None
    if any((folder / "/".join(parts[:count])).is_file() for count in range(1, len(parts) + 1)):
        return None
    name = path.strip("/") if path.endswith((".htm", ".html")) else f"{path.strip('/')}/index.html"
    return None if (folder / name).exists() else name
