"""What a review says of a text, as pages show it: remarks in their places, and what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from markupsafe import Markup

from blogapp.posts.errors import NotApproved
from blogapp.posts.rendering import place
from blogapp.posts.review_models import ReviewStep, StepKind
from blogapp.posts.reviewing import Reviewed, line_of, list_steps
from blogapp.text.sanitizing import trusted
from blogapp.web.explaining import explain


@dataclass(frozen=True)
class Remark:
    """A step as a page shows it; ``line`` is where its passage stands by now, if anywhere."""

    step: ReviewStep
    line: int | None

    @property
    def is_open(self) -> bool:
        return self.step.kind == StepKind.COMMENTED and self.step.resolved_at is None


def list_remarks(reviewed: Reviewed) -> Sequence[Remark]:
    """Return what was done and said in all reviews of a post, oldest first."""
    steps = list_steps(reviewed.post.id)
    return [Remark(step, line_of(step.quote, reviewed.content.body)) for step in steps]


def open_remarks(reviewed: Reviewed) -> Sequence[Remark]:
    """Return what reviewers said and nobody has resolved."""
    if reviewed.review is None:
        return ()
    return [remark for remark in list_remarks(reviewed) if remark.is_open]


def missing(reviewed: Reviewed) -> str:
    """Return in words what is missing before readers may see the text; empty for nothing."""
    try:
        reviewed.clearance.demand()
    except NotApproved as error:
        return explain(error)
    return ""


def html_of(step: ReviewStep) -> Markup:
    """Return the words of a step for a page."""
    return trusted(place(step.html, request.script_root))
