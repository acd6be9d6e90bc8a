// Where in a text images are to stand that are still on their way.

/** The places of files that were put into the text of `editor` together, in their order. */
export class TextPlaces {
  #editor
  #word
  #places = []

  /** `word` begins what stands in the text for a file that has not arrived. */
  constructor(editor, word) {
    this.#editor = editor
    this.#word = word
  }

  /** Make room at `marker` for `files`; returns a place for each. */
  open(files, marker) {
    const places = files.map((file) => new Place(this.#editor, this.#words(file)))
    const at = marker.start
    for (const place of places) place.wait(at)
    marker.forget()
    this.#places = [...this.#places.filter((each) => !each.isSettled), ...places]
    for (const place of places) this.show(place, { isPassing: true })
    return places
  }

  /** Put what stands for a file, or shows it, where it belongs: behind those before it. */
  show(place, { markdown = "", isPassing = false } = {}) {
    if (!markdown && !this.#keepsNoTrace) return
    const { start } = place.marker
    const earlier = this.#places.slice(0, this.#places.indexOf(place)).filter((each) => each.isEmpty)
    const before = earlier.filter((each) => each.marker.start === start)
    place.put(markdown, { isPassing })
    // What is empty moves along with what is put there.
    for (const each of before) each.wait(start)
  }

  // A field's own undo would bring back what has passed: there, the cards alone say what is coming.
  get #keepsNoTrace() {
    return this.#editor.surface.box !== this.#editor.field
  }

  #words(file) {
    const id = Math.random().toString(36).slice(2, 6)
    const name = file.name.replace(/[^\p{L}\p{N}._-]+/gu, " ").slice(0, 40)
    return `![${this.#word} ${name} ${id}…]()`
  }
}

/** Of one file: empty, or held by what stands for it, or by what shows it. */
class Place {
  #editor
  #placeholder
  #written = ""
  marker = null
  isSettled = false

  constructor(editor, placeholder) {
    this.#editor = editor
    this.#placeholder = placeholder
  }

  get isEmpty() {
    return !this.isSettled && !this.#written
  }

  /** Whether the author has taken away what stood for it. */
  get isGone() {
    return this.marker.isGone
  }

  /** Be empty, at an offset. */
  wait(at) {
    this.marker?.forget()
    this.marker = this.#editor.track(at)
    this.#written = ""
  }

  /** Put Markdown there that shows the file, or, without any, what stands for it. */
  put(markdown, { isPassing }) {
    if (this.marker.isGone) return
    if (this.#written) {
      // Out without a trace, and in as a step of its own: undo takes one image at a time.
      this.marker.replaceWith("", { isPassing: true })
      this.marker.replaceWith(markdown, { isPassing })
    } else {
      this.#putApart(markdown || this.#placeholder, isPassing)
    }
    this.#written = markdown || this.#placeholder
    this.isSettled = Boolean(markdown)
  }

  /** Say it in other words, if it still stands as it was put. */
  reword(markdown) {
    const { start, end } = this.marker
    if (this.#editor.value.slice(start, end) !== this.#written) return false
    this.marker.replaceWith(markdown)
    this.#written = markdown
    return true
  }

  /** Leave the text as if nothing had been there; the place is kept. */
  clear() {
    if (this.isSettled || this.marker.isGone || !this.#written) return
    const text = this.#editor.value
    let { start, end } = this.marker
    if (text.startsWith("\n\n", end) && (!start || text[start - 1] === "\n")) end += 2
    else if (text.slice(0, start).endsWith("\n\n")) start -= 2
    const whole = this.#editor.track(start, end)
    whole.replaceWith("", { isPassing: true })
    whole.forget()
    this.wait(start)
  }

  // Each in a paragraph of its own, unless it is one picture in the middle of a line.
  #putApart(words, isPassing) {
    const text = this.#editor.value
    const at = this.marker.start
    const above = text.slice(Math.max(0, at - 2), at)
    const below = text.slice(at, at + 2)
    const before = !above || above === "\n\n" || above === "\n" ? "" : above.endsWith("\n") ? "\n" : "\n\n"
    const after = !below ? "\n" : below === "\n\n" || below === "\n" ? "" : below[0] === "\n" ? "\n" : "\n\n"
    this.marker.replaceWith(before + words + after, { isPassing })
    this.marker.forget()
    this.marker = this.#editor.track(at + before.length, at + before.length + words.length)
  }
}
