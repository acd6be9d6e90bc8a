"""Requests that nobody means: values, bodies and headers for whatever `surface` describes."""

import json
import re
from functools import cache
from urllib.parse import quote_from_bytes

from werkzeug.datastructures import MultiDict

# What is odd in a text, in the order of the standards it offends; bytes go into addresses alone.
TEXTS = (
    *(
        "",
        " ",
        "\t",
        "\n",
        "\0",
        "a\0b",
        "\x01\x1b[31m",
        "\x7f",
        "\x85",
        "\ufeff",
        "\ufffe",
        "\uffff",
    ),
    *("\u202eabc", "\u200f\u200e", "\u2028", "e" + "\u0301" * 500, "Z\u0351\u036b" * 60, "א" * 99),
    *("\U0001f469\u200d\U0001f4bb", "\U000e0041", "ﷺ" * 50, "İıſK", "ß" * 80, "ﬁ", "数据库" * 50),
    *(
        "٣",
        "1²",
        "１２",
        "Ⅷ",
        "1_000",
        "0x1F",
        "017",
        "0b1",
        "1e3",
        "1e309",
        "-1e309",
        "NaN",
        "inf",
    ),
    *(
        "-1",
        "0",
        "-0",
        "+1",
        " 1",
        "1.0",
        "1,5",
        "2147483647",
        "2147483648",
        "4294967296",
        "9" * 19,
    ),
    *("9223372036854775807", "9223372036854775808", "18446744073709551616", "9" * 30, "9" * 5000),
    *("0000-00-00", "0000-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "2024-02-29", "24:00"),
    *("2026-02-29T00:00", "23:60", "00:00:00.0", "-1-1-1", "1969-12-31", "2026-13", "2026-W01-1"),
    *("true", "false", "null", "None", "undefined", "[]", "{}", "[1]", '{"a":1}', "on", "off", "a"),
    *(
        "'",
        '"',
        "`",
        "\\",
        "%",
        "%00",
        "%zz",
        "%",
        "%%",
        "%s%n",
        "{0}",
        "{{7*7}}",
        "${7*7}",
        "<!--",
    ),
    *("<script>alert(1)</script>", "';--", '"><img src=x onerror=alert(1)>', "]]>", "&#0;", "&amp"),
    *(
        "../../../etc/passwd",
        "..\\..\\",
        "/",
        "//",
        "//evil.example",
        "/./..",
        ".",
        "..",
        "...",
        "~",
    ),
    *("http://[", "http://[::1", "http://a:99999/", "http://\u2100.example", "javascript:alert(1)"),
    *("https://user:pw@h/", "mailto:a@b", "a@b", "a@" + "b" * 300, "@", "http://xn--a/", "//["),
    *("(" * 2000, "[" * 2000, "{" * 500, "a" * 301, "a " * 2000, ",".join("abc" * 400), "-" * 999),
    *('"' * 301, "*" * 300, "in:code a", "tag:", "after:9999", "before:0001-01-01", "NEAR(a b, 5)"),
    *("newest", "oldest", "relevance", "cards", "log", "minimal", "any", "all", "results", "posts"),
    *(
        "suggestions",
        "preview",
        "owner",
        "author",
        "now",
        "later",
        "2026",
        "1",
        "2",
        "3",
        "10",
        "11",
    ),
    *("hello", "leases", "a", "post", "csv", "delete", "withdraw", "tags", "en", "de", "UTC"),
    *("Europe/Nowhere", "xx-XX-xx", "#123456", "#gggggg", "red", "= 1+1", "@SUM(1)", "\r\nX: y"),
)
BYTES = (
    *(
        b"\xff",
        b"\xc0\x80",
        b"\xc0\xaf",
        b"\xe0\x80\xaf",
        b"\xed\xa0\x80",
        b"\xed\xbf\xbf",
        b"\xf8",
    ),
    *(b"\xf4\x90\x80\x80", b"a\xff", b"\x80", b"\xf0\x9f\x91", b"\xfe\xff\x00a", b"%C0%AE"),
)
LARGE = 10_000_000
# Bytes of a query; the server takes no longer line of a request.
LONGEST = 7_000
MANY = 5_000
TYPES = (
    *("text/plain", "application/json", "application/xml", "multipart/form-data", "a/b", "", ";"),
    *("multipart/form-data; boundary=", "multipart/form-data; boundary=x; charset=utf-16"),
    *("application/x-www-form-urlencoded; charset=utf-7", "application/octet-stream", "\xff/\xff"),
)
HEADERS = {
    "Accept": ("text/markdown", "application/json", "*/*;q=NaN", "," * 2000, "a/b;q=9e999", "\xff"),
    "Accept-Encoding": ("gzip;q=x", "br;q=1e309", "identity;q=0, *;q=0", "," * 999, "gzip, " * 500),
    "Accept-Language": ("xx-" * 400, "*", ";q=", "de;q=-1"),
    "Cookie": (
        "session=",
        "session=a.b.c",
        "session=" + "x" * 4000,
        "=;=;;",
        "a=b; " * 800,
        "\xff",
    ),
    "Host": ("evil.example", "", "[", "a b", "localhost:99999999"),
    "HX-Current-URL": ("//evil.example", "http://[", "%", "a" * 4000),
    "HX-Request": ("true", "\xff"),
    "HX-Request-Type": ("partial", "full", ""),
    "If-Match": ("*", '"', "W/", '"a",' * 500),
    "If-Modified-Since": ("Thu, 32 Foo 9999 99:99:99 GMT", "0", "Mon, 01 Jan 0001 00:00:00 GMT"),
    "If-None-Match": ("*", '"', 'W/"a', '"a",' * 1000, "\xff"),
    "If-Range": ('"', "a", "Thu, 99 Jan"),
    "If-Unmodified-Since": ("a", "Mon, 01 Jan 99999 00:00:00 GMT"),
    "Last-Event-ID": ("9" * 30,),
    "Origin": ("null", "http://evil.example", "http://["),
    "Range": (
        "bytes=0-",
        "bytes=-1",
        "bytes=9-1",
        "bytes=" + "0-0," * 900,
        "bytes=" + "9" * 40 + "-",
    ),
    "Referer": ("http://[", "//", "javascript:1", "\xff"),
    "Sec-Fetch-Site": ("cross-site", "a"),
    "X-CSRFToken": ("\xff", "a" * 4000),
    "X-Forwarded-For": ("1.2.3.4, " * 300, "::::", "\xff"),
    "X-Forwarded-Host": ("evil.example",),
    "X-Forwarded-Prefix": ("/a", "//evil.example"),
    "X-HTTP-Method-Override": ("DELETE",),
    "User-Agent": ("", "\xff" * 400, "a" * 8000),
}


class Rubbish:
    """Makes requests up of ``random``; ``ids`` are of things that are there."""

    def __init__(self, random, *, every_name, ids=(1, 2, 3), seeds=()):
        self.random = random
        self.every_name = every_name
        self.ids = ids
        # What the blog gave out itself, to be bent: cursors, tokens, cookies.
        self.seeds = tuple(seeds)

    def request(self, operation, form=()):
        """Return what `open` of a test client takes, by keyword.

        ``form`` is how our own page fills this form in: most of it is kept in half of them.
        """
        path = self._path(operation)
        query = self._query(operation)
        sent = {
            "method": "PUT" if self._one_in(60) else operation.method,
            "environ_overrides": {
                "PATH_INFO": path.decode("latin-1"),
                "QUERY_STRING": query,
                "RAW_URI": quote_from_bytes(path) + (f"?{query}" if query else ""),
            },
            "headers": self._headers(),
        }
        if operation.body:
            sent |= self._body(operation, dict(form))
        return sent

    def text(self):
        """Return a value of any kind."""
        draw = self.random.random()
        if self.seeds and draw < 0.1:
            return self._bent(self.random.choice(self.seeds))
        if draw < 0.2:
            return str(self.random.choice(self.ids))
        if draw < 0.25:
            return "".join(self.random.choices(TEXTS, k=3))[:3000]
        if draw < 0.3:
            return chr(self.random.choice([*range(0xD7FF), *range(0xE000, 0xE100)][::7]))
        return self.random.choice(TEXTS)

    def json(self, depth=0):
        """Return a value of any type that JSON has."""
        kind = self.random.randrange(9 if depth < 3 else 6)
        if kind < 2:
            return self.text()
        if kind < 6:
            odd = (None, True, False, 0, -1, 1, 1.5, 10**30, -(10**19), 1e308, "", [], {}, "a" * 9)
            return self.random.choice(odd)
        names = (*self.every_name, "client", "sequence", "base", "fields", "body", "inserted")
        if kind < 7:
            return [self.json(depth + 1) for _ in range(self.random.randrange(4))]
        chosen = self.random.sample(names, 3)
        return {name: self.json(depth + 1) for name in chosen}

    def _path(self, operation):
        path = operation.path.encode()
        for name, is_number in operation.places:
            if is_number and not self._one_in(4):
                value = str(self.random.choice(self.ids)).encode()
            elif self._one_in(6):
                value = self.random.choice(BYTES)
            else:
                value = self.text().encode("utf-8", "surrogatepass") or b"x"
            path = path.replace(b"{%s}" % name.encode(), value[:4000])
        return path

    def _query(self, operation):
        if not operation.query and not self._one_in(3):
            return ""
        pairs = []
        names = operation.query or self.every_name
        for _ in range(self.random.choice((0, 1, 1, 2, 3, 6))):
            name = self.random.choice(names if not self._one_in(5) else self.every_name)
            name += self.random.choice(("",) * 12 + ("[]", "[0]", "[a]", "\0", "."))
            is_broken = self._one_in(10)
            value = self.random.choice(BYTES) if is_broken else self.text().encode()
            pairs += [f"{quote_from_bytes(name.encode())}={quote_from_bytes(value)}"]
        if self._one_in(30):
            pairs *= 400
        query = self.random.choice("&&&&;").join(pairs)[:LONGEST]
        return query if not self._one_in(40) else query + self.random.choice(("&&&", "%", "=", "?"))

    def _headers(self):
        headers = [("Accept", "application/json")] if self._one_in(10) else []
        while self._one_in(3):
            name = self.random.choice(list(HEADERS))
            value = self.random.choice(HEADERS[name])
            if name == "Cookie" and self.seeds and self._one_in(2):
                value = self._bent(self.seeds[-1]).encode("ascii", "ignore").decode()
            headers.append((name, re.sub(r"[\r\n\0]", "", value)))
        return headers

    def _body(self, operation, form):
        kind = operation.body if not self._one_in(8) else self.random.choice(("json", "bytes"))
        if kind == "json":
            return {"data": self._json_text(), "content_type": "application/json"}
        if kind == "bytes":
            data = self.random.choice((b"", b"a", b"\xff" * 99, b"--x\r\n\r\n", bytes(70_000)))
            return {"data": data, "content_type": self.random.choice(TYPES)}
        fields = self._fields(operation.form, form)
        if operation.files or self._one_in(10):
            return self._multipart(fields, operation.files)
        if self._one_in(15):
            data = "&".join(f"{name}=%ff%00&{name}[]=%u0041" for name, _ in fields) or "%"
            return {"data": data, "content_type": "application/x-www-form-urlencoded"}
        return {"data": MultiDict(fields)}

    def _fields(self, names, form):
        names = tuple(dict.fromkeys((*names, *form))) or self.every_name
        if form and self._one_in(2):
            spoiled = set(self.random.sample(names, min(len(names), self.random.randrange(3))))
            fields = [(name, self.text() if name in spoiled else form[name]) for name in form]
        else:
            fields = [(name, self.text()) for name in names if not self._one_in(5)]
        if self._one_in(8):
            fields += [(self.random.choice(self.every_name), self.text()) for _ in range(3)]
        if fields and self._one_in(10):
            fields += fields
        if fields and self._one_in(80):
            fields[self.random.randrange(len(fields))] = (self.random.choice(names), _large())
        if fields and self._one_in(60):
            fields += [fields[0]] * self.random.choice((200, MANY))
        return fields

    def _multipart(self, fields, files):
        """Return a body by hand: what clients write of it is in order."""
        end = "\r\n" if not self._one_in(20) else "\n"
        parts = [(f'form-data; name="{name}"', value) for name, value in fields[:200]]
        for name in files:
            shown = self.text().replace('"', "%22").replace("\r", "").replace("\n", "")
            kind = self.random.choice(("image/png", "text/html", "image/svg+xml", "", "a"))
            content = self.random.choice((*SOME_FILES, self.text()))
            told = f'form-data; name="{name}"; filename="{shown}"{end}Content-Type: {kind}'
            parts.append((told, content))
        if parts and self._one_in(20):
            odd = ("form-data", "x; name=", 'form-data; name="a"; filename*=x')
            parts.append((self.random.choice(odd), "a"))
        body = b"".join(
            f"--x{end}Content-Disposition: {told}{end}{end}{value}{end}".encode()
            for told, value in parts
        )
        body += b"" if self._one_in(20) else b"--x--\r\n"
        return {"data": body, "content_type": "multipart/form-data; boundary=x"}

    def _json_text(self):
        if self._one_in(6):
            odd = ("{", "[" * 100_000, '"\\ud800"', "NaN", "", "1" * 10_000, '{"a":1e999}', "\xff")
            return self.random.choice(odd)
        text = json.dumps({"client": "0123456789", "sequence": 1, "base": 0} | _dict(self.json()))
        return text if not self._one_in(10) else text[:-1]

    def _bent(self, text):
        """Return what the blog gave out with a bit changed, cut, or said twice."""
        data = bytearray(text.encode())
        match self.random.randrange(4):
            case 0 if data:
                data[self.random.randrange(len(data))] ^= 1 << self.random.randrange(7)
            case 1:
                data = data[: self.random.randrange(len(data) + 1)]
            case 2:
                data = data + data
            case _:
                pass
        return data.decode("utf-8", "replace")

    def _one_in(self, many):
        return self.random.randrange(many) == 0


def _dict(value):
    return value if isinstance(value, dict) else {"body": value}


@cache
def _large():
    return "a" * LARGE


SOME_FILES = (
    *("", "GIF89a", "\x89PNG\r\n\x1a\n", "<svg xmlns='http://www.w3.org/2000/svg'/>", "%PDF-1.4"),
    *("PK\x03\x04", "<html><script>alert(1)</script>", "a,b\n1,2\n", "/a,/b\n", "\xff\xd8\xff\xe0"),
    *("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "title: [", "\0" * 99),
)
