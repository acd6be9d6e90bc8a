// <colour-field data-word="Choose a colour"><div class="field">…<input>…</div></colour-field>
// Adds the browser's own palette to a field that holds a colour as text.
class ColourField extends HTMLElement {
  connectedCallback() {
    if (this.querySelector("[type=color]")) return
    const text = this.querySelector("input")
    const box = Object.assign(document.createElement("span"), { className: "colour-field__box" })
    const picker = Object.assign(document.createElement("input"), { type: "color", className: "colour-field__picker" })
    picker.setAttribute("aria-label", `${this.dataset.word}: ${this.querySelector("label").textContent}`)
    picker.value = this.#shown(text)
    text.before(box)
    box.append(text, picker)
    picker.addEventListener("input", () => {
      text.value = picker.value.toUpperCase()
      text.dispatchEvent(new Event("input", { bubbles: true }))
    })
    text.addEventListener("input", () => { picker.value = this.#shown(text) })
  }

  #shown(text) {
    return /^#[0-9a-f]{6}$/i.test(text.value) ? text.value : text.placeholder
  }
}

customElements.define("colour-field", ColourField)
