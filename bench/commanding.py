"""What the operator's commands get done in a second: posts taken in, pages frozen."""

import resource
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from bench.blogs import Blog, run_blogapp
from bench.rendering import text_of
from bench.reporting import Section, table

IMPORTED = 500
KILOBYTES = 6
COMPRESSED = {".gz", ".br"}
POST = """---
title: Post {number} of a site that moves
date: 20{year:02}-{month:02}-{day:02}
tags: [moving, part-{part}]
---
{text}"""


@dataclass(frozen=True)
class Done:
    """What a command did, and the seconds it took by the clock and of CPU time, start included."""

    what: str
    count: int
    seconds: float
    cpu: float

    @property
    def a_second(self) -> float:
        return self.count / self.seconds


def measure(blog: Blog, folder: Path) -> Section:
    """Return what is done in a second: posts imported, and pages of ``blog`` frozen."""
    done = [_import(folder), _freeze(blog, folder)]
    return Section(
        "Commands",
        [
            f"`blogapp import markdown` takes in posts of {KILOBYTES} KB, `blogapp freeze` writes "
            f"the blog of {blog.posts:,} posts, every page in three encodings. By the clock, the "
            "start of the command included.",
            table(
                ["command", "how many", "seconds", "a second", "CPU ms of each"],
                [
                    [
                        *(one.what, f"{one.count:,}", f"{one.seconds:.1f}", f"{one.a_second:.0f}"),
                        f"{1000 * one.cpu / one.count:.1f}",
                    ]
                    for one in done
                ],
            ),
        ],
        {"commands": [asdict(one) for one in done]},
    )


def _import(folder: Path) -> Done:
    source, instance = folder / "site", folder / "imported"
    source.mkdir()
    text = text_of(KILOBYTES)
    for number in range(IMPORTED):
        post = POST.format(
            number=number,
            year=number % 20,
            month=number % 12 + 1,
            day=number % 28 + 1,
            part=number % 10,
            text=text,
        )
        (source / f"{number}.md").write_text(post, encoding="utf-8")
    run_blogapp(instance, "init")
    seconds, cpu = _timed(lambda: run_blogapp(instance, "import", "markdown", str(source)))
    return Done("posts imported", IMPORTED, seconds, cpu)


def _freeze(blog: Blog, folder: Path) -> Done:
    target = folder / "frozen"
    seconds, cpu = _timed(lambda: run_blogapp(blog.folder, "freeze", str(target)))
    pages = sum(1 for path in target.rglob("*.html") if path.suffix not in COMPRESSED)
    return Done("pages frozen", pages, seconds, cpu)


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    start, before = perf_counter(), _children()
    work()
    return perf_counter() - start, _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
