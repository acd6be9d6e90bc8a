// <contents-rail><ol><li><svg width="…"></svg><a href="#…">…</a></li></ol></contents-rail>
// Marks the section that is being read and hangs the bobs where the reader is in the drawing;
// in a popover, closes it once a section is chosen.
const READING_LINE = 0.3 // of the window's height

class ContentsRail extends HTMLElement {
  #post
  #sections = []
  #current
  #isWaiting = false
  #sizes

  connectedCallback() {
    this.#post = this.closest(".post")
    this.#sections = this.#read()
    if (!this.#post || this.#sections.length === 0) return

    this.#sizes = new ResizeObserver(this.#soon)
    this.#sizes.observe(this.#text)
    addEventListener("scroll", this.#soon, { passive: true })
    addEventListener("resize", this.#soon)
    this.addEventListener("click", this.#close)
    this.#show()
  }

  disconnectedCallback() {
    this.#sizes?.disconnect()
    removeEventListener("scroll", this.#soon)
    removeEventListener("resize", this.#soon)
    this.removeEventListener("click", this.#close)
  }

  get #text() {
    return this.#post.querySelector(".prose")
  }

  // Where each section begins and how long it is, both as shares of the drawing.
  #read() {
    let start = 0
    const found = [...this.querySelectorAll("li")].map((item) => {
      const link = item.querySelector("a")
      const length = Number(item.querySelector("svg").getAttribute("width"))
      const section = { link, start, length, target: document.getElementById(decodeURIComponent(link.hash.slice(1))) }
      start += length
      return section
    })
    return found
      .filter(({ target }) => target)
      .map((section) => ({ ...section, start: section.start / start, length: section.length / start }))
  }

  #soon = () => {
    if (this.#isWaiting) return
    this.#isWaiting = true
    requestAnimationFrame(() => {
      this.#isWaiting = false
      this.#show()
    })
  }

  #show() {
    const line = innerHeight * READING_LINE
    const tops = this.#sections.map(({ target }) => target.getBoundingClientRect().top - line)
    const at = tops.findLastIndex((top) => top <= 0)
    this.#mark(this.#sections[at]?.link)
    this.#place(at < 0 ? 0 : this.#share(at, tops))
  }

  #share(at, tops) {
    const { start, length } = this.#sections[at]
    const end = tops[at + 1] ?? this.#text.getBoundingClientRect().bottom - innerHeight * READING_LINE
    const passed = end > tops[at] ? -tops[at] / (end - tops[at]) : 1
    return start + length * Math.min(1, passed)
  }

  #mark(current) {
    if (current === this.#current) return
    this.#current?.removeAttribute("aria-current")
    this.#current = current
    current?.setAttribute("aria-current", "true")
    if (current && this.scrollHeight > this.clientHeight) {
      this.scrollTop = current.offsetTop - this.clientHeight / 2
    }
  }

  #place(share) {
    for (const place of this.#post.querySelectorAll("[data-place]")) {
      place.dataset.place = "exact"
      place.style.setProperty("--read", share.toFixed(4))
    }
  }

  #close = (event) => {
    const popover = this.closest("[popover]")
    if (event.target.closest("a") && popover?.matches(":popover-open")) popover.hidePopover()
  }
}

customElements.define("contents-rail", ContentsRail)
