// <import-upload data-most="…" data-session="…" data-word-…="…"><form>…</form></import-upload>
// Sends a large file while one watches; without it the form is a form.

class ImportUpload extends HTMLElement {
  #request = null
  #box = null

  connectedCallback() {
    this.#form.addEventListener("submit", this.#submit)
    addEventListener("beforeunload", this.#warn)
    this.dataset.ready = ""
  }

  disconnectedCallback() {
    removeEventListener("beforeunload", this.#warn)
    this.#request?.abort()
  }

  get #form() {
    return this.querySelector("form")
  }

  #submit = async (event) => {
    event.preventDefault()
    if (this.#request) return
    const file = this.#form.elements.file.files[0]
    if (!file) return this.#fail(this.dataset.wordNone)
    if (file.size > Number(this.dataset.most)) return this.#fail(this.dataset.wordTooLarge)
    const token = await this.#askForToken()
    if (token === null) return this.#fail(this.dataset.wordSignedOut)
    if (token) this.#form.elements.csrf_token.value = token
    this.#send(file)
  }

  // A session that is over is said before two gigabytes are sent; the page may be older than its token.
  async #askForToken() {
    try {
      const answer = await fetch(this.dataset.session, { headers: { Accept: "application/json" } })
      if (answer.status === 401) return null
      return answer.ok ? (await answer.json()).csrf : ""
    } catch {
      return ""
    }
  }

  #send(file) {
    const request = (this.#request = new XMLHttpRequest())
    const bar = this.#show(file)
    request.open("POST", this.#form.action)
    request.setRequestHeader("Accept", "application/json")
    request.upload.onprogress = ({ loaded, total }) => bar.move(loaded, total)
    request.onload = () => this.#finish(request)
    request.onerror = request.ontimeout = () => this.#fail(this.dataset.wordFailed)
    request.onabort = () => this.#fail(this.dataset.wordCancelled)
    // The file stands last: what is wrong with the rest is told before it is read.
    request.send(new FormData(this.#form))
  }

  #finish(request) {
    const said = read(request)
    if (request.status === 401) return this.#fail(this.dataset.wordSignedOut)
    if (request.status !== 201 || !said?.address) return this.#fail(said?.error || this.dataset.wordFailed)
    this.#request = null
    this.#box.replaceChildren(make("p", { role: "status" }, this.dataset.wordKept))
    location.assign(said.address)
  }

  #show(file) {
    const size = (file.size / 1_000_000).toFixed(1)
    const words = (percent) => this.dataset.wordSending.replace("{percent}", percent).replace("{size}", size)
    const status = make("p", { role: "status" }, words(0))
    const progress = make("progress", { max: "100", value: "0", "aria-label": file.name })
    const cancel = make("button", { type: "button", class: "button" }, this.dataset.wordCancel)
    cancel.addEventListener("click", () => this.#request?.abort())
    this.#open().replaceChildren(status, progress, cancel)
    this.#button.setAttribute("aria-busy", "true")
    let said = 0
    return {
      move(loaded, total) {
        const percent = Math.floor((100 * loaded) / (total || 1))
        progress.value = percent
        // A tenth at a time is enough to hear.
        if (percent - said < 10 && percent < 100) return
        said = percent
        status.textContent = words(percent)
      },
    }
  }

  #fail(words) {
    this.#request = null
    this.#button.removeAttribute("aria-busy")
    const text = make("p", { class: "banner__text" }, words)
    const banner = make("div", { class: "banner banner--error", role: "alert" })
    banner.append(text)
    this.#open().replaceChildren(banner)
  }

  get #button() {
    return this.#form.querySelector("button:not([type])")
  }

  #open() {
    this.#box ??= this.#form.appendChild(make("div", { class: "import-run__sending" }))
    return this.#box
  }

  #warn = (event) => {
    if (this.#request) event.preventDefault()
  }
}

function make(name, attributes = {}, text = "") {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.textContent = text
  return element
}

function read(request) {
  try {
    return JSON.parse(request.responseText)
  } catch {
    return null
  }
}

customElements.define("import-upload", ImportUpload)
