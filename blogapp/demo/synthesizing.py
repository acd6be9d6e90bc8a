"""Made-up posts in the shapes that real blogs have, for measuring with many of them.

Lengths, tags per post and the popularity of tags follow figures counted over
fifteen public engineering blogs. A pool of rendered bodies is shared by all
posts, because rendering is the slow part and lists never read it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select

from blogapp.extensions import db
from blogapp.posts.models import Domain, Post, PostAuthor, Tag, month_of, post_tags
from blogapp.posts.naming import find_or_make, find_or_make_authors
from blogapp.posts.rendering import derived
from blogapp.text.folding import fold

ORIGIN = "synth"
POOL = 500
BATCH = 1000
# Share of posts with 0, 1, 2, … tags.
TAGS_PER_POST = (44, 187, 273, 207, 124, 72, 39, 20, 14, 8, 4, 3)
DOMAINS = ("Databases", "Reliability", "Networking", "Security", "Machine learning", "Tooling")
AUTHORS = ("Ada Verne", "Bo Lindgren", "Chidi Amara", "Dana Petrov", "Elif Kaya")
GLUE = "the a every one our this no some that each when while because after before"
VERBS = "drops keeps moves waits splits merges reads writes grows fails returns measures"
WORDS = (
    "cache index queue lease token shard replica latency budget retry cursor ledger page "
    "buffer writer reader commit rollback vector window batch clock drift packet socket "
    "kernel thread lock barrier snapshot journal segment bloom filter sketch counter probe "
    "trace span alert runbook deploy canary schema column tuple plan cost cluster"
)
SPEECH = (GLUE.split(), WORDS.split(), VERBS.split())
CODE = """```python title="{noun}.py"
def {verb}_{noun}(items, limit={number}):
    for item in items[:limit]:
        if item.{noun} > {number}:
            yield item
```"""


def synthesize(count: int, *, seed: int, now: datetime, zone: ZoneInfo) -> Iterator[int]:
    """Add ``count`` published posts, newest at ``now``; yield how many each batch added.

    The same seed gives the same posts. Commits after each batch.
    """
    random = Random(seed)
    tags = find_or_make(Tag, _tag_names(random, count), origin=ORIGIN)
    domains = find_or_make(Domain, DOMAINS, origin=ORIGIN)
    authors = find_or_make_authors(AUTHORS, now=now, origin=ORIGIN)
    popularity = list(accumulate(1 / (rank + 1) ** 1.2 for rank in range(len(tags))))
    pool = [_text(random) for _ in range(min(count, POOL))]
    first = (db.session.scalar(select(func.max(Post.id))) or 0) + 1

    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        posts, labels, bylines = [], [], []
        for number in range(first + start, first + start + size):
            age = timedelta(hours=(first + count - 1 - number) * 7 + random.randrange(7))
            moment = (now - age).replace(microsecond=0)
            posts.append(_post(number, random, moment, zone, domains, pool))
            chosen = random.choices(range(len(tags)), cum_weights=popularity, k=_tag_count(random))
            labels += [{"post_id": number, "tag_id": tags[i].id} for i in set(chosen)]
            byline = authors[min(int(random.expovariate(1.2)), len(authors) - 1)]
            bylines.append({"post_id": number, "author_id": byline.id, "position": 0})
        db.session.execute(insert(Post.__table__), posts)  # type: ignore[arg-type]
        if labels:
            db.session.execute(insert(post_tags), labels)
        db.session.execute(insert(PostAuthor.__table__), bylines)  # type: ignore[arg-type]
        _move_sequence()
        db.session.commit()
        yield size


def _post(
    number: int,
    random: Random,
    moment: datetime,
    zone: ZoneInfo,
    domains: list[Domain],
    pool: list[dict[str, Any]],
) -> dict[str, Any]:
    slug = f"synthetic-{number}"
    text = random.choice(pool)
    title = _sentence(random, random.randint(3, 8)).rstrip(".")
    return {
        **text,
        "folded": f"{fold(title)}{text['folded']}",
        "id": number,
        "slug": slug,
        "slug_key": slug,
        "entry_id": f"tag:blog.invalid,2026:{slug}",
        "title": title,
        "summary": _sentence(random, 20) if random.random() < 0.5 else "",
        "kind": random.choice(("article", "article", "note")),
        "language": "",
        "canonical_url": "",
        "extra": {},
        "domain_id": random.choice(domains).id if random.random() < 0.9 else None,
        "created_at": moment,
        "saved_at": moment,
        "published_at": moment,
        "published_month": month_of(moment, zone),
        "unlisted": False,
        "version": 1,
        "origin": ORIGIN,
    }


def _text(random: Random) -> dict[str, Any]:
    """A body of lognormal length with sections, some code, and what is derived from it."""
    length = min(int(random.lognormvariate(8.58, 0.978)), 60_000)
    parts: list[str] = [_paragraph(random)]
    while sum(map(len, parts)) < length:
        if random.random() < 0.18:
            parts.append(f"## {_sentence(random, 4).rstrip('.')}")
        if random.random() < 0.12:
            noun, verb = random.choice(SPEECH[1]), random.choice(SPEECH[2])
            parts.append(CODE.format(noun=noun, verb=verb, number=random.randint(2, 99)))
        parts.append(_paragraph(random))
    body = "\n\n".join(parts) + "\n"
    return {"body": body, **derived(body, {})}


def _paragraph(random: Random) -> str:
    return " ".join(_sentence(random, random.randint(6, 18)) for _ in range(random.randint(2, 5)))


def _sentence(random: Random, words: int) -> str:
    text = " ".join(random.choice(SPEECH[i % 3]) for i in range(words))
    return f"{text[:1].upper()}{text[1:]}."


def _tag_names(random: Random, count: int) -> list[str]:
    """Names for as many tags as a blog of this size has: 7.07 n^0.48, at most 800."""
    wanted = min(800, max(8, round(7.07 * count**0.48)))
    names = [*SPEECH[1], "CI/CD", "C++", "Node.js", "HTTP/2", "LLM inference", "Système"]
    while len(names) < wanted:
        names.append(f"{random.choice(SPEECH[1])} {random.choice(SPEECH[1])} {len(names)}")
    return names[:wanted]


def _tag_count(random: Random) -> int:
    return random.choices(range(len(TAGS_PER_POST)), weights=TAGS_PER_POST)[0]


def _move_sequence() -> None:
    """PostgreSQL does not notice ids it did not give out itself."""
    if db.engine.dialect.name == "postgresql":
        highest = select(func.max(Post.id)).scalar_subquery()
        db.session.execute(select(func.setval(func.pg_get_serial_sequence("posts", "id"), highest)))
