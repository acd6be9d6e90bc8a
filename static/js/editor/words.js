// Words as they are compared, counted and shown.

const UNSPACED = /[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3134f}\u1000-\u109f\u1780-\u17ff\u0e00-\u0eff]/gu
const WORD = /[\p{L}\p{N}\p{M}]+(?:['\u2019.-][\p{L}\p{N}\p{M}]+)*/gu
const FENCE = /^[ >]{0,6}(`{3,}|~{3,})/

/** The same for words that differ in case and accents only. */
export function plainly(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()
}

/** What an element says, on one line. */
export function wordsOf(element) {
  return element.textContent.trim().replace(/\s+/g, " ")
}

/** Which lines are fenced code, their fences with them: `[line, isCode]` for each. */
export function* linesWithCode(markdown) {
  let fence = ""
  for (const line of markdown.split("\n")) {
    const mark = FENCE.exec(line)?.[1]
    const isEnd = fence !== "" && mark?.startsWith(fence)
    if (mark && !fence) fence = mark
    yield [line, fence !== ""]
    if (isEnd) fence = ""
  }
}

/** How many words stand in Markdown outside of code, and how many lines of code. */
export function countWords(markdown) {
  let [codeLines, prose] = [0, ""]
  for (const [line, isCode] of linesWithCode(markdown)) {
    if (!isCode) prose += `${line}\n`
    else if (!FENCE.test(line)) codeLines++
  }
  const bare = prose.replace(/\]\([^)\s]*/g, "]").replace(/<[^>\n]+>/g, " ")
  const unspaced = bare.match(UNSPACED)?.length ?? 0
  const spaced = unspaced ? bare.replace(UNSPACED, " ") : bare
  return { words: (spaced.match(WORD)?.length ?? 0) + Math.ceil(unspaced / 2), codeLines }
}
