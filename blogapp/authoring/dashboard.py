"""Where authors arrive: what to go on with, what comes next, what went out."""

from flask import Response

from blogapp.accounts.registering import has_own_account
from blogapp.posts.managing import has_demo, list_latest
from blogapp.posts.models import State
from blogapp.posts.rights import may_manage_site, may_see_all
from blogapp.web.access import current_author
from blogapp.web.clock import now
from blogapp.web.filters import current_site
from blogapp.web.pages import render_page


def show() -> Response:
    """Drafts to continue, what is scheduled, what was published last."""
    author = current_author()
    mine = None if may_see_all(author) else author.id
    drafts = list_latest(State.DRAFT, now=now(), author_id=mine, limit=3)
    scheduled = list_latest(State.SCHEDULED, now=now(), author_id=mine, limit=7)
    published = list_latest(State.PUBLISHED, now=now(), author_id=mine, limit=5)
    shows_demo = may_manage_site(author) and has_demo()
    return render_page(
        "authoring/dashboard.html",
        author=author,
        drafts=drafts,
        scheduled=scheduled,
        published=published,
        now=now(),
        shows_demo=shows_demo,
        has_own_account=shows_demo and has_own_account(),
        has_own_settings=current_site().origin is None,
    )
