"""Which posts are near to each other: by tags that few posts have, and by the words they lean on.

Each post keeps its nearest, whoever may see them; who reads decides what is shown
(`visibility`), so a draft or a withdrawn post never shows, and the next nearest takes its
place. What a save costs is bounded, however many posts there are: a fixed number of words,
of rows read for them, and of posts told.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import log, sqrt

from sqlalchemy import Select, delete, func, insert, or_, select, tuple_
from sqlalchemy.orm import selectinload, undefer

from blogapp.extensions import db
from blogapp.posts.models import Post, PostKeyword, RelatedPost
from blogapp.text.folding import fold
from blogapp.text.keywords import LONGEST_TEXT, keywords

MOST_NEAR = 12  # kept for each post; readers see the first few that are listed
_MOST_WORDS = 24
_TRIED_WORDS = 60
_ENOUGH_WORDS = 8
_MOST_ROWS = 3000
_MOST_TOLD = 24
_MOST_REFILLED = 12
_TAG_WEIGHT = 0.6
# Below this, two posts share little but their language.
_LEAST_SCORE = 0.1
# A word of more than every fourth post tells nothing about any of them; and in a large blog
# one that this many have is not worth following, nor counting further.
_COMMON_SHARE = 0.25
_MOST_USES = 800


def relate(post: Post) -> None:
    """Find anew what is near to ``post``, and tell those posts of it.

    The post must be flushed, with its tags loaded and its columns derived.
    """
    holders = set(db.session.scalars(_holders(post.id)))
    _forget(post.id)
    if post.is_page:
        return
    weights, uses = _weigh(post)
    if weights:
        rows = [{"post_id": post.id, "word": w, "weight": n} for w, n in weights.items()]
        db.session.execute(insert(PostKeyword), rows)
    near = _find_near(post.id, post.series_id, weights, uses)
    _keep(post.id, near)
    told = _tell(post.id, near)
    for left in sorted(holders - told)[:_MOST_REFILLED]:
        _refill(left)


def relate_anew(post_id: int) -> None:
    """Do the same as `relate` for a stored post, whose derived columns are up to date."""
    loaded = [undefer(Post.text), selectinload(Post.tags)]
    query = select(Post).where(Post.id == post_id).options(*loaded)
    post = db.session.scalars(query).one()
    relate(post)
    db.session.expunge(post)


def _holders(post_id: int) -> Select[int]:
    return select(RelatedPost.post_id).where(RelatedPost.other_id == post_id)


def _forget(post_id: int) -> None:
    is_its = or_(RelatedPost.post_id == post_id, RelatedPost.other_id == post_id)
    db.session.execute(delete(RelatedPost).where(is_its))
    db.session.execute(delete(PostKeyword).where(PostKeyword.post_id == post_id))


def _weigh(post: Post) -> tuple[dict[str, float], dict[str, int]]:
    """Return how much the post's tags and words tell of it, and how many others use them."""
    text = fold(f"{post.summary} {post.text[:LONGEST_TEXT]}")
    found = keywords(fold(post.title), text, most=_TRIED_WORDS)
    labels = [f"#{tag.id}" for tag in post.tags]
    posts = db.session.scalar(select(func.count(Post.id))) or 1
    uses = _count_uses([*found, *labels])
    most = max(4, min(_COMMON_SHARE * posts, _MOST_USES))
    telling = {
        word: much * log(1 + posts / (1 + uses.get(word, 0)))
        for word, much in found.items()
        if uses.get(word, 0) <= most
    }
    best = sorted(telling, key=lambda word: -telling[word])[:_MOST_WORDS]
    length = sqrt(sum(telling[word] ** 2 for word in best)) or 1.0
    # A few words are few reasons to be near to anything.
    trust = sqrt(min(1.0, len(best) / _ENOUGH_WORDS))
    weights = {word: trust * telling[word] / length for word in best}
    for label in labels:
        rarity = log(1 + posts / (1 + uses.get(label, 0))) / log(1 + posts)
        weights[label] = _TAG_WEIGHT * sqrt(rarity)
    return weights, uses


def _count_uses(words: Iterable[str]) -> dict[str, int]:
    query = (
        select(PostKeyword.word, func.count().label("uses"))
        .where(PostKeyword.word.in_(words))
        .group_by(PostKeyword.word)
    )
    return {row.word: row.uses for row in db.session.execute(query)}


def _find_near(
    post_id: int, series_id: int | None, weights: Mapping[str, float], uses: Mapping[str, int]
) -> dict[int, float]:
    """Return the nearest posts with their scores, nearest first, without parts of its series."""
    query = select(PostKeyword.post_id, PostKeyword.word, PostKeyword.weight).where(
        PostKeyword.word.in_(_rarest(weights, uses)), PostKeyword.post_id != post_id
    )
    scores: dict[int, float] = {}
    for other, word, weight in db.session.execute(query):
        scores[other] = scores.get(other, 0.0) + weight * weights[word]
    best = sorted(scores, key=lambda other: (-scores[other], -other))[: 2 * _MOST_TOLD]
    near = [other for other in best if scores[other] >= _LEAST_SCORE]
    return {other: scores[other] for other in _outside(near, series_id)}


def _rarest(weights: Mapping[str, float], uses: Mapping[str, int]) -> list[str]:
    """Return the words that few posts use, as many as may be followed."""
    chosen, rows = [], 0
    for word in sorted(weights, key=lambda word: uses.get(word, 0)):
        rows += uses.get(word, 0)
        if rows > _MOST_ROWS:
            break
        chosen.append(word)
    return chosen


def _outside(others: Sequence[int], series_id: int | None) -> list[int]:
    """Leave out parts of the post's own series, which has a place of its own on the page."""
    if series_id is None or not others:
        return list(others)
    query = select(Post.id).where(Post.id.in_(others), Post.series_id == series_id)
    parts = set(db.session.scalars(query))
    return [other for other in others if other not in parts]


def _keep(post_id: int, near: Mapping[int, float]) -> None:
    best = list(near.items())[:MOST_NEAR]
    rows = [{"post_id": post_id, "other_id": other, "score": score} for other, score in best]
    if rows:
        db.session.execute(insert(RelatedPost), rows)


def _tell(post_id: int, near: Mapping[int, float]) -> set[int]:
    """Give the post its place beside those that are near to it; return who took it in."""
    others = list(near)[:_MOST_TOLD]
    kept: dict[int, list[tuple[float, int]]] = {other: [] for other in others}
    columns = RelatedPost.post_id, RelatedPost.score, RelatedPost.other_id
    query = select(*columns).where(RelatedPost.post_id.in_(others))
    for other, score, third in db.session.execute(query) if others else ():
        kept[other].append((score, third))

    full = {other: min(beside) for other, beside in kept.items() if len(beside) >= MOST_NEAR}
    told = [other for other in others if other not in full or full[other][0] < near[other]]
    if out := [(other, full[other][1]) for other in told if other in full]:
        pair = tuple_(RelatedPost.post_id, RelatedPost.other_id)
        db.session.execute(delete(RelatedPost).where(pair.in_(out)))
    if told:
        rows = [{"post_id": o, "other_id": post_id, "score": near[o]} for o in told]
        db.session.execute(insert(RelatedPost), rows)
    return set(told)


def _refill(post_id: int) -> None:
    """Look again for what is near to a post that another one has left."""
    stored = select(PostKeyword.word, PostKeyword.weight).where(PostKeyword.post_id == post_id)
    weights = {row.word: row.weight for row in db.session.execute(stored)}
    series_id = db.session.scalar(select(Post.series_id).where(Post.id == post_id))
    near = _find_near(post_id, series_id, weights, _count_uses(weights))
    db.session.execute(delete(RelatedPost).where(RelatedPost.post_id == post_id))
    _keep(post_id, near)
