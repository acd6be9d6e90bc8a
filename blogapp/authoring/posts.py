"""The list of posts, and the page where one is written."""

import re
from typing import Any

from flask import abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring import images
from blogapp.authoring.editor import show_editor
from blogapp.authoring.forms import PAGE, PostForm
from blogapp.authoring.guarding import demand_site, get_post
from blogapp.authoring.notices import say
from blogapp.authoring.saving import change, save_typed
from blogapp.extensions import csrf, db
from blogapp.posts import publishing
from blogapp.posts.managing import count_by_state, find_author, list_posts
from blogapp.posts.models import Post, PostMedia, State
from blogapp.posts.rendering import render_post
from blogapp.posts.rights import may_see_all
from blogapp.web.access import current_author
from blogapp.web.clock import now
from blogapp.web.filters import current_site
from blogapp.web.pages import render_page

KEYS = ("state", "author", "q", "page")
LONGEST_QUERY = 200


def index() -> AnyResponse:
    """Posts by state, by author and by words; the address is the whole choice."""
    return _show_shelf(of_pages=False)


def index_pages() -> AnyResponse:
    """Static pages, found like posts."""
    demand_site()
    return _show_shelf(of_pages=True)


def start_page() -> AnyResponse:
    """Show the editor for a static page that is not saved yet."""
    demand_site()
    form = _empty_form()
    form.is_page.data = PAGE
    form.slug.data = request.args.get("slug", "")
    return show_editor(form, None)


def _show_shelf(*, of_pages: bool) -> AnyResponse:
    choice = _read_choice()
    if of_pages:
        choice.pop("author", None)
    if list(request.args.items(multi=True)) != list(choice.items()):
        return redirect(_address(choice), code=301)

    state = State(choice["state"]) if "state" in choice else None
    signer = _signer(choice)
    words, page = choice.get("q", ""), int(choice.get("page", 1))
    shelf = list_posts(
        now=now(), state=state, author_id=signer, words=words, page=page, pages=of_pages
    )
    if page > shelf.pages:
        abort(404)
    return render_page(
        "authoring/list_posts.html",
        shelf=shelf,
        state=state,
        states=list(State),
        counts=count_by_state(now=now(), author_id=signer, words=words, pages=of_pages),
        of_pages=of_pages,
        choice=choice,
        words=words,
        now=now(),
        sees_all=may_see_all(current_author()) and not of_pages,
        turn=lambda **changes: _address(choice | changes),
    )


@csrf.exempt  # the form checks its token itself, so that a stale one loses no text
def edit(id: int | None = None) -> AnyResponse:
    """Show the editor; save on POST, a new draft where no post is named."""
    if request.method == "POST" and images.is_chosen():
        return images.add(id)
    post = get_post(id) if id else None
    if request.method != "POST":
        return show_editor(PostForm.of(post) if post else _empty_form(), post)
    form = PostForm()
    if "keep_writing" in request.form:
        return show_editor(form, post, is_saved=False)

    was_slug = post and post.slug
    saved = save_typed(form, post)
    moved = was_slug and was_slug != saved.slug and saved.published_at
    if moved:
        say(_("Saved. The old address leads to %(address)s now.", address=saved.path))
    else:
        say(_("Saved."))
    return redirect(url_for(".edit_post", id=saved.id), code=303)


@csrf.exempt  # as above
def copy(id: int) -> AnyResponse:
    """Keep what was typed as a draft of its own, beside the post it was typed into."""
    post = get_post(id)
    form = PostForm()
    form.title.data = _("%(title)s (copy)", title=form.title.data)
    form.slug.data = ""
    saved = save_typed(form, None, then=lambda draft: _share_media(post, draft))
    say(_("Your text is a draft of its own now. The other post is as it was."))
    return redirect(url_for(".edit_post", id=saved.id), code=303)


@csrf.exempt  # `change` checks the token where no form does
def trash(id: int) -> AnyResponse:
    """Put a post aside."""
    post = change(id, lambda post: publishing.trash(post, now=now()))
    text = _("“%(title)s” is in the trash.", title=post.title)
    say(text, undo=url_for(".restore_post", id=id))
    return redirect(url_for(".list_pages" if post.is_page else ".list_posts"), code=303)


@csrf.exempt  # as above
def restore(id: int) -> AnyResponse:
    """Bring a post back from the trash."""
    post = change(id, publishing.restore)
    say(_("“%(title)s” is back, as it was.", title=post.title))
    return redirect(url_for(".edit_post", id=id), code=303)


def _read_choice() -> dict[str, str]:
    """Return what the query asks for, in canonical order; answers 400 to what is malformed."""
    given = {key: request.args.get(key, "").strip() for key in KEYS}
    given["q"] = " ".join(given["q"].split())
    if any("\0" in value for value in given.values()) or len(given["q"]) > LONGEST_QUERY:
        abort(400)
    if given["state"] and given["state"] not in set(State):
        abort(400)
    if given["page"] and not re.fullmatch(r"[1-9][0-9]{0,6}", given["page"]):
        abort(400)
    if given["page"] == "1":
        given["page"] = ""
    if not may_see_all(current_author()):
        given["author"] = ""
    return {key: value for key, value in given.items() if value}


def _address(choice: dict[str, Any]) -> str:
    """Return the address of a choice: keys in order, without those that choose nothing."""
    query = {key: choice[key] for key in KEYS if choice.get(key)}
    return url_for(request.endpoint or ".list_posts", **query)


def _signer(choice: dict[str, str]) -> int | None:
    """Return whose posts are meant: authors and contributors find their own alone."""
    author = current_author()
    if not may_see_all(author):
        return author.id
    if "author" not in choice:
        return None
    found = find_author(choice["author"])
    return found.id if found else 0


def _empty_form() -> PostForm:
    return PostForm(
        formdata=None,
        data={"authors": [current_author().name], "language": current_site().language},
    )


def _share_media(post: Post, draft: Post) -> None:
    """Let the copy's images be found under the names its text uses."""
    for used in post.media:
        db.session.add(PostMedia(post_id=draft.id, name=used.name, media_id=used.media_id))
    db.session.flush()
    render_post(draft)
