"""Exports that WordPress's own testers made, against counts taken from the files directly."""

import re
from datetime import UTC, datetime
from urllib.parse import unquote
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from blogapp.importing.errors import NotAPost
from blogapp.importing.sources import NameKind
from blogapp.importing.wordpress import open_wordpress

KITS = ("theme-unit-test-data.xml", "a11y-unit-test-data.xml", "small-export.xml")


@pytest.mark.parametrize("name", KITS)
def test_every_item_of_a_kit_is_a_post_a_page_or_a_line(shared, name):
    path = shared / "kits/importers/wordpress" / name
    items = list(ElementTree.parse(path).iter("item"))

    with open_wordpress(path, zone=ZoneInfo("UTC")) as source:
        found = list(source.items())
        read = [_read(item) for item in found]

    assert len(found) == len({item.path for item in found}) == source.count() == len(items)
    for item, post in zip(items, read, strict=True):
        if _field(item, "post_type") in ("post", "page") and _field(item, "status") != "trash":
            _compare(item, post)
        elif _field(item, "post_type"):
            assert isinstance(post, str), "left out, with the reason"


def _compare(item, post):
    gmt = _field(item, "post_date_gmt")
    if gmt and not gmt.startswith("0000"):
        assert post.date == datetime.fromisoformat(gmt).replace(tzinfo=UTC)
    assert post.is_page is (_field(item, "post_type") == "page")
    assert post.entry_id == (item.findtext("guid") or "")
    assert post.pinned is (_field(item, "is_sticky") == "1")
    is_open = _field(item, "status") in ("publish", "future")
    assert post.draft is not (is_open and not _field(item, "post_password"))
    if slug := _field(item, "post_name"):
        assert post.slug == unquote(slug)
    assert f"/?p={_field(item, 'post_id')}" in post.addresses
    approved = [
        comment
        for comment in item
        if _local(comment) == "comment" and _field(comment, "comment_approved") == "1"
    ]
    assert [comment.id for comment in post.comments] == [
        _field(comment, "comment_id") for comment in approved
    ]
    _compare_terms(item, post)
    pictures = re.findall(r"<img[^>]*src=", _content(item))
    assert post.body.count("![") + post.body.count("<img") >= len(pictures)


def _compare_terms(item, post):
    categories = {
        term.text
        for term in item.iter("category")
        if term.get("domain") == "category" and term.get("nicename") != "uncategorized"
    }
    tags = {term.text for term in item.iter("category") if term.get("domain") == "post_tag"}
    if not post.is_page:
        # Of two categories of one name, the one below another is told by that one's name.
        found = {re.sub(r" \(.*\)$", "", name) for name in (post.domain, *post.tags)}
        assert found - {""} == {" ".join(name.split()) for name in categories | tags}


def test_names_of_a_kit_keep_their_descriptions(shared):
    path = shared / "kits/importers/wordpress/small-export.xml"
    wanted = {
        _field(category, "category_nicename"): _field(category, "category_description")
        for category in ElementTree.parse(path).iter()
        if _local(category) == "category" and _field(category, "category_nicename")
    }
    del wanted["uncategorized"]

    with open_wordpress(path, zone=ZoneInfo("UTC")) as source:
        names = list(source.names())

    found = {name.slug: name.description for name in names if "/category/" in name.addresses[0]}
    assert found == wanted
    assert len({name.name.casefold() for name in names if name.kind is NameKind.DOMAIN}) == len(
        [name for name in names if name.kind is NameKind.DOMAIN]
    )


def _read(item):
    try:
        return item.read()
    except NotAPost as reason:
        return str(reason)


def _local(element):
    return element.tag.rpartition("}")[2]


def _field(element, name):
    return next(((child.text or "").strip() for child in element if _local(child) == name), "")


def _content(item):
    return item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded") or ""
