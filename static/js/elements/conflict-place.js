// <conflict-place><fieldset>… two radio buttons, a result and a textarea …</fieldset></conflict-place>
// Editing by hand begins with what was chosen before; typing chooses the edited text.

class ConflictPlace extends HTMLElement {
  #isTouched = false

  connectedCallback() {
    this.addEventListener("change", this.#follow)
    this.addEventListener("input", this.#note)
    this.setAttribute("data-ready", "")
  }

  disconnectedCallback() {
    this.removeEventListener("change", this.#follow)
    this.removeEventListener("input", this.#note)
  }

  #follow = ({ target }) => {
    if (target.type !== "radio") return
    if (target.value === "edited") this.#text?.focus()
    else this.#offer(target.value)
  }

  #note = ({ target }) => {
    if (target === this.#text) this.#isTouched = true
  }

  #offer(side) {
    const result = this.querySelector(`[data-result="${side}"] > span:not(.conflict__around)`)
    if (result && this.#text && !this.#isTouched) this.#text.value = result.textContent
  }

  get #text() {
    return this.querySelector("textarea")
  }
}

customElements.define("conflict-place", ConflictPlace)
