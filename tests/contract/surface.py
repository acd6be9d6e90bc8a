"""What the blog can be asked: every address with every method, and what each of them reads.

It is read off the running app and its source, so nobody has to keep it: rules and converters
of the URL map, the fields of forms, and the names that views look up in a request.
"""

import ast
import inspect
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from werkzeug.routing import IntegerConverter
from wtforms import FieldList, FileField, Form, FormField, MultipleFileField
from wtforms.fields.core import UnboundField

from tests.conftest import ROOT

BLOGAPP = ROOT / "blogapp"
# As the design's table of addresses has them, in its order.
LISTING = (
    *("tag", "match", "not", "domain", "kind", "series", "author", "year", "q", "sort", "month"),
    *("view", "page", "after", "through", "fragment"),
)
FEEDS = {"public.feed", "public.rss", "public.json_feed"}
LISTINGS = {
    *("public.index", "public.tag", "public.domain", "public.series", "public.author"),
    *("public.year", "public.month", "public.search", *FEEDS),
}
# What reads the body itself, and not as a form.
JSON = {"authoring.write_journal", "authoring.write_first_journal", "public.csp_report"}
BYTES = {"authoring.add_upload_part"}
_PARTS = {"args": "query", "values": "query", "form": "form", "files": "files"}
_PLACE = re.compile(r"<(?:[a-z]+(?:\([^)]*\))?:)?(\w+)>")


@dataclass(frozen=True)
class Operation:
    """One way to ask: an address, a method, and the names of what it reads."""

    endpoint: str
    method: str
    # With its places in braces, as OpenAPI writes them.
    path: str
    # The names of the places, and whether each is a number.
    places: tuple[tuple[str, bool], ...]
    query: tuple[str, ...]
    form: tuple[str, ...]
    files: tuple[str, ...]
    # "form", "json", "bytes", or nothing.
    body: str

    def __str__(self):
        return f"{self.method} {self.path}"


def operations(app):
    """Return an `Operation` for every rule of ``app`` with every method it answers itself."""
    found = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        read = names_read(inspect.unwrap(app.view_functions[rule.endpoint]).__module__)
        listing = LISTING if rule.endpoint in LISTINGS else ()
        limit = ("limit",) if rule.endpoint in FEEDS else ()
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            writes = method != "GET"
            found.append(
                Operation(
                    endpoint=rule.endpoint,
                    method=method,
                    path=_PLACE.sub(r"{\1}", rule.rule),
                    places=tuple(
                        (name, isinstance(rule._converters[name], IntegerConverter))
                        for name in sorted(rule._converters)
                    ),
                    query=tuple(dict.fromkeys((*listing, *limit, *sorted(read["query"])))),
                    form=tuple(sorted(read["form"])) if writes else (),
                    files=tuple(sorted(read["files"])) if writes else (),
                    body=_body_of(rule.endpoint) if writes else "",
                )
            )
    return found


def describe(app):
    """Return an OpenAPI 3.0 document of ``app``, for fuzzers of others."""
    paths = {}
    for each in operations(app):
        parameters = [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": {"type": "integer" if is_number else "string"},
            }
            for name, is_number in each.places
        ]
        parameters += [
            {"name": name, "in": "query", "schema": {"type": "array", "items": {"type": "string"}}}
            for name in each.query
        ]
        told = {
            "operationId": f"{each.endpoint}-{each.method}",
            "parameters": parameters,
            "responses": {"default": {"description": "a page"}},
        }
        if each.body:
            told["requestBody"] = {"content": _content(each)}
        paths.setdefault(each.path, {})[each.method.lower()] = told
    return {
        "openapi": "3.0.3",
        "info": {"title": "The blog", "version": "0"},
        "paths": paths,
    }


@cache
def names_read(module):
    """Return which names of query, form and files the views of a module look up.

    Names that are no literal are those of forms, or of what the module hands the request to;
    a name that is read anywhere else is in `every_name`.
    """
    found = {"query": set(), "form": set(), "files": set()}
    for part, name in _looked_up(Path(sys.modules[module].__file__)):
        found[part].add(name)
    for each in vars(sys.modules[module]).values():
        if inspect.isclass(each) and issubclass(each, Form):
            for name, kind in _fields(each):
                found["files" if kind == "file" else "form"].add(name)
    return found


@cache
def every_name():
    """Return each name that the source looks up in a query, a form or files, sorted."""
    found = {name for path in sorted(BLOGAPP.rglob("*.py")) for _, name in _looked_up(path)}
    return tuple(sorted(found | set(LISTING)))


@cache
def _looked_up(path):
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case (
                ast.Call(
                    func=ast.Attribute(value=ast.Attribute(attr=part)),
                    args=[ast.Constant(value=str() as name), *_],
                )
                | ast.Subscript(
                    value=ast.Attribute(attr=part), slice=ast.Constant(value=str() as name)
                )
            ):
                pass
            case ast.Compare(
                left=ast.Constant(value=str() as name), comparators=[ast.Attribute(attr=part)]
            ):
                pass
            case _:
                continue
        if part in _PARTS:
            found.add((_PARTS[part], name))
    return frozenset(found)


def _fields(form):
    """Yield name and kind of each field of a form, the first of each list of them."""
    for name in dir(form):
        field = getattr(form, name)
        if not isinstance(field, UnboundField):
            continue
        if issubclass(field.field_class, FieldList):
            inner = field.args[0]
            yield f"{name}-0", ""
            if issubclass(inner.field_class, FormField):
                yield from ((f"{name}-0-{each}", kind) for each, kind in _fields(inner.args[0]))
        elif issubclass(field.field_class, FormField):
            yield from ((f"{name}-{each}", kind) for each, kind in _fields(field.args[0]))
        else:
            is_file = issubclass(field.field_class, (FileField, MultipleFileField))
            yield name, "file" if is_file else ""


def _body_of(endpoint):
    return "json" if endpoint in JSON else "bytes" if endpoint in BYTES else "form"


def _content(operation):
    if operation.body == "json":
        return {"application/json": {"schema": {}}}
    if operation.body == "bytes":
        return {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    text = {"type": "string"}
    fields = dict.fromkeys(operation.form, text)
    told = {
        "application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": fields}}
    }
    if operation.files:
        files = {name: text | {"format": "binary"} for name in operation.files}
        told["multipart/form-data"] = {"schema": {"type": "object", "properties": fields | files}}
    return told
