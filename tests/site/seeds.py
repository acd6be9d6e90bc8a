"""Front pages as texts: what somebody sees who reads them from top to bottom.

Each shape is read twice: from the pages in ../shared, and from texts of our own.
"""

import re
from dataclasses import dataclass, field

FILES = {
    "cards-with-tags": "000_e5cb6a80ee40ed08.txt",
    "knowledge-log": "001_09032eb6abab34be.txt",
    "summaries-only": "002_fb308d212b5a19f5.txt",
    "plain-dated-list": "003_a76ff577ee9a7d86.txt",
    "hero-and-excerpts": "004_4cd7f7c9b609d99f.txt",
}
# Where the page with excerpts cuts them, within a word if need be.
CUT = 200
OWN = {
    "cards-with-tags": """\
Skip to content

Page 6

Storage 5 min read

Pages: What a disk reads

A disk knows no rows. How much it reads for one of them, and why.

# B-trees # I/O # SQLite
Networks 12 min read

Names: Who answers

A resolver asks four others. What each of them keeps, and for how long.

# DNS
Nobody scrolls down here.""",
    "knowledge-log": """\
/ Workshop
Platform
What we wrote down
Decisions, measurements and mistakes.
Leases for everything
A lease is a promise with a date, and this is who keeps it.
Nov 20, 2026Two clocks
Why a time that another machine wrote is a guess — with numbers.
Mar 1, 2026Two queues
Why one of them was empty.
Mar 1, 2026""",
    "summaries-only": """\
Notes on systems that are used.
How a queue of a million entries fits into a page of memory.
What 'at least once' costs, measured on one disk.""",
    "plain-dated-list": """\
Journal

Things that took longer than they should have.

A restart in 40 ms

Mar 8, 2025

What a process does before it answers, and what it could leave for later.

Rust's borrow checker, drawn

May 20, 2020

Six pictures""",
    "hero-and-excerpts": f"""\
Plain answers.Long questions.
Essays about storage, clocks and the people between them.
The lock that nobody held
{("TLDR: A lock without an owner is a lock for good. " * 5)[:CUT]}
Ledgersβ first rule
{("TLDR: An entry is never changed; another one answers it, and both stay. " * 5)[:CUT]}""",
}


@dataclass
class Seed:
    """A front page: what stands over the list, the posts in their order, what stands below."""

    header: dict = field(default_factory=dict)
    posts: list = field(default_factory=list)
    footer: str = ""
    page: int = 1

    @property
    def lines(self):
        """What the list shows, line by line."""
        return [line for post in self.posts for line in post["lines"]]


def read(preset, text):
    """Return the page that ``text`` is a copy of, as the shape of its preset has it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return READERS[preset](lines)


def _cards(lines):
    seed = Seed(page=int(re.fullmatch(r"Page (\d+)", lines[1])[1]), footer=lines[-1])
    rows = lines[2:-1]
    for facts, title, summary, tags in zip(*[iter(rows)] * 4, strict=True):
        domain, minutes = re.fullmatch(r"(.+) (\d+) min read", facts).groups()
        names = [name.strip() for name in tags.split("#") if name.strip()]
        post = {"title": title, "summary": summary, "domain": domain, "minutes": int(minutes)}
        # Tags stand by their names, and the sign before each is drawn.
        shown = " ".join(sorted(names, key=str.casefold))
        post |= {"tags": names, "lines": [facts, title, summary, shown]}
        seed.posts.append(post)
    return seed


def _log(lines):
    crumb, eyebrow, heading, intro, *rows = lines
    header = {"breadcrumb": crumb.strip("/ "), "eyebrow": eyebrow, "heading": heading}
    seed = Seed(header=header | {"intro": intro})
    # A date ends in the title of the next post.
    rows = re.sub(r"(?m)^(\w{3} \d+, \d{4})(?=.)", r"\1\n", "\n".join(rows)).splitlines()
    for title, summary, day in zip(*[iter(rows)] * 3, strict=True):
        seed.posts.append(_post(title, summary, day) | {"lines": [title, summary, day]})
    return seed


def _summaries(lines):
    posts = [{"title": f"Post {i}", "summary": s, "lines": [s]} for i, s in enumerate(lines[1:])]
    return Seed(header={"intro": lines[0]}, posts=posts)


def _dated(lines):
    heading, intro, *rows = lines
    seed = Seed(header={"heading": heading, "intro": intro})
    for title, day, summary in zip(*[iter(rows)] * 3, strict=True):
        seed.posts.append(_post(title, summary, day) | {"lines": [title, day, summary]})
    return seed


def _excerpts(lines):
    hero, intro, *rows = lines
    seed = Seed(header={"hero": hero.replace(".", ".\n", 1), "intro": intro})
    for title, cut in zip(*[iter(rows)] * 2, strict=True):
        # The page it is from cuts within a word; the post goes on.
        body = f"{cut}nished, and then the sentence goes on.\n\nAnd so does the post."
        seed.posts.append({"title": title, "body": body, "lines": [title, cut]})
    return seed


def _post(title, summary, day):
    return {"title": title, "summary": summary, "day": day}


READERS = {
    "cards-with-tags": _cards,
    "knowledge-log": _log,
    "summaries-only": _summaries,
    "plain-dated-list": _dated,
    "hero-and-excerpts": _excerpts,
}
