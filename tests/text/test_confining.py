import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from random import Random

import pytest

from blogapp.text import confined, confining, limiting
from blogapp.text.confining import NotRendered
from blogapp.text.markdown import Picture, render
from tests.bombs import bombs, code_bombs, random_bombs

ROOT = Path(__file__).parents[2]
DEMO = sorted((ROOT / "blogapp" / "demo").rglob("*.md"))
# Its cost is in proportion to its length, and still too much.
COSTLY = "# a\n\n" * 200_000


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(confining, "SECONDS", 0.1)


@pytest.fixture
def fresh():
    """Children are started by this test and end with it."""
    confining.close()
    yield
    confining.close()


def children():
    """Return the process ids of the children that wait for work."""
    return [child.process.pid for child in confining._children.idle]


def answers():
    """Return functions that a text asks, and the list of what they were asked."""
    asked = []

    def picture(source):
        asked.append((source, threading.get_ident()))
        return Picture(f"/media/{source}", 30, 20) if source == "a.png" else None

    def link(target):
        asked.append((target, threading.get_ident()))
        return f"/led{target}" if target.startswith("/") else None

    return {"picture": picture, "link": link}, asked


# What comes back


@pytest.mark.parametrize("path", DEMO, ids=lambda path: path.stem)
def test_a_text_is_rendered_there_as_it_is_here(path):
    body = path.read_text(encoding="utf-8")
    functions, _ = answers()

    assert confining.render(body, **functions) == render(body, **functions)


@pytest.mark.parametrize(
    "body", ["", "a\ud800b", "\x00\x02", "é 字 \U0001f469", "\ufdd0", "\u2028"]
)
def test_any_character_comes_through(body):
    assert confining.render(body) == render(body)


def test_questions_are_answered_in_the_thread_that_renders_and_once():
    functions, asked = answers()

    html = confining.render("![x](a.png) ![y](a.png) [z](/b) [z](/b)", **functions).html

    assert html.count('src="/media/a.png"') == 2
    assert html.count('href="/led/b"') == 2
    assert asked == [("a.png", threading.get_ident()), ("/b", threading.get_ident())]


def test_what_goes_wrong_with_an_answer_is_not_hidden():
    def link(target):
        raise LookupError(target)

    with pytest.raises(LookupError, match="/b"):
        confining.render("[a](/b)", link=link)
    assert confining.render("*a*").html == "<p><em>a</em></p>"


# Limits


def test_a_text_that_takes_too_long_is_given_up_and_the_next_is_rendered(impatient):
    with pytest.raises(NotRendered, match=r"more than 0\.1 seconds"):
        confining.render(COSTLY)

    assert confining.render("*a*").html == "<p><em>a</em></p>"


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not hold to a limit of memory")
def test_a_text_that_takes_too_much_memory_is_given_up(monkeypatch):
    monkeypatch.setattr(confining, "MEMORY", 150 * 1024 * 1024)

    with pytest.raises(NotRendered, match="memory"):
        confining.render("a" * 60_000_000)

    monkeypatch.undo()
    assert confining.render("*a*").html == "<p><em>a</em></p>"


def test_a_process_that_stands_still_is_given_up(monkeypatch, fresh):
    confining.render("a")
    [pid] = children()
    monkeypatch.setattr(confining, "PATIENCE", 0.5)

    with pytest.raises(NotRendered):
        confining.render("[a](/b)", link=lambda target: os.kill(pid, signal.SIGSTOP))


def test_one_text_does_not_wait_for_another():
    is_asked, may_end, html = threading.Event(), threading.Event(), []

    def link(target):
        is_asked.set()
        may_end.wait(60)

    first = threading.Thread(
        target=lambda: html.append(confining.render("[a](/b)", link=link).html)
    )
    first.start()
    is_asked.wait(60)

    assert confining.render("*a*").html == "<p><em>a</em></p>"

    may_end.set()
    first.join(60)
    assert html == ['<p><a href="/b">a</a></p>']


def test_many_threads_are_served_by_few_processes(fresh):
    texts = [f"text *{number}*" for number in range(40)]
    html = {}

    def work(part):
        for text in part:
            html[text] = confining.render(text).html

    threads = [threading.Thread(target=work, args=[texts[n::8]]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert html == {text: render(text).html for text in texts}
    assert len(children()) == 1


# Ends


def test_a_child_of_a_large_process_is_kept_too(fresh):
    large = b"x" * (confined.LARGEST_AT_REST + 1)

    confining.render("a")

    assert len(children()) == 1
    del large


def test_a_child_that_was_ended_while_it_waited_is_replaced(fresh):
    confining.render("a")
    [pid] = children()
    os.kill(pid, signal.SIGKILL)

    assert confining.render("*a*").html == "<p><em>a</em></p>"
    assert children() != [pid]


def test_a_child_that_is_sent_away_at_work_says_nothing_about_its_text(fresh):
    confining.render("a")
    [pid] = children()
    sent = []

    def link(target):
        if not sent:
            sent.append(target)
            os.kill(pid, signal.SIGTERM)

    assert confining.render("[a](/b)", link=link).html == '<p><a href="/b">a</a></p>'
    assert sent == ["/b"]


def test_closing_leaves_no_process_behind(fresh):
    confining.render("a")
    [pid] = children()

    confining.close()

    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


SCRIPT = """
import os, sys
from blogapp.text import confining
confining.render("a")
print(*[child.process.pid for child in confining._children.idle], flush=True)
"""


def script(text):
    """Start Python with ``text``; its end of the error pipe is its children's, too."""
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT + text],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    "doing", ["sys.stdin.read()", "confining.render('[a](/b)', link=lambda _: sys.stdin.read())"]
)
def test_a_child_ends_when_its_parent_is_killed(doing):
    with script(doing) as parent:
        assert parent.stdout.readline().strip().isdecimal()
        parent.kill()

        # Its last line is its last owner's end.
        assert parent.stderr.read() == ""


def test_a_child_at_work_ends_soon_after_its_parent_is_killed():
    work = f"confining.SECONDS = 0.5\nprint(flush=True)\nconfining.render({COSTLY[:9]!r} * 200_000)"
    with script(work) as parent:
        parent.stdout.readline()
        parent.stdout.readline()
        parent.kill()

        assert parent.stderr.read() == ""


def test_a_forked_process_starts_children_of_its_own():
    forked = """
if os.fork():
    os.wait()
    confining.render("a")
else:
    confining.render("a")
print(*[child.process.pid for child in confining._children.idle], flush=True)
"""
    with script(forked) as parent:
        out, err = parent.communicate()

    first, in_fork, after = out.split()
    assert (after, err) == (first, "")
    assert in_fork != first


def test_a_child_knows_none_of_the_blog_s_secrets(monkeypatch, fresh):
    monkeypatch.setenv("BLOG_SECRET_KEY", "a secret that nobody needs to know")
    monkeypatch.setenv("BLOGGER", "known")

    environment = limiting.environment()

    assert "BLOGGER" in environment
    assert "BLOG_SECRET_KEY" not in environment


def test_a_process_that_renders_loads_no_web_and_no_database():
    told = "import sys, blogapp.text.confined; print({'flask', 'sqlalchemy'} & set(sys.modules))"

    loaded = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True)

    assert loaded.stdout.strip() == "set()"


# Bombs


def outcome(body):
    """Return "rendered", or "given up" where a limit was reached; anything else is a bug."""
    try:
        rendered = confining.render(body)
    except NotRendered:
        return "given up"
    assert len(rendered.html) < 60 * len(body)
    return "rendered"


@pytest.mark.parametrize("name", Random(1).sample(sorted(bombs(1)), 12))
def test_a_text_that_is_made_to_cost_is_rendered_or_given_up(name):
    assert outcome(bombs(50_000)[name]()) in {"rendered", "given up"}


@pytest.mark.prove
@pytest.mark.parametrize("name", bombs(1))
def test_a_megabyte_that_is_made_to_cost_is_rendered_or_given_up(name):
    assert outcome(bombs(1_000_000)[name]()) in {"rendered", "given up"}


@pytest.mark.prove
@pytest.mark.parametrize("name", code_bombs(1))
def test_code_that_leads_a_lexer_astray_is_rendered_or_given_up(name):
    assert outcome(code_bombs(200_000)[name]()) in {"rendered", "given up"}


@pytest.mark.prove
def test_a_random_heap_is_rendered_or_given_up():
    heaps = random_bombs(1_000_000, count=100, seed=1)

    assert {outcome(make()) for make in heaps.values()} <= {"rendered", "given up"}
