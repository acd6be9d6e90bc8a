"""That the bench measures what it says. How long anything takes is never asserted."""

import json
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import pytest

import bench.__main__ as command
from bench import answering, client, limits, measuring, rendering, reporting
from bench.blogs import ROOT, Blog, environment
from bench.loading import Load, ask_steadily
from bench.measuring import READER, Figure, Round, Row
from bench.serving import Answer, Core, ask

KEPT = Row("cached", "ours", "listing", "/", is_kept=True)
BARE = Row("cached", "bare", "listing", "/")


def rounds(*cpu, woken=0.0, failed=0):
    """Rounds of a hundred requests in a second each, that cost so many milliseconds."""
    seen = Load(requests=100, seconds=1.0, bytes=100_000, p50=1.0, p99=2.0, failed=failed)
    return [Round(seen, each, woken) for each in cpu]


def figures(ours, bare):
    return {"ours": Figure(KEPT, ours), "bare": Figure(BARE, bare)}


def at_least(bound):
    return limits.Limit("cached", "listing", "ours", "bare", "throughput", bound)


def at_most(bound):
    return limits.Limit("cached", "listing", "ours", "bare", "cost", bound)


def test_a_ratio_is_that_of_rounds_that_stood_side_by_side():
    # The third round met a neighbour: both cost twice as much, and the ratio is the same.
    found = figures(rounds(0.2, 0.4, 0.5), rounds(0.1, 0.3, 0.25))

    cost = limits.judge(at_most(2), found)
    throughput = limits.judge(at_least(0.5), found)

    assert (cost.ratio, cost.lowest, cost.highest) == pytest.approx((2, 4 / 3, 2))
    assert throughput.ratio == pytest.approx(1 / 2)
    assert (cost.holds, throughput.holds) == (True, True)


@pytest.mark.parametrize(
    ("limit", "holds"),
    [(at_least(0.80), True), (at_least(0.81), False), (at_most(1.25), True), (at_most(1.2), False)],
)
def test_a_limit_that_is_not_reached_does_not_hold(limit, holds):
    verdict = limits.judge(limit, figures(rounds(0.125), rounds(0.1)))

    assert verdict.holds is holds


def test_what_was_not_measured_does_not_hold():
    verdict = limits.judge(at_least(0), {"ours": Figure(KEPT, rounds(1))})

    assert (verdict.ratio, verdict.holds) == (None, False)
    assert verdict.trouble == "not measured: bare"
    assert not limits.at_most("memory", None, 150).holds
    assert not limits.at_most("memory", 151, 150).holds
    assert limits.at_most("memory", 150, 150).holds


@pytest.mark.parametrize("spoiled", [{"woken": 0.5}, {"failed": 1}])
def test_a_ratio_of_spoiled_rounds_does_not_hold(spoiled):
    verdict = limits.judge(at_least(0), figures(rounds(0.1, **spoiled), rounds(0.1)))

    assert verdict.trouble
    assert not verdict.holds


def test_a_page_made_for_a_few_requests_is_no_uncached_page():
    row = replace(KEPT, is_kept=False)

    assert Figure(row, rounds(1, woken=0.9)).trouble
    assert not Figure(row, rounds(1, woken=1.0)).trouble


def test_answers_are_the_same_when_all_but_the_date_is():
    one = Answer(200, (("Date", "now"), ("ETag", '"a"')), b"body")

    assert one.is_same(replace(one, headers=(("Date", "then"), ("ETag", '"a"'))))
    assert not one.is_same(replace(one, headers=(("Date", "now"), ("ETag", '"b"'))))
    assert not one.is_same(replace(one, body=b"Body"))
    assert not one.is_same(replace(one, status=304))


@pytest.fixture(scope="module")
def blog(tmp_path_factory):
    """A blog of made-up posts as the bench finds it."""
    folder = tmp_path_factory.mktemp("blogs") / "40"
    made = ["from blogapp.cli import main; main()", "synth", "--posts", "40"]
    subprocess.run(
        [sys.executable, "-c", *made], env=environment(folder), check=True, capture_output=True
    )
    return Blog(40, folder)


@pytest.fixture(scope="module")
def bench(blog, tmp_path_factory):
    with ExitStack() as stack:
        yield answering.Bench([blog], tmp_path_factory.mktemp("bench"), Core(), stack)


@pytest.fixture(scope="module")
def rows(bench):
    """What is asked of kept pages and of others, by server and name."""
    encodings = answering.offer(bench)
    made = [*answering.cached(bench, encodings), *answering.uncached(bench, encodings)]
    return {row.key: row for row in made}


def test_bare_wsgi_answers_with_the_bytes_and_headers_of_the_blog(bench, rows, blog):
    ours, bare = bench.blog(answering.KEPT, blog), bench.server(answering.BARE)
    mine = {row.name: row for row in rows.values() if row.server == ours.name}
    its = [row for row in rows.values() if row.server == answering.BARE]

    assert {row.name for row in its} >= {"listing, identity", "listing, gzip", "post, br", "304"}
    for row in its:
        answer = ask(bare, row.path, row.sent)
        assert answer.is_same(ask(ours, mine[row.name].path, mine[row.name].sent))
        assert answer.status == row.status


def test_a_bare_answer_that_differs_ends_the_run(bench, rows):
    with pytest.raises(SystemExit, match="otherwise than the blog"):
        answering.compare(bench, "/archive", "/listing-gzip", {"Accept-Encoding": "gzip"})


def test_an_answer_that_is_not_what_a_row_is_about_ends_the_run(bench, rows, blog):
    server = bench.blog(answering.KEPT, blog)

    with pytest.raises(SystemExit, match="answered 404"):
        measuring.check(Row("cached", server.name, "nothing", "/posts/nothing"), server)
    row = Row("cached", server.name, "odd", "/", {"Accept-Encoding": "sdch"})
    with pytest.raises(SystemExit, match="came as identity"):
        measuring.check(row, server)


def test_flask_is_woken_for_no_kept_page_and_for_every_other(bench, rows, blog):
    kept = answering.named(answering.KEPT, blog)
    names = ["listing, gzip", "304", "listing, signed in"]
    asked = [rows[f"{kept}: {name}"] for name in names]

    counts = []
    for row in asked:
        server = bench.server(row.server)
        measuring.check(row, server)
        before = server.woken()
        for _ in range(3):
            ask(server, row.path, row.sent)
        counts.append(server.woken() - before)

    assert counts == [0, 0, 3]


def test_the_plain_page_holds_the_cards_of_the_listing(bench, rows, blog):
    page = ask(bench.server(answering.JINJA), "/").body.decode()
    ours = ask(bench.blog(answering.KEPT, blog), "/").body.decode()

    cards = blog.cards()
    assert len(cards) == 12
    assert page.count("<article") == 12
    for card in cards:
        assert f'"{card["address"]}"' in page
        assert f'"{card["address"]}"' in ours
    places = [ours.index(f'"{card["address"]}"') for card in cards]
    assert all(one < other for one, other in pairwise(places))


def test_rounds_take_turns_and_every_request_is_counted(bench, rows, blog, monkeypatch):
    row = rows[f"{answering.named(answering.KEPT, blog)}: listing, signed in"]
    bare = rows[f"{answering.BARE}: 304"]
    turns = []

    def few(server, path, headers, **rest):
        turns.append(path)
        return ask_steadily(
            server, [path], headers, seconds=0.05, connections=2, rate=0, cores=Core()
        )

    monkeypatch.setattr(measuring, "load", few)
    found = measuring.measure([row, bare], bench.server, rounds=2, seconds=1, cores=Core())

    assert turns == [row.path, bare.path] * 2
    assert [one.woken for one in found[0].rounds] == [1, 1]
    assert all(one.cpu > 0 and one.load.requests and not one.load.failed for one in found[1].rounds)
    assert not any(one.trouble for one in found)


def test_a_wait_counts_from_when_the_request_was_due(monkeypatch):
    # A clock that a test moves, and a server that takes a second for each answer.
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(client, "perf_counter", lambda: clock.now)

    class Slow:
        def __init__(self, port):
            self.due = 0.0

        def ask(self, request, due):
            self.due = due

        def take(self):
            clock.now += 1
            return b"HTTP/1.1 200 OK\r\n\r\n"

    monkeypatch.setattr(client, "Connection", Slow)
    monkeypatch.setattr(client.select, "select", lambda busy, *rest: (list(busy), (), ()))
    waits = client.run(1, ["/"], {}, seconds=3.0, connections=1, rate=10)

    # Due after 0, 0.1 and 0.2 seconds, answered after 1, 2 and 3.
    assert waits["requests"] == 3
    assert waits["p50"] == pytest.approx(1900)


def test_what_fails_is_counted(bench, rows):
    server = bench.server(answering.BARE)  # what it was not given, it fails to answer

    seen = ask_steadily(
        server, ["/nothing"], READER, seconds=0.05, connections=2, rate=0, cores=Core()
    )

    assert seen.failed == seen.requests > 0


def test_a_run_tells_what_is_not_held_and_writes_itself_down(tmp_path, capsys):
    run = reporting.Run(["cached"], [40], rounds=1, seconds=1, is_full=False)
    found = figures(rounds(0.2), rounds(0.1))
    run.figures = [*found.values()]
    run.verdicts = [limits.judge(at_least(0.9), found), limits.judge(at_least(0.5), found)]
    run.add(reporting.Section("Memory", ["Much."], {"megabytes": 1}))

    text = reporting.keep(run, tmp_path).read_text(encoding="utf-8")
    (file,) = tmp_path.glob("*-part.json")
    plain = json.loads(file.read_text(encoding="utf-8"))

    assert "What is held: 1 of 2" in text
    assert "| listing | at least 0.9 | 0.50 |  | 1.00 | **no** |" in text
    assert "| listing | at least 0.5 | 0.50 |  | 1.00 | yes |" in text
    assert [one["holds"] for one in plain["verdicts"]] == [False, True]
    assert plain["rows"][0]["cpu"] == 0.2
    assert plain["sections"] == {"memory": {"megabytes": 1}}


def test_a_part_that_fails_does_not_hold_and_stops_no_other():
    def broken():
        raise SystemExit("there is no nginx")

    section = command._tried("store", broken)

    assert "there is no nginx" in section.verdicts[0].trouble
    assert not section.verdicts[0].holds


def test_every_limit_is_of_rows_that_are_measured(bench, rows, blog):
    bench.blogs = [blog, replace(blog, posts=41)]
    held = [one for one in answering.limits([40, 41]) if one.part in {"cached", "uncached"}]

    names = {row.name for row in rows.values()}
    assert len(held) >= 13
    assert {key.partition(": ")[2] for one in held for key in (one.ours, one.other)} <= names


def test_lengths_are_those_that_are_told():
    (six, sixty) = (len(rendering.text_of(kilobytes)) for kilobytes in (6, 60))

    assert 6000 <= six < 7000
    assert 60_000 <= sixty < 61_000


def test_kinds_of_posts_are_told_apart_and_measured():
    code = "```\n" + "x\n" * 30 + "```\n"
    texts = {
        "prose": "Words.",
        "mostly code": code,
        "tables": "|a|\n|-|\n|b|\n",
        "pictures": "![a](b)\n\n" * 5,
    }
    bodies = [
        rendering.Body("test", rendering._kind_of(text, rendering.render(text)), text)
        for text in texts.values()
    ]

    costs = rendering.measure_kinds(bodies, rounds=1)

    assert [body.kind for body in bodies] == [*texts]
    assert {cost.kind for cost in costs} == {f"test: {kind}" for kind in texts}
    assert all(cost.milliseconds > 0 for cost in costs)


def test_a_child_costs_more_than_none():
    child = rendering.measure_confinement([rendering.Body("test", "prose", "Words.")], rounds=1)

    assert child.there > child.here > 0


def test_one_run_is_in_the_tree():
    tracked = subprocess.run(
        ["git", "ls-files", "bench/results"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()

    if not tracked:
        pytest.skip("not a git checkout, or no run was kept")
    assert sorted(name.rpartition(".")[2] for name in tracked) == ["json", "md"]
