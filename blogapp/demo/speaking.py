"""Made-up words, sentences, titles and bodies that read like an engineering blog from afar."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from blogapp.demo import shapes

# For measuring searches: in two bodies of three, and in the title of one post.
COMMON_WORD = "latency"
RARE_WORD = "quillwort"

COINED = 4000
SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il")]
GLUE = "the a every one our this no some that each when while because after before"
NOUNS = (
    "cache index queue lease token shard replica budget retry cursor ledger page buffer writer "
    "reader commit rollback vector window batch clock drift packet socket kernel thread lock "
    "barrier snapshot journal segment bloom filter sketch counter probe trace span alert runbook "
    "deploy canary schema column tuple plan cost cluster"
)
VERBS = "drops keeps moves waits splits merges reads writes grows fails returns measures"
TITLES = (
    "How we {verb} the {noun} {other}",
    "What a {noun} costs",
    "{Noun} and {other}, measured",
    "The {noun} that {verb}",
    "Notes on {noun} {other}",
    "{Noun} without a {other}",
    "A {noun} {verb} when the {other} {verb2}",
    "Why our {noun} {verb}",
    "{Noun} {number}.{minor} is out",
    "Moving {number} {noun}s to a new {other}",
)
# Glue, nouns and verbs of other languages.
ELSEWHERE = {
    "de": (
        "der die das jeder kein wenn während weil",
        "Zwischenspeicher Warteschlange Schlüssel Zeitstempel Knoten Größe Prüfung Abfrage",
        "wartet liest schreibt wächst scheitert zählt übernimmt",
    ),
    "ru": (
        "когда потому каждый этот наш после",
        "кэш очередь ключ журнал запрос система узел поток",
        "читает пишет растёт ждёт падает считает",
    ),
    "ja": (
        "この その すべての 次の",
        "キャッシュは 待ち行列は 索引は 鍵は 時計は 分散システムは",
        "待ちます 読みます 増えます 失敗します 数えます",
    ),
}
CODE = """```{language} title="{noun}.{suffix}"
def {verb}_{noun}(items, limit={number}):
    for item in items[:limit]:
        if item.{noun} > {number}:
            yield {noun}.{other}(item)
```"""
LANGUAGES = {"python": "py", "js": "js", "go": "go", "yaml": "yaml", "sh": "sh"}
TABLE = "| {noun} | {other} |\n| --- | ---: |\n| {verb} | {number} |\n| {verb2} | {minor} |"


@dataclass(frozen=True)
class Vocabulary:
    """Words to draw from; of the nouns the first are drawn most often."""

    glue: Sequence[str]
    nouns: Sequence[str]
    verbs: Sequence[str]
    weights: Sequence[float]
    # What titles are made like; without them they are short sentences.
    titles: Sequence[str] = ()

    def sentence(self, random: Random, words: int, *, space: str = " ") -> str:
        """Return a sentence of so many words, with its full stop."""
        parts = zip(
            random.choices(self.glue, k=words // 3 + 1),
            random.choices(self.nouns, cum_weights=self.weights, k=words // 3 + 1),
            random.choices(self.verbs, k=words // 3 + 1),
            strict=True,
        )
        text = space.join([word for part in parts for word in part][:words])
        return f"{text[:1].upper()}{text[1:]}" + ("." if space else "。")


def learn(random: Random) -> dict[str, Vocabulary]:
    """Return the words of each language; English has thousands, most of them coined."""
    coined = {"".join(random.choices(SYLLABLES, k=random.randint(2, 3))) for _ in range(COINED)}
    english = [*NOUNS.split(), *sorted(coined)]
    return {
        "": Vocabulary(GLUE.split(), english, VERBS.split(), _falling(len(english)), TITLES),
        **{
            language: Vocabulary(
                glue.split(), nouns.split(), verbs.split(), _falling(len(nouns.split()))
            )
            for language, (glue, nouns, verbs) in ELSEWHERE.items()
        },
    }


def codename(number: int) -> str:
    """Return a word that stands for ``number`` alone, and is longer than any coined one.

    >>> codename(7), codename(4711)
    ('babababil', 'babalibil')
    """
    syllables = []
    for _ in range(4):
        number, rest = divmod(number, len(SYLLABLES))
        syllables.append(SYLLABLES[rest])
    return "".join(reversed(syllables))


def write_title(random: Random, words: Vocabulary) -> str:
    """Return a title, without a full stop."""
    if not words.titles:
        return words.sentence(random, random.randint(3, 7)).rstrip(".")
    return random.choice(words.titles).format(**_pieces(random, words))


def write_body(random: Random, language: str, words: Vocabulary, *, common: bool) -> str:
    """Return a post's Markdown: sections, code, a table now and then.

    ``common`` says whether `COMMON_WORD` is in it.
    """
    length = min(int(random.lognormvariate(*shapes.LENGTH)), shapes.LONGEST)
    parts = [_paragraph(random, language, words, COMMON_WORD if common else "")]
    extras = [*_extras(random, words)]
    length -= sum(map(len, extras))
    while sum(map(len, parts)) < length:
        parts.append(_paragraph(random, language, words))
    for extra in extras:
        parts.insert(random.randint(1, len(parts)), extra)
    return "\n\n".join(parts) + "\n"


def _falling(count: int) -> list[float]:
    return list(accumulate(1 / (rank + 1) for rank in range(count)))


def _paragraph(random: Random, language: str, words: Vocabulary, also: str = "") -> str:
    space = "" if language == "ja" else " "
    sentences = [
        words.sentence(random, random.randint(6, 18), space=space)
        for _ in range(random.randint(2, 5))
    ]
    if also:
        sentences.insert(1, f"{also.capitalize()}: {random.randint(2, 900)} ms.")
    if random.random() < 0.5:
        noun = random.choice(NOUNS.split())
        sentences.append(f"[{noun}](https://example.org/{noun}/{random.randint(1, 99)})")
    return " ".join(sentences)


def _extras(random: Random, words: Vocabulary) -> Iterator[str]:
    """Headings, code and tables, as many as a post has of them."""
    if random.random() < shapes.WITH_HEADINGS:
        for _ in range(_some(random, shapes.HEADINGS)):
            level = random.choice(("##", "##", "###"))
            yield f"{level} {words.sentence(random, random.randint(2, 5)).rstrip('.。')}"
    if random.random() < shapes.WITH_CODE:
        for _ in range(_some(random, shapes.CODE_BLOCKS)):
            language, suffix = random.choice([*LANGUAGES.items()])
            pieces = _pieces(random, words)
            yield CODE.format(**pieces | {"language": language, "suffix": suffix})
    if random.random() < shapes.WITH_TABLE:
        yield TABLE.format(**_pieces(random, words))


def _some(random: Random, average: float) -> int:
    """Return a number from 1 up that is ``average`` in the long run; most are smaller."""
    return 1 + int(random.expovariate(1 / (average - 0.5)))


def _pieces(random: Random, words: Vocabulary) -> dict[str, object]:
    noun, other = random.choices(words.nouns, cum_weights=words.weights, k=2)
    verb, verb2 = random.choices(words.verbs, k=2)
    numbers = {"number": random.randint(2, 99), "minor": random.randint(0, 9)}
    named = {"noun": noun, "Noun": noun.capitalize(), "other": other}
    return {**named, "verb": verb, "verb2": verb2, **numbers}
