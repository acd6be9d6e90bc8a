// A list one chooses from by arrows while the focus stays in a field (ARIA APG, listbox).

let serial = 0

export class Choosing {
  #at = 0
  #options = []

  /** `list` is shown for `field`; `chosen(option)` hears what was chosen, `words(count)` names their number. */
  constructor(list, { chosen, status, words }) {
    this.list = list
    this.field = null
    this.chosen = chosen
    this.status = status
    this.words = words
    list.id ||= `choosing-${++serial}`
    // The field keeps the focus.
    list.addEventListener("mousedown", (event) => event.preventDefault())
    list.addEventListener("click", (event) => {
      const at = [...list.children].indexOf(event.target.closest("[role=option]"))
      if (at >= 0) this.chosen(this.#options[at])
    })
  }

  /** Show options: `{label, hint, …}`; the first stands chosen. */
  show(options) {
    this.#options = options
    this.#at = 0
    this.list.replaceChildren(...options.map((option, at) => this.#row(option, at)))
    this.field?.setAttribute("aria-controls", this.list.id)
    if (this.status) this.status.textContent = this.words(options.length)
    this.#point()
  }

  clear() {
    this.#options = []
    this.list.replaceChildren()
    this.field?.removeAttribute("aria-activedescendant")
    if (this.status) this.status.textContent = ""
  }

  /** Do what a key says; true if it said something. */
  key(event) {
    const count = this.#options.length
    if (!count || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return false
    const to = { ArrowDown: this.#at + 1, ArrowUp: this.#at - 1 }[event.key]
    if (to !== undefined) {
      this.#at = (to + count) % count
      this.#point()
      return true
    }
    if (event.key !== "Enter" && (event.key !== "Tab" || event.shiftKey)) return false
    return this.choose()
  }

  choose() {
    const option = this.#options[this.#at]
    if (!option) return false
    this.chosen(option)
    return true
  }

  #row({ label, hint }, at) {
    const row = document.createElement("div")
    row.id = `${this.list.id}-${at}`
    row.className = "choice"
    row.setAttribute("role", "option")
    const name = document.createElement("span")
    name.dir = "auto"
    name.textContent = label
    row.append(name)
    if (hint) {
      const note = document.createElement("span")
      note.className = "choice__hint"
      note.textContent = hint
      row.append(note)
    }
    return row
  }

  #point() {
    for (const [at, row] of [...this.list.children].entries()) {
      row.setAttribute("aria-selected", String(at === this.#at))
      if (at !== this.#at) continue
      row.scrollIntoView({ block: "nearest" })
      this.field?.setAttribute("aria-activedescendant", row.id)
    }
    if (!this.#options.length) this.field?.removeAttribute("aria-activedescendant")
  }
}
