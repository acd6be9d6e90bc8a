from dataclasses import dataclass, replace

import pytest
from sqlalchemy import func, select

from blogapp.extensions import db
from blogapp.importing.models import ImportedMedia
from blogapp.importing.reading import SourceComment
from blogapp.media.errors import NotAnImage
from blogapp.media.models import Media
from blogapp.posts.comment_models import Comment
from tests.importing.speaking import MARCH, a_post, a_source, results, whats

OLD = "https://old.example"
UPLOADS = f"{OLD}/wp-content/uploads/2024"
BODY = f"""Text ![one]({UPLOADS}/one.png) and [![two](two.png)]({UPLOADS}/two%20big.png?w=300).

<figure><img src="https://cdn.example/x/one.png?a=1&amp;b=2" alt=""></figure>

`![code]({UPLOADS}/one.png)`

```
![code]({UPLOADS}/one.png)
```
"""


@dataclass
class Fetched:
    data: bytes
    name: str = ""


@pytest.fixture
def web(png):
    """A web with some pictures; `asked` are the addresses somebody asked for."""

    class Web:
        def __init__(self):
            self.asked = []
            self.pictures = {
                f"{UPLOADS}/one.png": png("red"),
                f"{UPLOADS}/two%20big.png?w=300": png("blue"),
                f"{OLD}/two.png": png("green"),
                "https://cdn.example/x/one.png?a=1&b=2": png("black"),
            }

        def __call__(self, address):
            self.asked.append(address)
            if address not in self.pictures:
                raise NotAnImage("404 Not Found")
            return Fetched(self.pictures[address], "file.png")

    return Web()


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_pictures_of_the_web_are_fetched_once_and_named_plainly(take, web, get_post, browser):
    source = a_source(a_post(body=BODY, converted=True, covers=(f"{UPLOADS}/one.png",)))

    report = take(source, fetch=web)

    post = get_post("caches")
    assert whats(report) == []
    assert "![one](one.png) and [![two](two.png)](two-big.png)." in post.body
    assert '<img src="one-2.png" alt="">' in post.body
    assert post.body.count(f"![code]({UPLOADS}/one.png)") == 2
    assert sorted(used.name for used in post.media) == [
        *("one-2.png", "one.png", "two-big.png", "two.png"),
    ]
    assert post.cover is not None
    assert len(browser.page("/posts/caches").select('.prose img[src^="/media/"]')) == 3
    moved = browser.get("/wp-content/uploads/2024/two%20big.png").location
    assert browser.get(moved).status_code == 200
    assert len(web.asked) == len(set(web.asked)) == 4

    again = take(source, fetch=web)

    assert results(again) == {"caches": "unchanged"}
    assert results(take(source)) == {"caches": "unchanged"}
    assert (len(web.asked), count(Media), count(ImportedMedia)) == (4, 4, 4)


def test_what_is_not_fetched_is_listed_and_taken_by_a_later_run(take, web, get_post):
    body = f"![one]({UPLOADS}/one.png) ![lost]({UPLOADS}/lost.png) ![here](/no.png)"
    source = a_source(a_post(body=body, converted=True))

    planned = take(source, fetch=web, dry_run=True)
    without = take(source)
    later = take(source, fetch=web)

    assert planned.outcomes[0].line["fetch"] == [
        *(f"{UPLOADS}/one.png", f"{UPLOADS}/lost.png", f"{OLD}/no.png")
    ]
    assert without.outcomes[0].line["fetch"] == planned.outcomes[0].line["fetch"]
    assert f"the picture {UPLOADS}/one.png stays where it is: it was not fetched" in whats(without)
    assert "fetch" not in later.outcomes[0].line
    assert results(later) == {"caches": "changed"}
    assert f"the picture {UPLOADS}/lost.png was not taken in: 404 Not Found" in whats(later)
    assert (
        get_post("caches").body == f"![one](one.png) ![lost]({UPLOADS}/lost.png) ![here](/no.png)"
    )
    assert len(web.asked) == 3


def test_pictures_come_from_the_export_or_from_a_folder(take, get_post, tmp_path, png):
    (tmp_path / "uploads/2024").mkdir(parents=True)
    (tmp_path / "uploads/2024/one.png").write_bytes(png("red"))
    (tmp_path / "uploads/2024/sized.png").write_bytes(png("green"))
    (tmp_path / "beside.png").write_bytes(png("blue"))
    (tmp_path / "secret.png").symlink_to("/etc/passwd")
    body = (
        f"![]({UPLOADS}/one.png) ![]({UPLOADS}/sized-300x200.png) ![](beside.png)"
        f" ![]({UPLOADS}/../../secret.png) ![](../../../etc/passwd)"
    )
    source = a_source(
        a_post(body=body, converted=True),
        files={"beside.png": tmp_path / "beside.png"},
    )

    report = take(source, folders=[tmp_path / "uploads"])

    used = {each.name for each in get_post("caches").media}
    assert used == {"one.png", "sized.png", "beside.png"}
    assert len(report.problems) == 2


def test_bodies_that_no_reader_made_stay_as_they_are(take, web, get_post):
    take(a_source(a_post(body=BODY)), fetch=web)

    assert get_post("caches").body == BODY
    assert web.asked == []


def test_links_between_posts_lead_to_them_whichever_came_first(take, get_post):
    first = (
        f"[b]({OLD}/2024/b/#part) [b](http://www.old.example/?p=8&utm_source=x) [b](/2024/b)"
        f" [self]({OLD}/2024/a/) [home]({OLD}) [other](https://other.example/2024/b/)"
        f' <a href="{OLD}/2024/b/">b</a> [lost]({OLD}/2024/lost/) `[b]({OLD}/2024/b/)`'
    )
    source = a_source(
        a_post("a", body=first, converted=True, addresses=("/2024/a/",)),
        a_post("b", body=f"[a]({OLD}/2024/a/)", converted=True, addresses=("/2024/b/", "/?p=8")),
    )

    report = take(source)

    post = get_post("a")
    assert post.body == (
        "[b](/posts/b#part) [b](/posts/b) [b](/posts/b)"
        " [self](/posts/a) [home](/) [other](https://other.example/2024/b/)"
        f' <a href="/posts/b">b</a> [lost]({OLD}/2024/lost/) `[b]({OLD}/2024/b/)`'
    )
    assert get_post("b").body == "[a](/posts/a)"
    assert 'href="\ufdd0/posts/b#part"' in post.html
    assert post.updated_at is None
    assert whats(report) == [f"{OLD}/2024/lost/ has nothing that answers for it here"]
    assert set(results(take(source)).values()) == {"unchanged", "noted"}


def test_links_in_a_post_edited_here_stay(take, get_post):
    post = a_post("a", body=f"[b]({OLD}/2024/b/)", converted=True)
    take(a_source(post))
    get_post("a").title = "Edited here"
    db.session.commit()

    report = take(a_source(post, a_post("b", addresses=("/2024/b/",))))

    assert results(report) == {"a": "unchanged", "b": "made"}
    assert get_post("a").body == f"[b]({OLD}/2024/b/)"


def test_comments_come_along_once(take, browser):
    said = SourceComment(id="7", at=MARCH, name="Grace", html="<p>So <b>true</b>.</p>")
    post = a_post(comments=(said, SourceComment(id="8", at=MARCH.replace(tzinfo=None), parent="7")))

    report = take(a_source(post))
    again = take(a_source(post))
    more = take(a_source(replace(post, comments=(*post.comments, replace(said, id="9")))))

    assert results(again) == {"caches": "unchanged"}
    assert results(more) == {"caches": "changed"}
    assert count(Comment) == 3
    assert "dates of comments name no zone; read in UTC" in whats(report)
    assert "Grace" in browser.page("/posts/caches").get_text()
