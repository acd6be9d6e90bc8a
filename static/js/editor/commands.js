// What toolbar and keys write: each takes a surface, as plain-surface.js describes one.

const LIST = /^(\s*)(?:([-*+])|(\d{1,9})([.)]))(\s+)(\[[ xX]\]\s+)?/
const QUOTE = /^(\s*(?:>\s?)+)/
const PAIRS = { "(": ")", "[": "]", "{": "}", "`": "`" }

/** Write at the selection, and select a part of that: offsets within what is written. */
export function insert(surface, words, [from, to] = [words.length, words.length]) {
  const place = surface.selection
  surface.focus()
  surface.apply([{ ...place, insert: words }], { select: [place.from + from, place.from + to] })
}

/** Put `words` on lines of their own: on the caret's where that is empty, else after it. */
export function insertBlock(surface, words, part) {
  const line = surface.lineAt(surface.selection.to)
  const start = line.text.trim() ? line.to : line.from
  const above = surface.slice(Math.max(0, start - 2), start)
  const below = surface.slice(line.to, line.to + 2)
  const before = !above || above === "\n\n" ? "" : above.endsWith("\n") ? "\n" : "\n\n"
  const after = below === "\n" || below === "\n\n" ? "" : "\n"
  surface.select(start, line.to)
  const [from, to] = part ?? [words.length + 1, words.length + 1]
  insert(surface, before + words + after, [before.length + from, before.length + to])
}

/** Whether the caret stands where a word would begin. */
export function isAtStart(surface) {
  const { from } = surface.selection
  return from === 0 || /\s/.test(surface.slice(from - 1, from))
}

/** Put marks around the selection, or take them away. */
export function wrap(surface, mark) {
  const { from, to } = surface.selection
  const words = surface.slice(from, to)
  const isMarked =
    surface.slice(Math.max(0, from - mark.length), from) === mark &&
    surface.slice(to, to + mark.length) === mark
  if (!isMarked) return insert(surface, mark + words + mark, [mark.length, mark.length + words.length])
  surface.select(from - mark.length, to + mark.length)
  insert(surface, words, [0, words.length])
}

/** Typed over a selection, a bracket stands around it; true if that is done. */
export function surround(surface, typed) {
  const { from, to } = surface.selection
  if (from === to || !(typed in PAIRS)) return false
  const words = surface.slice(from, to)
  insert(surface, typed + words + PAIRS[typed], [1, 1 + words.length])
  return true
}

export function link(surface) {
  const { from, to } = surface.selection
  const words = surface.slice(from, to)
  if (/^https?:\/\/\S+$/.test(words)) return insert(surface, `[](${words})`, [1, 1])
  const at = words.length + 3
  insert(surface, `[${words}](https://)`, words ? [at, at + 8] : [1, 1])
}

export function fence(surface, language = "") {
  const { from, to } = surface.selection
  const words = surface.slice(from, to)
  const at = language.length + 3
  if (!words) return insertBlock(surface, `\`\`\`${language}\n\n\`\`\``, language ? [at + 1, at + 1] : [3, 3])
  insert(surface, "```\n" + words.replace(/\n$/, "") + "\n```", [3, 3])
}

export function heading(surface, level) {
  rewrite(surface, (line) => {
    const bare = line.replace(/^#{1,6}\s+/, "")
    const mark = `${"#".repeat(level)} `
    return line === mark + bare ? bare : mark + bare
  })
}

/** Begin each line with what `mark(number)` says, or take that away. */
export function prefix(surface, mark) {
  rewrite(surface, (line, at, all) => {
    const own = /^(?:> |[-*+] (?:\[[ xX]\] )?|\d+[.)] )/
    const isMarked = all.every((each, number) => each.startsWith(mark(number)))
    return isMarked ? line.slice(mark(at).length) : mark(at) + line.replace(own, "")
  })
}

/** Two spaces more or fewer before each line; at a bare caret, as many where it is. */
export function indent(surface, isBack) {
  const { from, to } = surface.selection
  if (from === to && !isBack && !LIST.test(surface.lineAt(from).text)) return insert(surface, "  ")
  rewrite(surface, (line) => (isBack ? line.replace(/^(?: {1,2}|\t)/, "") : line && `  ${line}`))
}

/** A note: its mark at the caret, its text at the end. */
export function footnote(surface, words) {
  const { from, to } = surface.selection
  const { text } = surface
  const taken = new Set([...text.matchAll(/\[\^(\d+)\]/g)].map((found) => Number(found[1])))
  let number = 1
  while (taken.has(number)) number++
  const mark = `[^${number}]`
  const note = `${text.endsWith("\n") ? "" : "\n"}${/\[\^[^\]]+\]:[^\n]*\n?$/.test(text) ? "" : "\n"}${mark}: `
  const at = surface.length + mark.length + note.length
  surface.focus()
  surface.apply(
    [
      { from: to, to, insert: mark },
      { from: surface.length, to: surface.length, insert: note + words + "\n" },
    ],
    { select: [at, at + words.length] },
  )
  surface.select(at, at + words.length, { isShown: true })
}

/** On Enter: one more item of the list or quote, its end where the item is empty, or the line's indent. */
export function newline(surface) {
  const { from, to } = surface.selection
  if (from !== to) return false
  const { from: start, text } = surface.lineAt(from)
  const line = text.slice(0, from - start)
  const item = LIST.exec(line)
  const mark = item?.[0] ?? QUOTE.exec(line)?.[0] ?? /^[ \t]*/.exec(line)[0]
  if (!mark) return false
  if (line === mark) {
    if (!mark.trim()) return false
    surface.apply([{ from: start, to: from, insert: "" }], { select: [start, start] })
    return true
  }
  if (!item) insert(surface, `\n${mark}`)
  else {
    const [, indent, bullet, number, stop, space, box] = item
    insert(surface, `\n${indent}${bullet ?? Number(number) + 1 + stop}${space}${box ? "[ ] " : ""}`)
  }
  return true
}

/** Rewrite each line the selection touches. */
function rewrite(surface, written) {
  const { from, to } = surface.selection
  const start = surface.lineAt(from).from
  const end = surface.lineAt(Math.max(to - (to > from ? 1 : 0), start)).to
  const lines = surface.slice(start, end).split("\n")
  const words = lines.map(written).join("\n")
  surface.select(start, end)
  insert(surface, words, lines.length > 1 ? [0, words.length] : [words.length, words.length])
}
