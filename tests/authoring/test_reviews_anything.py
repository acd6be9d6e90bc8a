"""Whatever people do in whatever order: readers see no text that nobody approved."""

from random import Random

import pytest

from blogapp.extensions import db
from blogapp.posts.approving import digest_of, keep_rule
from blogapp.posts.content import content_of
from blogapp.posts.drafting import working_copy
from blogapp.posts.models import Domain, Post
from tests.authoring.conftest import stored

RULED, LOOSE = "Databases", "Notes"
SEEDS = [7]


class Newsroom:
    """An author, an editor and a contributor who press buttons, and what was rightly let out."""

    def __init__(self, random, people, posts, typed, clock):
        self.random, self.people, self.posts = random, people, posts
        self.typed, self.clock = typed, clock
        self.undos = []
        # Texts that somebody else approved, and those that went out where nobody must.
        self.fine = set()
        self.out = set()
        self.words = 0

    def step(self):
        self.clock.advance(seconds=self.random.choice([5, 40]))
        acts = [
            *(self.save, self.save, self.publish, self.publish, self.update, self.approve),
            *(self.approve, self.ask, self.ask, self.send_back, self.withdraw_review),
            *(self.withdraw, self.trash, self.restore, self.press, self.bulk, self.bulk, self.undo),
            *(self.undo_publication, self.schedule, self.restore_revision, self.discard),
        ]
        act = self.random.choice(acts)
        act(self.random.choice(self.people), self.random.choice(self.posts))

    def save(self, by, post):
        self._send(by, post, "", **self._text(post))

    def publish(self, by, post):
        text = self._text(post) if self.random.random() < 0.4 else self._as_is(post)
        self._send(by, post, "/publication", **text, when="now")

    def update(self, by, post):
        text = self._text(post) if self.random.random() < 0.4 else self._as_is(post)
        told = {"update": "1", "change_type": "typo", "note": ""}
        self._send(by, post, "/publication", **text, when="now", **told)

    def schedule(self, by, post):
        later = {"when": "later", "date": "2030-01-01", "time": "10:00"}
        text = self._as_is(post) if self.random.random() < 0.5 else {}
        self._send(by, post, "/publication", **text, **later)

    def press(self, by, post):
        self._send(by, post, "/publication", when="now")

    def ask(self, by, post):
        self._send(by, post, "/review")

    def approve(self, by, post):
        digest = digest_of(working_copy(stored(post)))
        before = self._approvals(post)
        more = {"publish": "1"} if self.random.random() < 0.3 else {}
        signs = by.author.id in {each.id for each in stored(post).authors}
        self._send(by, post, "/review/approval", digest=digest, head=self._head(post), **more)
        if self._approvals(post) > before:
            assert not signs
            assert by.author.role == "editor"
            self.fine.add((post, digest))

    def send_back(self, by, post):
        self._send(by, post, "/review/rejection", words="No.")
        self._forget_what_no_longer_counts(post)

    def withdraw_review(self, by, post):
        self._send(by, post, "/review/withdrawal")
        self._forget_what_no_longer_counts(post)

    def withdraw(self, by, post):
        self._send(by, post, "/withdrawal")

    def trash(self, by, post):
        self._send(by, post, "/trash")

    def restore(self, by, post):
        self._send(by, post, "/restoration")

    def undo_publication(self, by, post):
        self._send(by, post, "/publication/undo")

    def discard(self, by, post):
        self._send(by, post, "/draft/removal")

    def restore_revision(self, by, post):
        self._send(by, post, f"/revisions/{self.random.randrange(1, 4)}/restoration")

    def bulk(self, by, post):
        act = self.random.choice(
            ["publish", "schedule", "withdraw", "trash", "restore", "move", "move", "unlist"]
        )
        more = {"domain": self.random.choice([RULED, LOOSE]), "confirmed": str(len(self.posts))}
        more |= {"date": "2030-01-01", "time": "10:00"}
        data = {"act": act, "post": self.posts, "back": "/write/posts", **more}
        page = by.post("/write/posts/changes", data=data, follow_redirects=True).text
        for part in page.split('action="')[1:]:
            if part.startswith("/write/undos/"):
                self.undos.append((by, part.partition('"')[0]))

    def undo(self, by, post):
        if self.undos:
            by, address = self.undos.pop(self.random.randrange(len(self.undos)))
            by.post(address, data={"back": "/write/posts"})

    def _text(self, post):
        self.words += 1
        text = self.typed(stored(post), body=f"Text {self.words}.")
        return text | {"domain": self.random.choice([RULED, RULED, LOOSE])}

    def _as_is(self, post):
        content = working_copy(stored(post))
        return self.typed(stored(post), body=content.body, domain=content["domain"])

    def _head(self, post):
        return self._as_is(post)["head"]

    def _send(self, by, post, what, **fields):
        answer = by.post(f"/write/posts/{post}{what}", data=fields)
        assert answer.status_code < 500, what

    def _approvals(self, post):
        return len(self._steps(post))

    def _steps(self, post):
        from blogapp.posts.review_models import Review, ReviewStep

        query = db.select(ReviewStep.digest).join(Review, Review.id == ReviewStep.review_id)
        query = query.where(Review.post_id == post, ReviewStep.kind == "approved")
        return db.session.scalars(query.where(Review.state.in_(("open", "done")))).all()

    def _forget_what_no_longer_counts(self, post):
        # What readers see already they go on seeing.
        valid = {(post, digest) for digest in self._steps(post)} | self.out
        self.fine = {each for each in self.fine if each[0] != post or each in valid}

    def look(self):
        """Hold every text that readers see, or will, against what was let out."""
        now = set()
        for id in self.posts:
            post = stored(id)
            text = (id, digest_of(content_of(post)))
            if not post.published_at or post.withdrawn_at:
                continue
            now.add(text)
            if post.domain.name == RULED:
                assert text in self.fine | self.out, post.body
        self.out = {each for each in self.out | now if each in now and self._is_ruled(each[0])}

    def _is_ruled(self, id):
        return stored(id).domain.name == RULED


@pytest.mark.parametrize(
    "seed", [pytest.param(n, marks=pytest.mark.prove) for n in range(100, 140)] + SEEDS
)
def test_whatever_people_do_readers_see_what_was_approved(
    seed, author, editor, contributor, make_post, typed, clock
):
    for name in (RULED, LOOSE):
        make_post(f"Old {name}", domain=name)
    ruled, loose = (
        db.session.scalar(db.select(Domain.id).where(Domain.name == name))
        for name in (RULED, LOOSE)
    )
    keep_rule(ruled, needed=1)
    keep_rule(loose, needed=0)
    db.session.commit()
    everybody = [author.author, contributor.author]
    posts = [
        make_post(f"Plan {n}", domain=RULED, authors=everybody, published_at=None).id
        for n in range(2)
    ]
    people = [author, editor, editor, contributor]
    room = Newsroom(Random(seed), people, posts, typed, clock)

    for _ in range(50):
        room.step()
        room.look()

    assert db.session.get(Post, posts[0])
