"""What is asked over HTTP: the servers, their rows, and the limits these are held to."""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from html import unescape
from http import HTTPStatus
from pathlib import Path
from time import monotonic, sleep

from bench.blogs import ROOT, Blog
from bench.limits import Limit
from bench.measuring import READER, Figure, Row, measure
from bench.serving import COUNTED, Answer, Core, Server, ask, free_port, gunicorn, nginx

PARTS = ("cached", "uncached", "store", "workers", "log")
ENCODINGS = ("identity", "gzip", "br")
SUFFIXES = {"identity": "", "gzip": ".gz", "br": ".br"}
KEPT, UNKEPT, TWO, LOGGED = "kept", "nothing kept", "kept, two workers", "kept, access log"
KINDS = (KEPT, UNKEPT, TWO, LOGGED)
BARE, BARE_TWO, BARE_LOGGED = "bare WSGI", "bare WSGI, two workers", "bare WSGI, access log"
FLASK, JINJA = "bare Flask", "Flask and Jinja"
RIVALS = {BARE: "bare", BARE_TWO: "bare", BARE_LOGGED: "bare", FLASK: "flask", JINJA: "jinja"}
STORE, FILES = "page store by nginx", "files by nginx"
PAGES = ROOT / "deploy" / "nginx-pages.conf"
PLAIN = """
server {{
    listen 127.0.0.1:{port}; root {files}; gzip_static on; add_header Vary Accept-Encoding;
    location ~ \\.br$ {{ types {{ text/html br; }} add_header Content-Encoding br; }}
}}
"""
STORED = 20  # seconds in which a page must be in the store
COOKIE = {"Cookie": "session=of-nobody"}
FRAGMENT = re.compile(r'hx-get="(/\?[^"]*fragment=posts[^"]*)"')
STATIC = re.compile(r'(?:href|src)="(/static/[^"]*\.(?:js|css)[^"]*)"')
# Rows of kept pages, by which addresses, in which encodings.
COMPARED = ("listing", "post")
OTHERS = ("tag", "two tags", "page", "feed")
UNCACHED = ("page", "tag", "two tags", "post", "feed", "rare word", "common word", "typeahead")
# gunicorn puts these in itself.
GUNICORN = {"server", "date", "connection", "transfer-encoding"}


@dataclass
class Bench:
    """Blogs, the fewest posts first, and what serves them and other answers meanwhile."""

    blogs: Sequence[Blog]
    folder: Path
    cores: Core
    stack: ExitStack
    servers: dict[str, Server] = field(default_factory=dict)

    def blog(self, kind: str, blog: Blog) -> Server:
        """Return the server of a blog in one of the ways that are compared, started by need."""
        name = named(kind, blog)
        if name not in self.servers:
            logged = self.folder / f"{blog.posts}.log" if kind == LOGGED else None
            self.servers[name] = self.stack.enter_context(
                gunicorn(
                    name,
                    COUNTED,
                    blog.folder,
                    workers=2 if kind == TWO else 1,
                    cores=self.cores,
                    log=logged,
                    **({"BLOG_KEEP_MB": "0"} if kind == UNKEPT else {}),
                )
            )
        return self.servers[name]

    def store(self, blog: Blog) -> Server:
        """Return nginx before a blog whose pages it sends from the page store."""
        name = named(STORE, blog)
        if name not in self.servers:
            port, files = free_port(), self.folder / "store"
            files.mkdir()
            behind = self.stack.enter_context(
                gunicorn(
                    named("behind nginx", blog),
                    COUNTED,
                    blog.folder,
                    cores=self.cores,
                    log=self.folder / "store.log",  # it tells what nginx did not send itself
                    BLOG_PUBLIC_URL=f"http://127.0.0.1:{port}",
                    BLOG_PAGE_STORE=str(files),
                    BLOG_TRUSTED_PROXIES="1",
                )
            )
            servers = PAGES.read_text(encoding="utf-8")
            for old, new in {
                "127.0.0.1:8000": f"127.0.0.1:{behind.port}",
                "listen 80;": f"listen 127.0.0.1:{port};",
                "listen [::]:80;": "",
                "https://blog.example.com": f"http://127.0.0.1:{port}",
                "blog.example.com": "127.0.0.1",
                "/var/cache/blog": str(files),
            }.items():
                servers = servers.replace(old, new)
            self.servers[name] = self._nginx(name, servers, port, [behind])
        return self.servers[name]

    def files(self, answers: Mapping[str, Answer]) -> Server:
        """Return nginx that sends bodies as files, by name; started with those first given."""
        if FILES not in self.servers:
            port, files = free_port(), self.folder / "files"
            files.mkdir()
            for name, answer in answers.items():
                (files / name).write_bytes(answer.body)
            self.servers[FILES] = self._nginx(FILES, PLAIN.format(port=port, files=files), port, [])
        return self.servers[FILES]

    def _nginx(self, name: str, servers: str, port: int, behind: list[Server]) -> Server:
        folder = self.folder / f"nginx-{port}"
        folder.mkdir()
        return self.stack.enter_context(
            nginx(name, servers, folder, port=port, cores=self.cores, behind=behind)
        )

    def server(self, name: str) -> Server:
        """Return the server of that name, started by need."""
        if name in self.servers:
            return self.servers[name]
        if name in RIVALS:
            return self.rival(name)
        ways = {named(kind, blog): (kind, blog) for kind in KINDS for blog in self.blogs}
        return self.blog(*ways[name])

    def rival(self, name: str) -> Server:
        """Return the server of an answer that costs less than ours may, started by need."""
        if name not in self.servers:
            self.servers[name] = self.stack.enter_context(
                gunicorn(
                    name,
                    f"bench.rivals:{RIVALS[name]}",
                    self.folder,
                    workers=2 if name == BARE_TWO else 1,
                    conf="bench/rivals.conf.py",
                    cores=self.cores,
                    log=self.folder / "bare.log" if name == BARE_LOGGED else None,
                    BENCH_GIVEN=str(self.folder / "given.json"),
                )
            )
        return self.servers[name]


def named(kind: str, blog: Blog) -> str:
    return f"{kind}, {blog.posts:,} posts"


def measure_answers(
    bench: Bench,
    parts: Sequence[str],
    *,
    rounds: int,
    seconds: int,
    tell: Callable[[str], object] = lambda text: None,
) -> list[Figure]:
    """Return the figures of the parts' rows, whose rounds take turns."""
    encodings = offer(bench)
    makers = {
        "cached": cached,
        "uncached": uncached,
        "store": _store,
        "workers": _workers,
        "log": _log,
    }
    rows = [row for part in parts for row in makers[part](bench, encodings)]
    rows = [*{row.key: row for row in rows}.values()]
    return measure(rows, bench.server, rounds=rounds, seconds=seconds, cores=bench.cores, tell=tell)


def limits(sizes: Sequence[int]) -> list[Limit]:
    """Return what is held, for blogs of so many posts."""
    few, many = (f", {size:,} posts" for size in (sizes[0], sizes[-1]))
    kept, unkept = KEPT + many, UNKEPT + many
    return [
        *(
            Limit(
                "cached",
                f"{page} from memory, {encoding}: of bare WSGI with the same bytes and headers",
                *(f"{kept}: {page}, {encoding}", f"{BARE}: {page}, {encoding}"),
                *("throughput", 0.90),
            )
            for page in COMPARED
            for encoding in ENCODINGS
        ),
        Limit(
            "cached",
            "304: of bare WSGI answering 304",
            f"{kept}: 304",
            f"{BARE}: 304",
            "throughput",
            0.95,
        ),
        *(
            Limit(
                "store",
                f"{page} from the page store, {encoding}: of the same file, both by nginx",
                *(f"{STORE}{few}: {page}, {encoding}", f"{FILES}: {page}, {encoding}"),
                *("throughput", 0.90),
            )
            for page in COMPARED
            for encoding in ENCODINGS
        ),
        *(
            Limit(
                "uncached",
                f"{page}, nothing kept: times the CPU of Flask and Jinja with the same cards",
                *(f"{unkept}: {page}", f"{JINJA}: listing", "cost", bound),
            )
            for page, bound in (("listing", 2), ("tag", 2), ("two tags", 10))
        ),
        *(
            Limit(
                "cached",
                f"{page} from memory, gzip: times the CPU among {sizes[0]:,} posts",
                *(f"{KEPT}{many}: {page}, gzip", f"{KEPT}{few}: {page}, gzip", "cost", 1.0),
            )
            for page in COMPARED
            if few != many
        ),
        *(
            Limit(
                "uncached",
                f"{page}, nothing kept: times the CPU among {sizes[0]:,} posts",
                *(f"{UNKEPT}{many}: {page}", f"{UNKEPT}{few}: {page}", "cost", 1.3),
            )
            for page in ("listing", "tag", "post", "feed")
            if few != many
        ),
    ]


def offer(bench: Bench) -> list[str]:
    """Write what the rivals answer with, and return the encodings that the blog offers."""
    blog = bench.blogs[-1]
    ours, addresses = bench.blog(KEPT, blog), blog.addresses()
    answers = {
        f"/{page}-{encoding}": ask(ours, addresses[page], READER | {"Accept-Encoding": encoding})
        for page in COMPARED
        for encoding in ENCODINGS
    }
    offered = [
        encoding
        for encoding in ENCODINGS
        if answers[f"/listing-{encoding}"].header("content-encoding", "identity") == encoding
    ]
    answers["/"] = answers["/listing-identity"]
    answers["/304"] = ask(ours, "/", READER | _unchanged(ours))
    given = {
        "answers": {path: _packed(answer) for path, answer in answers.items()},
        "cards": blog.cards(),
    }
    (bench.folder / "given.json").write_text(json.dumps(given, default=str), encoding="utf-8")
    return offered


def _packed(answer: Answer) -> dict[str, object]:
    return {
        "status": f"{answer.status} {HTTPStatus(answer.status).phrase.upper()}",
        "headers": [pair for pair in answer.headers if pair[0].lower() not in GUNICORN],
        "body": b64encode(answer.body).decode(),
    }


def _unchanged(server: Server) -> dict[str, str]:
    """Return the headers of a reader who has the listing already, compressed."""
    sent = {"Accept-Encoding": "gzip"}
    return sent | {"If-None-Match": ask(server, "/", READER | sent).header("etag")}


def cached(bench: Bench, encodings: Sequence[str]) -> Iterator[Row]:
    bench.rival(BARE)
    for page in COMPARED:
        for encoding in encodings:
            sent = {"Accept-Encoding": encoding}
            yield from _beside_bare(bench, page, f"{page}, {encoding}", f"/{page}-{encoding}", sent)
    sent = _unchanged(bench.blog(KEPT, bench.blogs[-1]))
    yield from _beside_bare(bench, "listing", "304", "/304", sent, 304)
    sent = {"Accept-Encoding": encodings[-1]}
    for blog in bench.blogs:
        server = bench.blog(KEPT, blog)
        addresses = {**{name: blog.addresses()[name] for name in OTHERS}, **_found(bench, blog)}
        for name, address in addresses.items():
            is_kept = None if name == "static file" else True
            yield Row("cached", server.name, name, address, sent, is_kept=is_kept)


def _beside_bare(
    bench: Bench, page: str, name: str, path: str, sent: Mapping[str, str], status: int = 200
) -> Iterator[Row]:
    """Yield a bare answer, and the same of each blog."""
    compare(bench, bench.blogs[-1].addresses()[page], path, sent)
    yield Row("cached", BARE, name, path, sent, status)
    for blog in bench.blogs:
        server = bench.blog(KEPT, blog)
        headers = _unchanged(server) if status == 304 else sent
        address = blog.addresses()[page]
        yield Row("cached", server.name, name, address, headers, status, is_kept=True)


def compare(bench: Bench, page: str, path: str, headers: Mapping[str, str]) -> None:
    """End the run when the bare answer is not that of the blog, byte by byte."""
    ours = ask(bench.blog(KEPT, bench.blogs[-1]), page, READER | dict(headers))
    bare = ask(bench.rival(BARE), path, READER | dict(headers))
    if not ours.is_same(bare):
        raise SystemExit(f"bare WSGI answers {path} otherwise than the blog answers {page}")


def _found(bench: Bench, blog: Blog) -> dict[str, str]:
    """Return the addresses that only a page knows."""
    text = ask(bench.blog(KEPT, blog), "/", READER).body.decode()
    found = {"fragment": FRAGMENT.search(text), "static file": STATIC.search(text)}
    return {name: unescape(one[1]) for name, one in found.items() if one}


def uncached(bench: Bench, encodings: Sequence[str]) -> Iterator[Row]:
    yield Row("uncached", FLASK, "listing", "/")
    yield Row("uncached", JINJA, "listing", "/")
    for blog in bench.blogs:
        unkept, kept = named(UNKEPT, blog), named(KEPT, blog)
        yield Row("uncached", unkept, "listing", "/", is_kept=False)
        compressed = {"Accept-Encoding": encodings[-1]}
        yield Row("uncached", unkept, f"listing, {encodings[-1]}", "/", compressed)
        yield Row("uncached", kept, "listing, signed in", "/", COOKIE, is_kept=False)
        fragment = {name: path for name, path in _found(bench, blog).items() if name == "fragment"}
        addresses = {**fragment, **{name: blog.addresses()[name] for name in UNCACHED}}
        for name, address in addresses.items():
            yield Row("uncached", unkept, name, address, is_kept=False)


def _store(bench: Bench, encodings: Sequence[str]) -> Iterator[Row]:
    """Listing and post of the smallest blog: to nginx they are files, whatever the number."""
    blog, answers = bench.blogs[0], {}
    store = bench.store(blog)
    for page in COMPARED:
        for encoding in encodings:
            sent = READER | {"Accept-Encoding": encoding}
            name = f"{page}.html{SUFFIXES[encoding]}"
            answers[name] = _stored(store, blog.addresses()[page], sent)
    files = bench.files(answers)
    for page in COMPARED:
        for encoding in encodings:
            name, sent = f"{page}, {encoding}", {"Accept-Encoding": encoding}
            suffix = SUFFIXES[encoding] if encoding == "br" else ""  # nginx itself knows no brotli
            path, address = f"/{page}.html{suffix}", blog.addresses()[page]
            if ask(files, path, READER | sent).body != ask(store, address, READER | sent).body:
                raise SystemExit(f"the file {path} is not what the store has for {address}")
            yield Row("store", files.name, name, path, sent)
            yield Row("store", store.name, name, address, sent, is_kept=True)


def _stored(server: Server, address: str, headers: Mapping[str, str]) -> Answer:
    """Return a page as soon as it comes without waking Flask."""
    end = monotonic() + STORED
    while monotonic() < end:
        before = server.woken()
        answer = ask(server, address, headers)
        sleep(0.05)  # gunicorn writes its log after the answer
        if server.woken() == before:
            return answer
    raise SystemExit(f"{address} was not in the page store within {STORED} s")


def _workers(bench: Bench, encodings: Sequence[str]) -> Iterator[Row]:
    yield from _in_other_ways(bench, "workers", BARE_TWO, TWO, encodings)


def _log(bench: Bench, encodings: Sequence[str]) -> Iterator[Row]:
    yield from _in_other_ways(bench, "log", BARE_LOGGED, LOGGED, encodings)


def _in_other_ways(
    bench: Bench, part: str, bare: str, kind: str, encodings: Sequence[str]
) -> Iterator[Row]:
    """Listing and post of the largest blog, by two workers or with an access log."""
    blog = bench.blogs[-1]
    server, encoding = named(kind, blog), "gzip" if "gzip" in encodings else "identity"
    sent = {"Accept-Encoding": encoding}
    for page in COMPARED:
        name = f"{page}, {encoding}"
        yield Row(part, bare, name, f"/{page}-{encoding}", sent)
        yield Row(part, server, name, blog.addresses()[page], sent, is_kept=True)
    yield Row(part, server, "listing, signed in", "/", COOKIE, is_kept=False)
