// <copy-link data-word-copy="Copy link" data-word-copied="Copied"><input readonly value="https://…"></copy-link>
class CopyLink extends HTMLElement {
  connectedCallback() {
    if (this.querySelector("button")) return
    const button = document.createElement("button")
    button.type = "button"
    button.className = "button"
    button.textContent = this.dataset.wordCopy
    button.addEventListener("click", () => this.copy(button))
    this.append(button)
    this.#field?.addEventListener("focus", () => this.#field.select())
  }

  /** Copy the address; where the browser refuses, it stands selected. */
  async copy(button) {
    const address = this.dataset.address ?? this.#field.value
    try {
      await navigator.clipboard.writeText(address)
      button.textContent = this.dataset.wordCopied
      setTimeout(() => (button.textContent = this.dataset.wordCopy), 2000)
    } catch {
      this.#field?.select()
    }
  }

  get #field() {
    return this.querySelector("input")
  }
}

customElements.define("copy-link", CopyLink)
