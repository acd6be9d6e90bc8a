"""The arithmetic of texts in the editor's scripts, on many made-up texts."""

import random

import pytest

# Characters of one and of two UTF-16 units that share a half, line ends, letters with marks.
LETTERS = ["a", "b", " ", "\n", "\n\n", "😀", "😁", "é", "e\u0301", "# ", "\u2028"]

SPLICED = """async (pairs) => {
  const { splice, carry } = await import("./static/js/keeping/splicing.js")
  const { describe } = await import("./static/js/keeping/differences.js")
  const put = (text, { start, removed, inserted }) =>
    text.slice(0, start) + inserted + text.slice(start + removed)
  const shown = (lines, kind) => lines.filter((line) => line.kind !== kind)
    .map((line) => line.spans.map((span) => span.text).join("")).join("\\n")
  const sorted = (text) => [...text].sort().join("")
  const wrong = []
  for (const [before, after] of pairs) {
    const change = splice(before, after)
    const made = change ? put(before, change) : before
    const isWhole = !change || change.inserted.isWellFormed()
    // Others wrote around the text; among empty lines it is all one where exactly.
    const carried = carry(before, `over\\n\\n${before}\\n\\nunder`, after)
    const isCarried = carried === null
      || sorted(carried) === sorted(`over\\n\\n${after}\\n\\nunder`)
    const [old, fresh] = [`1\\n${before}\\n1`, `2\\n${after}\\n2`]
    const lines = describe(old, fresh, Infinity)
    const isShown = shown(lines, "added") === old && shown(lines, "removed") === fresh
    if (made !== after || !isWhole || !isCarried || !isShown) wrong.push([before, after])
  }
  return wrong
}"""


@pytest.fixture
def pairs():
    """Texts, and what became of them by one change or several."""
    dice = random.Random(20)
    found = []
    for _ in range(3_000):
        before = dice.choices(LETTERS, k=dice.randrange(30))
        after = list(before)
        for _ in range(dice.randrange(4)):
            at = dice.randrange(len(after) + 1)
            after[at : at + dice.randrange(4)] = dice.choices(LETTERS, k=dice.randrange(4))
        found.append(["".join(before), "".join(after)])
    return found


def test_changes_are_found_carried_over_and_shown(page, pairs):
    page.goto("./login")

    assert page.evaluate(SPLICED, pairs) == []
