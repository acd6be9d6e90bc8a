// <tag-finder data-address="/tags" data-fragment="tags" data-form="id of a form whose choices go along">
//   … <input type="search"> <p role="status"></p> <div class="tag-finder__list">…</div> <template>failed</template>
// Finds as one types: the server answers with the list. Of answers only the latest counts.

const PAUSE = 120

class TagFinder extends HTMLElement {
  #asking = null
  #timer = 0

  connectedCallback() {
    this.addEventListener("input", this.#type)
    this.addEventListener("keydown", this.#keep)
    this.dataset.ready = ""
  }

  disconnectedCallback() {
    this.removeEventListener("input", this.#type)
    this.removeEventListener("keydown", this.#keep)
    this.#stop()
  }

  get #field() {
    return this.querySelector("input[type=search]")
  }

  get #list() {
    return this.querySelector(".tag-finder__list")
  }

  /** Asks for the list as things stand now; what was asked before no longer counts. */
  async ask() {
    this.#stop()
    const asking = (this.#asking = new AbortController())
    this.#list.setAttribute("aria-busy", "true")
    try {
      const answer = await fetch(this.#address(), { signal: asking.signal })
      if (!answer.ok) throw new Error(answer.statusText)
      const html = await answer.text()
      if (!asking.signal.aborted) this.#show(html)
    } catch (error) {
      if (!asking.signal.aborted) this.#fail(error)
    }
    if (this.#asking === asking) this.#list.removeAttribute("aria-busy")
  }

  #address() {
    const { address, form, fragment } = this.dataset
    const choices = form ? [...new FormData(document.getElementById(form))] : []
    const whole = new URL(address, location.href)
    for (const [name, value] of choices) if (value) whole.searchParams.append(name, value)
    whole.searchParams.set("find", this.#field.value)
    whole.searchParams.set("fragment", fragment)
    return whole
  }

  #show(html) {
    const parsed = new DOMParser().parseFromString(html, "text/html")
    const scrolled = this.closest("[popover]")?.scrollTop
    this.#put(...parsed.body.childNodes)
    if (scrolled !== undefined) this.closest("[popover]").scrollTop = scrolled
    this.querySelector("[role=status]").textContent = this.#list.querySelector("[data-said]")?.textContent ?? ""
  }

  // Who stood in the list goes on at the same place, or in the field where that is gone.
  #put(...rows) {
    const focused = this.#list.contains(document.activeElement) && document.activeElement
    this.#list.replaceChildren(...rows)
    if (focused) (document.getElementById(focused.id) ?? this.#field).focus({ preventScroll: true })
  }

  #fail(error) {
    console.warn(error)
    const row = this.querySelector("template").content.firstElementChild.cloneNode(true)
    row.querySelector("button").addEventListener("click", () => {
      this.#field.focus()
      this.ask()
    })
    this.#put(row)
  }

  #type = (event) => {
    if (event.target !== this.#field || event.isComposing) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.ask(), PAUSE)
  }

  // Enter asks at once; it sends no form, and what is typed here is no part of an address.
  #keep = (event) => {
    if (event.target !== this.#field || event.key !== "Enter" || event.isComposing) return
    event.preventDefault()
    this.ask()
  }

  #stop() {
    clearTimeout(this.#timer)
    this.#asking?.abort()
  }
}

customElements.define("tag-finder", TagFinder)
