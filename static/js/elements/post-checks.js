// <post-checks data-address="/write/posts/7/checks"><button>Checks</button><section popover>…</section></post-checks>
// Asks what is worth a look while one writes, leads to the places, puts right what a machine can.
// <publish-checks> in the publish sheet shows the same list, and what has to be confirmed.

const PAUSE = 1200
// A long text is sent less often: the whole of it goes each time.
const LONG = 200_000
const LONG_PAUSE = 5000

class PostChecks extends HTMLElement {
  #asking = null
  #timer = 0
  #sent = ""
  #answer = null

  connectedCallback() {
    this.#button.type = "button"
    this.#button.popoverTargetElement = this.#sheet
    this.#form.addEventListener("input", this.#plan)
    this.#form.addEventListener("click", this.#press)
    this.#form.addEventListener("submit", this.#guard, true)
    this.#sheet.addEventListener("toggle", this.#open)
    this.#timer = setTimeout(() => this.look(), PAUSE)
  }

  disconnectedCallback() {
    clearTimeout(this.#timer)
    this.#asking?.abort()
  }

  /** Ask about what is typed now, unless that was asked already; an older question is dropped. */
  async look() {
    clearTimeout(this.#timer)
    const fields = this.#fields()
    const typed = JSON.stringify([...fields])
    if (typed === this.#sent) return
    this.#asking?.abort()
    const asking = (this.#asking = new AbortController())
    try {
      const answer = await fetch(`${this.dataset.address}?fragment=checks`, {
        method: "POST",
        body: fields,
        signal: asking.signal,
        redirect: "error",
      })
      if (!answer.ok) throw new Error(answer.statusText)
      const html = await answer.text()
      if (asking.signal.aborted) return
      this.#sent = typed
      this.#show(new DOMParser().parseFromString(html, "text/html").querySelector("[data-checks]"))
    } catch (error) {
      if (error.name !== "AbortError") this.#button.title = this.dataset.wordFailed
    }
  }

  /** Fill the list of the publish sheet, which is replaced whenever the post is saved. */
  fill(place) {
    const had = place.querySelector("[name=confirmed]")
    if (!this.#answer) return void this.look()
    const copy = document.importNode(this.#answer, true)
    this.#wire(copy)
    place.replaceChildren(copy)
    const box = place.querySelector("[name=confirmed]")
    // A tick stands for exactly what it was set for.
    if (box && had?.checked && had.value === box.value) box.checked = true
  }

  get #form() {
    return this.closest("form")
  }

  get #button() {
    return this.querySelector("#checks-button")
  }

  get #sheet() {
    return this.querySelector("#checks")
  }

  #fields() {
    const fields = new FormData(this.#form)
    for (const name of ["image", "confirmed", "ask", "mode", "when", "date", "time"]) fields.delete(name)
    return fields
  }

  #plan = (event) => {
    if (event.target.closest("publish-checks") || event.target.name === "mode") return
    clearTimeout(this.#timer)
    const { value } = document.querySelector("markdown-editor") ?? { value: "" }
    this.#timer = setTimeout(() => this.look(), (value?.length ?? 0) > LONG ? LONG_PAUSE : PAUSE)
  }

  #open = (event) => {
    if (event.newState === "open") this.look()
  }

  #show(answer) {
    if (!answer) return
    this.#answer = answer
    this.#button.textContent = answer.dataset.number
    this.#button.dataset.kind = answer.dataset.kind
    this.#button.removeAttribute("title")
    const list = document.importNode(answer, true)
    list.querySelector("[data-confirmation]")?.remove()
    this.#wire(list)
    this.#keepFocus(() => this.querySelector("[data-list]").replaceChildren(list))
    for (const place of document.querySelectorAll("publish-checks")) this.fill(place)
  }

  // The list is renewed under the hand of whoever walks through it.
  #keepFocus(renew) {
    const buttons = () => [...this.#sheet.querySelectorAll("button")]
    const at = buttons().indexOf(document.activeElement)
    renew()
    if (at >= 0) (buttons()[Math.min(at, buttons().length - 1)] ?? this.#button).focus()
  }

  /** Make the sentences buttons: without scripts nothing leads into the text. */
  #wire(list) {
    for (const place of list.querySelectorAll("[data-jump]")) {
      const button = document.createElement("button")
      button.type = "button"
      button.className = "checks__jump"
      button.textContent = place.textContent
      place.replaceWith(button)
    }
  }

  #press = (event) => {
    const item = event.target.closest?.(".checks__item")
    if (!item) return
    if (event.target.closest(".checks__jump")) this.#jump(item.dataset)
    const fix = event.target.closest("[name=fix]")
    if (!fix) return
    event.preventDefault()
    this.#fix(fix)
  }

  #jump({ field, start, end }) {
    for (const open of document.querySelectorAll(".sheet:popover-open")) open.hidePopover()
    if (field === "body") {
      const write = this.#form.querySelector('[name="mode"][value="read"]:checked')
      if (write) this.#form.querySelector('[name="mode"][value="split"]').click()
      return document.querySelector("markdown-editor").select(Number(start), Number(end))
    }
    this.#reveal(field)
  }

  #reveal(name) {
    const field = document.getElementById(name)
    const panel = field?.closest("[popover]")
    if (panel && !field.checkVisibility()) panel.showPopover()
    // Tags are typed into a field of their own before the one that is sent.
    const seen = field?.checkVisibility() ? field : field?.closest(".field, tag-input")?.querySelector("input:not([type=hidden])")
    seen?.focus()
  }

  // The server has the last word: the text may have changed since the list was made.
  async #fix(button) {
    const fields = this.#fields()
    fields.set("fix", button.value)
    const answer = await fetch(this.dataset.address, {
      method: "POST",
      body: fields,
      headers: { Accept: "application/json" },
      redirect: "error",
    }).catch(() => null)
    if (!answer?.ok) return this.#say(this.dataset.wordFailed)
    const mended = await answer.json()
    const editor = document.querySelector("markdown-editor")
    if (editor.value !== mended.body) editor.replace(mended.body)
    for (const [name, value] of Object.entries(mended.fields)) this.#fill(name, value)
    this.#say(mended.said.join(" ") || this.dataset.wordFixed)
    this.look()
  }

  #fill(name, value) {
    const found = this.#form.elements[name]
    const field = found instanceof RadioNodeList ? [...found].find((one) => one.type === "checkbox") : found
    if (!field) return
    const isBox = field.type === "checkbox"
    if (isBox ? field.checked === Boolean(value) : field.value === value) return
    if (isBox) field.checked = Boolean(value)
    else field.value = value
    field.dispatchEvent(new Event("input", { bubbles: true }))
    field.dispatchEvent(new Event("change", { bubbles: true }))
  }

  #say(words) {
    this.querySelector("[data-said]").textContent = words
  }

  // Secrets wait for their tick; the server would ask on a page of its own.
  #guard = (event) => {
    const box = this.#form.querySelector("publish-checks [name=confirmed]")
    const sheet = event.submitter?.closest("#publish-sheet")
    if (!box || box.checked || !sheet || !("publishes" in event.submitter.dataset)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    box.setAttribute("aria-invalid", "true")
    box.focus()
    const status = sheet.querySelector("[data-checks-said]")
    if (status) status.textContent = this.dataset.wordConfirm
  }
}

class PublishChecks extends HTMLElement {
  connectedCallback() {
    // Whoever has scripts has seen the list: nothing is asked on a page of its own.
    this.closest("form").elements.ask?.remove()
    document.querySelector("post-checks")?.fill?.(this)
    this.closest("[popover]")?.addEventListener("toggle", this.#open)
  }

  #open = (event) => {
    if (event.newState === "open") document.querySelector("post-checks")?.look()
  }
}

customElements.define("post-checks", PostChecks)
customElements.define("publish-checks", PublishChecks)
