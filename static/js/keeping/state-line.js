// Where the text stands, in words that are true at this moment.

const SOON = 10_000 // milliseconds in which "saved" needs no age
const CALM = new Set(["new", "unsaved", "saving", "saved"])

/** Whether nothing is wrong: going from one such state to another is not spoken of. */
export const isCalm = (kind) => CALM.has(kind)

/** The words beside the post's name, and what a screen reader hears of them. */
export class StateLine {
  #page
  #spoken = "saved"

  constructor(page) {
    this.#page = page
  }

  get kind() {
    return this.#line.dataset.kind
  }

  get words() {
    return this.#line.textContent.trim()
  }

  /** Show a state; whether it is of another kind than before, which is when it is spoken. */
  show({ kind, words }) {
    const line = this.#line
    if (this.words !== words) line.textContent = words
    if (line.dataset.kind === kind) return false
    line.dataset.kind = kind
    if (!isCalm(kind) || (kind === "saved" && !isCalm(this.#spoken))) this.speak()
    return true
  }

  /** Let a screen reader say these words, or where the text stands. */
  speak(words = this.words) {
    this.#spoken = this.kind
    this.#page.querySelector("#editor-spoken").textContent = words
  }

  // A deliberate save brings a new one.
  get #line() {
    return this.#page.querySelector("#editor-state")
  }
}

/**
 * `{kind, words}` of a journal. `isKept`: this browser has a copy of what the server lacks; `savedAt`: when the
 * server last had all of it, if that was on this page; `words` are the page's texts, `wordSaved` and so on.
 */
export function describeState(journal, { isSaving, isKept, savedAt, words }) {
  const { trouble } = journal
  if (trouble) return describeTrouble(trouble, journal, isKept, words)
  if (journal.branch) return { kind: "conflict", words: words.wordConflict }
  if (isSaving || journal.isSending) return { kind: "saving", words: words.wordSaving }
  if (journal.isUnsent) return { kind: "unsaved", words: words.wordUnsaved }
  if (journal.isNew) return { kind: "new", words: words.wordNew }
  return { kind: "saved", words: describeAge(savedAt, words) }
}

function describeTrouble({ kind, since, again }, journal, isKept, words) {
  if (kind === "unreachable" && !navigator.onLine) {
    const text = (isKept ? words.wordOffline : words.wordOfflineUnkept).replace("{time}", clockTime(since))
    return { kind: "offline", words: text.replace("{number}", journal.changes) }
  }
  if (kind === "signed-out") return { kind, words: words.wordSignedOut }
  const seconds = Math.max(1, Math.ceil((again - Date.now()) / 1000))
  const texts = {
    unreachable: words.wordUnreachable,
    failing: words.wordFailing,
    forbidden: words.wordForbidden,
    gone: words.wordGone,
    "too-long": words.wordTooLong,
  }
  return { kind: "problem", words: texts[kind].replace("{seconds}", seconds) }
}

function describeAge(savedAt, words) {
  const age = Date.now() - savedAt
  if (age < SOON) return words.wordSaved
  const [amount, unit] = age < 60_000 ? [Math.floor(age / 10_000) * 10, "second"] : [Math.floor(age / 60_000), "minute"]
  const inWords = unit === "minute" && amount >= 60 ? [Math.floor(amount / 60), "hour"] : [amount, unit]
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" })
  return words.wordSavedAgo.replace("{when}", format.format(-inWords[0], inWords[1]))
}

/** The page's language for days and hours; English without a country is that of most countries. */
export function dateLanguage() {
  const language = document.documentElement.lang
  return language === "en" ? "en-GB" : language
}

/** Hour and minute on this machine's clock. */
export function clockTime(moment) {
  return new Date(moment).toLocaleTimeString(dateLanguage(), { hour: "2-digit", minute: "2-digit" })
}
