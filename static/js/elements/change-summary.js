// <change-summary data-address="/write/posts/7/comparison/summary"><a href="…">Compare</a></change-summary>
// Says what would change for readers, each time the sheet around it opens.
class ChangeSummary extends HTMLElement {
  #link
  #sheet

  connectedCallback() {
    this.#link ??= this.querySelector("a")
    this.#sheet = this.closest("[popover]")
    this.#sheet?.addEventListener("toggle", this.#opened)
    if (!this.#sheet || this.#sheet.matches(":popover-open")) this.show()
  }

  disconnectedCallback() {
    this.#sheet?.removeEventListener("toggle", this.#opened)
  }

  async show() {
    // What is still on its way to the server belongs to the difference.
    await document.querySelector("draft-keeper")?.flush?.()
    const response = await fetch(this.dataset.address).catch(() => null)
    if (!response?.ok || response.redirected) return
    const page = new DOMParser().parseFromString(await response.text(), "text/html")
    this.replaceChildren(...page.body.childNodes, this.#link)
  }

  #opened = (event) => {
    if (event.newState === "open") this.show()
  }
}

customElements.define("change-summary", ChangeSummary)
