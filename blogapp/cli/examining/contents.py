"""What is in the blog: people, texts and how they are found, work that waits."""

from collections.abc import Iterator
from datetime import datetime

from flask import Flask
from sqlalchemy import func, select

from blogapp.accounts.managing import has_owner
from blogapp.accounts.registering import has_own_account
from blogapp.demo.loading import count_posts
from blogapp.extensions import db
from blogapp.jobs.models import JobState
from blogapp.jobs.overseeing import Trouble, find_trouble, list_runners
from blogapp.jobs.queueing import count_by_state
from blogapp.posts.facet_index import facet_index
from blogapp.posts.models import NOT_FORMATTED, Post
from blogapp.posts.search.finding import find
from blogapp.posts.search_query import parse
from blogapp.posts.searching import count_missing, count_searchable
from blogapp.posts.visibility import listed
from blogapp.text import diagramming, markdown, typesetting
from blogapp.web.clock import now


def check_people(app: Flask) -> Iterator[tuple[str, str]]:
    """Look whether somebody can sign in, and whose posts these are."""
    if not has_own_account():
        yield "warning", "nobody has an account yet: blogapp author add EMAIL --role owner"
        return
    yield ("ok", "there is an owner") if has_owner() else ("warning", "there is no owner")
    if demo := count_posts():
        yield "warning", f"{demo} posts are the demo's: blogapp demo --remove"
    scheduled = select(func.count(Post.id)).where(Post.published_at > now())
    if waiting := _count(scheduled):
        yield "ok", f"{waiting} posts wait for their time"


def check_work(app: Flask) -> Iterator[tuple[str, str]]:
    """Look for work that nobody does, or that nobody does any more."""
    states, runners = count_by_state(), list_runners(now())
    trouble = find_trouble(now())
    if trouble is Trouble.NOBODY:
        yield "problem", "work waits and nobody does it: does the blog run, or blogapp worker?"
    elif trouble is Trouble.LATE:
        yield "warning", "work waits for more than ten minutes: blogapp jobs list"
    else:
        waiting = states.get(JobState.WAITING, 0)
        yield "ok", f"jobs: {waiting} wait, {len(runners)} runners were seen"
    if given_up := states.get(JobState.GIVEN_UP, 0):
        yield "warning", f"{given_up} pieces of work were given up: blogapp jobs list says why"


def check_drawing(app: Flask) -> Iterator[tuple[str, str]]:
    """Look whether what draws formulas and diagrams is installed."""
    for part, works, name in (
        ("formulas", typesetting, "math"),
        ("diagrams", diagramming, "diagrams"),
    ):
        if not works.is_possible():
            install = f"pip install --requirement requirements/{name}.txt"
            yield "warning", f"{part} are shown as their source: {install}, render rebuild --all"


def check_rendering(app: Flask) -> Iterator[tuple[str, str]]:
    """Look for texts that this version would show otherwise."""
    count, version = select(func.count(Post.id)), Post.renderer_version
    if plain := _count(count.where(version == NOT_FORMATTED)):
        yield "warning", f"{plain} posts are shown as they were typed: formatting costs too much"
    if stale := _count(count.where(version.not_in([markdown.VERSION, NOT_FORMATTED]))):
        yield "warning", f"{stale} posts were rendered by another version: blogapp render rebuild"


def check_search(app: Flask) -> Iterator[tuple[str, str]]:
    """Look whether the index holds all posts, and whether a search finds one."""
    total, missing = count_searchable(), count_missing()
    yield "ok", f"search: {total - missing} posts in the index"
    if missing:
        yield "warning", f"{missing} posts are missing from the search: blogapp search rebuild"
    elif total and (lost := _unfound(now())):
        yield "problem", f"a search for its own title does not find {lost}: blogapp search rebuild"


def check_counts(app: Flask) -> Iterator[tuple[str, str]]:
    """Compare what listings count by with the posts themselves."""
    moment = now()
    counted = len(facet_index().listed(moment))
    there = _count(select(func.count(Post.id)).where(listed(moment)))
    if counted != there:
        said = f"listings count {counted} posts where there are {there}"
        yield "problem", f"{said}: restart the blog, and tell whoever looks after the software"
    else:
        yield "ok", f"listings: {there} posts are counted"


def _unfound(moment: datetime) -> str:
    """Return the slug of the newest post if a search for its title misses it, else nothing."""
    newest = select(Post.id, Post.slug, Post.title).where(listed(moment))
    found = db.session.execute(newest.order_by(Post.published_at.desc()).limit(1)).first()
    words = " ".join(word for word in (found.title if found else "").split() if word.isalnum())
    if not found or not words:
        return ""
    index = facet_index()
    matches = find(parse(words), index, moment).matches
    return "" if matches & index.positions([found.id]) else str(found.slug)


def _count(query: object) -> int:
    return db.session.scalar(query) or 0  # type: ignore[call-overload]
