"""Turning the bytes of an XML file into text that a parser takes, and saying what was put right."""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from html.entities import html5
from pathlib import Path
from xml.sax.saxutils import escape

from blogapp.importing.errors import BrokenXml

MOST_BYTES = 1_000_000_000
# Each costs a moment; even a long export in a wrong encoding has fewer.
MOST_MENDED = 5_000_000

_CHUNK = 1 << 16

_DECLARATION = re.compile(r"\s*<\?xml\b([^>]{0,500}?)\?>")
_ENCODING = re.compile(rb"<\?xml\b[^>]{0,300}?\bencoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
# What the web means by these (Encoding Standard, 4.2).
_MEANT = {"ascii": "utf-8", "iso8859-1": "cp1252"}

_NO_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(
    r"&(?:#(?:(?P<decimal>\d{1,9})|x(?P<hex>[0-9a-fA-F]{1,8}));|(?P<name>[A-Za-z]\w{0,31});)?"
)
_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})
_AS_IT_IS = {"<![CDATA[": "]]>", "<!--": "-->"}
_AS_IT_IS_BEGINS = re.compile("|".join(map(re.escape, _AS_IT_IS)))
_LONGEST_REFERENCE = 36


class Mending:
    """Decodes a file and puts right what would stop the parser, counting what it did."""

    def __init__(self) -> None:
        self.line, self.mended = 1, 0
        self.counts: Counter[str] = Counter()
        self.first: dict[str, int] = {}
        self.held, self.until = "", ""

    def notes(self) -> list[tuple[int, str]]:
        return [
            (self.first[what], f"{what} ({count} times)" if count > 1 else what)
            for what, count in self.counts.items()
        ]

    def texts(self, path: Path) -> Iterator[str]:
        """Yield the file as text, nothing before its first tag, no line break lost."""
        head = True
        for text in self._decoded(path):
            text = self._without_controls(text)
            if head:
                text, head = self._without_declaration(text), False
            yield self._referred(text)
        yield self._referred("", last=True)

    def _decoded(self, path: Path) -> Iterator[str]:
        try:
            if not path.is_file():  # a pipe would be waited for
                raise BrokenXml("is not a file" if path.exists() else "leads nowhere")
            if (size := path.stat().st_size) > MOST_BYTES:
                raise BrokenXml(
                    f"has {size / 1e9:.1f} GB; export it in parts of at most"
                    f" {MOST_BYTES // 1_000_000_000} GB"
                )
            with path.open("rb") as file:
                chunk = file.read(_CHUNK)
                decoder = self._decoder(chunk)
                while chunk:
                    yield decoder.decode(chunk)
                    chunk = file.read(_CHUNK)
            yield decoder.decode(b"", True)
        except UnicodeError as error:
            raise BrokenXml(f"cannot be decoded ({error})", self.line) from error
        except OSError as error:
            raise BrokenXml(f"cannot be read ({error.strerror})") from error

    def _decoder(self, head: bytes) -> codecs.IncrementalDecoder:
        marked = (encoding for mark, encoding in _MARKS if head.startswith(mark))
        encoding = next(marked, "") or self._declared(head)
        wide = encoding.startswith(("utf-16", "utf-32"))
        # Bytes that are wrong become surrogates, which tell them from all that is right.
        return codecs.getincrementaldecoder(encoding)("replace" if wide else "surrogateescape")

    def _declared(self, head: bytes) -> str:
        found = _ENCODING.search(head[:1024])
        return self._known(found[1].decode("ascii")) if found else "utf-8"

    def _known(self, declared: str) -> str:
        try:
            encoding = codecs.lookup(declared).name
            if codecs.decode(b"<x/>", encoding) != "<x/>":
                raise LookupError  # UTF-16 that is none, or no encoding of text at all
        except (LookupError, ValueError, TypeError):
            self._note(1, f"names the encoding {declared}, which it is not in; read as UTF-8")
            return "utf-8"
        return _MEANT.get(encoding, encoding)

    def _without_controls(self, text: str) -> str:
        if _NO_CHARACTERS.search(text) is None:
            return text.removeprefix("\ufeff") if self.line == 1 else text

        def mend(found: re.Match[str]) -> str:
            code = ord(found[0])
            if 0xDC80 <= code <= 0xDCFF:
                self._note_in(text, found.start(), "a byte of another encoding (Windows-1252)")
                return bytes([code - 0xDC00]).decode("cp1252", "replace")
            self._note_in(text, found.start(), "a character that no XML may hold, left out")
            return ""

        return _NO_CHARACTERS.sub(mend, text)

    def _without_declaration(self, text: str) -> str:
        """Leave out what the parser need not know, and what programs printed before it."""
        if (begin := text.find("<")) > 0 and text[:begin].strip():
            self._note(1, "something stands before the first tag, left out")
            text = "\n" * text.count("\n", 0, begin) + text[begin:]
        if found := _DECLARATION.match(text):
            text = "\n" * found[0].count("\n") + text[found.end() :]
        return text

    def _referred(self, text: str, *, last: bool = False) -> str:
        """Put right references where they are such; what may go on later is held back."""
        self.held += text
        written: list[str] = []
        while self.held:
            end, until = self._next_mark()
            if end < 0:
                written.append(self._take(len(self.held) if last else self._safe_end()))
                break
            written.append(self._take(end))
            self.until = until
        return "".join(written)

    def _next_mark(self) -> tuple[int, str]:
        """Return where the next section of text as it is begins or ends, and what ends it."""
        if self.until:
            begin = self.held.find(self.until)
            return (begin + len(self.until) if begin >= 0 else -1), ""
        found = _AS_IT_IS_BEGINS.search(self.held)
        return (found.end(), _AS_IT_IS[found[0]]) if found else (-1, "")

    def _safe_end(self) -> int:
        end = len(self.held)
        if self.until:
            return max(0, end - len(self.until))
        bracket = self.held.rfind("<", max(0, end - len("<![CDATA[")))
        reference = self.held.rfind("&", max(0, end - _LONGEST_REFERENCE))
        return min(end if bracket < 0 else bracket, end if reference < 0 else reference)

    def _take(self, end: int) -> str:
        taken, self.held = self.held[:end], self.held[end:]
        written = taken
        if not self.until and "&" in taken:
            written = _REFERENCE.sub(lambda found: self._reference(taken, found), taken)
        self.line += taken.count("\n")
        return written

    def _reference(self, text: str, found: re.Match[str]) -> str:
        if name := found["name"]:
            if name in _OF_XML:
                return found[0]
            if characters := html5.get(f"{name};"):
                return escape(characters)
            self._note_in(text, found.start(), f"&{name}; stands for nothing, kept as text")
            return f"&amp;{name};"
        if digits := found["decimal"] or found["hex"]:
            code = int(digits, 10 if found["decimal"] else 16)
            if 0 < code < 0x110000 and not _NO_CHARACTERS.match(chr(code)):
                return found[0]
            self._note_in(text, found.start(), "a character that no XML may hold, left out")
            return ""
        self._note_in(text, found.start(), "a bare &, kept as text")
        return "&amp;"

    def _note_in(self, text: str, position: int, what: str) -> None:
        first = what not in self.counts
        self._note(self.line + (text.count("\n", 0, position) if first else 0), what)

    def _note(self, line: int, what: str) -> None:
        self.mended += 1
        if self.mended > MOST_MENDED:
            raise BrokenXml(f"is damaged in more than {MOST_MENDED:,} places", line)
        if what in self.counts or len(self.counts) < 20:
            self.counts[what] += 1
            self.first.setdefault(what, line)
