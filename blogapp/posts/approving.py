"""Who must approve a text before readers see it, and who has.

An approval is of a text: it says nothing about another one. What decides whether a text may
reach readers is `clearance`, for one post, and `find_unapproved`, for many.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.content import Content, content_of
from blogapp.posts.errors import NotApproved
from blogapp.posts.models import Domain, Post, PostAuthor
from blogapp.posts.naming import find_authors
from blogapp.posts.review_models import (
    Review,
    ReviewApprover,
    ReviewRule,
    ReviewState,
    ReviewStep,
    StepKind,
)
from blogapp.posts.rights import may_approve
from blogapp.text.folding import caseless
from blogapp.text.name_lists import split_names

MOST_NEEDED = 5
# What is written in a post alone. Names that the blog shares (its domain, tags, series) and
# what editors decide (byline, pin, address) may change without anybody reading it anew.
_READ = ("title", "summary", "kind", "language", "canonical_url")
_COUNTED = (StepKind.APPROVED, StepKind.OVERRIDDEN)
_VALID = (ReviewState.OPEN, ReviewState.DONE)


@dataclass(frozen=True)
class Rule:
    """How many must approve, and which people's approvals count; nobody named: all editors'."""

    needed: int = 0
    named: frozenset[int] = frozenset()
    domain_id: int | None = None
    # Fewer of those named are left than are needed: the owners stand in for the others.
    is_short: bool = False

    def counts(self, author: Author) -> bool:
        """Whether the approval of ``author`` counts, of a text that is not their own."""
        return may_approve(author, named=self.named, owners_too=self.is_short)


class _Decision(NamedTuple):
    """A step that lets a text out, or helps to, in a review that somebody asked for."""

    step: ReviewStep
    asked_by_id: int | None
    post_id: int


@dataclass(frozen=True)
class Rules:
    """The rules of the whole blog, by domain; `usual` is that of posts without one."""

    by_domain: Mapping[int | None, Rule] = field(default_factory=dict)

    @property
    def usual(self) -> Rule:
        return self.by_domain.get(None, Rule())

    @property
    def ask_for_something(self) -> bool:
        """Whether anything needs approval anywhere."""
        return any(rule.needed for rule in self.by_domain.values())

    def of(self, domain_id: int | None) -> Rule:
        """Return the rule of a domain; one without its own has that of posts without any."""
        rule = self.by_domain.get(domain_id, self.usual)
        return replace(rule, domain_id=domain_id)


@dataclass(frozen=True)
class Clearance:
    """Whether a text may reach readers, and what is missing."""

    rule: Rule
    digest: str
    approved_by: Sequence[Author] = ()
    # An owner let just this text out.
    is_overridden: bool = False

    @property
    def missing(self) -> int:
        """How many approvals are missing."""
        return max(0, self.rule.needed - len(self.approved_by))

    @property
    def is_given(self) -> bool:
        return self.is_overridden or not self.missing

    def demand(self) -> None:
        """Raise `NotApproved` where the text may not reach readers."""
        if not self.is_given:
            raise NotApproved(self)

    @cached_property
    def waits_for(self) -> Sequence[Author]:
        """Those named by the rule who can still approve; empty where any editor can."""
        done = {author.id for author in self.approved_by}
        named = self.rule.named - done
        if not named or not self.missing:
            return ()
        query = select(Author).where(Author.id.in_(named)).order_by(Author.name, Author.id)
        return [each for each in db.session.scalars(query) if self.rule.counts(each)]


def digest_of(content: Content) -> str:
    """Return what tells one text from another: of what its readers read, as it is stored."""
    told = [content[name].strip() for name in _READ]
    return hashlib.sha256(json.dumps([*told, content.body]).encode()).hexdigest()


def find_rules() -> Rules:
    """Return all rules, in two statements."""
    loading = selectinload(ReviewRule.named).joinedload(ReviewApprover.author)
    query = select(ReviewRule).options(loading).order_by(ReviewRule.id.desc())
    return Rules({rule.domain_id: _as_rule(rule) for rule in db.session.scalars(query)})


def keep_rule(domain_id: int | None, *, needed: int | None, named: Iterable[int] = ()) -> None:
    """Set the rule of a domain, or of posts without one; None: that of posts without one holds."""
    query = select(ReviewRule).where(ReviewRule.domain_id == domain_id)
    query = query.options(selectinload(ReviewRule.named))
    rows = list(db.session.scalars(query))
    for row in rows if needed is None else rows[1:]:
        db.session.delete(row)
    if needed is None:
        return
    if rows:
        row = rows[0]
    else:
        row = ReviewRule(domain_id=domain_id)
        row.named = []
        db.session.add(row)
    row.needed = min(max(needed, 0), MOST_NEEDED)
    known = {each.author_id: each for each in row.named}
    row.named = [known.get(id) or ReviewApprover(author_id=id) for id in dict.fromkeys(named)]
    db.session.flush()


def carry_rule(domain_id: int, *, into: int) -> None:
    """Let the stricter of two rules hold where one domain is merged into another."""
    rules = find_rules()
    left, kept = rules.of(domain_id), rules.of(into)
    if left.needed > kept.needed:
        keep_rule(into, needed=left.needed, named=left.named)


def clearance(post: Post, content: Content, rules: Rules | None = None) -> Clearance:
    """Return whether ``content`` may reach the readers of ``post``.

    The post must be loaded as `managing.find_for_writing` loads it. What nobody has to approve
    costs no more than `find_rules`.
    """
    rules = rules or find_rules()
    digest = digest_of(content)
    if post.is_page or not rules.ask_for_something:
        return Clearance(Rule(), digest)
    rule = _rule_for(post, content, rules)
    if not post.id:
        return Clearance(rule, digest)
    return _cleared(post, content, rule, digest)


def demand_approval(post: Post, content: Content) -> Clearance:
    """Return how ``content`` was approved; raises `NotApproved` where it may not reach readers."""
    found = clearance(post, content)
    found.demand()
    return found


def holds_back(post: Post, content: Content) -> bool:
    """Whether saving ``content`` leaves the post as it is, because it goes to readers by itself.

    A scheduled post does so at its time, one in the trash when it comes back.
    """
    is_on_its_way = post.published_at and not post.withdrawn_at and not post.is_page
    if not is_on_its_way:
        return False
    rules = find_rules()
    if not rules.ask_for_something:
        return False
    standing = rules.of(post.domain_id)
    return bool(standing.needed or _rule_for(post, content, rules).needed)


def find_unapproved(
    ids: Sequence[int],
    *,
    into: Mapping[int, int | None] | None = None,
    saved_after: datetime | None = None,
) -> frozenset[int]:
    """Return those of the posts whose stored text may not reach readers.

    ``into`` names the domain that a post is to have, where that is another one. With
    ``saved_after`` no text that is older counts: readers saw it as it is. Six statements at
    most, and none of them reads a text that nobody has to approve.
    """
    rules = find_rules()
    if not rules.ask_for_something or not ids:
        return frozenset()
    query = select(Post.id, Post.domain_id).where(Post.id.in_(ids), Post.is_page.is_(False))
    if saved_after:
        query = query.where(Post.saved_at > saved_after)
    domains = {id: (into or {}).get(id, domain) for id, domain in db.session.execute(query)}
    asked_in = _last_asked_in(domains)
    wanted = {id: _stricter(rules, domains[id], asked_in.get(id, domains[id])) for id in domains}
    wanted = {id: rule for id, rule in wanted.items() if rule.needed}
    return frozenset(id for id, rule, found in _judge(wanted) if not _suffices(rule, found))


def approvers_of(rule: Rule) -> Sequence[Author]:
    """Return everybody whose approval counts under ``rule``, from A to Z."""
    query = select(Author).order_by(Author.name, Author.id)
    return [author for author in db.session.scalars(query) if rule.counts(author)]


def authors_of(post: Post, content: Content) -> set[int]:
    """Return who signs the post, as it stands and as it was typed: nobody approves their own."""
    signed = {byline.author_id for byline in post.bylines}
    names = split_names(content["authors"])
    if names and content["authors"] != content_of(post)["authors"]:
        everybody = db.session.scalars(select(Author).order_by(Author.name, Author.id)).all()
        signed |= {author.id for author in find_authors(names, among=everybody) if author}
    return signed


def _as_rule(row: ReviewRule) -> Rule:
    named = frozenset(each.author_id for each in row.named)
    able = sum(may_approve(each.author, named=named) for each in row.named)
    is_short = bool(named) and able < row.needed
    return Rule(row.needed, named, row.domain_id, is_short)


def _rule_for(post: Post, content: Content, rules: Rules) -> Rule:
    """Return the rule that holds for a text.

    Where the domain that it names asks for nothing, that of the domain it was last asked for in
    goes on holding until somebody decided, and that of a post on its way to readers: else the
    name of another domain would let anything out.
    """
    rule = rules.of(_domain_id(content["domain"], post))
    if rule.needed or not post.id:
        return rule
    asked = rules.of(_last_asked_in([post.id]).get(post.id, rule.domain_id))
    if asked.needed:
        return asked
    is_on_its_way = post.published_at and not post.withdrawn_at
    standing = rules.of(post.domain_id)
    if is_on_its_way and standing.needed and digest_of(content) != digest_of(content_of(post)):
        return standing
    return rule


def _stricter(rules: Rules, domain_id: int | None, asked_in: int | None) -> Rule:
    rule = rules.of(domain_id)
    return rule if rule.needed else rules.of(asked_in)


def _domain_id(name: str, post: Post) -> int | None:
    key = caseless(" ".join(name.split())[:200].strip())
    if not key:
        return None
    if post.domain and post.domain.name_key == key:
        return post.domain_id
    return db.session.scalar(select(Domain.id).where(Domain.name_key == key))


def _last_asked_in(ids: Iterable[int]) -> dict[int, int | None]:
    """Return the domain in which each post waits for a decision, or was sent back, last."""
    query = (
        select(Review.post_id, Review.state, Review.domain_id)
        .where(Review.post_id.in_([*ids]), Review.state != ReviewState.WITHDRAWN)
        .order_by(Review.id)
    )
    last = {post: (state, domain) for post, state, domain in db.session.execute(query)}
    return {post: domain for post, (state, domain) in last.items() if state != ReviewState.DONE}


def _cleared(post: Post, content: Content, rule: Rule, digest: str) -> Clearance:
    steps = _decisions([post.id], [digest])
    own = authors_of(post, content) if steps else set()
    approved = _approvers(steps, rule, own)
    return Clearance(rule, digest, approved, _is_overridden(steps))


def _judge(
    wanted: Mapping[int, Rule],
) -> Iterable[tuple[int, Rule, tuple[Sequence[_Decision], set[int]]]]:
    """Yield for each post its rule, the decisions about the text it has, and who signs it."""
    if not wanted:
        return
    columns = [getattr(Post, name) for name in _READ]
    texts = select(Post.id, Post.body, *columns).where(Post.id.in_([*wanted]))
    digests = {
        id: digest_of(Content(dict(zip(_READ, told, strict=True)), body))
        for id, body, *told in db.session.execute(texts)
    }
    bylines = select(PostAuthor.post_id, PostAuthor.author_id)
    signed: dict[int, set[int]] = {id: set() for id in wanted}
    for id, author_id in db.session.execute(bylines.where(PostAuthor.post_id.in_([*wanted]))):
        signed[id].add(author_id)
    steps = _decisions([*digests], [*digests.values()])
    for id, rule in wanted.items():
        own = [s for s in steps if s.post_id == id and s.step.digest == digests.get(id)]
        yield id, rule, (own, signed[id])


def _suffices(rule: Rule, found: tuple[Sequence[_Decision], set[int]]) -> bool:
    steps, own = found
    return _is_overridden(steps) or len(_approvers(steps, rule, own)) >= rule.needed


def _decisions(post_ids: Sequence[int], digests: Sequence[str]) -> Sequence[_Decision]:
    """Return what was decided about these texts, and not undone by sending one back."""
    query = (
        select(ReviewStep, Review.asked_by_id, Review.post_id)
        .join(Review, Review.id == ReviewStep.review_id)
        .where(
            Review.post_id.in_(post_ids),
            Review.state.in_(_VALID),
            ReviewStep.kind.in_(_COUNTED),
            ReviewStep.digest.in_(set(digests)),
        )
        .options(joinedload(ReviewStep.author))
        .order_by(ReviewStep.id)
    )
    rows = db.session.execute(query)
    return [_Decision(step, asked_by, post_id) for step, asked_by, post_id in rows]


def _approvers(made: Sequence[_Decision], rule: Rule, own: set[int]) -> list[Author]:
    """Return whose approvals count today, each once."""
    found: dict[int, Author] = {}
    for step, asked_by_id, _ in made:
        author = step.author
        if step.kind != StepKind.APPROVED or author is None or author.id in own:
            continue
        if author.id != asked_by_id and rule.counts(author):
            found[author.id] = author
    return [*found.values()]


def _is_overridden(made: Sequence[_Decision]) -> bool:
    return any(step.kind == StepKind.OVERRIDDEN for step, _, _ in made)
