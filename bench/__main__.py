"""Measure, print, and keep what was found: `make bench`, or `python -m bench --help`."""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench import answering
from bench.blogs import find_blog
from bench.limits import judge
from bench.serving import Core

CACHE = Path(__file__).with_name("blogs")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--part", action="append")
    parser.add_argument("--posts", action="append", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--blogs", type=Path, default=CACHE)
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        blogs = [
            find_blog(asked.blogs.resolve(), n) for n in sorted(asked.posts or [1000, 100_000])
        ]
        bench = answering.Bench(blogs, folder, Core.shared_out(), stack)
        figures = answering.measure_answers(
            bench,
            asked.part or answering.PARTS,
            rounds=asked.rounds,
            seconds=asked.seconds,
            tell=lambda text: sys.stderr.write(f"{text}\n"),
        )
    for one in figures:
        print(
            f"{one.row.key:55} {one.rate:8.0f}/s p50 {one.p50:7.2f} p99 {one.p99:7.2f} "
            f"cpu {one.cpu:8.4f} ms {one.bytes:9.0f} B woken {one.reached:.2f} {one.trouble}"
        )
    found = {one.row.key: one for one in figures}
    for limit in answering.limits([blog.posts for blog in blogs]):
        if limit.ours not in found and limit.other not in found:
            continue
        v = judge(limit, found)
        ratio = (
            "-"
            if v.ratio is None
            else f"{v.ratio:.2f} ({v.lowest:.2f}-{v.highest:.2f}) rate {v.by_rate:.2f}"
        )
        print(f"{'holds' if v.holds else 'FAILS'} {v.says}: {ratio} {v.told} {v.trouble}")


if __name__ == "__main__":
    main()
