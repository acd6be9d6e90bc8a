"""What it costs to render a post: by kind of post, and in a child process."""

import re
import resource
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from time import process_time

from bench.reporting import Section, table
from blogapp.text import confining
from blogapp.text.markdown import Rendered, render

ROOT = Path(__file__).parents[1]
CORPORA = ROOT.parent / "shared" / "corpora"
ROUNDS = 2
LENGTHS = (6, 60)
SAMPLE = 4  # of so many posts one is rendered in a child process, too
LONG = 50_000
_FRONT_MATTER = re.compile(r"\A(?:---\n.*?\n---|\+\+\+\n.*?\n\+\+\+)\n", re.S)


@dataclass(frozen=True)
class Body:
    """A post's Markdown, where it is from, and what kind of post it is."""

    source: str
    kind: str
    text: str


@dataclass(frozen=True)
class Cost:
    """What rendering posts of one kind costs; milliseconds of CPU time."""

    kind: str
    posts: int
    kilobytes: float
    milliseconds: float
    dearest: float  # of a single post, per 10 KB

    @property
    def per_10_kb(self) -> float:
        return 10 * self.milliseconds / self.kilobytes


@dataclass(frozen=True)
class Length:
    """What rendering a text of one length costs; milliseconds of CPU time, the best round's."""

    kilobytes: int
    milliseconds: float


@dataclass(frozen=True)
class Confinement:
    """What a child process adds; milliseconds of CPU time, of both processes."""

    here: float  # all posts, rendered in this process
    there: float  # the same in a child, which is started for it
    start: float  # of the child


def find_bodies() -> list[Body]:
    """Return the demo's posts, and those of the corpora where they are at hand."""
    return [
        Body(source, _kind_of(text, render(text)), text)
        for source, folder in (("demo", ROOT / "blogapp" / "demo"), ("corpora", CORPORA))
        for text in _texts(folder)
    ]


def measure_lengths(lengths: Sequence[int] = LENGTHS, rounds: int = 20) -> list[Length]:
    """Return what texts of so many kilobytes cost: headings, prose, lists, code."""
    return [
        Length(kilobytes, _least(partial(render, text_of(kilobytes)), rounds))
        for kilobytes in lengths
    ]


def text_of(kilobytes: int) -> str:
    """Return Markdown of this length: headings, prose with marks, lists and code."""
    parts: list[str] = []
    while sum(map(len, parts)) < 1000 * kilobytes:
        number = len(parts) + 1
        prose = f"A *lease* is a promise with a **date** on it, and `clock {number}` decides. " * 6
        code = "\n".join(f"    lease_{line} = renew({line})" for line in range(8))
        parts.append(
            f"## Part {number}\n\n{prose}\n\n- one\n- [two](https://example.com/{number})\n\n"
            f"```python\ndef part_{number}():\n{code}\n```\n\n"
        )
    return "".join(parts)


def measure_kinds(bodies: list[Body], rounds: int = ROUNDS) -> list[Cost]:
    """Return what each kind costs to render, the dearest first: of each post the best round."""
    best = {id(body): _least(partial(render, body.text), rounds) for body in bodies}
    groups: dict[str, list[Body]] = {}
    for body in bodies:
        groups.setdefault(f"{body.source}: {body.kind}", []).append(body)
    costs = [_cost(kind, group, best) for kind, group in groups.items()]
    return sorted(costs, key=lambda cost: -cost.per_10_kb)


def measure_confinement(bodies: list[Body], rounds: int = ROUNDS) -> Confinement:
    """Return what the same posts cost here and in a child: of each the best round."""

    def here() -> None:
        for body in bodies:
            render(body.text)

    def there() -> None:
        for body in bodies:
            try:
                confining.render(body.text)
            except confining.NotRendered:
                continue

    pairs = [
        (_both(here), _both(there), _both(lambda: confining.render("a"))) for _ in range(rounds)
    ]
    return Confinement(*(min(costs) for costs in zip(*pairs, strict=True)))


def measure() -> Section:
    """Return what the renderer costs by length, by kind of post, and in a child process."""
    bodies = find_bodies()
    lengths, kinds = measure_lengths(), measure_kinds(bodies)
    child = measure_confinement(bodies[::SAMPLE])
    usual = sum(cost.milliseconds for cost in kinds) / sum(cost.kilobytes for cost in kinds) * 10
    return Section(
        "Rendering",
        [
            " and ".join(
                f"{one.kilobytes} KB of headings, prose, lists and code take "
                f"{one.milliseconds:.1f} ms of CPU time"
                for one in lengths
            )
            + ".",
            f"All {len(bodies)} posts together: {usual:.1f} ms of CPU time per 10 KB of Markdown.",
            table(
                ["posts", "how many", "KB", "ms per 10 KB", "of the average", "dearest post"],
                [
                    [
                        *(one.kind, one.posts, f"{one.kilobytes:,.0f}", f"{one.per_10_kb:.1f}"),
                        *(f"{one.per_10_kb / usual:.2f}", f"{one.dearest:.1f}"),
                    ]
                    for one in kinds
                ],
            ),
            f"One post of {SAMPLE} was rendered again in a child process: at "
            f"{child.there / child.here:.2f} times what it costs here, both processes and the "
            f"child's start counted; a start costs {child.start:.0f} ms.",
        ],
        {
            "lengths": [asdict(one) for one in lengths],
            "kinds": [asdict(one) for one in kinds],
            "child": asdict(child),
        },
    )


def _texts(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".md", ".markdown", ".mdx"}:
            text = path.read_text(encoding="utf-8", errors="replace")
            if body := _FRONT_MATTER.sub("", text).strip():
                yield body


def _kind_of(text: str, rendered: Rendered) -> str:
    weight = sum(block.weight for block in rendered.outline)
    code = sum(block.weight for block in rendered.outline if block.kind == "code")
    if len(text) > LONG:
        return "longer than 50 KB"
    if "<math" in rendered.html or 'class="diagram' in rendered.html:
        return "formulas or diagrams"
    if "<table" in rendered.html:
        return "tables"
    if code > weight / 2:
        return "mostly code"
    if code > weight / 10:
        return "prose and code"
    return "pictures" if rendered.figures >= 5 else "prose"


def _cost(kind: str, group: list[Body], best: dict[int, float]) -> Cost:
    sizes = {id(body): len(body.text.encode()) / 1000 for body in group}
    # In a short one all that counts is what every post costs.
    long = [body for body in group if sizes[id(body)] >= 2] or group
    return Cost(
        kind=kind,
        posts=len(group),
        kilobytes=sum(sizes.values()),
        milliseconds=sum(best[id(body)] for body in group),
        dearest=max(10 * best[id(body)] / sizes[id(body)] for body in long),
    )


def _least(work: Callable[[], object], rounds: int) -> float:
    return min(_timed(work) for _ in range(rounds))


def _timed(work: Callable[[], object]) -> float:
    before = process_time()
    work()
    return 1000 * (process_time() - before)


def _both(work: Callable[[], object]) -> float:
    """Milliseconds of CPU time that this process and its children spend on ``work``."""
    confining.close()
    before = _children()
    own = _timed(work)
    confining.close()  # only then does the child's time count
    return own + 1000 * (_children() - before)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
