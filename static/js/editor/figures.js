// How much there is to read, beside the text: counted when nobody waits for anything.

import { countWords } from "./words.js"

const WORDS_PER_MINUTE = 220
const SECONDS_PER_CODE_LINE = 3
const SECONDS_PER_FIGURE = 12
const WORDS_PER_CODE_LINE = 7
const PAUSE = 150

export class Figures {
  #host
  #known = null
  #timer = 0

  constructor(host) {
    this.#host = host
  }

  /** What the server has counted of the text as it was sent: its words tell from ours. */
  renew(facts, text) {
    const number = (name) => Number(facts.dataset[name])
    const counted = countWords(text)
    this.#known = {
      words: number("words") - counted.words,
      codeLines: number("codeLines") - counted.codeLines,
      figures: number("figures"),
      weight: number("weight") - counted.words - counted.codeLines * WORDS_PER_CODE_LINE,
      codeWeight: number("codeWeight") - counted.codeLines * WORDS_PER_CODE_LINE,
    }
    this.#show()
  }

  plan() {
    clearTimeout(this.#timer)
    const idle = window.requestIdleCallback ?? ((show) => show())
    this.#timer = setTimeout(() => idle(() => this.#show(), { timeout: 1000 }), PAUSE)
  }

  stop() {
    clearTimeout(this.#timer)
  }

  #show() {
    const text = this.#host.value
    const counted = countWords(text)
    this.#say("characters", text.length)
    if (!this.#known) return
    const { figures } = this.#known
    const words = Math.max(0, this.#known.words + counted.words)
    const codeLines = Math.max(0, this.#known.codeLines + counted.codeLines)
    const seconds =
      (words * 60) / WORDS_PER_MINUTE + codeLines * SECONDS_PER_CODE_LINE + figures * SECONDS_PER_FIGURE
    const ofCode = counted.codeLines * WORDS_PER_CODE_LINE
    const whole = this.#known.weight + counted.words + ofCode
    this.#say("words", words)
    this.#say("minutes", Math.max(1, Math.round(seconds / 60)))
    const share = whole > 0 ? Math.min(1, (this.#known.codeWeight + ofCode) / whole) : 0
    this.#say("code", share, { style: "percent" })
  }

  #say(name, number, style = {}) {
    const place = this.#host.form?.querySelector(`[data-figure="${name}"]`)
    if (!place) return
    const { lang } = document.documentElement
    const words = place.dataset[number === 1 ? "one" : "many"].replace("{number}", number.toLocaleString(lang, style))
    if (place.textContent !== words) place.textContent = words
  }
}
