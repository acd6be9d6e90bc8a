// <image-adder data-address="/write/posts/7/images"><div data-fields>…</div><button>…</button><p role="status"></p></image-adder>
// Sends the file alone and writes the reference at the caret; a post without an address goes whole.

const MOST_BYTES = 20_000_000

class ImageAdder extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", this.#key)
    this.#button.addEventListener("click", this.#press)
    this.#say("")
  }

  get #button() {
    return this.querySelector("#add-image")
  }

  get #form() {
    return this.closest("form")
  }

  #key = (event) => {
    if (event.key !== "Enter" || event.target.type !== "text" || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    this.#button.click()
  }

  #press = async (event) => {
    event.preventDefault()
    const keeper = this.closest("draft-keeper")
    if (!this.dataset.address) await this.#startPost(keeper)
    if (!this.dataset.address) return this.#form.requestSubmit(this.#button)
    const [file] = this.querySelector("[type=file]").files
    if (file?.size > MOST_BYTES) return this.#say(this.dataset.wordTooLarge)
    this.#button.disabled = true
    this.#say(this.dataset.wordSending)
    try {
      await this.#send()
    } catch {
      this.#say(this.dataset.wordFailed)
    }
    this.#button.disabled = false
  }

  // What is typed makes a post of it; where nothing is, the form is sent as without scripts.
  async #startPost(keeper) {
    await keeper?.flush()
    if (keeper?.post) this.dataset.address = keeper.addresses.images
  }

  async #send() {
    const fields = new FormData()
    for (const name of ["csrf_token", "version", "image", "alt"]) {
      const field = this.#form.elements[name]
      if (field) fields.set(name, field.files?.[0] ?? field.value)
    }
    const address = `${this.dataset.address}?fragment=form`
    const answer = await fetch(address, { method: "POST", body: fields, redirect: "error" })
    if (answer.status !== 201 && answer.status !== 422) throw new Error(answer.statusText)
    this.#show(new DOMParser().parseFromString(await answer.text(), "text/html"))
  }

  #show(answer) {
    const added = answer.querySelector("[data-markdown]")
    added?.remove()
    this.querySelector("[data-fields]").replaceChildren(...answer.body.childNodes)
    if (!added) {
      this.#say(this.dataset.wordRefused)
      return this.querySelector("[aria-invalid]")?.focus()
    }
    if (added.dataset.version) this.#form.elements.version.value = added.dataset.version
    this.closest("[popover]")?.hidePopover()
    document.querySelector("markdown-editor").insertBlock(added.dataset.markdown)
    this.#say(this.dataset.wordAdded)
  }

  #say(words) {
    this.querySelector("[role=status]").textContent = words
  }
}

customElements.define("image-adder", ImageAdder)
