"""The blogs that are measured: made-up posts in a cache folder, and the addresses in them."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from blogapp.demo.labelling import TAGS
from blogapp.demo.speaking import COMMON_WORD, RARE_WORD
from blogapp.text.slugs import slugify

ROOT = Path(__file__).parents[1]
CARDS = 12
DEEP = 5000
# Posts of both sizes of blog are compared: one without a series, near to 6,200 characters.
POST = """
SELECT slug FROM posts JOIN post_tags ON post_id = id
WHERE published_at < datetime('now', '-1 day') AND withdrawn_at IS NULL AND deleted_at IS NULL
  AND unlisted = 0 AND is_page = 0 AND series_id IS NULL AND domain_id IS NOT NULL
  AND language = 'en'
GROUP BY id HAVING count(*) = 3
ORDER BY abs(length(body) - 6200), id LIMIT 1
"""
NEWEST = """
SELECT posts.id, posts.slug, title, coalesce(nullif(summary, ''), excerpt) AS summary, kind,
       minutes, published_at, domains.slug AS domain, domains.name AS domain_name
FROM posts LEFT JOIN domains ON domains.id = domain_id
WHERE published_at <= datetime('now') AND withdrawn_at IS NULL AND deleted_at IS NULL
  AND unlisted = 0 AND is_page = 0
ORDER BY published_at DESC, posts.id DESC LIMIT ?
"""
TAGS_OF = """
SELECT name, slug FROM tags JOIN post_tags ON tag_id = id WHERE post_id = ? ORDER BY name
"""


@dataclass(frozen=True)
class Blog:
    """A blog of so many posts in a folder of its own."""

    posts: int
    folder: Path

    @property
    def megabytes(self) -> float:
        """How much its database takes."""
        return self._database.stat().st_size / 1e6

    @property
    def _database(self) -> Path:
        return self.folder / "blog.sqlite"

    def addresses(self) -> Mapping[str, str]:
        """Return the addresses that are measured, by the names that results have for them."""
        first, second = sorted(slugify(name) for name in TAGS[:2])
        page = max(2, min(DEEP, self.posts * 9 // 10 // CARDS))  # some posts are still to come
        return {
            "listing": "/",
            "page": f"/?page={page}",
            "tag": f"/tags/{first}",
            "two tags": f"/?{urlencode([('tag', first), ('tag', second)])}",
            "post": self.post(),
            "feed": "/feed.xml",
            "rare word": f"/?q={RARE_WORD}",
            "common word": f"/?q={COMMON_WORD}",
            "typeahead": f"/search?q={RARE_WORD[:4]}&fragment=suggestions",
        }

    def post(self) -> str:
        """Return the address of a post of usual length."""
        with closing(self._open()) as database:
            found = database.execute(POST).fetchone()
            slug = (found or database.execute(NEWEST, (1,)).fetchone())["slug"]
        return f"/posts/{quote(slug)}"

    def cards(self, limit: int = CARDS) -> list[dict[str, Any]]:
        """Return what the newest posts' cards say, as plain data."""
        with closing(self._open()) as database:
            posts = [dict(row) for row in database.execute(NEWEST, (limit,))]
            for post in posts:
                post["address"] = f"/posts/{quote(post['slug'])}"
                post["tags"] = [dict(row) for row in database.execute(TAGS_OF, (post["id"],))]
        return posts

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(f"{self._database.as_uri()}?mode=ro", uri=True)
        database.row_factory = sqlite3.Row
        return database


def find_blog(cache: Path, posts: int) -> Blog:
    """Return the blog of so many posts in the cache folder, made up first if there is none.

    One that is there is brought to this version.
    """
    folder = cache / str(posts)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "blog.sqlite").exists():
        sys.stderr.write(f"Making up {posts:,} posts in {folder}, once\n")
        run_blogapp(folder, "synth", "--posts", str(posts))
    run_blogapp(folder, "init")
    return Blog(posts, folder)


def run_blogapp(instance: Path, *arguments: str, **settings: str) -> str:
    """Run the operator's command on the blog in ``instance``; return what it says."""
    command = [sys.executable, "-c", "from blogapp.cli import main; main()", *arguments]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(instance, **settings),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def environment(instance: Path, **settings: str) -> dict[str, str]:
    """Return this process's environment with no settings of a blog but these."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("BLOG_")}
    return kept | {"BLOG_INSTANCE": str(instance), "BLOG_ACCESS_LOG": "0"} | settings
