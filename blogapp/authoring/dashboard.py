"""Where authors arrive: what to go on with, what comes next, what waits for a hand."""

from flask import Response

from blogapp.accounts.registering import has_own_account
from blogapp.posts.attending import SOON, look_after
from blogapp.posts.awaiting import list_requests
from blogapp.posts.managing import has_demo
from blogapp.posts.rights import may_manage_site, may_see_all
from blogapp.posts.shelving import Group, list_group, list_reworked, list_unfinished
from blogapp.web.access import current_author
from blogapp.web.clock import now
from blogapp.web.filters import current_site
from blogapp.web.pages import render_page


def show() -> Response:
    """What was written last, what goes live next, what needs attention, what went out."""
    author = current_author()
    sees_all, moment = may_see_all(author), now()
    mine = None if sees_all else author.id
    attention = look_after(
        author, only_own=not sees_all, sees_jobs=may_manage_site(author), now=moment
    )
    scheduled = list_group(
        Group.SCHEDULED, now=moment, until=moment + SOON, author_id=mine, limit=7
    )
    shows_demo = may_manage_site(author) and has_demo()
    return render_page(
        "authoring/dashboard.html",
        author=author,
        drafts=list_unfinished(now=moment, author_id=mine, limit=3),
        scheduled=scheduled,
        scheduled_later=attention.scheduled - len(scheduled),
        attention=attention,
        reworked=list_reworked(now=moment, author_id=mine, limit=5),
        requests=list_requests(author),
        published=list_group(Group.PUBLISHED, now=moment, author_id=mine, limit=5),
        now=moment,
        shows_demo=shows_demo,
        has_own_account=shows_demo and has_own_account(),
        has_own_settings=current_site().origin is None,
    )
