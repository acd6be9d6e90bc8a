"""Any text is rendered: without a crash, without harm, and at a cost that grows with its length."""

import json
import sys
import time
from random import Random

import pytest

from blogapp.text.from_html import to_markdown
from blogapp.text.markdown import render
from tests.bombs import HEAPS, bombs
from tests.text.test_sanitizing import PAYLOADS, problems
from tests.text.test_specifications import OWN

# Formulas and diagrams are drawn by programs of ours, from what was read, as these.
DRAWN = {"math", "svg"}
EXTENSIONS = [
    "> [!NOTE] Title\n> text\n",
    "::: note\ntext\n:::\n",
    "??? note\n    text\n",
    "a[^1]\n\n[^1]: b\n    c\n",
    "term\n: definition\n",
    "*[HTML]: Hypertext\n\nHTML\n",
    "- [x] done\n- [ ] open\n",
    "| a | b |\n|:-:|--|\n| `c|d` | e |\n",
    "```python {2} title=a.py\nx = 1\n```\n",
    "```diff\n-a\n+b\n```\n",
    "```console\n$ a\nb\n```\n",
    "```mermaid\ngraph TD\n a-->b\n```\n",
    "$a_1$ \\(b\\) $$\n\\frac{1}{2}\n$$\n",
    "# A {#a .b}\n\n## A\n",
    "![a](b.png 'c')\n\n*caption*\n",
    "<figure><img src=a><figcaption>b</figcaption></figure>\n",
    "<details open><summary>a</summary>\n\n*b*\n\n</details>\n",
    "<iframe src=https://www.youtube.com/embed/a></iframe>\n",
    "https://youtu.be/dQw4w9WgXcQ\n",
    "{% highlight ruby %}\na\n{% endhighlight %}\n",
    '{{< figure src="a.png" >}}\n',
    "<Tabs>\n<Tab title='a'>\n\nb\n\n</Tab>\n</Tabs>\n",
    "import A from 'a'\n\nexport const b = 1\n\n<A b={1} />\n",
    "<kbd>a</kbd> <abbr title=b>c</abbr> H~2~O x^2^ ==d== ++e++\n",
    "TL;DR: a\n\n<!-- more -->\n\nb\n",
]
SEEDS = [*OWN, *PAYLOADS, *EXTENSIONS]
ODD = ["\0", "\x02", "\x03", "\ufeff", "\u202e", "\u2028", "\ud800", "\U0001f469", "\r", "\t", "　"]
LONGEST = 1500


def spoiled(random, seeds):
    """Return a text that is two or three of ``seeds``, cut, put together and strewn with marks."""
    text = "".join(_part(random.choice(seeds), random) for _ in range(random.randint(2, 3)))
    for _ in range(random.randint(0, 6)):
        place = random.randrange(len(text) + 1)
        end = min(len(text), place + random.randint(0, 12))
        mark = random.choice([*HEAPS, *ODD])
        match random.randrange(5):
            case 0:
                text = text[:place] + mark + text[place:]
            case 1:
                text = text[:place] + text[end:]
            case 2:
                text = text[:place] + text[place:end] * random.randint(2, 20) + text[end:]
            case 3:
                text = text[:place] + mark * random.randint(2, 40) + text[end:]
            case _:
                indent = random.choice(["> ", "- ", "    ", "\t", "1. "])
                text = "\n".join(indent + line for line in text.split("\n"))
    return text[:LONGEST]


def _part(text, random):
    if random.randrange(2):
        return text
    places = sorted(random.randrange(len(text) + 1) for _ in range(2))
    return text[places[0] : places[1]]


def harm(body):
    """Return what went wrong with a text: a crash, or what a reader must not get."""
    try:
        html = render(body).html
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]
    return [found for found in problems(html) if found not in DRAWN]


def render_many(count, seeds):
    texts = (spoiled(Random(number), seeds) for number in range(count))
    return {text: found for text in texts if (found := harm(text))}


def test_any_text_is_rendered_and_none_does_harm():
    assert render_many(150, SEEDS) == {}


@pytest.mark.prove
def test_every_text_is_rendered_and_none_does_harm(shared, figure):
    kits, count = shared / "kits", 30_000
    examples = [
        each["markdown"]
        for name in ("commonmark-0.31.2", "gfm-0.29")
        for each in json.loads((kits / "markdown" / f"{name}.json").read_text(encoding="utf-8"))
    ]

    found = render_many(count, [*SEEDS, *examples])

    assert found == {}
    figure("Any text is rendered", "texts made up", count)
    figure("Any text is rendered", "crashes", 0)
    figure("Any text is rendered", "found unsafe", 0)


def test_any_html_becomes_text_that_does_no_harm():
    random = Random(5)
    for _ in range(60):
        markup = spoiled(random, [*PAYLOADS, *(seed for seed in SEEDS if "<" in seed)])

        text = to_markdown(markup).markdown

        assert harm(text) == [], markup


def test_twice_the_text_is_at_most_three_times_the_work():
    for number in range(12):
        assert growth(Random(number), work, size=2_500) < 3, number


@pytest.mark.prove
def test_twice_the_text_is_at_most_three_times_the_work_of_every_kind(figure):
    grown = {number: growth(Random(number), work, size=4_000) for number in range(200)}

    assert max(grown.values()) < 3, {n: ratio for n, ratio in grown.items() if ratio >= 3}
    figure("Twice the text is at most three times the work", "texts doubled", len(grown))
    worst = round(100 * max(grown.values()))
    figure("Twice the text is at most three times the work", "worst growth of work, %", worst)


@pytest.mark.prove
def test_twice_a_text_made_to_cost_is_at_most_three_times_the_time(figure):
    short, long = bombs(10_000), bombs(20_000)
    # A heap is what is counted above.
    names = [name for name in short if not name.startswith("heap of")]
    grown = {}
    for name in names:
        before = seconds(short[name]())
        if before > 0.05:  # below it, the clock is what is measured
            twice = (seconds(long[name]()) for _ in range(2))
            grown[name] = min(twice) / max(before, seconds(short[name]()))

    assert {name: ratio for name, ratio in grown.items() if ratio > 3} == {}
    worst = round(100 * max(grown.values()))
    figure("Twice a size bomb is at most three times the time", "bombs doubled", len(names))
    figure("Twice a size bomb is at most three times the time", "worst growth of seconds, %", worst)


def growth(random, cost, *, size):
    """Return how many times more a stretch costs that is said twice as often."""
    unit = spoiled(random, SEEDS)[: random.randint(3, 60)] or "a"
    body = unit * (size // len(unit))
    cost(unit)  # what is set up once is set up
    return cost(body * 2) / max(cost(body), 10_000)


def work(body):
    """Return how many functions are called to render a text."""
    counted = 0

    def count(frame, event, argument):
        nonlocal counted
        counted += event in ("call", "c_call")

    known = sys.getprofile()
    sys.setprofile(count)
    try:
        render(body)
    finally:
        sys.setprofile(known)
    return counted


def seconds(body):
    """Return seconds of the processor that a text takes."""
    begun = time.process_time()
    render(body)
    return time.process_time() - begun
