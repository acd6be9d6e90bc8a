// <image-adder data-address="/write/posts/7/images" data-library="/write/media"><div data-fields>…</div>…</image-adder>
// Hands chosen files to the tray, which writes them at the caret, and lets one be picked from the library.

class ImageAdder extends HTMLElement {
  #asked = 0

  connectedCallback() {
    this.addEventListener("keydown", this.#key)
    this.querySelector("#add-image").addEventListener("click", this.#press)
    this.querySelector("[type=file]").multiple = true
    this.#search.addEventListener("input", () => this.#look())
    this.#choices.addEventListener("click", this.#choose)
    this.#sheet.addEventListener("toggle", (event) => event.newState === "open" && this.#look())
    if (this.#sheet.matches(":popover-open")) this.#look()
    this.#search.closest("[hidden]").hidden = false
    this.#say("")
    this.dataset.ready = ""
  }

  get #search() {
    return this.querySelector("[data-search]")
  }

  get #choices() {
    return this.querySelector("[data-choices]")
  }

  get #sheet() {
    return this.closest(".sheet")
  }

  get #editor() {
    return document.querySelector("markdown-editor")
  }

  #key = (event) => {
    if (event.key !== "Enter" || event.target.type === "file" || event.ctrlKey || event.metaKey) return
    if (event.target.tagName !== "INPUT") return
    event.preventDefault()
    if (event.target !== this.#search) this.querySelector("#add-image").click()
  }

  #press = (event) => {
    const field = this.querySelector("[type=file]")
    if (!field.files.length) return
    event.preventDefault()
    const alt = field.files.length === 1 ? this.querySelector("#alt").value.trim() : ""
    const end = this.#editor.surface.selection.to
    this.#sheet.hidePopover?.()
    document.querySelector("upload-tray").take(field.files, { marker: this.#editor.track(end), alt })
    field.value = this.querySelector("#alt").value = ""
    document.querySelector("#body").focus()
  }

  // The library.

  async #look(page = 1) {
    const asked = ++this.#asked
    const query = new URLSearchParams({ fragment: "choices", q: this.#search.value.trim(), page })
    try {
      const answer = await fetch(`${this.dataset.library}?${query}`)
      const html = await answer.text()
      if (asked !== this.#asked || !answer.ok || answer.redirected) return
      const found = new DOMParser().parseFromString(html, "text/html").body
      this.#choices.querySelector("button[data-page]")?.remove()
      if (page === 1) this.#choices.replaceChildren(...found.childNodes)
      else this.#choices.append(...found.childNodes)
    } catch {
      this.#say(this.dataset.wordFailed)
    }
  }

  #choose = async (event) => {
    const more = event.target.closest("button[data-page]")
    if (more) return this.#look(Number(more.dataset.page))
    const chosen = event.target.closest("button[data-media]")
    if (!chosen || !(await this.#hasHome())) return
    const words = new FormData()
    words.set("csrf_token", this.closest("form").elements.csrf_token?.value ?? "")
    words.set("media", chosen.dataset.media)
    try {
      const address = `${this.dataset.address}?fragment=form`
      const answer = await fetch(address, { method: "POST", body: words, redirect: "error" })
      if (answer.status !== 201) throw new Error(answer.statusText)
      const said = new DOMParser().parseFromString(await answer.text(), "text/html")
      this.#sheet.hidePopover?.()
      this.#editor.insertBlock(said.querySelector("[data-markdown]").dataset.markdown)
      this.#say(this.dataset.wordAdded)
    } catch {
      this.#say(this.dataset.wordFailed)
    }
  }

  // A post that was never saved is made by what was typed; an empty one has nothing to hold an image.
  async #hasHome() {
    const isNew = () => this.dataset.address.endsWith("/new/images")
    if (isNew()) await this.closest("draft-keeper")?.flush()
    if (isNew()) this.#say(this.dataset.wordHomeless)
    return !isNew()
  }

  #say(words) {
    this.querySelector("[data-said]").textContent = words
  }
}

customElements.define("image-adder", ImageAdder)
