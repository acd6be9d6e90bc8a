// What stands where in Markdown, so that the source can be drawn in colours: blocks by their lines and what is
// within a paragraph by CommonMark's rules (0.31.2, 6), of what is in sight alone.

const QUOTE = /^ {0,3}> ?/
const QUOTE_IN_LIST = /^\s*> ?/
const ITEM = /^\s*(?:[-+*]|\d{1,9}[.)])(?:[ \t]+|$)(?:\[[ xX]\](?=\s))?/
const FENCE = /^\s*(`{3,}(?=[^`]*$)|~{3,})(.*)/
const HEADING = /^ {0,3}#{1,6}(?=\s|$)/
const CLOSING = /[ \t]#+[ \t]*$/
const RULE = /^ {0,3}([-_*])(?:[ \t]*\1){2,}[ \t]*$/
const UNDERLINE = /^ {0,3}(?:=+|-+)[ \t]*$/
const COLUMNS = /^\s*\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?)?\s*$/
const TAGS = /^ {0,3}<(?:[!?]|\/?[a-z][\w-]*(?:\s[^<>]*)?>\s*$|\/?(?:d[dlt]|details|div|fig\w+|h\d|iframe|li|[ou]l|p|pre|script|section|style|summary|t\w+|video)\b)/i
const DEFINITION = /^ {0,3}(\[(?!\^)[^\]]+\]:)\s*(?:(<[^>]*>|[^\s<]\S*)(?:\s+(?:"[^"]*"|'[^']*'|\([^)]*\)))?\s*$)?/

const AUTOLINK = /<(?:[a-z][a-z\d+.-]+:[^\s<>]*|[\w.+-]+@[\w.-]+)>/iy
const TAG = /<(?:\/?[a-z][^<>]*|!--[^]*?--)>/iy
const ADDRESS = /(?:https?:\/\/|www\.)[^\s<]*[^\s<?!.,:*_~'")\]]/iy
const TARGET = /\(\s*(<[^<>\n]*>|(?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.)*\))*)(?:\s+("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\([^()]*\)))?\s*\)/y
const LABEL = /\[[^[\]]*\]/y
const SPACE = /\s|^$/u
const SIGN = /[\p{P}\p{S}]/u

const MOST_LINES = 100
const MOST_LETTERS = 20_000
const START = { fence: "", quotes: 0, isOpen: false, isList: false, until: "" }

export class Colours {
  #states = [START]

  /** The text is another one from this line on, counted from 1. */
  forget(number) {
    this.#states.length = Math.min(this.#states.length, number)
  }

  /**
   * Tell `put(kind, from, to)` what is in sight of `doc`: heading, strong, emphasis, gone, code, link,
   * quote or mark, what is within another after it.
   */
  show(doc, from, to, put) {
    let { number } = doc.lineAt(from)
    const last = doc.lineAt(to).number
    this.#readTo(doc, number)
    for (let back = 0; back < MOST_LINES && this.#states[number - 1].isOpen; back++) number--
    let paragraph = []
    for (; number <= doc.lines; number++) {
      if (number > last && (!paragraph.length || number > last + MOST_LINES)) break
      const line = doc.line(number)
      const part = partOf(line.text, this.#states[number - 1])
      this.#states[number] = part.after
      for (const [start, end] of part.marks) put("mark", line.from + start, line.from + end)
      if (part.after.quotes) put("quote", line.from, line.to)
      if (paragraph.length && part.kind !== "text") {
        drawParagraph(paragraph, part.kind === "underline", put)
        paragraph = []
      }
      const start = line.from + part.start
      if (part.kind === "text") {
        if (!part.isGoingOn && paragraph.length) {
          drawParagraph(paragraph, false, put)
          paragraph = []
        }
        paragraph.push({ from: start, text: line.text.slice(part.start) })
      } else if (part.kind === "heading") drawHeading(start, line.text.slice(part.start), put)
      else if (part.kind === "fence") drawFence(start, line.text.slice(part.start), put)
      else if (part.kind === "rule" || part.kind === "underline") put("mark", start, line.to)
    }
    if (paragraph.length) drawParagraph(paragraph, false, put)
  }

  // How each line begins follows from those before it.
  #readTo(doc, number) {
    const states = this.#states
    if (states.length >= number) return
    const lines = doc.iterLines(states.length, number)
    for (const text of lines) states.push(partOf(text, states.at(-1)).after)
  }
}

/** What a line is, after one that ended as `before` says. */
function partOf(text, before) {
  const marks = []
  let [start, quotes, isItem] = [0, 0, false]
  for (;;) {
    const rest = text.slice(start)
    const isRule = !before.fence && RULE.test(rest) && !(before.isOpen && UNDERLINE.test(rest))
    const quote = (!before.fence || quotes < before.quotes) && (before.isList ? QUOTE_IN_LIST : QUOTE).exec(rest)
    const item = !before.fence && !isRule && ITEM.exec(rest)
    const mark = quote || item
    if (!mark) break
    marks.push([start + mark[0].search(/\S/), start + mark[0].trimEnd().length])
    start += mark[0].length
    if (quote) quotes++
    else isItem = true
  }
  // A fence ends with the quotation that it stands in.
  const fence = quotes < before.quotes ? "" : before.fence
  const rest = text.slice(start)
  const isList = isItem || (before.isList && (before.isOpen || /^\s|^$/.test(rest)))
  const isOpen = before.isOpen && !isItem
  const part = (kind, after) => ({
    kind, marks, start,
    isGoingOn: isOpen,
    after: { ...START, quotes, isList, ...after },
  })
  const opening = FENCE.exec(rest)
  if (fence) {
    const isEnd = opening?.[1].startsWith(fence) && !opening[2].trim()
    return isEnd ? part("fence") : part("code", { fence })
  }
  // A comment ends where it says so, other HTML with a blank line.
  if (before.until === "-->") return part("html", { until: rest.includes("-->") ? "" : "-->" })
  if (!rest.trim()) return part("blank")
  if (before.until) return part("html", before)
  if (!isOpen && !isList && /^(?: {4}| {0,3}\t)/.test(rest)) return part("code")
  if (opening) return part("fence", { fence: opening[1] })
  if (HEADING.test(rest)) return part("heading")
  if (isOpen && UNDERLINE.test(rest)) return part("underline")
  if (RULE.test(rest)) return part("rule")
  if (!isOpen && TAGS.test(rest)) {
    const isComment = rest.trimStart().startsWith("<!--")
    return part("html", { until: !isComment ? "blank" : rest.includes("-->") ? "" : "-->" })
  }
  // A quotation goes on without its mark where a paragraph does.
  return part("text", { isOpen: true, quotes: isOpen ? Math.max(quotes, before.quotes) : quotes })
}

function drawFence(from, text, put) {
  put("mark", from + text.search(/\S/), from + text.length)
}

function drawHeading(from, text, put) {
  put("heading", from, from + text.length)
  const [{ length }] = HEADING.exec(text)
  put("mark", from, from + length)
  const closing = CLOSING.exec(text.slice(length))
  if (closing) put("mark", from + length + closing.index, from + text.length)
  drawWords([{ from: from + length, text: text.slice(length) }], put)
}

function drawParagraph(lines, isHeading, put) {
  if (isHeading) put("heading", lines[0].from, lines.at(-1).from + lines.at(-1).text.length)
  if (lines[1] && COLUMNS.test(lines[1].text)) return drawTable(lines, put)
  drawWords(lines.slice(drawDefinitions(lines, put)), put)
}

// Returns how many of the lines say nothing else than where a link leads.
function drawDefinitions(lines, put) {
  for (const [at, { from, text }] of lines.entries()) {
    const [whole, label, target] = DEFINITION.exec(text) ?? []
    if (!whole) return at
    const start = whole.search(/\S/)
    put("link", from + start, from + (target ? text.length : start + label.length))
    if (!target) return at
  }
  return lines.length
}

function drawTable([head, columns, ...rows], put) {
  put("heading", head.from, head.from + head.text.length)
  put("mark", columns.from, columns.from + columns.text.length)
  for (const row of [head, ...rows]) {
    for (const { index } of row.text.matchAll(/(?<!\\)\|/g)) put("mark", row.from + index, row.from + index + 1)
    drawWords([row], put)
  }
}

/** What stands within a paragraph, a heading or a row. */
function drawWords(lines, put) {
  const text = lines.map((line) => line.text).join("\n")
  if (text.length > MOST_LETTERS) return
  const starts = lines.map(() => 0)
  for (let at = 1; at < lines.length; at++) starts[at] = starts[at - 1] + lines[at - 1].text.length + 1
  const place = (at) => {
    const line = starts.findLastIndex((start) => start <= at)
    return lines[line].from + at - starts[line]
  }
  new Words(text, (kind, from, to) => from < to && put(kind, place(from), place(to))).read()
}

class Words {
  #text
  #put
  #at = 0
  #runs = []
  #brackets = []

  constructor(text, put) {
    this.#text = text
    this.#put = put
  }

  read() {
    const text = this.#text
    const acts = {
      "\\": () => 2,
      "`": () => this.#code(),
      "<": () => this.#angle(),
      "!": () => (text[this.#at + 1] === "[" ? this.#open(2) : 1),
      "[": () => this.#open(1),
      "]": () => this.#close(),
      "*": () => this.#run("*"),
      _: () => this.#run("_"),
      "~": () => this.#run("~"),
      h: () => this.#address(),
      w: () => this.#address(),
    }
    while (this.#at < text.length) this.#at += acts[text[this.#at]]?.() ?? 1
    this.#pair(0)
  }

  #match(pattern, at = this.#at) {
    pattern.lastIndex = at
    return pattern.exec(this.#text)
  }

  #code() {
    const [{ length }] = this.#match(/`+/y)
    const end = this.#match(new RegExp(`(?<!\`)\`{${length}}(?!\`)`, "g"), this.#at + length)
    if (!end) return length
    const to = end.index + length
    this.#put("code", this.#at + length, end.index)
    this.#put("mark", this.#at, this.#at + length)
    this.#put("mark", end.index, to)
    return to - this.#at
  }

  #angle() {
    const link = this.#match(AUTOLINK)
    if (link) this.#put("link", this.#at, this.#at + link[0].length)
    return (link ?? this.#match(TAG))?.[0].length ?? 1
  }

  #address() {
    const isWithin = /[\p{L}\p{N}]/u.test(this.#text[this.#at - 1] ?? "")
    const found = !isWithin && this.#match(ADDRESS)
    if (!found) return 1
    this.#put("link", this.#at, this.#at + found[0].length)
    return found[0].length
  }

  #open(length) {
    this.#brackets.push({ at: this.#at, length, runs: this.#runs.length, isOff: false })
    return length
  }

  #close() {
    const open = this.#brackets.pop()
    if (!open || open.isOff) return 1
    const from = this.#at
    const target = this.#match(TARGET, from + 1)
    const label = target ? null : this.#match(LABEL, from + 1)
    const isNote = this.#text[open.at + 1] === "^"
    if (!target && !label && !isNote) return 1
    const length = 1 + (target ?? label)?.[0].length || 1
    this.#put("link", open.at, from + length)
    this.#put("mark", open.at, open.at + open.length)
    this.#put("mark", from, from + (target ? 2 : 1))
    if (target) {
      const title = target[2] ? from + 1 + target[0].lastIndexOf(target[2]) : from + length - 1
      this.#put("mark", title, from + length)
    }
    this.#pair(open.runs)
    // No link within a link.
    if (open.length === 1) for (const bracket of this.#brackets) bracket.isOff ||= bracket.length === 1
    return length
  }

  #run(letter) {
    const at = this.#at
    let end = at
    while (this.#text[end] === letter) end++
    const length = end - at
    const [before, after] = [this.#text[at - 1] ?? "", this.#text[end] ?? ""]
    const [isSpaceBefore, isSpaceAfter] = [SPACE.test(before), SPACE.test(after)]
    const [isSignBefore, isSignAfter] = [SIGN.test(before), SIGN.test(after)]
    const isLeft = !isSpaceAfter && (!isSignAfter || isSpaceBefore || isSignBefore)
    const isRight = !isSpaceBefore && (!isSignBefore || isSpaceAfter || isSignAfter)
    const isWord = letter === "_"
    if (letter !== "~" || length === 2) {
      this.#runs.push({
        letter, at, length, whole: length,
        opens: isLeft && (!isWord || !isRight || isSignBefore),
        closes: isRight && (!isWord || !isLeft || isSignAfter),
      })
    }
    return length
  }

  /** Find what is set off by the runs of marks from `bottom` on (CommonMark, "process emphasis"). */
  #pair(bottom) {
    const runs = this.#runs.splice(bottom)
    const floors = {}
    for (let at = 0; at < runs.length; at++) {
      const close = runs[at]
      while (close.closes && close.length) {
        const key = `${close.letter}${close.opens}${close.whole % 3}`
        let back = at - 1
        while (back >= (floors[key] ?? 0) && !isPair(runs[back], close)) back--
        if (back < (floors[key] ?? 0)) {
          floors[key] = at
          break
        }
        const open = runs[back]
        this.#set(open, close)
        for (const passed of runs.slice(back + 1, at)) passed.length = 0
      }
    }
  }

  #set(open, close) {
    const length = open.length > 1 && close.length > 1 ? 2 : 1
    const from = open.at + open.length - length
    const to = close.at + length
    this.#put(open.letter === "~" ? "gone" : length === 2 ? "strong" : "emphasis", from, to)
    this.#put("mark", from, from + length)
    this.#put("mark", close.at, to)
    open.length -= length
    close.length -= length
    close.at = to
  }
}

function isPair(open, close) {
  if (!open.opens || !open.length || open.letter !== close.letter) return false
  const isEither = open.closes || close.opens
  return !isEither || (open.whole + close.whole) % 3 !== 0 || (open.whole % 3 === 0 && close.whole % 3 === 0)
}
