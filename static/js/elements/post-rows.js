// <post-rows data-word-chosen="{number} chosen" data-word-none> the form #changes, then rows with boxes </post-rows>
// Shift ticks a range, "All on this page" every row. Keys for rows are in `desk-shortcuts.js`, which
// asks this element: `move(step)`, `toggle()`, `open()`.

class PostRows extends HTMLElement {
  #last = null

  connectedCallback() {
    this.addEventListener("click", this.#click)
    this.addEventListener("change", this.#change)
    this.querySelector(".changes__all").hidden = false
    this.#tell()
    this.dataset.ready = ""
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#click)
    this.removeEventListener("change", this.#change)
  }

  get #boxes() {
    return [...this.querySelectorAll(".post-table__choice input")]
  }

  get #rows() {
    return [...this.querySelectorAll(".post-table__row")]
  }

  get #current() {
    const rows = this.#rows
    return rows.find((row) => row.contains(document.activeElement)) ?? rows.find((row) => row.hasAttribute("aria-current"))
  }

  /** Goes to another row, the first one at first; its title gets the focus. */
  move(step) {
    const rows = this.#rows
    const at = rows.indexOf(this.#current)
    const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1)]
    if (!next) return
    for (const row of rows) row.removeAttribute("aria-current")
    next.setAttribute("aria-current", "true")
    next.querySelector(".post-table__title a").focus()
    next.scrollIntoView({ block: "nearest" })
  }

  /** Ticks the row one is at, or takes the tick away. */
  toggle() {
    this.#current?.querySelector(".post-table__choice input").click()
  }

  /** Opens the row one is at. */
  open() {
    this.#current?.querySelector(".post-table__title a").click()
  }

  #click = (event) => {
    const box = event.target.closest(".post-table__choice input")
    if (!box) return
    const boxes = this.#boxes
    if (event.shiftKey && this.#last) {
      const ends = [boxes.indexOf(this.#last), boxes.indexOf(box)].sort((a, b) => a - b)
      for (const each of boxes.slice(ends[0], ends[1] + 1)) each.checked = box.checked
    }
    this.#last = box
  }

  #change = (event) => {
    const { target } = event
    if (target.id === "choose-page") for (const box of this.#boxes) box.checked = target.checked
    // What is ticked by itself is meant by itself.
    else if (target.name === "post") this.#scope.checked = false
    this.#tell()
  }

  get #scope() {
    return this.querySelector("[name=scope]")
  }

  #tell() {
    const boxes = this.#boxes
    const chosen = boxes.filter((box) => box.checked).length
    const page = this.querySelector("#choose-page")
    page.checked = chosen === boxes.length
    page.indeterminate = chosen > 0 && chosen < boxes.length
    const isAll = this.#scope.checked
    this.toggleAttribute("data-chosen", isAll || chosen > 0)
    const number = isAll ? Number(this.querySelector("[name=count]").value) : chosen
    const words = this.dataset.wordChosen.replace("{number}", number.toLocaleString(document.documentElement.lang))
    this.querySelector(".changes__count").textContent = number ? words : this.dataset.wordNone
  }
}

customElements.define("post-rows", PostRows)
