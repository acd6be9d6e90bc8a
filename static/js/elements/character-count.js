// <character-count data-word-count="{number} of 160"><div class="field">… <textarea></textarea> …</div></character-count>
class CharacterCount extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", this.#count)
    this.#count()
  }

  #count = () => {
    const { length } = [...this.querySelector("textarea, input").value]
    this.#note.textContent = this.dataset.wordCount.replace("{number}", length)
  }

  get #note() {
    const found = this.querySelector(".field__counter")
    if (found) return found
    const note = document.createElement("p")
    note.className = "field__counter"
    // Counted for the eyes; the goal is in the hint that the field is described by.
    note.setAttribute("aria-hidden", "true")
    this.querySelector(".field").append(note)
    return note
  }
}

customElements.define("character-count", CharacterCount)
