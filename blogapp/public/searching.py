"""The page where one searches; what is found is a listing."""

import re
from collections.abc import Sequence

from flask import Response, abort, jsonify, request, url_for

from blogapp.caching.keeping import keep
from blogapp.posts.facet_index import facet_index
from blogapp.posts.search_query import parse
from blogapp.posts.searching import SuggestedTag, Suggestions, suggest
from blogapp.posts.selection import MalformedSelection, Selection
from blogapp.public import listing
from blogapp.public.addressing import moved_to
from blogapp.text import terms
from blogapp.text.folding import fold
from blogapp.text.marking import FoldedLine, Part, Span, mark
from blogapp.web.addresses import absolute_url_for
from blogapp.web.clock import now
from blogapp.web.language import ngettext
from blogapp.web.pages import render_page
from blogapp.web.remembering import versions

MOST_TAGS = 12
# As much as one looks over while typing.
MOST_SUGGESTED = {"titles": 5, "tags": 3, "headings": 3}


def show() -> Response:
    """A field, the operators, the tags; the listing answers once something is asked for."""
    try:
        selection = Selection.parse(request.args.items(multi=True))
    except MalformedSelection:
        abort(400)
    fragment = request.args.get("fragment")
    if fragment == "suggestions":
        return _suggest(selection.q)
    if fragment == "completions":
        return _complete(selection.q)
    if selection.pairs():
        return listing.index()
    if fragment is None and (moved := moved_to(url_for("public.search"))):
        return moved
    keep(url_for("public.search"))
    posts, tags = _most_used()
    return render_page("public/search.html", posts=posts, tags=tags)


def _most_used() -> tuple[int, list[SuggestedTag]]:
    """How many posts there are to search, and the tags that most of them have."""
    index = facet_index(versions())
    listed = index.listed(now())
    tags = [
        SuggestedTag(tag.slug, tag.name, tag.positions.intersection_cardinality(listed))
        for tag in index.values["tag"].values()
    ]
    tags.sort(key=lambda tag: (-tag.posts, tag.name.casefold()))
    return len(listed), [tag for tag in tags[:MOST_TAGS] if tag.posts]


def _suggest(q: str) -> Response:
    """Answer with what the words may become, for the search field."""

    def marked(text: str) -> tuple[Part, ...]:
        return _marked(text, begun)

    keep(url_for("public.search"), fragment="suggestions", q=q)
    begun = [fold(term.text) for term in parse(q).wanted]
    return render_page("public/search.html", q=q, found=_suggestions(q), marked_as_typed=marked)


def _complete(q: str) -> Response:
    """Answer with the same for the address bar of a browser (OpenSearch Suggestions 1.1)."""
    keep(url_for("public.search"), fragment="completions", q=q)
    found = _suggestions(q)
    rows = [(one.title, "", absolute_url_for("public.post", slug=one.slug)) for one in found.titles]
    rows += [
        (
            one.name,
            ngettext("%(num)s post", "%(num)s posts", one.posts),
            absolute_url_for("public.tag", slug=one.slug),
        )
        for one in found.tags
    ]
    response = jsonify([q, *([row[column] for row in rows] for column in range(3))])
    response.content_type = "application/x-suggestions+json"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _suggestions(q: str) -> Suggestions:
    found = suggest(q, facet_index(versions()), now(), limit=max(MOST_SUGGESTED.values()))
    return Suggestions(
        titles=found.titles[: MOST_SUGGESTED["titles"]],
        tags=found.tags[: MOST_SUGGESTED["tags"]],
        headings=found.headings[: MOST_SUGGESTED["headings"]],
    )


def _marked(text: str, begun: Sequence[str]) -> tuple[Part, ...]:
    """The text, marked where its words begin as those do that are being typed."""
    line = FoldedLine(text)
    spans = []
    for word in begun:
        bound = "" if terms.is_unspaced(word[:1]) else r"(?<![^\W_])"
        for match in re.finditer(bound + re.escape(word), line.text):
            spans.append(Span(*line.in_source(*match.span()), term=0))
    return mark(text, spans)
