"""Reading Buttondown's export: a list of e-mails, and a file of each one's text."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from blogapp.importing.addressing import given_addresses
from blogapp.importing.bodies import Body
from blogapp.importing.errors import NoSite
from blogapp.importing.exports import Export, called_by_address, grouped, unpack
from blogapp.importing.json_objects import objects
from blogapp.importing.opening import read_text
from blogapp.importing.reading import SourcePost
from blogapp.importing.sources import AsideList, Item
from blogapp.importing.tables import kept_table, table_rows
from blogapp.importing.values import Row, sound
from blogapp.text.mojibake import garbled_lines
from blogapp.text.slugs import clean_slug, slugify
from blogapp.text.templating import resolve

_MODE = re.compile(r"\s*<!--\s*buttondown-editor-mode:\s*(\w+)\s*-->")
_PLACEHOLDER = re.compile(r"\{\{\s*[\w.]+\s*\}\}")
_LISTS = ("emails", "messages")
# Spellings of what everybody may read, in the exports of several years.
_PUBLIC = frozenset({"", "public", "app", "api", "import", "imported", "email", "rss"})
_NOT_SENT = frozenset({"draft", "deleted", "errored", "paused", "managed_by_rss", "transactional"})


@dataclass(kw_only=True)
class ButtondownExport(Export):
    rows: list[Mapping[str, Any]]
    texts: dict[str, Path]  # by the e-mail's slug
    people: list[Path] = field(default_factory=list)

    def count(self) -> int:
        return len(self.rows) + len(self._without_rows())

    def items(self) -> Iterator[Item]:
        for row in self.rows:
            values = Row(row)
            id = values.text("id", "slug") or slugify(values.text("subject"))
            yield Item(f"emails/{id}", partial(_post, row, f"emails/{id}", self))
        for slug in self._without_rows():
            row = {"slug": slug, "subject": slug.replace("-", " ").capitalize(), "status": "draft"}
            yield Item(f"emails/{slug}", partial(_post, row, f"emails/{slug}", self))

    def moved(self) -> Mapping[str, str]:
        home = urlsplit(self.base_url).path.rstrip("/")
        return (
            {f"{home}/rss": "/rss.xml", f"{home}/archive/": "/archive"}
            if home
            else {"/rss": "/rss.xml"}
        )

    def lists(self) -> Iterator[AsideList]:
        if found := kept_table(self.people, "buttondown-subscribers"):
            yield found

    def _without_rows(self) -> list[str]:
        return sorted(self.texts.keys() - {Row(row).text("slug") for row in self.rows})


def open_buttondown(
    path: Path, *, zone: tzinfo, name: str = "", base_url: str = ""
) -> ButtondownExport:
    """Return Buttondown's export at ``path``. Raises `NoSite` with what is wrong with it."""
    with ExitStack() as stack:
        root = unpack(path, stack)
        source = ButtondownExport(
            name=name or called_by_address(base_url, "buttondown"),
            base_url=base_url,
            root=root,
            zone=zone,
            rows=[],
            texts={},
        )
        lists = [file for file in source.files(".json", ".csv") if file.stem.lower() in _LISTS]
        # Where both are there, they say the same; JSON keeps what is no text.
        lists.sort(key=lambda file: file.suffix.lower() != ".json")
        refused: list[NoSite] = []
        for file in lists:
            try:
                source.rows = source.rows or list(_rows(file))
            except NoSite as error:
                refused.append(error)
                source.lose(source.relative(file), str(error).removeprefix(f"{file.name} "))
        others: list[str] = []
        for file in source.files(".md", ".markdown", ".html", ".csv", ".json", ".txt"):
            if file.suffix.lower() in (".md", ".markdown", ".html") and file != root:
                source.texts.setdefault(file.stem, file)
            elif "subscriber" in file.stem.lower() and file.suffix.lower() == ".csv":
                source.people += [file] if source.is_sound_table(file) else []
            elif file not in lists:
                others.append(source.relative(file))
        if not source.rows and (refused or not source.texts):
            raise refused[0] if refused else NoSite(f"{path.name} holds no e-mails of Buttondown's")
        for place, number in grouped(others):
            source.lose(place, f"{number} file{'s' * (number > 1)}: no e-mails; left out")
        if not base_url:
            source.lose(
                source.name,
                "says nowhere at which address it was: name it by --base-url, such as"
                " https://buttondown.com/name, so that feed readers know the posts",
            )
        source.opened = stack.pop_all()
        return source


def _rows(file: Path) -> Iterator[Mapping[str, Any]]:
    if file.suffix.lower() == ".csv":
        yield from table_rows(file)
    else:
        for _place, row in objects(file, lambda place: place in ("item", "results.item")):
            yield row


def _post(given: Mapping[str, Any], path: str, source: ButtondownExport) -> SourcePost:
    row = Row(given, source.zone)
    title = row.words("subject", "title")
    wanted = row.text("slug")
    slug = clean_slug(wanted) if wanted else slugify(title)
    if not title:
        row.notes.append("has no subject; named after its address")
    body = Body(source.base_url, row.notes)
    _write(row, source.texts.get(wanted) or source.texts.get(row.text("id")), body)
    text = body.written()
    home = urlsplit(source.base_url).path.rstrip("/")
    is_private = row.text("email_type").lower() not in _PUBLIC
    return SourcePost(
        path=PurePosixPath(path),
        title=title or slug.replace("-", " ").capitalize(),
        body=text,
        body_line=1,
        slug=slug,
        date=row.moment("publish_date", "creation_date"),
        draft=_is_draft(row, is_private=is_private),
        summary=row.words("description"),
        canonical_url=row.text("canonical_url"),
        covers=tuple(filter(None, [row.text("image")])),
        addresses=tuple(given_addresses([f"{home}/archive/{wanted}/"], PurePosixPath("/")))
        if wanted
        else (),
        extra={
            "imported": {
                "site": source.name,
                "path": path,
                "form": "buttondown",
                **row.filled(*(column for column in given if column not in ("body", "subject"))),
            }
        },
        problems=tuple((1, note) for note in dict.fromkeys(row.notes)),
        # The guid of Buttondown's feed is the post's address.
        entry_id=f"{source.base_url}/archive/{wanted}/" if source.base_url and wanted else "",
        converted=True,
    )


def _is_draft(row: Row, *, is_private: bool) -> bool:
    status = row.text("status").lower()
    if status in _NOT_SENT or (not status and not row.text("publish_date")):
        return True
    if is_private:
        row.notes.append(
            f"only some could read it (type: {row.text('email_type')[:60]}); it is a draft here,"
            " so that nothing comes out by itself"
        )
    return is_private


def _write(row: Row, file: Path | None, body: Body) -> None:
    text = sound(read_text(file)) if file else row.text("body")
    if not text:
        body.note("has no file with its text; it comes without one")
    found = _MODE.match(text)
    text = text[found.end() :] if found else text
    is_html = bool(found and found[1].lower() == "fancy") or (file and file.suffix == ".html")
    if is_html:
        body.html(text)
        return
    body.markdown(text)
    for _line, garbled, fixed in garbled_lines(text):
        body.note(f"“{garbled}” looks like “{fixed}” read in the wrong encoding; left as it is")
    tags = [*(tag.text for tag in resolve(text).dropped), *_PLACEHOLDER.findall(text)]
    if tags:
        names = ", ".join(tag[:60] for tag in dict.fromkeys(tags[:3]))
        body.note(f"template tags have no meaning here: {names}")
