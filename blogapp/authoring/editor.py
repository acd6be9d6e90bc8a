"""The editor's page."""

from flask import Response, make_response, render_template
from wtforms import Field, Form

from blogapp.authoring.forms import PAGE, SUMMARY_GOAL, ImageForm, PostForm, PublicationForm
from blogapp.authoring.reviews_reading import html_of, missing, open_remarks
from blogapp.authoring.update_form import UpdateForm
from blogapp.posts import drafting
from blogapp.posts.branching import list_open_branches
from blogapp.posts.commenting import count_comments
from blogapp.posts.managing import list_authors, list_kinds, list_names
from blogapp.posts.models import Domain, Post, Series, State
from blogapp.posts.reviewing import look_at
from blogapp.posts.rights import (
    may_make_tags,
    may_name_authors,
    may_override,
    may_pin,
    may_publish,
    may_publish_own,
)
from blogapp.site.reading import get_site
from blogapp.web.access import current_author
from blogapp.web.clock import now
from blogapp.web.filters import current_site


def show_editor(
    form: PostForm,
    post: Post | None,
    *,
    publication: PublicationForm | None = None,
    update: UpdateForm | None = None,
    image: ImageForm | None = None,
    is_saved: bool = True,
    status: int = 200,
) -> Response:
    """Answer with the editor around what ``form`` holds; ``post`` is None until it is saved."""
    author = current_author()
    if not may_name_authors(author) and "authors" in form:
        del form.authors
    if not may_pin(author) and "pinned" in form:
        del form.pinned
    zone = current_site().zone
    state = post.state(now()) if post else State.DRAFT
    is_dated = state in (State.SCHEDULED, State.PUBLISHED)
    planned = post.published_at if post and is_dated else None
    publication = publication or PublicationForm.of(planned, zone)
    update = update or UpdateForm()
    image = image or ImageForm(formdata=None)
    reviewed = look_at(post) if post and not post.is_page else None
    page = render_template(
        "authoring/edit_post.html",
        form=form,
        post=post,
        branches=list_open_branches(post_id=post.id) if post else [],
        draft=drafting.find_state(post.id) if post else None,
        state=state,
        comments=count_comments(post.id) if post else 0,
        reviewed=reviewed,
        missing=missing(reviewed) if reviewed else "",
        remarks=open_remarks(reviewed) if reviewed else (),
        html_of=html_of,
        overrides=may_override(author),
        makes_tags=may_make_tags(author, get_site().tag_makers),
        publication=publication,
        update=update,
        image=image,
        wrong=_wrong_fields(form, publication, update, image),
        may_publish=may_publish(author, post) if post else may_publish_own(author),
        summary_goal=SUMMARY_GOAL,
        domains=list_names(Domain),
        series=list_names(Series),
        kinds=list_kinds(),
        names=[person.name for person in list_authors()] if "authors" in form else [],
        zone=zone.key,
        is_saved=is_saved,
        is_page=post.is_page if post else form.is_page.data == PAGE,
    )
    return make_response(page, status)


def _wrong_fields(*forms: Form) -> list[Field]:
    return [field for form in forms for field in form if field.errors]
