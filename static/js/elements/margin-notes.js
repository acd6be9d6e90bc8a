// <margin-notes data-word-note="Note {number}" data-word-close="Close"><div class="prose">… <a class="footnotes__mark" href="#fn-1">1</a> …</div></margin-notes>
// Shows each footnote beside its mark where there is room, else in a popover. The notes at the
// end of the text stay what keyboards and screen readers are led to.
const GAP = 14 // px between two notes

class MarginNotes extends HTMLElement {
  #wide = matchMedia("(width >= 79rem)")
  #notes = new Map()
  #sizes

  connectedCallback() {
    for (const old of this.querySelectorAll(":scope > .margin-notes__note")) old.remove()
    for (const mark of this.querySelectorAll(".footnotes__mark")) this.#add(mark)
    if (this.#notes.size === 0) return

    this.#arrange()
    this.addEventListener("click", this.#open)
    this.#wide.addEventListener("change", this.#arrange)
    this.#sizes = new ResizeObserver(this.#arrange)
    this.#sizes.observe(this)
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#open)
    this.#wide.removeEventListener("change", this.#arrange)
    this.#sizes?.disconnect()
  }

  #add(mark) {
    const source = document.getElementById(decodeURIComponent(mark.hash.slice(1)))
    if (!source) return

    const note = document.createElement("aside")
    note.className = "margin-notes__note"
    note.dataset.label = this.dataset.wordNote.replace("{number}", mark.textContent)
    const number = document.createElement("b")
    number.textContent = mark.textContent
    const text = document.createElement("div")
    text.append(...source.cloneNode(true).childNodes)
    for (const back of text.querySelectorAll(".footnotes__back")) back.remove()
    for (const named of text.querySelectorAll("[id]")) named.removeAttribute("id")
    note.append(number, text, this.#closer(note))
    this.append(note)
    this.#notes.set(mark, note)
  }

  #closer(note) {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "margin-notes__close"
    button.textContent = this.dataset.wordClose ?? ""
    button.addEventListener("click", () => note.hidePopover())
    return button
  }

  // Beside the text a note is a copy for the eye; over the text it is where the reader is.
  #dress(note) {
    const isBeside = this.#wide.matches
    note.popover = isBeside ? null : "auto"
    note.toggleAttribute("autofocus", !isBeside)
    for (const [name, value] of [["role", "note"], ["aria-label", note.dataset.label], ["tabindex", "-1"]]) {
      if (isBeside) note.removeAttribute(name)
      else note.setAttribute(name, value)
    }
    if (isBeside) note.setAttribute("aria-hidden", "true")
    else note.removeAttribute("aria-hidden")
    for (const link of note.querySelectorAll("a, [tabindex]:not(aside)")) {
      if (isBeside) link.tabIndex = -1
      else link.removeAttribute("tabindex")
    }
  }

  #arrange = () => {
    const top = this.getBoundingClientRect().top
    let free = 0
    for (const [mark, note] of this.#notes) {
      this.#dress(note)
      if (!this.#wide.matches) continue
      const wanted = mark.getBoundingClientRect().top - top
      const start = Math.max(wanted, free)
      note.style.setProperty("--note-start", `${start}px`)
      free = start + note.offsetHeight + GAP
    }
  }

  #open = (event) => {
    const note = this.#notes.get(event.target.closest(".footnotes__mark"))
    if (!note || event.ctrlKey || event.metaKey || event.shiftKey) return
    if (!this.#wide.matches) {
      event.preventDefault()
      note.showPopover({ source: event.target })
    } else if (event.detail > 0) {
      event.preventDefault()
      this.#point(note)
    }
  }

  #point(note) {
    for (const other of this.#notes.values()) other.toggleAttribute("data-pointed", other === note)
    note.scrollIntoView({ block: "nearest" })
  }
}

customElements.define("margin-notes", MarginNotes)
