"""Exports of WordPress of any length, written for tests."""

from collections.abc import Callable, Iterable
from pathlib import Path
from xml.sax.saxutils import escape

_HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<!-- generator="WordPress/6.4" created="2026-01-02 08:00" -->
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/{version}/excerpt/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/{version}/">
<channel>
<title>Field notes</title><link>https://old.example</link><language>en-US</language>
<wp:wxr_version>{version}</wp:wxr_version>
<wp:base_site_url>https://old.example</wp:base_site_url>
<wp:base_blog_url>https://old.example</wp:base_blog_url>
{extra}
"""
_TAIL = "</channel>\n</rss>\n"
USERS = """<wp:author><wp:author_id>1</wp:author_id><wp:author_login>ada</wp:author_login>
<wp:author_email>ada@private.example</wp:author_email>
<wp:author_display_name><![CDATA[Ada Lindgren]]></wp:author_display_name>
<wp:author_first_name>Ada</wp:author_first_name><wp:author_last_name>Lindgren</wp:author_last_name>
</wp:author>
<wp:author><wp:author_id>2</wp:author_id><wp:author_login>idle</wp:author_login>
<wp:author_email>idle@private.example</wp:author_email>
<wp:author_display_name>Idle Hands</wp:author_display_name></wp:author>"""


def item(
    number: int,
    *,
    title: str = "A post",
    body: str = "",
    kind: str = "post",
    status: str = "publish",
    slug: str | None = None,
    extra: str = "",
    **fields: str,
) -> str:
    """Return an item; ``fields`` are more of ``wp:``, ``extra`` is XML."""
    slug = f"post-{number}" if slug is None else slug
    given = {
        "post_date": "2020-05-01 12:00:00",
        "post_date_gmt": "2020-05-01 10:00:00",
        "post_parent": "0",
        "is_sticky": "0",
    } | fields
    told = "".join(f"<wp:{name}>{escape(value)}</wp:{name}>" for name, value in given.items())
    return (
        f"<item><title>{escape(title)}</title><link>https://old.example/2020/05/{slug}/</link>"
        f'<dc:creator>ada</dc:creator><guid isPermaLink="false">https://old.example/?p={number}</guid>'
        f"<content:encoded><![CDATA[{body}]]></content:encoded>"
        f"<wp:post_id>{number}</wp:post_id><wp:post_name>{slug}</wp:post_name>"
        f"<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>{told}{extra}</item>\n"
    )


def attachment(number: int, name: str, *, parent: int = 0, alt: str = "", caption: str = "") -> str:
    """Return the item of an upload at ``/wp-content/uploads/2020/05/NAME``."""
    url = f"https://old.example/wp-content/uploads/2020/05/{name}"
    told = meta("_wp_attachment_image_alt", alt) if alt else ""
    return item(
        number,
        title=name,
        kind="attachment",
        status="inherit",
        slug=f"upload-{number}",
        extra=f"<excerpt:encoded>{escape(caption)}</excerpt:encoded>{told}",
        attachment_url=url,
        post_parent=str(parent),
    )


def meta(key: str, value: str) -> str:
    return (
        f"<wp:postmeta><wp:meta_key>{key}</wp:meta_key>"
        f"<wp:meta_value><![CDATA[{value}]]></wp:meta_value></wp:postmeta>"
    )


def term(taxonomy: str, slug: str, name: str) -> str:
    return f'<category domain="{taxonomy}" nicename="{slug}">{escape(name)}</category>'


def comment(number: int, body: str, **fields: str) -> str:
    given = {
        "comment_author": "Bo",
        "comment_author_email": "bo@private.example",
        "comment_author_url": "https://bo.example",
        "comment_author_IP": "192.0.2.7",
        "comment_date_gmt": "2020-05-02 10:00:00",
        "comment_approved": "1",
        "comment_type": "comment",
        "comment_parent": "0",
    } | fields
    told = "".join(f"<wp:{name}>{escape(value)}</wp:{name}>" for name, value in given.items())
    return (
        f"<wp:comment><wp:comment_id>{number}</wp:comment_id>"
        f"<wp:comment_content><![CDATA[{body}]]></wp:comment_content>{told}</wp:comment>"
    )


def write_export(
    path: Path, items: Iterable[str], *, extra: str = USERS, version: str = "1.2"
) -> Path:
    """Write an export of the items, one after the other; ``extra`` stands before them."""
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEAD.format(version=version, extra=extra))
        file.writelines(items)
        file.write(_TAIL)
    return path


def write_long_export(path: Path, posts: int = 10_000, *, words: int = 600) -> Path:
    """Write an export of many posts like those of a real blog; with comments and uploads.

    10,000 posts of 600 words are about 65 MB.
    """
    return write_export(path, (_long_item(number, words) for number in range(1, posts + 1)))


def _long_item(number: int, words: int) -> str:
    if number % 5 == 0:
        return attachment(number, f"chart-{number}.png", parent=number - 1, alt="A chart")
    paragraph = " ".join(_WORDS[(number * 7 + place) % len(_WORDS)] for place in range(80))
    parts = [_SECTION[place % len(_SECTION)](number, paragraph) for place in range(words // 80)]
    sorts = term("category", f"area-{number % 12}", f"Area {number % 12}")
    sorts += "".join(term("post_tag", f"tag-{number % n}", f"Tag {number % n}") for n in (40, 300))
    said = "".join(comment(number * 10 + place, paragraph) for place in range(number % 4))
    title = f"Note {number} on {_WORDS[number % len(_WORDS)]}"
    return item(number, title=title, body="\n\n".join(parts), extra=sorts + said)


_WORDS = """
    cache queue index shard replica latency backlog request worker thread socket buffer page
    commit snapshot journal quorum leader follower clock retry timeout budget alert trace
""".split()  # noqa: SIM905
_SECTION: tuple[Callable[[int, str], str], ...] = (
    lambda number, words: f"{words} <em>{number}</em>.",
    lambda number, words: f"<h2>Part {number}</h2>\n{words} <a href='/2020/05/post-1/'>before</a>.",
    lambda number, words: f"<ul>\n<li>{words[:60]}</li>\n<li>{words[60:120]}</li>\n</ul>",
    lambda number, words: f"[code language='python']\nvalue_{number} = 1\nprint(value)\n[/code]",
    lambda number, words: f"{words}\n\n<blockquote>{words[:90]}</blockquote>",
    lambda number, words: (
        f"[caption]<img src='https://old.example/wp-content/uploads/2020/05/chart-{number}.png'"
        f" alt='Chart'> A chart[/caption]\n\n{words}"
    ),
)
