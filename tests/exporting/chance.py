"""Rows of every table that is exported, with values by chance in every column."""

import hashlib
from datetime import UTC, datetime, timedelta
from io import BytesIO
from random import Random

from PIL import Image
from sqlalchemy import JSON, Boolean, Integer, String, insert, select

from blogapp.extensions import Base, UTCDateTime, db
from blogapp.text.folding import caseless

WORDS = [
    *("wal", "lease", "Größe", "Системы", "C++", "#", "- item", "key: value", "null", "1e3"),
    *("2024-01-01", "yes", "~", "'", '"', "\\", "{{< gist >}}", "{% raw %}", "{{ x }}", "—", "🙂"),
    *("\t", "  ", "a\u2028b", "\x85", "&amp;", "<b>", "|", ">", "%", "@", "`", "[x](y.png)"),
]
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
MANY = 4


def fill(seed, store):
    """Make rows of all tables; the caller commits."""
    Chance(Random(seed), store).fill()


class Chance:
    def __init__(self, random, store):
        self.random, self.store, self.number = random, store, 0

    def fill(self):
        authors = [self.row("authors", **self.person(n)) for n in range(MANY)]
        media = [
            self.row("media", **self.picture(n, self.one(authors)), replaced_by_id=None)
            for n in range(MANY)
        ]
        people, table = Base.metadata.tables["authors"], Base.metadata.tables["media"]
        key = db.session.scalar(select(table.c.key).where(table.c.id == media[0]))
        db.session.execute(people.update().where(people.c.id == authors[1]).values(picture=key))
        for one, by in ((media[0], media[1]), (media[1], media[2])):
            db.session.execute(table.update().where(table.c.id == one).values(replaced_by_id=by))
        names = {
            table: [self.row(table, **self.name(n)) for n in range(MANY)]
            for table in ("domains", "series", "tags")
        }
        tags = names["tags"]
        for n, tag in enumerate([*tags[:2], None]):
            self.row("tag_aliases", tag_id=tag, **(self.name(f"o{n}") if tag else self.gone()))
        self.row("distinct_tags", tag_id=tags[0], other_id=tags[3])
        self.row("distinct_tags", tag_id=tags[1], other_id=tags[2])
        self.site(media)
        posts = [self.post(n, names, media) for n in range(8)]
        for post in posts:
            self.beside(post, authors, media, tags)
        self.records(posts, media, authors)

    # What refers to each other

    def post(self, n, names, media):
        dates = {
            "published_at": self.random.choice([None, BEGIN, BEGIN, self.moment()]),
            "withdrawn_at": self.random.choice([None, None, self.moment()]),
            "deleted_at": self.random.choice([None, None, self.moment()]),
        }
        slug = self.slug(n)
        return self.row(
            "posts",
            slug=slug,
            slug_key=slug.casefold(),
            is_page=n % 3 == 2,
            canonical_url=self.random.choice(["", "https://example.org/ä?x=1"]),
            version=self.random.randrange(1, 50),
            sections=[{"text": self.text(), "begins": "x", "ids": ["a", "b"], "gone": False}],
            domain_id=self.one(names["domains"]),
            series_id=self.one(names["series"]),
            cover_id=self.one(media),
            html="",
            text="",
            excerpt="",
            headings=[],
            drawings={},
            **dates,
        )

    def beside(self, post, authors, media, tags):
        for tag in self.random.sample(tags, 2):
            db.session.execute(
                insert(Base.metadata.tables["post_tags"]).values(post_id=post, tag_id=tag)
            )
        for position, author in enumerate(self.random.sample(authors, 2)):
            self.row("post_authors", post_id=post, author_id=author, position=position)
        for n, file in enumerate(self.random.sample(media, 2)):
            self.row("post_media", post_id=post, media_id=file, name=f"{n}/{self.text()}.png")
        for number in (1, 2, 7):
            self.row(
                "revisions",
                post_id=post,
                number=number,
                author_id=self.one(authors),
                body=self.body(),
            )
        same = self.moment()
        for n in range(3):
            parent, url = ("0" if n else ""), self.random.choice(["", "https://example.org/"])
            said = {"source_id": str(n), "parent": parent, "url": url, "kind": "comment"}
            self.row("comments", post_id=post, at=self.random.choice([same, self.moment()]), **said)
        if self.random.random() < 0.6:
            typed = {"body": self.body(), "base_body": self.body(), "is_pending": True}
            self.row("drafts", post_id=post, changed_by_id=self.one(authors), **typed)
        self.row("confirmed_secrets", post_id=post, author_id=self.one(authors))

    def records(self, posts, media, authors):
        far = {"target": "https://example.org/x", "leads_out": True}
        near = {"target": "/rss.xml", "leads_out": False}
        for n, lead in enumerate([far, near, {"target": None}]):
            post = posts[n] if lead["target"] is None else None
            self.row("redirects", path=f"/old/{n}/ä?p={n}", post_id=post, **lead)
        self.row("redirects", path="/gone", post_id=None, target=None)
        self.row("imported_files", source="hugo", post_id=posts[0])
        self.row("imported_files", source="hugo", post_id=None)
        address = f"https://example.org/{self.text()}.png"
        digest = hashlib.sha256(address.encode()).hexdigest()
        self.row("imported_media", address=address, address_sha256=digest, media_id=media[0])
        self.row("kept_lists", columns=["name", "a,b\n"], rows='Ada,"x\n"\nGrace,y\n')
        self.row("kept_lists", columns=["e-mail"], rows="")

    # What columns of a kind must look like

    def person(self, n):
        slug = self.slug(f"a{n}")
        email = f"P{n}@example.org" if n else None
        role = self.random.choice(["owner", "editor", "author", "contributor"])
        keys = {"slug_key": slug.casefold(), "email_key": email and email.casefold()}
        links = [{"label": f"{self.text()}!", "address": f"https://example.org/@{n}"}]
        said = {"links": links, "picture": "", "password_hash": "a secret"}
        return {"slug": slug, "email": email, "role": role, **said, **keys}

    def name(self, n):
        name, slug = f"{self.text()} {n}".strip(), self.slug(n)
        return {"name": name, "name_key": caseless(name), "slug": slug, "slug_key": caseless(slug)}

    def gone(self):
        return {"name": None, "name_key": None, "slug": "gone", "slug_key": "gone"}

    def picture(self, n, by):
        out = BytesIO()
        Image.new("RGB", (3, 2 + n), (self.random.randrange(256), n, 0)).save(out, "PNG")
        data = out.getvalue()
        digest = hashlib.sha256(data).hexdigest()
        key = f"{digest[:16]}/p{n}.png"
        # Of one that was replaced long ago there is no file any more.
        if n:
            self.store.write(key, data)
        kind = {"content_type": "image/png", "size": len(data), "variants": {}}
        at = self.random.choice([BEGIN, self.moment()])
        return {"sha256": digest, "key": key, "created_at": at, "uploaded_by_id": by, **kind}

    def site(self, media):
        links = [{"label": self.text(), "address": "/about"}, {"label": "x", "address": ""}]
        self.row(
            "site",
            id=1,
            time_zone="Europe/Berlin",
            language="de",
            page_size=9,
            breadcrumb=links,
            navigation=self.random.choice([None, [], links]),
            tag_makers=self.random.choice(["owner", "contributor"]),
            second_factor_for=self.random.choice(["", "owner", "contributor"]),
            footer_links=self.random.choice([[], links]),
            social_links=links,
            card_fields=["title", "date"],
            list_parts=["years"],
            origins={"img": ["https://example.org"]},
            logo_id=media[2],
        )

    # Any row, any column

    def row(self, table_name, /, **given):
        table = Base.metadata.tables[table_name]
        values = {
            column.name: given[column.name] if column.name in given else self.value(column)
            for column in table.columns
            if column.name in given or not (column.primary_key and column.name == "id")
        }
        done = db.session.execute(insert(table).values(**values))
        return done.inserted_primary_key[0]

    def value(self, column):
        if column.foreign_keys:
            raise LookupError(f"say whom {column} refers to")
        if column.nullable and self.random.random() < 0.3:
            return None
        match column.type:
            case UTCDateTime():
                return self.moment()
            case Boolean():
                return self.random.random() < 0.5
            case Integer():
                return self.random.randrange(0, 5000)
            case JSON():
                made = column.default and column.default.arg(None)
                return (
                    self.tree() if isinstance(made, dict) else [self.text(), 1, None, self.tree()]
                )
            case String():
                text = f"{self.random.randrange(10**6)}{self.text()}"
                return text[: column.type.length or 1000]
        raise TypeError(column.type)

    def tree(self):
        return {"a": self.text(), "B": [1, True, None, {"c": self.text()}], self.text(): 1.5}

    def one(self, ids):
        return self.random.choice([None, *ids])

    def moment(self):
        return BEGIN + timedelta(microseconds=self.random.randrange(10**13))

    def slug(self, n):
        kinds = ["post", "con", "_x", "Größe", "Системы", "длинное" * 20, "a.b", "-"]
        return f"{self.random.choice(kinds)}-{n}" if self.random.random() < 0.8 else f"con.{n}"

    def text(self):
        words = [self.random.choice(WORDS) for _ in range(self.random.randrange(1, 6))]
        return " ".join(words)

    def body(self):
        lines = [self.text() for _ in range(self.random.randrange(4))]
        return "\n".join(
            [self.random.choice(["", "---", "\n\n", "# x"]), *lines, "\n" * len(lines)]
        )
