"""Front matter that was pasted into the text, moved into the fields when its author says so."""

import re
from dataclasses import dataclass

from flask_babel import gettext as _

from blogapp.authoring.forms import PostForm
from blogapp.authoring.typed import permitted
from blogapp.importing.pasting import read_pasted
from blogapp.posts.content import Content
from blogapp.posts.managing import list_authors
from blogapp.posts.models import Post
from blogapp.posts.naming import find_authors
from blogapp.text.name_lists import split_names
from blogapp.web.access import current_author
from blogapp.web.filters import current_site

# What front matter begins with; most texts begin otherwise and are not read for it.
_OPENING = re.compile(r"\s*(?:---|\+\+\+|;;;|\{|[A-Za-z][\w-]{0,30}:[ \t])")


@dataclass(frozen=True)
class Taken:
    """A text without its front matter, and sentences about what became of that."""

    content: Content
    words: list[str]


def read_front_matter(body: str) -> str:
    """Return the form of the front matter at the beginning of ``body``; empty without any."""
    if not _OPENING.match(body):
        return ""
    found = read_pasted(body, zone=current_site().zone)
    return found.form.upper() if found else ""


def take_front_matter(content: Content, post: Post | None = None) -> Taken:
    """Return ``content`` with what its front matter says in the fields."""
    found = read_pasted(content.body, zone=current_site().zone)
    if found is None:
        return Taken(content, [])
    fields = permitted(dict(found.fields), current_author(), post)
    names = split_names(fields.get("authors", ""))
    if not names or None in find_authors(names, among=list_authors()):
        fields.pop("authors", None)
    words = []
    if labels := [str(PostForm()[name].label.text) for name in fields]:
        words.append(_("Taken from the front matter: %(names)s.", names=", ".join(labels)))
    if left := found.left(fields):
        words.append(_("Not taken, as no field is for it: %(names)s.", names=", ".join(left)))
    return Taken(content.changed(fields, found.body), words)
