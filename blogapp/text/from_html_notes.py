"""Footnotes: marks that lead to a list below, whose items lead back."""

import re

from bs4 import BeautifulSoup
from bs4.element import Tag

_MARK = re.compile(r"\s*[\[(]?(?:\d{1,3}|[*†‡a-z])[\])]?\s*")
_BACK = re.compile(r"[\s\[\]()^↑↩↵⏎⤴\ufe0e\ufe0f\xa0]*|back|return|\d{1,3}|zurück", re.I)
_AROUND = re.compile(r"footnote|endnote|references", re.I)
_HEADING = re.compile(r"(?:foot)?notes|references|fußnoten|anmerkungen", re.I)


def find_notes(soup: BeautifulSoup) -> dict[str, Tag]:
    """Take the notes out; return them by number, in the order of their first mark."""
    by_id = {str(tag["id"]): tag for tag in reversed(soup.find_all(id=True))}
    by_id |= {str(tag["name"]): tag for tag in soup.find_all("a") if tag.get("name")}
    notes: dict[int, tuple[str, Tag]] = {}
    for link in soup.find_all("a", href=re.compile("^#.")):
        if not _MARK.fullmatch(link.get_text()):
            continue
        note = _note_of(by_id.get(str(link["href"])[1:]), link)
        if note is not None:
            number, _ = notes.setdefault(id(note), (str(len(notes) + 1), note))
            _replace(soup, link, number)
    for _, note in notes.values():
        _take_out(note)
    return dict(notes.values())


def _note_of(target: Tag | None, link: Tag) -> Tag | None:
    """Return the note that ``link`` is a mark of, if what it leads to leads back."""
    if target is None or target.find_parent("sup") or link.find_parent("li") is target:
        return None
    note = target if target.name in ("li", "p", "div", "aside") else target.find_parent(("li", "p"))
    if note is None or link in note.descendants:
        return None
    ids = {str(tag.get("id") or tag.get("name") or "") for tag in [link, *link.find_all(True)]}
    around = list(link.parents)[:2]
    ids |= {str(tag.get("id") or "") for tag in around if tag.name in ("sup", "span")}
    for back in note.find_all("a", href=re.compile("^#.")):
        if str(back["href"])[1:] in ids:
            return note
    return None


def _replace(soup: BeautifulSoup, link: Tag, number: str) -> None:
    mark = soup.new_tag("sup")
    mark["data-note"] = number
    around = link.parent
    if around is not None and around.name == "sup" and not _rest(around, link):
        around.replace_with(mark)
    else:
        link.replace_with(mark)


def _rest(around: Tag, link: Tag) -> str:
    return around.get_text().replace(link.get_text(), "", 1).strip("[]() \n")


def _take_out(note: Tag) -> None:
    for back in note.find_all("a", href=re.compile("^#.")):
        if _BACK.fullmatch(back.get_text().strip()):
            around = back.parent
            back.decompose()
            if around and around.name in ("sup", "span") and not around.get_text().strip():
                around.decompose()
    parent = note.parent
    note.extract()
    note.name, note.attrs = "div", {}
    while parent is not None and parent.name in ("ol", "ul", "div", "section", "aside"):
        if parent.get_text(strip=True) and not _is_only_heading(parent):
            break
        above = parent.parent
        parent.decompose()
        parent = above


def _is_only_heading(around: Tag) -> bool:
    classes = " ".join(around.get("class") or ())
    return bool(_AROUND.search(classes) and _HEADING.fullmatch(around.get_text(strip=True)))
