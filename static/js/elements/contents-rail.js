// <contents-rail><ol><li><a href="#…">…</a></li></ol></contents-rail>
// Marks the section that is being read; in a popover, closes it once a section is chosen.
const READING_LINE = 0.3

class ContentsRail extends HTMLElement {
  #watcher

  connectedCallback() {
    this.#watcher = new IntersectionObserver(() => this.#mark(), {
      rootMargin: `0px 0px -${100 * (1 - READING_LINE)}% 0px`,
    })
    for (const [, target] of this.#sections()) this.#watcher.observe(target)
    this.addEventListener("click", this.#close)
  }

  disconnectedCallback() {
    this.#watcher.disconnect()
    this.removeEventListener("click", this.#close)
  }

  #sections() {
    return [...this.querySelectorAll("a")]
      .map((link) => [link, document.getElementById(decodeURIComponent(link.hash.slice(1)))])
      .filter(([, target]) => target)
  }

  #mark() {
    const line = innerHeight * READING_LINE
    const begun = this.#sections().filter(([, target]) => target.getBoundingClientRect().top <= line)
    const current = begun.at(-1)?.[0]
    for (const link of this.querySelectorAll("a")) {
      if (link === current) link.setAttribute("aria-current", "true")
      else link.removeAttribute("aria-current")
    }
    if (current && this.scrollHeight > this.clientHeight) {
      this.scrollTop = current.offsetTop - this.clientHeight / 2
    }
  }

  #close = (event) => {
    const popover = this.closest("[popover]")
    if (event.target.closest("a") && popover?.matches(":popover-open")) popover.hidePopover()
  }
}

customElements.define("contents-rail", ContentsRail)
