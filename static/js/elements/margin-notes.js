// <margin-notes><div class="prose">… <a class="footnotes__mark" href="#fn-1">1</a> …</div></margin-notes>
// Shows each footnote beside its mark where there is room, else in a popover.
const GAP = 14 // px between two notes

class MarginNotes extends HTMLElement {
  #wide = matchMedia("(width > 80rem)")
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
    note.setAttribute("role", "note")
    note.setAttribute("aria-label", `Note ${mark.textContent}`)
    const number = document.createElement("b")
    number.textContent = mark.textContent
    const text = document.createElement("div")
    text.append(...source.cloneNode(true).childNodes)
    for (const back of text.querySelectorAll(".footnotes__back")) back.remove()
    for (const named of text.querySelectorAll("[id]")) named.removeAttribute("id")
    note.append(number, text)
    this.append(note)
    this.#notes.set(mark, note)
  }

  #arrange = () => {
    const top = this.getBoundingClientRect().top
    let free = 0
    for (const [mark, note] of this.#notes) {
      note.popover = this.#wide.matches ? null : "auto"
      if (!this.#wide.matches) continue
      const wanted = mark.getBoundingClientRect().top - top
      const start = Math.max(wanted, free)
      note.style.setProperty("--note-start", `${start}px`)
      free = start + note.offsetHeight + GAP
    }
  }

  #open = (event) => {
    const note = this.#notes.get(event.target.closest(".footnotes__mark"))
    if (!note || this.#wide.matches || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    note.showPopover({ source: event.target })
  }
}

customElements.define("margin-notes", MarginNotes)
