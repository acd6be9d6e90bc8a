"""Sketches of pages that most blogs have, to be written over."""

from flask_babel import gettext as _


def about() -> str:
    """Return the Markdown of a page that says who is behind the blog, in its language."""
    parts = (
        _("One or two sentences: who you are, and what this blog is about."),
        "## " + _("Who writes here"),
        _("Names, what each works on, and since when."),
        "## " + _("What you find here"),
        _("The subjects, how often something new comes, and where to begin reading."),
        "## " + _("How to reach us"),
        _("An address that somebody reads, and where mistakes can be reported."),
    )
    return "\n\n".join(parts) + "\n"
