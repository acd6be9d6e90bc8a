// <first-use data-scripts="/a.js /b.js"></first-use>
// Fetches what a plain page needs for going on, once somebody does something with it.
const SIGNS = ["scroll", "pointermove", "pointerdown", "keydown"]

class FirstUse extends HTMLElement {
  connectedCallback() {
    for (const sign of SIGNS) addEventListener(sign, this.#fetch, { passive: true })
  }

  disconnectedCallback() {
    for (const sign of SIGNS) removeEventListener(sign, this.#fetch)
  }

  #fetch = async () => {
    this.disconnectedCallback()
    for (const address of this.dataset.scripts.split(" ")) await import(address)
  }
}

customElements.define("first-use", FirstUse)
