// What readers would see, asked for a moment after the last key; an older question is dropped.

import { morph, remember } from "./morphing.js"
import { bringStyles } from "./styles.js"

const PAUSE = 250
const LONG_PAUSE = 2000
const LONG = 20_000
const RARE = "math, .equation, .diagram, .embed"

export class PreviewPane {
  #asking = null
  #timer = 0
  #isLong = false
  #host

  /** `host` is the markdown-editor; `shown(facts, text)` of it hears what an answer says. */
  constructor(host) {
    this.#host = host
    this.box = host.querySelector(".editor__preview")
  }

  get pane() {
    return this.box.querySelector("[data-preview-pane]")
  }

  get isShown() {
    return this.box.offsetParent !== null
  }

  /** Ask once nobody has typed for a while. */
  plan() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.ask(), this.#isLong ? LONG_PAUSE : PAUSE)
  }

  stop() {
    clearTimeout(this.#timer)
    this.#asking?.abort()
  }

  /** Show what the text is now; the first time also unseen, for what is counted of it. */
  async ask({ isFirst = false } = {}) {
    // Unseen, the first answer is still waited for: what it counts is shown.
    if (!this.isShown && !isFirst) return clearTimeout(this.#timer)
    this.stop()
    const text = this.#host.value
    const asking = (this.#asking = new AbortController())
    const form = new FormData()
    const { elements } = this.#host.closest("form")
    form.set("body", text)
    for (const name of ["csrf_token", "language"]) form.set(name, elements[name]?.value ?? "")
    this.box.setAttribute("aria-busy", "true")
    try {
      const answer = await fetch(`${this.#host.dataset.preview}?fragment=preview`, {
        method: "POST",
        body: form,
        signal: asking.signal,
        redirect: "error",
      })
      const html = await answer.text()
      if (asking.signal.aborted) return
      if (!answer.ok) throw new Error(answer.statusText)
      this.#show(html, text)
    } catch (error) {
      if (error.name === "AbortError") return
      this.#say(this.#host.dataset.wordFailed, true)
    }
    this.box.removeAttribute("aria-busy")
  }

  #show(html, text) {
    const parsed = new DOMParser().parseFromString(html, "text/html")
    const facts = parsed.querySelector("[data-facts]")
    facts?.remove()
    this.#isLong = Number(facts?.dataset.words) > LONG
    if (!text.trim()) this.#say(this.#host.dataset.wordEmpty)
    else this.#morph(parsed)
    this.#host.shown(facts, text)
  }

  #morph(parsed) {
    const [old, fresh] = [this.pane, parsed.body].map((holder) => holder.querySelector(":scope > .prose"))
    if (old && fresh) {
      morph(old, fresh)
      fresh.replaceWith(old)
    } else if (fresh) remember(fresh)
    if (parsed.querySelector(RARE)) bringStyles(this.#host.dataset.rare)
    this.pane.replaceChildren(...parsed.body.childNodes)
    // Without it, code can be read and selected.
    if (this.pane.querySelector("copy-code")) import("../elements/copy-code.js").catch(() => {})
  }

  #say(words, isTrouble = false) {
    const note = document.createElement("p")
    note.className = "editor__empty"
    note.textContent = words
    if (isTrouble && this.pane.querySelector(".prose")) {
      note.setAttribute("role", "status")
      this.pane.querySelector(":scope > .editor__empty")?.remove()
      this.pane.prepend(note)
    } else this.pane.replaceChildren(note)
  }
}
