"""What was done is said on the next page, and must fit into the cookie that carries it there."""

from random import Random


def test_notices_that_nobody_has_read_do_not_outgrow_the_cookie(owner, make_post):
    letters = Random(1)
    posts = [
        make_post("".join(chr(letters.randrange(0x4E00, 0x9FFF)) for _ in range(200)))
        for _ in range(8)
    ]

    for post in posts:
        owner.post(f"/write/posts/{post.id}/trash")

    assert len(owner.get_cookie("session").value) < 3_500
    page = owner.page("/write/posts")
    assert posts[-1].title[:100] in page.text
    assert posts[0].title[:100] not in page.select_one(".notices").text
