"""What a card of a search shows: passages of the text, under their headings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogapp.extensions import db
from blogapp.posts.models import Post
from blogapp.posts.search_query import parse
from blogapp.posts.snippets import MOST_PASSAGES, snippet, snippets
from blogapp.text import terms
from blogapp.text.marking import ELLIPSIS

WORDS = [
    *("lease", "Leases", "Café", "cafe\u0301", "数据库", "C++", "errgroup.Wait", "p->next", "x"),
    *(
        "getUserName",
        "don't",
        "👩‍👩‍👧",
        "Maß",
        "שלום",
        "-",
        "…",
        "2025-06",
        "std::vector",
        "İstanbul",
    ),
]
SEARCHES = st.lists(st.sampled_from([*WORDS, '"lease cafe"', "-x", "in:code", "tag:x", "user"]))
LINES = st.lists(st.sampled_from([*WORDS, "word " * 30, "# Heading", "\t", "y" * 300]))


def shown(parts):
    return "".join(f"[{text}]" if marked else text for text, marked in parts)


def found(q, post):
    return snippets(parse(q), [post]).get(post.id)


def passages(q, post):
    return [shown(passage.parts) for passage in found(q, post).passages]


def test_words_are_marked_under_their_heading_with_an_address_that_opens_there(make_post):
    post = make_post("Locks", body="Before.\n\n## Fencing\n\nA lease ends, and nobody is told.")

    passage = found("lease", post).passages[0]

    assert shown(passage.parts) == "A [lease] ends, and nobody is told."
    assert shown(passage.heading) == "Fencing"
    assert passage.fragment == "fencing:~:text=A-,lease,-ends%2C%20and%20nobody"


def test_above_the_first_heading_the_address_marks_alone(make_post):
    post = make_post(body="A lease ends.\n\n## Later\n\nNothing.")

    passage = found("lease", post).passages[0]

    assert passage.heading == ()
    assert passage.fragment == ":~:text=A-,lease,-ends."


def test_title_and_summary_are_marked_whole(make_post):
    post = make_post("A Lease", summary="Of leases and locks.", body="Nothing.")

    snippet = found("lease", post)

    assert shown(snippet.title) == "A [Lease]"
    assert shown(snippet.summary) == "Of [leases] and locks."
    assert snippet.passages == ()


@pytest.mark.parametrize(
    ("q", "line"),
    [
        ("cafe", "Un [Café], deux [cafés], trois."),
        ("CAFÉ", "Un [Café], deux [cafés], trois."),
        ("lease", "One [lease], two [leases], a release."),
        ("leases", "One [lease], two [leases], a release."),
        ('"read only"', "A [read-only] copy, [read   only]."),
        ("strasse", "Die [Straße] und der Maßstab."),
        ("数据", "这个[数据]库很快。"),
        ("c++", "Not C but [C++] and C."),
        ("user", "call getUserName or [user] here"),
        ("שלום", "אמר [שלום] והלך"),
        ("wor", "[words] that begin so, and swords"),
    ],
)
def test_what_is_marked_is_what_matched(make_post, q, line):
    post = make_post(body=line.replace("[", "").replace("]", ""))

    expected = " ".join(line.split())
    assert passages(q, post) == [expected]


@pytest.mark.parametrize(
    ("q", "line"),
    [
        ("errgroup.Wait", "\tif err := g.errgroup.Wait(); err != nil {"),
        ("link_rel=None", "clean(html, link_rel=None)"),
        ("group.Wa", "g.errgroup.Wait()"),
        ("->next", "while (p->next != NULL)"),
        ("::", "std::vector<int> v;"),
        ("username", "name := getUserName(id)"),
        ("user", "name := getUserName(id)"),
    ],
)
def test_code_is_marked_within_its_line(make_post, q, line):
    post = make_post(body=f"Some prose.\n\n```go\nfirst()\n{line}\n```")

    at = line.lower().index(q.lower())
    marked = f"{line[:at]}[{line[at : at + len(q)]}]{line[at + len(q) :]}".strip()
    assert passages(q, post) == [marked]


def test_the_line_that_holds_most_is_shown_and_a_second_for_what_it_lacks(make_post):
    post = make_post(
        body="A lease.\n\nThe lease of a lock is a guess.\n\n## Other\n\nA clock ticks elsewhere."
    )

    assert passages("lease lock clock", post) == [
        "The [lease] of a [lock] is a guess.",
        "A [clock] ticks elsewhere.",
    ]


def test_a_word_of_the_heading_is_shown_by_what_stands_under_it(make_post):
    post = make_post(body="A clock.\n\n## Fencing tokens\n\nEach time a number grows.\n\n## End")

    passage = found("fencing tokens", post).passages[0]

    assert shown(passage.heading) == "[Fencing] [tokens]"
    assert shown(passage.parts) == "Each time a number grows."
    assert passage.fragment == "fencing-tokens:~:text=Fencing,-tokens&text=Fencing-,tokens"


def test_a_defined_term_is_shown_with_what_it_means(make_post):
    post = make_post(body="## Words\n\nLease\n:   A right that ends.\n\nClock\n:   Two leases.")

    passage = found("lease", post).passages[0]

    assert shown(passage.parts) == "[Lease] · A right that ends."
    assert passage.fragment == "words:~:text=Lease"
    assert passages("clock", post) == ["[Clock] · Two leases."]
    sample = make_post(body="```markdown\nLease\n: A lease that ends.\n```")
    assert passages("lease", sample) == ["[Lease] · A [lease] that ends."]


def test_a_list_of_contents_is_not_taken_for_the_headings(make_post):
    contents = "- Setup\n- Fencing\n\n"
    post = make_post(body=f"{contents}## Setup\n\nInstall it.\n\n## Fencing\n\nA lease ends.")

    assert [shown(p.heading) for p in found("lease", post).passages] == ["Fencing"]


def test_headings_of_one_name_are_told_apart(make_post):
    post = make_post(body="## Why\n\nFirst of all.\n\n## Why\n\nA lease ends.")

    assert found("lease", post).passages[0].fragment.startswith("why-1:~:")


def test_the_last_of_many_headings_of_one_name_is_found(make_post):
    sections = [f"## Why\n\nReason {number}." for number in range(200)]
    post = make_post(body="\n\n".join([*sections, "## Why\n\nA lease ends."]))

    assert found("lease", post).passages[0].fragment.startswith("why-200:~:")


def test_a_long_line_is_cut_around_the_words_at_words(make_post):
    post = make_post(body=f"{'before ' * 100}the lease ends {'after ' * 100}")

    passage = found("lease", post).passages[0]

    text = shown(passage.parts)
    assert text.startswith(f"{ELLIPSIS}before ")
    assert text.endswith(f"after{ELLIPSIS}")
    assert "the [lease] ends" in text
    assert len(text) <= 210


def test_the_excerpt_is_not_said_twice_where_there_is_more(make_post):
    post = make_post(body="A lease is a guess.\n\n## Why\n\nNo lease is certain.")

    assert passages("lease", post) == ["No [lease] is certain."]


def test_operators_alone_show_nothing(make_post):
    post = make_post(tags=["DNS"])

    assert snippets(parse("tag:dns -lease"), [post]) == {}
    assert snippets(parse("lease"), []) == {}


def test_a_page_of_posts_costs_one_statement(make_post, queries):
    posts = [make_post(f"Post {n}", body="A lease ends.") for n in range(12)]
    posts = [db.session.get_one(Post, post.id) for post in posts]
    queries.clear()

    cards = snippets(parse("lease tag:x"), posts)

    assert len(queries) == 1
    assert [len(cards[post.id].passages) for post in posts] == [1] * 12


def test_of_a_megabyte_only_the_beginning_is_looked_at(make_post):
    post = make_post()
    post.text = "\n".join(f"lease {n} " + "x " * 40 for n in range(11_000)) + "\nneedle"
    db.session.commit()

    assert passages("lease", post)[0].startswith("[lease] 0 x")
    assert passages("needle", post) == []


@given(SEARCHES.map(" ".join), LINES)
def test_nothing_is_invented_or_lost_whatever_is_asked(q, lines):
    title, text = " ".join(lines)[:80].strip(), "\n".join(lines)

    card = snippet(parse(q), title=title, summary=text, text=text)

    assert "".join(part.text for part in card.title) == title
    assert "".join(part.text for part in card.summary) == text.strip()
    assert len(card.passages) <= MOST_PASSAGES
    for passage in card.passages:
        parts = [*passage.parts]
        kept = parts[parts[0].text == ELLIPSIS : len(parts) - (parts[-1].text == ELLIPSIS)]
        words = "".join(part.text for part in kept or parts)
        assert all(any(told in line for line in lines) for told in words.split(" · "))


@given(st.sampled_from(["lease", "cafe", "数据", "c++", "p->next", "שלום", "istanbul"]), LINES)
def test_what_is_marked_folds_to_what_was_asked(q, lines):
    text = " ".join(lines)

    card = snippet(parse(q), title=text, summary="", text="")

    marked = {terms.code(part.text) for part in card.title if part.marked}
    assert marked <= {q, f"{q}s"}
    assert bool(marked) == (q in terms.code(text))
