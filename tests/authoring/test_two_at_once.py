"""Two people write one post at once, over a bad connection; no word that was kept is lost."""

import re
from collections import Counter
from random import Random

import pytest

from blogapp.extensions import db
from blogapp.posts import branching, drafting
from blogapp.posts.branching import list_open_branches
from blogapp.text.merging import both, merge
from tests.authoring.conftest import stored
from tests.conftest import parse

START = "".join(f"# Part {n}\n\nWe saw that {n} replicas waited.\n\n" for n in range(1, 6))
SIGNS = "😀😁é🚀.,"
WORD = re.compile(r"\b[AB]w\d+\b")


class Writer:
    """Somebody at an open editor: what the screen shows, and what the server said last."""

    def __init__(self, name, random, post):
        self.name, self.random, self.post = name, random, post
        self.typed = 0
        self.kept: set[str] = set()  # words the server said it has
        self.deleted: set[str] = set()
        self.sent = []  # every request ever made, to be delivered again
        self.opened = 0

    def open(self, browser):
        """Open the editor anew, in another tab."""
        page = browser.page(f"/write/posts/{self.post}")
        self.opened += 1
        self.client = f"{self.name}-{self.post}-editor-{self.opened}"
        self.sequence, self.waiting = 0, None
        self.base = int(page.select_one("#head")["value"])
        self.known = self.screen = page.select_one("#body").text

    def type(self):
        """Put a word of one's own somewhere, or take a few words out."""
        at = self.random.randrange(len(self.screen) + 1)
        if self.random.random() < 0.75:
            self.typed += 1
            word = f" {self.name}w{self.typed} {self.random.choice(SIGNS)} "
            while at and self.screen[at - 1].isalnum():
                at -= 1
            self.screen = self.screen[:at] + word + self.screen[at:]
        else:
            end = min(len(self.screen), at + self.random.randrange(30))
            before = Counter(WORD.findall(self.screen))
            self.screen = self.screen[:at] + self.screen[end:]
            # Of a word that stands twice, each writer may take out one, and none is left.
            self.deleted |= set(before - Counter(WORD.findall(self.screen)))

    def send(self, browser):
        """Send what changed, over a connection that loses requests and answers."""
        if self.waiting is None:
            self.sequence += 1
            change = splice(self.known, self.screen)
            burst = {"client": self.client, "sequence": self.sequence, "base": self.base}
            self.waiting = (burst | ({"body": change} if change else {}), self.screen)
            self.sent.append(self.waiting[0])
        fate = self.random.random()
        if fate < 0.15:
            return  # never arrives
        answer = self._deliver(browser, self.waiting[0])
        if fate < 0.3:
            answer = self._deliver(browser, self.waiting[0])
        if fate < 0.45:
            return  # nobody hears the answer
        self._hear(answer)

    def send_old(self, browser):
        """A request that was on the way for long arrives once more."""
        if self.sent:
            self._deliver(browser, self.random.choice(self.sent))

    def save(self, browser):
        """Press Save, with a form that may be old."""
        data = {"title": "Leases", "body": self.screen, "head": str(self.base), "version": "1"}
        answer = browser.post(f"/write/posts/{self.post}", data=data)
        assert answer.status_code in (303, 409)
        self.kept |= set(WORD.findall(self.screen))
        self.open(browser)

    def reload(self, browser):
        """Close the tab with what was not sent; another one sends it, as the browser kept it."""
        client, base, screen = f"{self.client}-again", self.base, self.screen
        burst = {"client": client, "sequence": 1, "base": base, "body": {"text": screen}}
        assert self._deliver(browser, burst).status_code in (200, 409)
        self.kept |= set(WORD.findall(screen))
        self.open(browser)

    def _deliver(self, browser, burst):
        answer = browser.post(f"/write/posts/{self.post}/journal", json=burst)
        assert answer.status_code in (200, 409), answer.text
        return answer

    def _hear(self, answer):
        sent = self.waiting[1]
        self.waiting = None
        self.kept |= set(WORD.findall(sent))
        if answer.status_code == 409:
            return  # goes on against the old base
        self.base, merged = answer.json["head"], answer.json["merged"]
        self.known = merged["text"] if merged else sent
        moved = merge(sent, self.known, self.screen)
        self.screen = moved.resolved([both(part, "", "") for part in moved.conflicts])


def splice(old, new):
    """The change between two texts, in UTF-16 units as a browser counts them."""
    before, after = units(old), units(new)
    pairs = enumerate(zip(before, after, strict=False))
    most = min(len(before), len(after))
    head = next((n for n, (a, b) in pairs if a != b), most)
    tail = 0
    while tail < most - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    removed, inserted = before[head : len(before) - tail], after[head : len(after) - tail]
    text = b"".join(inserted).decode("utf-16-le", "surrogatepass")
    return removed != inserted and {"start": head, "removed": len(removed), "inserted": text}


def units(text):
    whole = text.encode("utf-16-le")
    return [whole[n : n + 2] for n in range(0, len(whole), 2)]


def decide(browser, post, random):
    """Decide about the oldest of what waits, keeping both everywhere."""
    waiting = list_open_branches(post_id=post)
    if not waiting:
        return
    address = f"/write/posts/{post}/conflict"
    page = parse(browser.get(f"{address}?branch={waiting[0].id}").text)
    fields = {f["name"]: f["value"] for f in page.select(".conflict [type=hidden]")}
    if random.random() < 0.2:
        fields |= {"drop": "1"}
    assert browser.post(address, data=fields | {"rest": "both"}).status_code == 303


def run(seed, steps, *, author, owner, post):
    random = Random(seed)
    writers = {"A": Writer("A", random, post.id), "B": Writer("B", random, post.id)}
    browsers = {"A": author, "B": owner}
    for name, writer in writers.items():
        writer.open(browsers[name])
    dropped = set()
    for _ in range(steps):
        name = random.choice("AB")
        writer, browser = writers[name], browsers[name]
        writer.type()
        act = random.random()
        if act < 0.62:
            writer.send(browser)
        elif act < 0.72:
            writer.send_old(browser)
        elif act < 0.78:
            writer.save(browser)
        elif act < 0.84:
            writer.reload(browser)
        elif act < 0.92:
            before = waiting_words(post)
            decide(browser, post.id, random)
            dropped |= before - waiting_words(post) - words_of_draft(post)

    deleted = writers["A"].deleted | writers["B"].deleted
    kept = writers["A"].kept | writers["B"].kept
    return kept, deleted, dropped


def words_of_draft(post):
    return set(WORD.findall(drafting.working_copy(stored(post.id)).body))


def waiting_words(post):
    db.session.rollback()
    waiting = list_open_branches(post_id=post.id, limit=1_000)
    return {w for b in waiting for w in WORD.findall(branching.find(b.id).content.body)}


def lost(author, owner, post, *, seed, steps):
    """Which words that the server said it has are nowhere, though nobody took them out."""
    kept, deleted, dropped = run(seed, steps, author=author, owner=owner, post=post)
    assert len(kept) > steps / 4
    return kept - deleted - dropped - words_of_draft(post) - waiting_words(post)


@pytest.fixture
def post(author, make_post):
    return make_post("Leases", body=START, published_at=None, authors=[author.author])


def test_no_word_that_was_kept_is_lost_between_two(author, owner, post):
    assert lost(author, owner, post, seed=1, steps=120) == set()


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(20))
def test_no_word_that_was_kept_is_lost_in_five_hundred_edits(author, owner, post, seed):
    assert lost(author, owner, post, seed=seed, steps=500) == set()
