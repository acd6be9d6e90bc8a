// <search-box data-home="/" data-word-list="Suggestions"><form><input type="search"></form></search-box>
const PAUSE = 120 // milliseconds after the last key

class SearchBox extends HTMLElement {
  #asked = null
  #pausing = 0

  connectedCallback() {
    for (const [name, act] of this.#acts) this.addEventListener(name, act)
    addEventListener("scroll", this.#leaveWhenGone, { passive: true })
    const field = this.#field
    if (!this.#list) this.#furnish(field)
    field.setAttribute("role", "combobox")
    field.setAttribute("aria-autocomplete", "list")
    field.setAttribute("aria-controls", this.#list.id)
    this.close()
    // What was typed while this file was on its way.
    if (field.matches(":focus") && field.value !== field.defaultValue) this.#ask()
  }

  disconnectedCallback() {
    for (const [name, act] of this.#acts) this.removeEventListener(name, act)
    removeEventListener("scroll", this.#leaveWhenGone)
    this.#forget()
  }

  // The list that drops down, and the line that says how long it is.
  #furnish(field) {
    const list = document.createElement("div")
    list.className = "search-box__list"
    list.id = `${field.id}-suggestions`
    list.hidden = true
    list.setAttribute("role", "listbox")
    list.setAttribute("aria-label", this.dataset.wordList)
    field.form.append(list)
    const line = document.createElement("span")
    line.className = "unseen"
    line.setAttribute("aria-live", "polite")
    this.append(line)
  }

  close() {
    this.#forget()
    this.#choose(null)
    this.#list.hidden = true
    this.#list.replaceChildren()
    this.#field.setAttribute("aria-expanded", "false")
    this.#say("")
  }

  get #field() {
    return this.querySelector("input[type=search]")
  }

  get #list() {
    return this.querySelector("[role=listbox]")
  }

  get #options() {
    return [...this.querySelectorAll("[role=option]")]
  }

  get #chosen() {
    return this.querySelector("[aria-selected=true]")
  }

  #say(news) {
    this.querySelector("[aria-live]").textContent = news
  }

  // Asking. Only the answer to the latest question is shown, whatever comes when.

  #type = (event) => {
    if (event.isComposing) return
    this.#forget()
    this.#choose(null)
    const typed = this.#field.value.trim()
    if (!isEnough(typed)) return this.close()
    for (const words of this.querySelectorAll("[data-typed]")) words.textContent = typed
    this.#pausing = setTimeout(() => this.#ask(), PAUSE)
  }

  #forget() {
    clearTimeout(this.#pausing)
    this.#asked?.abort()
    this.#asked = null
  }

  async #ask() {
    this.#forget()
    const typed = this.#field.value.trim()
    if (!isEnough(typed)) return
    const asked = (this.#asked = new AbortController())
    const query = new URLSearchParams({ q: typed, fragment: "suggestions" })
    let answer = ""
    try {
      const response = await fetch(`${this.dataset.home}search?${query}`, { signal: asked.signal })
      if (response.ok) answer = await response.text()
    } catch {
      // An answer that does not come leaves the box as it is without one.
    }
    if (asked === this.#asked) this.#show(answer)
  }

  #show(answer) {
    const template = document.createElement("template")
    template.innerHTML = answer
    const found = template.content.querySelector("[data-news]")
    if (!found || !this.#field.matches(":focus")) return this.close()
    for (const row of found.querySelectorAll("[data-when]")) {
      if (row.dataset.when !== (this.#isFiltered ? "filtered" : "plain")) row.remove()
    }
    const kept = this.#chosen?.href
    this.#list.replaceChildren(...found.children)
    this.#list.hidden = false
    this.#list.scrollTop = 0
    // Who has chosen a row before this came keeps it where it is here, too.
    this.#choose(this.#options.find((option) => option.href === kept && !("submits" in option.dataset)) ?? null)
    this.#field.setAttribute("aria-expanded", "true")
    this.#say(found.dataset.news)
  }

  // Whether a plain search stays among the posts that were chosen here.
  get #isFiltered() {
    const { form } = this.#field
    const chosen = [...form.elements].some((control) => control.type === "hidden")
    return chosen || form.getAttribute("action") !== this.dataset.home
  }

  // Choosing. The focus stays in the field; the keys that move in its text go on doing so.

  #press = (event) => {
    // Safari ends a composition before it tells of the key that did; 229 is the key of an IME.
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey) return
    if (this.#keys[event.key]?.() === true) event.preventDefault()
  }

  #keys = {
    ArrowDown: () => this.#move(1),
    ArrowUp: () => this.#move(-1),
    ArrowLeft: () => this.#choose(null),
    ArrowRight: () => this.#choose(null),
    Home: () => this.#choose(null),
    End: () => this.#choose(null),
    Enter: () => this.#open(),
    Escape: () => this.#leave(),
  }

  #move(step) {
    if (this.#list.hidden) this.#ask()
    // The text itself stands before the first one and after the last.
    const stops = [null, ...this.#options]
    const next = stops.indexOf(this.#chosen) + step
    this.#choose(stops.at(next % stops.length))
    return true
  }

  #choose(option) {
    this.#chosen?.setAttribute("aria-selected", "false")
    option?.setAttribute("aria-selected", "true")
    option?.scrollIntoView({ block: "nearest" })
    if (option) this.#field.setAttribute("aria-activedescendant", option.id)
    else this.#field.removeAttribute("aria-activedescendant")
  }

  #open() {
    const chosen = this.#chosen
    chosen?.click()
    return Boolean(chosen)
  }

  #leave() {
    const wasOpen = !this.#list.hidden
    this.close()
    if (wasOpen) return true
    if (this.#field.value) this.#field.value = ""
    else this.#field.blur()
    return true
  }

  #leaveWhenGone = () => {
    if (!this.#list.hidden && this.#field.getBoundingClientRect().bottom < 0) this.close()
  }

  #blur = (event) => {
    if (!this.contains(event.relatedTarget)) this.close()
  }

  // A press on a row takes the focus from the field only where it leads.
  #hold = (event) => {
    if (this.#list.contains(event.target)) event.preventDefault()
  }

  #click = (event) => {
    const option = event.target.closest("[role=option]")
    if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return
    if ("submits" in option.dataset) {
      event.preventDefault()
      this.#field.form.requestSubmit()
    }
    this.close()
  }

  #acts = [
    ["input", this.#type],
    ["compositionend", this.#type],
    ["keydown", this.#press],
    ["mousedown", this.#hold],
    ["click", this.#click],
    ["focusout", this.#blur],
    ["submit", () => this.close()],
  ]
}

// One letter says something where a letter is a syllable or a word.
const isEnough = (typed) => typed.length > 1 || typed > "\u2e7f"

customElements.define("search-box", SearchBox)
