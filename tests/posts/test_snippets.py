from blogapp.posts.search_query import parse
from blogapp.posts.snippets import snippets


def shown(parts):
    return "".join(f"[{text}]" if marked else text for text, marked in parts)


def test_words_are_marked_under_their_heading_with_an_address_that_opens_there(make_post):
    post = make_post("Locks", body="Before.\n\n## Fencing\n\nA lease ends, and nobody is told.")

    passage = snippets(parse("lease"), [post])[post.id].passages[0]

    assert shown(passage.parts) == "A [lease] ends, and nobody is told."
    assert shown(passage.heading) == "Fencing"
    assert passage.fragment == "fencing:~:text=A-,lease,-ends%2C%20and%20nobody"
