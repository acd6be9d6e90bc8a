// <find-bar hidden role="search"> fields, switches, buttons, a status </find-bar>
// Finds and replaces in the text that is being written.

const MOST = 5000

class FindBar extends HTMLElement {
  #found = []
  #at = -1
  #timer = 0

  connectedCallback() {
    this.addEventListener("input", this.#plan)
    this.addEventListener("keydown", this.#key)
    this.addEventListener("click", this.#press)
  }

  get isOpen() {
    return !this.hidden
  }

  /** Open it for `editor`, with what is selected there as what to look for. */
  open(editor, { replaces = false } = {}) {
    const { surface } = editor
    const { from, to } = surface.selection
    const words = surface.slice(from, Math.min(to, from + 200))
    this.editor = editor
    this.hidden = false
    this.#replacing.hidden = !replaces
    if (words && !words.includes("\n") && !this.#is("regex")) this.#query.value = words
    this.look(from)
    this.#query.focus()
    this.#query.select()
  }

  close() {
    if (!this.isOpen) return
    clearTimeout(this.#timer)
    this.hidden = true
    this.#found = []
    this.editor.surface.mark([], -1)
    this.editor.surface.focus()
  }

  /** The text has changed: look again where one is. */
  changed() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.look(this.editor.surface.selection.from, { isQuiet: true }), 200)
  }

  /** Look through the text; the first that is found from `start` on is the one shown. */
  look(start, { isQuiet = false } = {}) {
    const pattern = this.#pattern()
    this.#found = pattern ? allOf(this.editor.value, pattern) : []
    this.#at = this.#found.findIndex(({ from }) => from >= start)
    if (this.#at < 0 && this.#found.length) this.#at = 0
    this.#show(isQuiet)
  }

  /** Go to the next one, or with -1 to the one before. */
  go(step) {
    const count = this.#found.length
    if (!count) return
    this.#at = (this.#at + step + count) % count
    this.#show(false)
  }

  replace() {
    const hit = this.#found[this.#at]
    if (!hit) return
    const insert = this.#written(hit)
    this.editor.surface.apply([{ ...range(hit), insert }])
    this.look(hit.from + insert.length)
  }

  replaceAll() {
    const hits = this.#found
    if (!hits.length) return
    const { from } = hits[0]
    const { to } = hits.at(-1)
    const text = this.editor.value
    let [insert, at] = ["", from]
    for (const hit of hits) {
      insert += text.slice(at, hit.from) + this.#written(hit)
      at = hit.to
    }
    this.editor.surface.apply([{ from, to, insert }])
    this.look(from, { isQuiet: true })
    this.#say(this.dataset.wordReplaced.replace("{number}", hits.length))
  }

  get #query() {
    return this.querySelector("[data-query]")
  }

  get #replacing() {
    return this.querySelector("[data-replacing]")
  }

  #is(name) {
    return this.querySelector(`[data-choice="${name}"]`).checked
  }

  #pattern() {
    const words = this.#query.value
    const source = this.#is("regex") ? words : words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
    this.#query.removeAttribute("aria-invalid")
    if (!source) return null
    try {
      const whole = this.#is("word") ? `(?<![\\p{L}\\p{N}_])(?:${source})(?![\\p{L}\\p{N}_])` : source
      return new RegExp(whole, `gmu${this.#is("case") ? "" : "i"}`)
    } catch {
      this.#query.setAttribute("aria-invalid", "true")
      return null
    }
  }

  // As in String.replace: $1 and $<name> are what an expression has caught.
  #written({ match }) {
    const words = this.querySelector("[data-replacement]").value
    if (!this.#is("regex")) return words
    return words.replace(/\$(?:\$|(\d{1,2}|&)|<([^>]+)>)/g, (whole, number, name) => {
      if (whole === "$$") return "$"
      return (name ? match.groups?.[name] : match[number === "&" ? 0 : number]) ?? ""
    })
  }

  #show(isQuiet) {
    const { surface } = this.editor
    const hit = this.#found[this.#at]
    if (hit && !isQuiet) surface.select(hit.from, hit.to, { isShown: true })
    surface.mark(this.#found.map(range), this.#at)
    const { wordCount, wordNone, wordWrong } = this.dataset
    if (this.#query.hasAttribute("aria-invalid")) this.#say(wordWrong)
    else if (!this.#query.value) this.#say("")
    else if (!hit) this.#say(wordNone)
    else this.#say(wordCount.replace("{number}", this.#at + 1).replace("{all}", this.#found.length))
  }

  #say(words) {
    this.querySelector("[role=status]").textContent = words
  }

  #plan = (event) => {
    // It is about the text, and is no part of it.
    event.stopPropagation()
    if (!event.target.matches("[data-replacement]")) this.look(this.editor.surface.selection.from)
  }

  #key = (event) => {
    if (event.isComposing) return
    const isReplacement = event.target.matches("[data-replacement]")
    if (event.key === "Escape") this.close()
    else if (event.key === "Enter" && event.target.matches("input:not([type=checkbox])")) {
      if (isReplacement && (event.ctrlKey || event.metaKey)) this.replaceAll()
      else if (isReplacement) this.replace()
      else this.go(event.shiftKey ? -1 : 1)
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  #press = (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act
    const acts = {
      next: () => this.go(1),
      previous: () => this.go(-1),
      replace: () => this.replace(),
      all: () => this.replaceAll(),
      close: () => this.close(),
    }
    acts[act]?.()
  }
}

function range({ from, to }) {
  return { from, to }
}

function allOf(text, pattern) {
  const found = []
  for (const match of text.matchAll(pattern)) {
    if (match[0]) found.push({ from: match.index, to: match.index + match[0].length, match })
    if (found.length === MOST) break
  }
  return found
}

customElements.define("find-bar", FindBar)
