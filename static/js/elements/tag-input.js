// <tag-input data-suggestions="/write/tags?fragment=suggestions" data-word-…="…"><div class="field">… <input> …</div></tag-input>
// Tokens over a plain field of names separated by commas; the field itself is what the form sends.

const PAUSE = 120

class TagInput extends HTMLElement {
  #names = []
  #options = []
  #chosen = -1
  #asking = null
  #timer = 0

  connectedCallback() {
    if (!this.querySelector(".tag-input__box")) this.#build()
    this.field.addEventListener("input", this.#read)
    this.#read()
  }

  get field() {
    return this.querySelector(".field__input")
  }

  get #box() {
    return this.querySelector(".tag-input__box")
  }

  get #entry() {
    return this.querySelector(".tag-input__entry")
  }

  get #list() {
    return this.querySelector(".tag-input__options")
  }

  #build() {
    const { field } = this
    const box = document.createElement("div")
    box.className = "tag-input__box"
    // Without a name it is not sent: the field is.
    const entry = document.createElement("input")
    entry.className = "tag-input__entry"
    entry.id = `${field.id}-entry`
    entry.autocomplete = "off"
    entry.setAttribute("role", "combobox")
    entry.setAttribute("aria-expanded", "false")
    entry.setAttribute("aria-autocomplete", "list")
    entry.setAttribute("aria-controls", `${field.id}-options`)
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (field.hasAttribute(name)) entry.setAttribute(name, field.getAttribute(name))
    }
    const list = document.createElement("div")
    list.className = "tag-input__options"
    list.id = `${field.id}-options`
    list.setAttribute("role", "listbox")
    list.setAttribute("aria-label", this.dataset.wordSuggestions)
    list.hidden = true
    const status = document.createElement("span")
    status.className = "unseen"
    status.setAttribute("role", "status")
    box.append(entry, list, status)
    field.after(box)
    field.hidden = true
    this.querySelector("label").htmlFor = entry.id
    box.addEventListener("click", this.#click)
    entry.addEventListener("input", this.#type)
    entry.addEventListener("keydown", this.#key)
    entry.addEventListener("paste", this.#paste)
    entry.addEventListener("blur", () => {
      this.#add(entry.value)
      this.#close()
    })
    list.addEventListener("pointerdown", (event) => event.preventDefault())
  }

  // The field was changed by somebody else: by the page, or by a draft brought back.
  #read = () => {
    this.#names = split(this.field.value)
    this.#draw()
  }

  #write() {
    this.field.removeEventListener("input", this.#read)
    this.field.value = this.#names.map(quote).join(", ")
    this.field.dispatchEvent(new Event("input", { bubbles: true }))
    this.field.addEventListener("input", this.#read)
    this.#draw()
  }

  #draw() {
    for (const token of this.#box.querySelectorAll(".tag-input__token")) token.remove()
    for (const name of this.#names) {
      const token = document.createElement("span")
      token.className = "tag-input__token"
      token.textContent = name
      const button = document.createElement("button")
      button.type = "button"
      button.textContent = "×"
      button.setAttribute("aria-label", this.dataset.wordRemove.replace("{name}", () => name))
      button.addEventListener("click", () => this.#remove(name))
      token.append(button)
      this.#entry.before(token)
    }
  }

  #add(words) {
    for (const name of split(words)) {
      if (this.#names.every((each) => each.toLowerCase() !== name.toLowerCase())) {
        this.#names.push(name)
        this.#say(this.dataset.wordAdded.replace("{name}", () => name))
      }
    }
    if (words) this.#write()
    this.#entry.value = ""
  }

  #remove(name) {
    this.#names = this.#names.filter((each) => each !== name)
    this.#write()
    this.#say(this.dataset.wordRemoved.replace("{name}", () => name))
    this.#entry.focus()
  }

  #say(words) {
    this.#box.querySelector("[role=status]").textContent = words
  }

  #click = (event) => {
    const option = event.target.closest("[role=option]")
    if (option) {
      this.#add(quote(option.dataset.name))
      this.#close()
    }
    if (!event.target.closest("button")) this.#entry.focus()
  }

  #type = (event) => {
    event.stopPropagation()
    if (event.isComposing) return
    if (/,\s*$/.test(this.#entry.value) && !/^\s*"/.test(this.#entry.value)) {
      this.#add(this.#entry.value)
      return this.#close()
    }
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#suggest(), PAUSE)
  }

  #paste = (event) => {
    const words = event.clipboardData.getData("text")
    if (!/[,\n]/.test(words)) return
    event.preventDefault()
    this.#add((this.#entry.value + words).replace(/\s*\n\s*/g, ", "))
  }

  #key = (event) => {
    if (event.isComposing) return
    const { key } = event
    if (key === "ArrowDown" || key === "ArrowUp") {
      if (this.#list.hidden) return void this.#suggest()
      event.preventDefault()
      this.#choose(this.#chosen + (key === "ArrowDown" ? 1 : -1))
    } else if (key === "Enter") {
      event.preventDefault()
      if (event.ctrlKey || event.metaKey) return
      const option = this.#options[this.#chosen]
      this.#add(option ? quote(option.dataset.name) : this.#entry.value)
      this.#close()
    } else if (key === "Escape" && !this.#list.hidden) {
      event.preventDefault()
      event.stopPropagation()
      this.#close()
    } else if (key === "Backspace" && !this.#entry.value && this.#names.length) {
      event.preventDefault()
      this.#remove(this.#names.at(-1))
    }
  }

  async #suggest() {
    const words = this.#entry.value.trim()
    this.#asking?.abort()
    if (!words) return this.#close()
    const asking = (this.#asking = new AbortController())
    const address = new URL(this.dataset.suggestions, location.href)
    address.searchParams.set("q", words)
    try {
      const answer = await fetch(address, { signal: asking.signal, redirect: "error" })
      const html = answer.ok ? await answer.text() : ""
      if (!asking.signal.aborted && document.activeElement === this.#entry) this.#open(html, words)
    } catch (error) {
      // Without suggestions the field still takes names.
      if (error.name !== "AbortError") this.#close()
    }
  }

  #open(html, words) {
    const parsed = new DOMParser().parseFromString(html, "text/html")
    const taken = new Set(this.#names.map((name) => name.toLowerCase()))
    const found = [...parsed.querySelectorAll("[data-name]")]
      .map((item) => [item.dataset.name, item.querySelector(".tag-input__count").textContent, item.dataset.also ?? ""])
      .filter(([name]) => !taken.has(name.toLowerCase()))
    // Another name of a tag makes no new one.
    const isKnown = found.some(([name, , also]) =>
      [name, ...also.split("\n")].some((each) => each.toLowerCase() === words.toLowerCase()))
    // Without a word for it, new tags are not this author's to create.
    const mayMake = "wordNew" in this.dataset
    if (mayMake && !isKnown && !taken.has(words.toLowerCase())) found.push([words, this.dataset.wordNew])
    this.#options = found.map(([name, count], at) => this.#option(name, count, at))
    this.#list.replaceChildren(...this.#options)
    this.#list.hidden = !this.#options.length
    this.#entry.setAttribute("aria-expanded", String(!this.#list.hidden))
    this.#choose(-1)
    this.#say(this.dataset.wordFound.replace("{number}", this.#options.length))
  }

  #option(name, count, at) {
    const option = document.createElement("div")
    option.id = `${this.#list.id}-${at}`
    option.dataset.name = name
    option.setAttribute("role", "option")
    option.setAttribute("aria-selected", "false")
    const note = document.createElement("span")
    note.className = "tag-input__count"
    note.textContent = count
    option.append(name, " ", note)
    return option
  }

  #choose(at) {
    const last = this.#options.length - 1
    this.#chosen = at < -1 ? last : at > last ? -1 : at
    for (const [n, option] of this.#options.entries()) {
      option.setAttribute("aria-selected", String(n === this.#chosen))
    }
    const option = this.#options[this.#chosen]
    if (option) this.#entry.setAttribute("aria-activedescendant", option.id)
    else this.#entry.removeAttribute("aria-activedescendant")
    option?.scrollIntoView({ block: "nearest" })
  }

  #close() {
    clearTimeout(this.#timer)
    this.#asking?.abort()
    this.#options = []
    this.#list.hidden = true
    this.#entry.setAttribute("aria-expanded", "false")
    this.#entry.removeAttribute("aria-activedescendant")
  }
}

/** Names in a line of text; one that holds a comma stands in double quotes, as the server reads it. */
function split(line) {
  const names = []
  for (const match of line.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(?:,|$)/g)) {
    const name = (match[1]?.replaceAll('""', '"') ?? match[2]).replace(/\s+/g, " ").trim()
    if (name) names.push(name)
  }
  return names
}

function quote(name) {
  return name.includes(",") || name.startsWith('"') ? `"${name.replaceAll('"', '""')}"` : name
}

customElements.define("tag-input", TagInput)
