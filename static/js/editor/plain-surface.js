// The text in a plain textarea; every change goes through the browser's own undo.

import { carried, changesBetween } from "./changes.js"
import { Markers } from "./markers.js"
import { boxIn } from "./mirror.js"

/**
 * A surface is where the text is typed. Offsets are UTF-16 units, lines count from 1.
 *
 * Its host hears `changed(typed)`, with what one key has put in, or null; and is asked
 * `typing(text)` and `newline()`, which say whether they have done it themselves.
 */
export class PlainSurface {
  #host
  #before = ""
  #rows = null

  constructor(field, host) {
    this.box = this.input = this.scroller = field
    this.markers = new Markers(this)
    this.#host = host
    field.addEventListener("input", this.#changed)
    field.addEventListener("beforeinput", this.#going)
  }

  destroy() {
    this.box.removeEventListener("input", this.#changed)
    this.box.removeEventListener("beforeinput", this.#going)
  }

  get text() {
    return this.box.value
  }

  get length() {
    return this.box.textLength
  }

  get isFocused() {
    return document.activeElement === this.box
  }

  get isComposing() {
    return false
  }

  get selection() {
    return { from: this.box.selectionStart, to: this.box.selectionEnd }
  }

  slice(from, to) {
    return this.text.slice(from, to)
  }

  /** The line that holds offset `at`: where it begins and ends, and what it says. */
  lineAt(at) {
    const { text } = this
    const from = at ? text.lastIndexOf("\n", at - 1) + 1 : 0
    const end = text.indexOf("\n", at)
    const to = end < 0 ? text.length : end
    return { from, to, text: text.slice(from, to) }
  }

  numberAt(at) {
    return this.text.slice(0, at).split("\n").length
  }

  startOf(number) {
    let at = 0
    for (let line = 1; line < number; line++) {
      const end = this.text.indexOf("\n", at)
      if (end < 0) break
      at = end + 1
    }
    return at
  }

  focus() {
    this.box.focus({ preventScroll: true })
  }

  select(from, to = from, { isShown = false } = {}) {
    this.box.setSelectionRange(from, to)
    if (isShown) this.#show(from)
  }

  /** Make changes that do not overlap, in reading order; `select` is what is selected then. */
  apply(changes, { select = null } = {}) {
    const { box } = this
    const focused = document.activeElement
    const { from, to } = this.selection
    const top = box.scrollTop
    this.focus()
    for (const change of changes.toReversed()) {
      box.setSelectionRange(change.from, change.to)
      this.#write(change)
    }
    box.setSelectionRange(...(select ?? [carried(from, changes), carried(to, changes)]))
    box.scrollTop = top
    if (!select && focused !== box) focused?.focus({ preventScroll: true })
  }

  /** The box in the window of what stands from `from` to `to`. */
  boxOf(from, to = from) {
    return boxIn(this.box, from, to)
  }

  /** The offset at a point of the window. */
  offsetAt(x, y) {
    const place = document.caretPositionFromPoint?.(x, y)
    return place?.offsetNode === this.box ? place.offset : this.box.selectionEnd
  }

  /** The line, with its fraction, that stands so many pixels below the beginning. */
  lineAtHeight(height) {
    const rows = this.#heights()
    let [low, high] = [0, rows.length - 2]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (rows[middle] <= height) low = middle
      else high = middle - 1
    }
    return low + 1 + Math.min(1, Math.max(0, (height - rows[low]) / (rows[low + 1] - rows[low])))
  }

  /** How many pixels below the beginning a line stands, as `lineAtHeight` counts. */
  heightOf(line) {
    const rows = this.#heights()
    const at = Math.min(Math.max(Math.floor(line), 1), rows.length - 1)
    return rows[at - 1] + (line - at) * (rows[at] - rows[at - 1])
  }

  /** Mark what was found; a textarea marks nothing within itself. */
  mark() {}

  // The only way to write into a field that keeps its undo history (HTML, "execCommand").
  #write({ from, to, insert }) {
    const { box } = this
    const isDone = this.isFocused && document.execCommand(insert ? "insertText" : "delete", false, insert)
    if (isDone || (from === to && !insert)) return
    box.setRangeText(insert, from, to, "end")
    box.dispatchEvent(new Event("input", { bubbles: true }))
  }

  #going = (event) => {
    if (event.isComposing) return
    const { inputType, data } = event
    const isNewline = inputType === "insertLineBreak" || inputType === "insertParagraph"
    if (isNewline ? this.#host.newline() : inputType === "insertText" && this.#host.typing(data)) {
      event.preventDefault()
    }
  }

  #changed = (event) => {
    this.#rows = null
    if (!this.markers.isEmpty) this.markers.carry(changesBetween(this.#before, this.text))
    this.#before = this.text
    this.#host.changed(event.inputType === "insertText" ? event.data : null)
  }

  #show(at) {
    const { box } = this
    const place = this.boxOf(at)
    const frame = box.getBoundingClientRect()
    const isHigh = box.scrollHeight > box.clientHeight + 1
    if (isHigh) box.scrollTop += place.y - frame.y - box.clientHeight / 3
    const y = isHigh ? frame.y : place.y
    if (y < 0 || y > innerHeight - 40) scrollBy({ top: y - innerHeight / 3 })
  }

  // Counted, not measured: a letter is as wide as another, and lines break at the edge.
  #heights() {
    const { box } = this
    const width = box.clientWidth
    if (this.#rows?.width === width) return this.#rows.tops
    const style = getComputedStyle(box)
    const [before, after] = [parseFloat(style.paddingBlockStart), parseFloat(style.paddingBlockEnd)]
    const room = width - parseFloat(style.paddingInlineStart) - parseFloat(style.paddingInlineEnd)
    const columns = Math.max(10, Math.floor(room / (parseFloat(style.fontSize) * 0.6)))
    const tops = [0]
    for (const line of this.text.split("\n")) {
      tops.push(tops.at(-1) + Math.max(1, Math.ceil(line.length / columns)))
    }
    const scale = Math.max(1, box.scrollHeight - before - after) / tops.at(-1)
    this.#rows = { width, tops: tops.map((top) => before + top * scale) }
    return this.#rows.tops
  }
}
