"""A source that says what a test tells it to."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath

from blogapp.importing.errors import NotAPost
from blogapp.importing.reading import SourcePost
from blogapp.importing.sources import AsideList, Item, Source, SourceAuthor, SourceName

NOW = datetime(2026, 6, 2, 9, tzinfo=UTC)
MARCH = datetime(2024, 3, 5, 9, tzinfo=UTC)


@dataclass
class Spoken(Source):
    posts: list[SourcePost] = field(default_factory=list)
    people: tuple[SourceAuthor, ...] = ()
    tags: tuple[SourceName, ...] = ()
    ways: dict[str, str] = field(default_factory=dict)
    tables: tuple[AsideList, ...] = ()
    files: dict[str, object] = field(default_factory=dict)

    def count(self):
        return len(self.posts)

    def items(self):
        for post in self.posts:
            yield Item(str(post.path), lambda post=post: self.read(post))

    def read(self, post):
        if post.title == "nothing":
            raise NotAPost("is a menu")
        return post

    def authors(self):
        return self.people

    def names(self):
        return self.tags

    def moved(self):
        return self.ways

    def lists(self):
        return self.tables

    def find_file(self, address):
        return self.files.get(address)


def a_post(slug="caches", **fields):
    said = {"title": "Caches lie", "body": "Text.\n", "body_line": 1, "date": MARCH}
    return SourcePost(path=PurePosixPath(slug), slug=slug, **{**said, **fields})


def a_source(*posts, **told):
    return Spoken(name="old", base_url="https://old.example", posts=[*posts], **told)


def results(report):
    return {outcome.path: str(outcome.result) for outcome in report.outcomes}


def whats(report):
    return [problem.what for problem in report.problems]
