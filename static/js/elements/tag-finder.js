// <tag-finder data-word-none="…" hidden><input type="search"><p aria-live="polite"></p></tag-finder> above a list of tags
class TagFinder extends HTMLElement {
  connectedCallback() {
    this.hidden = false
    this.addEventListener("input", this.#find)
    this.addEventListener("keydown", this.#keep)
    // What is typed here is nobody else's business: it is no part of the address.
    this.addEventListener("change", this.#stop)
  }

  disconnectedCallback() {
    this.removeEventListener("input", this.#find)
    this.removeEventListener("keydown", this.#keep)
    this.removeEventListener("change", this.#stop)
  }

  #find = () => {
    const wanted = this.querySelector("input").value.trim().toLowerCase()
    const tags = [...this.parentElement.querySelectorAll(".tag-dialog__tag")]
    for (const tag of tags) tag.hidden = !nameOf(tag).includes(wanted)
    const none = tags.length > 0 && tags.every((tag) => tag.hidden)
    this.querySelector("[aria-live]").textContent = none ? this.dataset.wordNone : ""
  }

  #keep = (event) => {
    if (event.key === "Enter") event.preventDefault()
  }

  #stop = (event) => event.stopPropagation()
}

// The label holds the box, the name, and the number.
const nameOf = (tag) => tag.querySelector("label").childNodes[1].textContent.trim().toLowerCase()

customElements.define("tag-finder", TagFinder)
