// <document-map aria-hidden="true"><svg>…</svg><svg class="bob">…</svg></document-map>
// The drawing of the text that is being written, upright: the bob is where one is, a click goes there.
// Keys go to headings instead.

import { between } from "../editor/following.js"

class DocumentMap extends HTMLElement {
  #places = []
  #line = 1

  connectedCallback() {
    this.addEventListener("pointerdown", this.#press)
    this.addEventListener("pointermove", this.#press)
  }

  /** Show a drawing whose parts begin at known lines: `[{share, line}]`, in order. */
  show(drawing, places) {
    this.querySelector("[data-drawing]").replaceChildren(...drawing)
    this.#places = places
    this.stand(this.#line)
  }

  /** Hang the bob at a line. */
  stand(line) {
    this.#line = line
    if (this.#places.length < 2) return
    this.style.setProperty("--at", between(this.#places, line, "line", "share").toFixed(4))
  }

  #press = (event) => {
    if (!(event.buttons & 1) || this.#places.length < 2) return
    event.preventDefault()
    const { top, height } = this.querySelector("svg").getBoundingClientRect()
    const share = Math.min(1, Math.max(0, (event.clientY - top) / height))
    const line = between(this.#places, share, "share", "line")
    this.dispatchEvent(new CustomEvent("map-line", { bubbles: true, detail: { line } }))
  }
}

customElements.define("document-map", DocumentMap)
