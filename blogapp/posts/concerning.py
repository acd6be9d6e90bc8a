"""Whom a review concerns: who is to be told of a step, and nobody who may not read the text."""

from sqlalchemy import select

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.approving import approvers_of, authors_of
from blogapp.posts.reviewing import Reviewed, is_own, steps_of
from blogapp.posts.rights import may_review


def tell_on_asking(reviewed: Reviewed) -> list[Author]:
    """Return who is to be told that a review is asked for: those named, else who may approve.

    Where the word of nobody who is named counts, both.
    """
    review, rule = reviewed.review, reviewed.clearance.rule
    people = [each.author for each in review.reviewers] if review else []
    if not people or (rule.needed and not any(rule.counts(person) for person in people)):
        known = {person.id for person in people}
        people += [person for person in approvers_of(rule) if person.id not in known]
    return [person for person in people if not is_own(reviewed, person)]


def tell_on_deciding(reviewed: Reviewed) -> list[Author]:
    """Return who is to be told what became of it: its authors, and who asked."""
    review = reviewed.review
    ids = authors_of(reviewed.post, reviewed.content)
    if review is not None and review.asked_by_id:
        ids |= {review.asked_by_id}
    return _still_reading(reviewed, ids)


def tell_all(reviewed: Reviewed) -> list[Author]:
    """Return everybody who has to do with a review: also who was asked, and who spoke in it."""
    review = reviewed.review
    ids = {person.id for person in tell_on_deciding(reviewed)}
    if review is not None:
        ids |= {each.author_id for each in review.reviewers}
        ids |= {step.author_id for step in steps_of(review) if step.author_id}
    return _still_reading(reviewed, ids)


def _still_reading(reviewed: Reviewed, ids: set[int]) -> list[Author]:
    """Return those of the people who may read the text today."""
    query = select(Author).where(Author.id.in_(ids)).order_by(Author.name, Author.id)
    review = reviewed.review
    # Who was asked is told how it ended, though they may not look any more.
    asked = {each.author_id for each in review.reviewers} if review else set()
    asked |= reviewed.clearance.rule.named
    return [
        person
        for person in db.session.scalars(query)
        if may_review(person, reviewed.post, asked=asked)
    ]
