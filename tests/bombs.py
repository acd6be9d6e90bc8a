"""Texts that are made to cost: a mark heaped up, nested or spread, as long as one likes."""

from collections.abc import Callable
from random import Random

from pygments.lexers import get_all_lexers

# Each is repeated until the text is long enough; · is a space, ¶ the end of a line.
_HEAPS = r"""
[ ![ ]( ]: * _ ** __ ~ ~~ ` < > & \ | $ $$ # - = : ^ { } ( ) ! · ¶ " '
*a· _a· **a· __a· ~~a· `a· [a· ![a· <a· &a· [a]( [a](b [a][ [a]:· ![a](b)· [a](b)· <a@b.c>·
*a* **a** `a` ~~a~~ $a$· \(a\)· $$a$$· a_b_ *a·**a· **a·*a· _a·__a· *_a a**b ***a* \* \[
[^a] [^a]· ^[a]· [[a]]· [a] [a][a]· [·]· (c) &amp; &#1; &lt; &nbsp; <!-- --> <? <![CDATA[
<b> </b> <b <b· <b·a= <b·a=' <b·a=" <b·a· <div> <div>¶ <div>¶¶ </div>¶¶ <p> <table><tr><td>
<details><summary> <pre> <pre>¶¶ <svg><a·href=x> <script> >· >¶ >·a¶ >·>·a¶¶ >·[!NOTE]¶
-· -·a¶ -¶ -·-·a¶¶ *·a¶¶··b¶ 1.· 1.·a¶ -·[·]·a¶ +·a¶-·a¶ #·a¶¶ ##·a¶ a¶===¶ a¶---¶ ---¶¶
a··¶ a\¶ a¶¶ 	 ····a¶ ····a¶¶ a¶:·b¶ a¶:·b¶¶ ```¶ ```¶¶ ```a¶b¶```¶ ~~~¶ -·```¶ >·```¶
````¶```¶ $$¶a¶$$¶¶ \[¶ :::note¶ |a |a|b|¶ |- |a|¶|-|¶|b|¶¶ `| \| a|b¶-|-¶ *[a]:·b¶ *[a]:·b¶¶
[a]:·b¶ [^a]:·b¶¶ [^a]:·b¶····c¶¶ {%· {%·a·%} {{· {{·a·}} {{<· {{<·a·>}} {{%·a·%}} {%·raw·%}
{%·highlight·a·%} {%·for·a·in·b·%} <A/> <A> import·a¶ http:// http://a.b/c· www.a.b·
http://a.b/( a@b.c· https://youtu.be/a¶¶ "a"· 'a'· ... --· a--b· 1/2· (tm)· {#a} a·{#a}¶¶
{:·.a} a·{:·.a·}¶¶ #·a·{#a}¶¶ :a:· a a· é 字 אב· 👩💻 TL;DR:· ![a](b.png)¶¶ ![a](b.png·'c')¶¶
**a**¶¶ a.·
"""
HEAPS = [unit.replace("·", " ").replace("¶", "\n") for unit in _HEAPS.split()]
HEAPS += ["\t", "\x02", "\u200b", "a\u2028", "a\u0301"]


def bombs(size: int) -> dict[str, Callable[[], str]]:
    """Return texts of about ``size`` characters by name; each is made when it is called for."""
    made = {f"heap of {unit!r}": _heap(unit, size) for unit in HEAPS}
    return made | {
        "nested lists": lambda: _steps(size, lambda n: "  " * n + "- a"),
        "nested ordered lists": lambda: _steps(size, lambda n: "   " * n + "1. a"),
        "nested quotes": lambda: _steps(size, lambda n: ">" * n + " a"),
        "one deep quote": lambda: ">" * size + " a",
        "one deep list": lambda: "- " * (size // 2) + "a",
        "quotes in lists": lambda: "- > " * (size // 4) + "a",
        "deep brackets": lambda: "[" * (size // 2) + "]" * (size // 2),
        "deep links": lambda: "[" * (size // 5) + "](a)" * (size // 5),
        "deep emphasis": lambda: "*a **b " * (size // 14) + "c** d*" * (size // 14),
        "deep HTML": lambda: "<div>" * (size // 11) + "</div>" * (size // 11),
        "deep inline HTML": lambda: "a " + "<b>" * (size // 7) + "</b>" * (size // 7),
        "deep tables": lambda: "<table><tr><td>" * (size // 15),
        "a wide table": lambda: "|a" * (size // 5) + "|\n" + "|-" * (size // 5) + "|\n|b|\n",
        "a long table": lambda: "|a|b|\n|-|-|\n" + "|c|d|\n" * (size // 6),
        "a wide head over many rows": lambda: (
            "|a" * 900 + "|\n" + "|-" * 900 + "|\n" + "|\n" * (size // 2)
        ),
        "many footnotes": lambda: _numbered(size, "a[^{0}]\n\n[^{0}]: b\n\n"),
        "notes in notes": lambda: _numbered(size, "[^{0}]: a[^{1}]\n\n") + "[^0]",
        "one note, many times": lambda: "a[^1] " * (size // 6) + "\n\n[^1]: b\n",
        "many definitions": lambda: _numbered(size, "[{0}]: /{0}\n"),
        "many definitions in use": lambda: _numbered(size, "[{0}] [a][{0}]\n\n[{0}]: /{0}\n\n"),
        "one long definition": lambda: "[a] " * (size // 8) + "\n\n[a]: /" + "x" * (size // 2),
        "many abbreviations": lambda: (
            _numbered(size // 2, "*[a{0}]: b\n") + "a1 a2 a3 " * (size // 18)
        ),
        "one long abbreviation": lambda: f"*[a]: {'x' * (size // 2)}\n\n" + "a " * (size // 4),
        "headings of one name": lambda: "# Same\n\n" * (size // 8),
        "headings by number": lambda: _numbered(size, "# a {0}\n\nb\n\n"),
        "one long heading": lambda: "# " + "a *b* " * (size // 6),
        "one long line": lambda: "a" * size,
        "one long line in code": lambda: "```python\n" + "a=1;" * (size // 4) + "\n```\n",
        "spaces before an end": lambda: "a" + " " * size + "b",
        "many pictures": lambda: _numbered(size, "![a](b{0}.png)\n\n"),
        "many links": lambda: _numbered(size, "[a](b{0}) "),
        "many addresses": lambda: _numbered(size, "http://a.b/{0} "),
        "an address that closes": lambda: "http://a.b/" + ")" * size,
        "attributes without end": lambda: "<b " + "a=1 " * (size // 4) + ">c</b>",
        "classes without end": lambda: '<b class="' + "k " * (size // 2) + '">c</b>',
        "candidates without end": lambda: '<img srcset="' + "a 1x, " * (size // 6) + '">',
        "a large formula": lambda: "$$\n" + "\\frac{a}{" * (size // 9) + "\n$$\n",
        "many formulas": lambda: _numbered(size, "$a_{{{0}}}$ "),
        "many block formulas": lambda: _numbered(size, "$$\n\\sqrt{{{0}}}\n$$\n\n"),
        "a macro that grows": lambda: "$$\\def\\a{\\a\\a}\\a$$\n\n" * (size // 22),
        "a large diagram": lambda: (
            "```mermaid\ngraph TD\n" + _numbered(size, "a{0}-->a{1}\n") + "```\n"
        ),
        "many diagrams": lambda: _numbered(size, "```mermaid\ngraph TD\na-->b{0}\n```\n\n"),
        "a diff": lambda: "```diff\n" + "-a b c\n+a b d\n" * (size // 14) + "```\n",
        "a session": lambda: "```console\n" + "$ a \\\n> b\n" * (size // 10) + "```\n",
        "tags that are not closed": lambda: "{% highlight a %}\n" * (size // 18),
        "shortcodes in shortcodes": lambda: (
            "{{< a >}}" * (size // 20) + "{{< /a >}}" * (size // 20)
        ),
        "components in components": lambda: "<Aa>" * (size // 9) + "</Aa>" * (size // 9),
        "two ends of everything": lambda: "".join(HEAPS) * (size // len("".join(HEAPS))),
    }


def code_bombs(size: int) -> dict[str, Callable[[], str]]:
    """Return a text for each language that can be highlighted: many blocks that lead it astray."""
    languages = sorted(aliases[0] for _, aliases, _, _ in get_all_lexers() if aliases)
    return {f"code in {language}": _code(language, size) for language in languages}


def random_bombs(size: int, *, count: int, seed: int) -> dict[str, Callable[[], str]]:
    """Return heaps of a few marks in random order, a short stretch of which is repeated."""
    random = Random(seed)
    units = [*HEAPS, "\n", "\n\n", " ", "a"]
    stretches = ["".join(random.choices(units, k=random.randint(2, 12))) for _ in range(count)]
    return {f"random {seed}.{n}": _heap(text, size) for n, text in enumerate(stretches)}


def _heap(unit: str, size: int) -> Callable[[], str]:
    return lambda: unit * (size // len(unit))


def _code(language: str, size: int) -> Callable[[], str]:
    # What is opened and never closed makes lexers look back, or on to the end.
    lines = [
        "(" * 300,
        "'" * 300,
        '"' * 301,
        "a" * 300,
        "/*" * 150,
        "<" * 300,
        "{" * 300,
        " " * 300,
    ]
    lines += ["\\" * 300, "1" * 300, "a." * 150, "$(" * 150, "[" * 300, "#{" * 150, "a b " * 75]
    block = f"```{language}\n" + "\n".join(lines * 12) + "\n```\n\n"
    return lambda: block * max(1, size // len(block))


def _steps(size: int, line: Callable[[int], str]) -> str:
    lines: list[str] = []
    length = 0
    while length < size:
        lines.append(line(len(lines)))
        length += len(lines[-1]) + 1
    return "\n".join(lines)


def _numbered(size: int, pattern: str) -> str:
    count = size // len(pattern.format(10_000, 10_001))
    return "".join(pattern.format(n, n + 1) for n in range(count))
