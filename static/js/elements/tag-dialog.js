// <tag-dialog popover><tag-finder data-form="filter">…</tag-finder></tag-dialog>
// All tags over the page: a choice is the filter's choice, and its answer brings new numbers.

class TagDialog extends HTMLElement {
  connectedCallback() {
    this.addEventListener("beforetoggle", this.#open)
    this.addEventListener("toggle", this.#enter)
    this.addEventListener("change", this.#choose)
    this.addEventListener("click", this.#press)
    document.addEventListener("htmx:after:swap", this.#renew)
  }

  disconnectedCallback() {
    this.removeEventListener("beforetoggle", this.#open)
    this.removeEventListener("toggle", this.#enter)
    this.removeEventListener("change", this.#choose)
    this.removeEventListener("click", this.#press)
    document.removeEventListener("htmx:after:swap", this.#renew)
  }

  get #finder() {
    return this.querySelector("tag-finder")
  }

  get #filter() {
    return document.getElementById(this.#finder.dataset.form)
  }

  #open = (event) => {
    if (event.newState === "open") this.#finder.ask()
  }

  // To be typed in at once; a finger's keyboard would hide the list, so there the dialog is told of.
  #enter = (event) => {
    if (event.newState !== "open" || this.contains(document.activeElement)) return
    const field = this.querySelector("input[type=search]")
    ;(matchMedia("(pointer: fine)").matches ? field : this).focus({ preventScroll: true })
  }

  #renew = (event) => {
    if (this.matches(":popover-open") && event.detail.ctx.sourceElement === this.#filter) this.#finder.ask()
  }

  #choose = (event) => {
    const { name, value, checked } = event.target
    if (name) this.#say(name, value, checked)
  }

  // What leaves nothing cannot be chosen; a link takes back what is chosen.
  #press = (event) => {
    if (event.target.closest("[aria-disabled=true]")) return event.preventDefault()
    const link = event.target.closest("a[data-choice]")
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    if (link === document.activeElement) this.querySelector("input[type=search]").focus({ preventScroll: true })
    link.closest("li").hidden = true
    const [[name, value]] = new URLSearchParams(link.dataset.choice)
    this.#say(name, value, false)
  }

  #say(name, value, isChosen) {
    const form = this.#filter
    const controls = [...form.elements].filter((one) => one.name === name && one.value === value)
    for (const control of controls) {
      if (control.type === "hidden") control.remove()
      else control.checked = isChosen
    }
    if (isChosen && !controls.some((control) => control.checked)) {
      const input = document.createElement("input")
      Object.assign(input, { type: "hidden", name, value })
      form.append(input)
    }
    form.requestSubmit()
  }
}

customElements.define("tag-dialog", TagDialog)
