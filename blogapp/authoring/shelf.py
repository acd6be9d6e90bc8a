"""The list of posts: found by state, by what sorts them, by words; the address is the choice."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self
from urllib.parse import urlencode

from flask import abort, redirect, request, url_for
from sqlalchemy import Select, false, select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from blogapp.accounts.models import Author
from blogapp.authoring.acts import offered
from blogapp.authoring.guarding import demand_site
from blogapp.extensions import db
from blogapp.importing.run_models import ImportRun
from blogapp.importing.running import taken_in_by
from blogapp.posts.emptying import days_left
from blogapp.posts.managing import (
    find_author,
    find_domain,
    find_tag_called,
    list_authors,
    list_domains,
)
from blogapp.posts.models import Domain, Post, Tag
from blogapp.posts.publishing import KEPT_FOR
from blogapp.posts.rights import (
    may_delete,
    may_empty,
    may_move_blog,
    may_publish_own,
    may_see_all,
)
from blogapp.posts.shelving import Choice, Group, Sort, list_posts
from blogapp.web.access import current_author
from blogapp.web.clock import now
from blogapp.web.pages import render_page

KEYS = ("state", "tag", "domain", "author", "import", "q", "sort", "page")
# What they say when they are left out.
USUAL = {"sort": Sort.CHANGED.value, "page": "1"}
FILTERS = ("tag", "domain", "author", "import", "q")
LONGEST = 200
# States that no page is in.
_OF_POSTS = (Group.UNLISTED, Group.REVIEW)


def index() -> AnyResponse:
    """Posts by state, author, tag, domain and words."""
    return _show(of_pages=False)


def index_pages() -> AnyResponse:
    """Static pages, found like posts."""
    demand_site()
    return _show(of_pages=True)


@dataclass(frozen=True)
class Query:
    """What an address asks for, read and looked up; ``given`` is its one spelling."""

    given: Mapping[str, str]
    of_pages: bool

    @classmethod
    def read(cls, query: MultiDict[str, str], *, of_pages: bool) -> Self:
        """Return the query in canonical form; answers 400 to what is malformed."""
        given = {key: " ".join(query.get(key, "").split()) for key in KEYS}
        if any("\0" in value or len(value) > LONGEST for value in given.values()):
            abort(400)
        if given["state"] and given["state"] not in set(Group):
            abort(400)
        if given["sort"] and given["sort"] not in set(Sort):
            abort(400)
        if given["page"] and not re.fullmatch(r"[1-9][0-9]{0,6}", given["page"]):
            abort(400)
        if given["import"] and not re.fullmatch(r"[1-9][0-9]{0,8}", given["import"]):
            abort(400)
        if not may_move_blog(current_author()):
            given["import"] = ""
        if of_pages:
            given |= {"tag": "", "domain": "", "author": ""}
        if not may_see_all(current_author()):
            given["author"] = ""
        kept = {key: value for key, value in given.items() if value and value != USUAL.get(key)}
        return cls(kept, of_pages)._by_slugs()

    def _by_slugs(self) -> Self:
        """Whoever types a tag types its name; the address holds the slug of what is there."""
        found = {"tag": self.tag, "domain": self.domain, "author": self.author}
        slugs = {key: row.slug for key, row in found.items() if row}
        return type(self)(
            {key: slugs.get(key, self.given[key]) for key in self.given}, self.of_pages
        )

    @cached_property
    def tag(self) -> Tag | None:
        return find_tag_called(self.given["tag"]) if "tag" in self.given else None

    @cached_property
    def domain(self) -> Domain | None:
        return find_domain(self.given["domain"]) if "domain" in self.given else None

    @cached_property
    def author(self) -> Author | None:
        return find_author(self.given["author"]) if "author" in self.given else None

    @cached_property
    def run(self) -> ImportRun | None:
        """The import that brought the posts, where one is asked for."""
        return (
            db.session.get(ImportRun, int(self.given["import"])) if "import" in self.given else None
        )

    @property
    def group(self) -> Group | None:
        return Group(self.given["state"]) if "state" in self.given else None

    @property
    def sort(self) -> Sort:
        return Sort(self.given.get("sort", Sort.CHANGED))

    @property
    def page(self) -> int:
        return int(self.given.get("page", 1))

    @property
    def words(self) -> str:
        return self.given.get("q", "")

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for more than a state."""
        return any(key in self.given for key in FILTERS)

    @property
    def choice(self) -> Choice:
        """Which posts are meant; authors and contributors find their own alone."""
        signer = current_author().id if not may_see_all(current_author()) else self._id("author")
        return Choice(
            group=self.group,
            tag_id=self._id("tag"),
            domain_id=self._id("domain"),
            author_id=None if self.of_pages else signer,
            words=self.words,
            pages=self.of_pages,
            among=self._among(),
        )

    def address(self, **changes: str | int | None) -> str:
        """Return the address of this choice with ``changes``; None takes a key out."""
        chosen = {**self.given, **changes}
        pairs = [(key, chosen[key]) for key in KEYS if chosen.get(key)]
        pairs = [(key, value) for key, value in pairs if str(value) != USUAL.get(key)]
        path = url_for("authoring.list_pages" if self.of_pages else "authoring.list_posts")
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def _among(self) -> Select[Any] | None:
        if "import" not in self.given:
            return None
        return taken_in_by(self.run) if self.run else select(Post.id).where(false())

    def _id(self, key: str) -> int | None:
        if key not in self.given:
            return None
        row: Tag | Domain | Author | None = getattr(self, key)
        return row.id if row else 0


def _show(*, of_pages: bool) -> AnyResponse:
    query = Query.read(request.args, of_pages=of_pages)
    if list(request.args.items(multi=True)) != list(query.given.items()):
        return redirect(query.address(), code=301)
    shelf, counts = list_posts(query.choice, now=now(), sort=query.sort, page=query.page)
    if query.page > shelf.pages:
        abort(404)
    sees_all = may_see_all(current_author()) and not of_pages
    return render_page(
        "authoring/list_posts.html",
        shelf=shelf,
        counts=counts,
        query=query,
        groups=[group for group in Group if not (of_pages and group in _OF_POSTS)],
        sorts=list(Sort),
        acts=offered(query.group, of_pages=of_pages, publishes=may_publish_own(current_author())),
        empties=may_empty(current_author()),
        of_pages=of_pages,
        now=now(),
        sees_all=sees_all,
        domains=[] if of_pages else list_domains(),
        authors=list_authors() if sees_all else [],
        kept_days=KEPT_FOR.days,
        days_left=days_left,
        deletes=lambda post: may_delete(current_author(), post),
    )
