// <heading-finder popover role="dialog"><input role="combobox"><div role="listbox"></div></heading-finder>
// The headings of the text that is being written: type to narrow them down, Enter goes there.

import { Choosing } from "../editor/choosing.js"
import { linesWithCode, plainly } from "../editor/words.js"

const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*(?:\{[^}]*\})?$/

class HeadingFinder extends HTMLElement {
  #choosing = null
  #headings = []

  connectedCallback() {
    this.#choosing = new Choosing(this.querySelector("[role=listbox]"), {
      chosen: ({ line }) => {
        this.hidePopover()
        this.editor.goToLine(line)
      },
      status: this.querySelector("[role=status]"),
      words: (count) => (count ? "" : this.dataset.wordNone),
    })
    this.#choosing.field = this.#field
    this.addEventListener("beforetoggle", this.#fill)
    this.addEventListener("toggle", () => this.matches(":popover-open") && this.#field.focus())
    this.addEventListener("input", this.#narrow)
    this.addEventListener("keydown", this.#key)
  }

  get editor() {
    return document.querySelector("markdown-editor")
  }

  get #field() {
    return this.querySelector("input")
  }

  #fill = (event) => {
    if (event.newState !== "open") return
    this.#field.value = ""
    this.#headings = headingsOf(this.editor.value)
    this.#choosing.show(this.#headings)
  }

  #narrow = (event) => {
    // It is about the text, and is no part of it.
    event.stopPropagation()
    const wanted = plainly(this.#field.value.trim())
    this.#choosing.show(this.#headings.filter(({ name }) => name.includes(wanted)))
  }

  #key = (event) => {
    if (event.key === "Escape") {
      this.hidePopover()
      this.editor.surface.focus()
    } else if (event.key !== "Enter" && !this.#choosing.key(event)) return
    else if (event.key === "Enter") this.#choosing.choose()
    event.preventDefault()
    event.stopPropagation()
  }
}

function headingsOf(text) {
  const found = []
  let number = 0
  for (const [line, isCode] of linesWithCode(text)) {
    number++
    const heading = !isCode && HEADING.exec(line)
    if (!heading) continue
    const [, level, words] = heading
    found.push({ label: words, hint: level, line: number, name: plainly(words) })
  }
  return found
}

customElements.define("heading-finder", HeadingFinder)
