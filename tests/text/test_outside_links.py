from blogapp.text.markdown import render
from blogapp.text.outside_links import outside_links


def test_links_are_counted_as_paper_numbers_them():
    body = """
[One](https://a.example/?b=1&c=2), [one again](https://a.example/?b=1&c=2), [here](/posts/x),
https://bare.example and a note[^1].

[^1]: [Another](http://b.example).
"""

    assert outside_links(render(body).html) == (
        "https://a.example/?b=1&c=2",
        "https://a.example/?b=1&c=2",
        "http://b.example",
    )
