"""The editor's page, and the page that shows two texts where one was expected."""

from dataclasses import dataclass

from flask import Response, make_response, render_template
from wtforms import Field, Form

from blogapp.authoring.forms import PAGE, SUMMARY_GOAL, ImageForm, PostForm, PublicationForm
from blogapp.posts.managing import list_authors, list_kinds, list_names
from blogapp.posts.models import Domain, Post, Series, State
from blogapp.posts.rights import may_name_authors, may_pin, may_publish, may_publish_own
from blogapp.posts.writing import normalised
from blogapp.text.differences import compare
from blogapp.web.access import current_author
from blogapp.web.clock import now
from blogapp.web.filters import current_site

# Fields whose values a conflict shows side by side; the text has its own comparison.
COMPARED = (
    "title",
    "slug",
    "summary",
    "domain",
    "tags",
    "kind",
    "series",
    "series_position",
    "authors",
    "language",
    "canonical_url",
    "pinned",
)


@dataclass(frozen=True)
class Difference:
    """A field that two people filled in differently."""

    label: str
    theirs: str
    yours: str


def show_editor(
    form: PostForm,
    post: Post | None,
    *,
    publication: PublicationForm | None = None,
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
    image = image or ImageForm(formdata=None)
    page = render_template(
        "authoring/edit_post.html",
        form=form,
        post=post,
        state=state,
        publication=publication,
        image=image,
        wrong=_wrong_fields(form, publication, image),
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


def show_conflict(form: PostForm, post: Post) -> Response:
    """Answer 409: what is stored, what was typed, and ways to go on that lose neither."""
    theirs = PostForm.of(post)
    if not may_name_authors(current_author()):
        del form.authors, theirs.authors
    if not may_pin(current_author()):
        del form.pinned, theirs.pinned
    differences = [
        Difference(form[name].label.text, shown(theirs, name), shown(form, name))
        for name in COMPARED
        if name in form and shown(theirs, name) != shown(form, name)
    ]
    # From here on this form is a decision about the text that is stored now.
    form.version.data = str(post.version)
    page = render_template(
        "authoring/conflict.html",
        form=form,
        post=post,
        state=post.state(now()),
        differences=differences,
        lines=compare(post.body, normalised(form.body.data or "")),
    )
    return make_response(page, 409)


def shown(form: PostForm, name: str) -> str:
    """Return a field's value as its control shows it."""
    value: str = form[name]._value()  # type: ignore[attr-defined]  # what the widgets call
    return (value or "").strip()


def _wrong_fields(*forms: Form) -> list[Field]:
    return [field for form in forms for field in form if field.errors]
