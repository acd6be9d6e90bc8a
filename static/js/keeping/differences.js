// How two texts differ: by lines, and within lines that changed by words.

// Above this many pairs to compare, a stretch counts as changed throughout.
const MOST_PAIRS = 4_000_000

/** The stretches in which `after` differs, as `{start, removed, inserted}` counted in UTF-16 units. */
export function changedRegions(before, after) {
  const regions = []
  let at = 0
  for (const { kind, lines, others } of compareLines(before, after)) {
    const removed = kind === "added" ? 0 : lengthOf(lines)
    if (kind !== "same") {
      const inserted = kind === "added" ? lengthOf(lines) : lengthOf(others ?? [])
      regions.push({ start: at, removed, inserted })
    }
    at += removed
  }
  return regions
}

/**
 * What to show of a change: `{kind: "same" | "removed" | "added" | "skipped", spans, count}` by line, where
 * spans are `{text, changed}`. Of long stretches that are alike, `context` lines stay on either side.
 */
export function describe(before, after, context = 2) {
  const shown = []
  const parts = compareLines(before, after)
  for (const [at, { kind, lines, others }] of parts.entries()) {
    if (kind === "same") {
      const [head, tail] = [at ? context : 0, at < parts.length - 1 ? context : 0]
      const skipped = lines.length - head - tail
      const kept = skipped > 1 ? [lines.slice(0, head), lines.slice(lines.length - tail)] : [lines, []]
      shown.push(...kept[0].map(alike))
      if (skipped > 1) shown.push({ kind: "skipped", count: skipped, spans: [] })
      shown.push(...kept[1].map(alike))
    } else if (kind === "changed") {
      const [old, fresh] = spansOf(lines.join(""), others.join(""))
      shown.push(...byLine("removed", old), ...byLine("added", fresh))
    } else {
      shown.push(...lines.map((line) => ({ kind, spans: [{ text: bare(line), changed: true }] })))
    }
  }
  return shown
}

/** Lines in stretches that are the same, removed, added, or changed (then `others` are the new ones). */
function compareLines(before, after) {
  const parts = []
  for (const [kind, items] of align(linesOf(before), linesOf(after))) {
    const last = parts.at(-1)
    if (kind === "added" && last?.kind === "removed") Object.assign(last, { kind: "changed", others: items })
    else parts.push({ kind, lines: items })
  }
  return parts
}

/** Stretches of two lists: `["same" | "removed" | "added", items]`, removed before added. */
function align(before, after) {
  const most = Math.min(before.length, after.length)
  let head = 0
  while (head < most && before[head] === after[head]) head++
  let tail = 0
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++
  const stretches = [
    ["same", before.slice(0, head)],
    ...alignMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ["same", before.slice(before.length - tail)],
  ]
  return stretches.filter(([, items]) => items.length)
}

/** The longest common subsequence of what is left between a common beginning and end. */
function alignMiddle(before, after) {
  const [rows, columns] = [before.length, after.length]
  if (!rows || !columns || rows * columns > MOST_PAIRS) return [["removed", before], ["added", after]]
  const width = columns + 1
  const longest = new Uint32Array((rows + 1) * width)
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      const at = i * width + j
      longest[at] = before[i] === after[j] ? longest[at + width + 1] + 1 : Math.max(longest[at + width], longest[at + 1])
    }
  }
  const stretches = []
  let [i, j] = [0, 0]
  while (i < rows || j < columns) {
    const [removed, added] = [[], []]
    while ((i < rows || j < columns) && !(i < rows && j < columns && before[i] === after[j])) {
      const goesDown = j >= columns || (i < rows && longest[(i + 1) * width + j] >= longest[i * width + j + 1])
      if (goesDown) removed.push(before[i++])
      else added.push(after[j++])
    }
    const same = []
    while (i < rows && j < columns && before[i] === after[j]) {
      same.push(before[i++])
      j++
    }
    stretches.push(["removed", removed], ["added", added], ["same", same])
  }
  return stretches
}

function spansOf(before, after) {
  const [old, fresh] = [[], []]
  for (const [kind, words] of align(wordsOf(before), wordsOf(after))) {
    const span = { text: words.join(""), changed: kind !== "same" }
    if (kind !== "added") old.push(span)
    if (kind !== "removed") fresh.push(span)
  }
  return [old, fresh]
}

/** Spans over several lines, cut at the line ends. */
function byLine(kind, spans) {
  const lines = [{ kind, spans: [] }]
  for (const { text, changed } of spans) {
    const pieces = text.split("\n")
    for (const [at, piece] of pieces.entries()) {
      if (at) lines.push({ kind, spans: [] })
      if (piece) lines.at(-1).spans.push({ text: piece, changed })
    }
  }
  return lines.at(-1).spans.length ? lines : lines.slice(0, -1)
}

const alike = (line) => ({ kind: "same", spans: [{ text: bare(line), changed: false }] })
const bare = (line) => line.replace(/\n$/, "")
const linesOf = (text) => text.match(/[^\n]*\n|[^\n]+$/g) ?? []
const wordsOf = (text) => text.match(/\s+|[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? []
const lengthOf = (lines) => lines.reduce((sum, line) => sum + line.length, 0)
