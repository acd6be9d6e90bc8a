"""Measure, print, and keep what was found: `make bench`, or `python -m bench --help`."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from subprocess import CalledProcessError

from bench import answering, commanding, databases, publishing, remembering, rendering, starting
from bench.blogs import find_blog
from bench.limits import Verdict, judge
from bench.reporting import Run, Section, as_markdown, keep
from bench.serving import Core

HERE = Path(__file__).parent
SIZES = (1000, 100_000)
USUAL = (*answering.PARTS, "publishing", "memory", "rendering", "commands", "starting")
# Writing a hundred thousand posts anew takes longer than all the rest.
PARTS = (*USUAL, "databases")
QUICK = ("cached", "uncached", "starting")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench; return 0 when all that was measured holds, 1 when a limit does not."""
    asked = _asked(arguments)
    run = Run(
        parts=asked.part or (QUICK if asked.quick else USUAL),
        sizes=sorted(set(asked.posts or (SIZES[:1] if asked.quick else SIZES))),
        rounds=asked.rounds or (1 if asked.quick else 3),
        seconds=asked.seconds,
        is_full=not (asked.quick or asked.part or asked.posts),
    )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        for _ in _measured(run, asked.blogs.resolve(), folder, stack):
            kept = keep(run, asked.results)  # what is there when somebody stops it
    sys.stdout.write(as_markdown(run))
    _tell(f"Kept in {kept}")
    return 0 if all(one.holds for one in run.verdicts) else 1


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure what answers cost, as ratios within one run."
    )
    several = {"action": "append", "default": None}
    parser.add_argument("--part", choices=PARTS, help="only this part; may be repeated", **several)
    parser.add_argument("--posts", type=int, help="only a blog of so many; repeatable", **several)
    parser.add_argument("--quick", action="store_true", help="one round, the smaller blog")
    parser.add_argument("--rounds", type=int, help="how often each row has its turn")
    parser.add_argument("--seconds", type=int, default=1, help="how long a turn is")
    parser.add_argument("--blogs", type=Path, default=HERE / "blogs", help="keep the blogs here")
    parser.add_argument("--results", type=Path, default=HERE / "results", help="write it here")
    return parser.parse_args(arguments)


def _measured(run: Run, cache: Path, folder: Path, stack: ExitStack) -> Iterator[None]:
    """Measure one part after the other, and yield after each."""
    blogs = [find_blog(cache, posts) for posts in run.sizes]
    bench = answering.Bench(blogs, folder, Core.shared_out(), stack)
    answered = [part for part in run.parts if part in answering.PARTS]
    if answered:
        run.figures = answering.measure_answers(
            bench, answered, rounds=run.rounds, seconds=run.seconds, tell=_tell
        )
        found = {one.row.key: one for one in run.figures}
        run.verdicts = [
            judge(limit, found) for limit in answering.limits(run.sizes) if limit.part in answered
        ]
        yield
    others: dict[str, Callable[[], Section]] = {
        "publishing": lambda: publishing.measure(bench, 10),
        "memory": lambda: remembering.measure(bench),
        "rendering": rendering.measure,
        "commands": lambda: commanding.measure(blogs[0], folder),
        "starting": lambda: starting.measure(blogs, folder),
        "databases": lambda: databases.measure(
            blogs, folder, rounds=run.rounds, seconds=run.seconds, cores=bench.cores, tell=_tell
        ),
    }
    for part, measure in others.items():
        if part in run.parts:
            _tell(part)
            run.add(_tried(part, measure))
            yield


def _tried(part: str, measure: Callable[[], Section]) -> Section:
    """Return what a part found; one that fails is told as such, and the others go on."""
    try:
        return measure()
    except (SystemExit, OSError, CalledProcessError) as error:
        failed = Verdict(part, "measured", None, trouble=f"failed: {error}")
        return Section(part.capitalize(), [f"Failed: {error}"], {}, [failed])


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
