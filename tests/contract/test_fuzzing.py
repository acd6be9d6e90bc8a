"""Whatever is sent to whichever address is answered: never with 500, and never by half."""

import gzip
import json
import os
import re
import traceback
from html import unescape
from random import Random
from urllib.parse import urlsplit
from zlib import crc32

import brotli
import pytest
from werkzeug.datastructures import MultiDict

from blogapp.extensions import db
from blogapp.posts.selection import Cursor
from blogapp.site.reading import get_site
from tests.conftest import JANUARY, UNCLOSED
from tests.contract.rubbish import Rubbish
from tests.contract.surface import LISTING, describe, every_name, operations

# A body that breaks off leaves a file of its parser for the collector.
pytestmark = pytest.mark.filterwarnings(UNCLOSED)

PEOPLE = ("stranger", "author", "owner")
# Requests of each kind by each person; in the common run each kind is asked by one of them.
EACH = 12
MOST_STATEMENTS = 150
MOST_BYTES = 3_000_000
REFUSED = {400, 401, 403, 404, 405, 406, 410, 413, 414, 415, 429}
# What is written of a request that was refused: that there was one.
NOTED = re.compile(
    r"audit_events|authors|author_sessions|failures|missing|jobs|sign_in|throttl|answers|reports"
)
# What a page of ours never says, whatever was asked.
INNER = re.compile(
    r"Traceback|sqlalchemy|sqlite3|psycopg|site-packages|werkzeug/|Werkzeug/|jinja2\.|\.py\b.*line"
)
# The head of our page of an error, or of what goes into a page that is open.
OURS = re.compile(r"<h1\b|\A\s*<(?:div|section|p|article|dialog)\b")


@pytest.fixture
def people(app, make_author, as_author, make_post, monkeypatch):
    """Browsers of a stranger, an author and an owner; a post, a draft and a page are there."""
    # A process takes seconds, and reads no form.
    monkeypatch.setattr("blogapp.authoring.downloads.COMMAND", ("true",))
    author, owner = make_author(), make_author("Grace Hopper", role="owner")
    text = "# One\n\nText with `code`.\n\n```python\nx = 1\n```\n"
    make_post("Leases", body=text, tags=["a", "b"], domain="Data", series="S", authors=[author])
    make_post("Draft", body="cache", published_at=None, authors=[author])
    make_post("Page", is_page=True, authors=[owner])
    make_post("Second", tags=["a"])
    get_site().page_size = 1
    db.session.commit()
    stranger = app.test_client(use_cookies=False)
    return {"stranger": stranger, "author": as_author(author), "owner": as_author(owner)}


def test_whatever_is_asked_is_answered(app, people, keep_database, unkept, queries, figure):
    asked, refused, wrong, forms = 0, 0, [], {}
    back = keep_database()
    seeds = seeds_of(app, people, forms)
    back()
    for operation in sorted(operations(app), key=lambda each: each.method):
        for who, random in shares(operation):
            rubbish = Rubbish(random, every_name=every_name(), seeds=seeds)
            sent = rubbish.request(operation, forms.get(operation.path, {}))
            queries.clear()
            answer, faults = ask(people[who], sent)
            asked += 1
            # What was counted in memory may be written by the page that shows it.
            read = sum(statement.startswith("SELECT") for statement in queries)
            if read > MOST_STATEMENTS:
                faults.append(f"{read} statements")
            is_refused = answer is not None and answer.status_code in REFUSED
            refused += is_refused
            changed = {name for name in back(compare=is_refused) if not NOTED.search(name)}
            faults += [f"refused and wrote {name}" for name in changed]
            wrong += [f"{who}: {operation}: {fault}\n  {shown(sent)}" for fault in faults]

    assert not wrong, "\n".join(wrong[:20])
    figure("Whatever is asked is answered", "requests made up", asked)
    figure("Whatever is asked is answered", "refused", refused)
    figure("Whatever is asked is answered", "answered with 500", 0)


def test_the_description_leaves_nothing_out(app):
    told = describe(app)

    asked = {(path, method.upper()) for path, each in told["paths"].items() for method in each}
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            assert (path, method) in asked, rule
            named = told["paths"][path][method.lower()]["parameters"]
            assert {each["name"] for each in named if each["in"] == "path"} == set(rule._converters)
    listing = [each["name"] for each in told["paths"]["/"]["get"]["parameters"]]
    assert set(LISTING) <= set(listing)


def seeds_of(app, people, forms):
    """Open every page as its reader would, to learn its forms; return what to bend."""
    for operation in operations(app):
        if operation.method == "GET" and not operation.endpoint.startswith("public."):
            path = re.sub(r"\{(id|number|link|step|alias)\}", "1", operation.path)
            for who in ("stranger", "owner") if path.startswith("/login") else ("owner",):
                answer = people[who].get(path)
                assert answer.status_code < 500, path
                collect(forms, answer)
    cookie = people["author"].get_cookie("session").value
    return str(Cursor(JANUARY, 2)), str(Cursor(JANUARY, 1, rank=3)), f"session={cookie}"


def shares(operation):
    """Yield who asks, and the chance by which the request is made up."""
    if not os.environ.get("PROVE"):
        seed = crc32(f"{operation}".encode())
        yield PEOPLE[seed % 3], Random(seed)
        return
    for who in PEOPLE:
        for number in range(EACH):
            yield who, Random(f"{operation} {who} {number}")


def ask(browser, sent):
    """Return the answer, and what is wrong with it."""
    try:
        answer = browser.open("/", **sent)
    except Exception:
        return None, [traceback.format_exc(limit=-4)]
    return answer, list(faults_of(browser, answer, sent))


def faults_of(browser, answer, sent):
    """Yield what is wrong with an answer, whatever the question was."""
    status, text = answer.status_code, text_of(answer)
    if status >= 500:
        yield f"answered {status}"
    if len(answer.data) > MOST_BYTES + 3 * size_of(sent.get("data") or b""):
        yield f"{len(answer.data)} bytes"
    kind = answer.mimetype
    if status >= 400 and INNER.search(text):
        yield f"says {INNER.search(text)[0]!r}"
    if kind == "application/json" and text and sent["method"] != "HEAD":
        json.loads(text)
    if kind == "text/html" and status in REFUSED and text and not OURS.search(text):
        yield "is no page of ours"
    if answer.data and not kind:
        yield "has no type"
    if answer.data and answer.headers.get("X-Content-Type-Options") != "nosniff":
        yield "may be sniffed"
    location = answer.headers.get("Location", "").removeprefix(browser.origin)
    if status in {301, 302, 303, 307, 308}:
        if not location.startswith("/") or location.startswith(("//", "/\\")):
            yield f"leads to {location!r}"
        elif sent["method"] == "GET" and urlsplit(location).path.startswith(PUBLIC):
            yield from follow(browser, location)


def text_of(answer):
    """Return what an answer says, decompressed."""
    unpack = {"gzip": gzip.decompress, "br": brotli.decompress}
    data = unpack.get(answer.headers.get("Content-Encoding", ""), bytes)(answer.data)
    return data.decode("utf-8", "replace")


PUBLIC = ("/posts", "/tags", "/domains", "/series", "/authors", "/archive", "/search", "/?")


def follow(browser, location):
    """Follow a redirect; yield what is wrong where it goes round."""
    for _ in range(3):
        answer = browser.get(location)
        if answer.status_code >= 500:
            yield f"leads to {location!r}, which answers {answer.status_code}"
        if answer.status_code not in {301, 302, 303, 308}:
            return
        location = answer.headers["Location"]
    yield f"goes round at {location!r}"


def collect(forms, answer):
    """Remember the names of fields by the address that a page's forms send them to."""
    if answer.mimetype != "text/html":
        return
    for tag, inner in re.findall(r"<form\b([^>]*)>(.*?)</form>", text_of(answer), re.DOTALL):
        actions = re.findall(r'action="([^"?]*)', tag) + re.findall(r'formaction="([^"?]*)', inner)
        for action in actions or [urlsplit(answer.request.path).path]:
            path = re.sub(r"/\d+(?=/|$)", "/{id}", action)
            forms.setdefault(path, {}).update(fields_of(inner))


def fields_of(markup):
    """Return how a page fills its form in; good enough for what is spoiled next."""
    fields = dict.fromkeys(re.findall(r'\bname="([^"]+)"', markup), "1")
    for tag in re.findall(r"<input\b[^>]*>", markup):
        name, value = (re.search(rf'\b{key}="([^"]*)"', tag) for key in ("name", "value"))
        if name and value and ("checked" in tag or not re.search('type="(?:radio|checkbox)"', tag)):
            fields[name[1]] = unescape(value[1])
    for tag, value in re.findall(r"<textarea\b([^>]*)>\n?([^<]*)</textarea>", markup):
        if name := re.search(r'\bname="([^"]+)"', tag):
            fields[name[1]] = unescape(value)
    for tag, options in re.findall(r"<select\b([^>]*)>(.*?)</select>", markup, re.DOTALL):
        name = re.search(r'\bname="([^"]+)"', tag)
        value = re.search(r'<option[^>]*value="([^"]*)"', options)
        if name and value:
            fields[name[1]] = unescape(value[1])
    return fields


def size_of(data):
    """Return about how many bytes were sent."""
    if isinstance(data, MultiDict):
        return sum(len(name) + len(value) for name, value in data.items(multi=True))
    return len(data)


def shown(sent):
    """Return a request in a line."""
    told = {name: value for name, value in sent.items() if name != "environ_overrides"}
    return f"{sent['environ_overrides']['RAW_URI'][:300]} {told!r}"[:600]
