"""What became of a search: what was found where, and what was looked for in the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from blogapp.posts.finding import Finding
from blogapp.posts.listing import Batch
from blogapp.posts.search_query import SearchQuery, parse
from blogapp.posts.selection import Selection, Sort
from blogapp.posts.snippets import Snippet, snippets


@dataclass(frozen=True)
class SearchAnswer:
    """What a listing says about its search; nothing, where nobody searched.

    ``hits`` are by the ids of the posts that show. ``instead`` are the words that were looked
    for in the place of such (``typed``) that no post has, ``answered`` is the whole search with
    them and ``exactly`` one that insists on what was typed. Where ``is_limited`` only some are
    ranked; of ``not_understood`` nothing came; where ``is_cut`` the last words were too many.
    """

    hits: Mapping[int, Snippet] = field(default_factory=dict)
    instead: str = ""
    typed: str = ""
    answered: str = ""
    exactly: str = ""
    is_limited: bool = False
    is_cut: bool = False
    not_understood: Sequence[str] = ()


NOTHING_ASKED = SearchAnswer()


def answer_search(selection: Selection, finding: Finding, batch: Batch) -> SearchAnswer:
    """Return what there is to say about the search in ``selection``, for the posts in ``batch``."""
    if not selection.q:
        return NOTHING_ASKED
    asked, found = parse(selection.q), finding.search(selection)
    answered = parse(found.instead) if found.instead else asked
    posts = [post for page in batch.pages for post in page.posts]
    # Words in quotation marks are never corrected.
    insisting = replace(asked, terms=tuple(replace(term, phrase=True) for term in asked.terms))
    return SearchAnswer(
        hits=snippets(answered, posts),
        instead=_words(answered) if found.instead else "",
        typed=_words(asked),
        answered=found.instead,
        exactly=str(insisting),
        is_limited=found.limited and selection.sort is Sort.RELEVANCE,
        is_cut=asked.is_cut,
        not_understood=asked.not_understood,
    )


def _words(query: SearchQuery) -> str:
    return " ".join(map(str, query.terms))
